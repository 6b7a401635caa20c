// SPDX-License-Identifier: GPL-2.0-only
/* energy balance: are the books exact? */
#include <getopt.h>
#include <stdio.h>

#include "lib/books.h"
#include "lib/command.h"
#include "lib/complain.h"
#include "lib/reader.h"

static const char help[] =
"NAME\n"
"  energy balance - check that no nanojoule is lost or counted twice\n"
"\n"
"USAGE\n"
"  energy balance [--file PATH]\n"
"\n"
"DESCRIPTION\n"
"  Reads one listing of energy_core, adds up the energy of all processes in its last\n"
"  published window, and prints one line:\n"
"\n"
"    balance: measured_nj=M live_nj=L exited_nj=X unattributed_nj=U idle_nj=I\n"
"             pending_nj=Q difference_nj=D\n"
"\n"
"  (on a single line). D is M - (L + X + U + I + Q), exact and with its sign; it must be 0.\n"
"  In a PID namespace of its own (a container) the processes of others are missing in L.\n"
"\n"
"OPTIONS\n"
"  --file PATH   read PATH instead of " ENERGY_DEBUGFS_ALL "\n"
"  -h, --help    show this text\n"
"\n"
"EXIT STATUS\n"
"  0  the books balance\n"
"  1  they do not, or could not be read\n"
"  2  wrong usage\n";

int energy_balance(int argc, char **argv)
{
	static const struct option options[] = {
		{ "file", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	const char *path = ENERGY_DEBUGFS_ALL;
	struct energy_listing listing;
	struct energy_failure failure;
	int option, status;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'f':
			path = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return ENERGY_OK;
		default:
			return ENERGY_USAGE;
		}
	}
	if (optind < argc) {
		energy_complain(argv[0], "unexpected argument: %s (try --help)", argv[optind]);
		return ENERGY_USAGE;
	}
	if (energy_read(&energy_system_io, path, &listing, &failure)) {
		energy_complain_failure(argv[0], &failure);
		return ENERGY_FAILED;
	}
	status = energy_balance_report(argv[0], path, &listing);
	energy_listing_free(&listing);
	return status;
}
