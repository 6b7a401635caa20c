// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stdio.h>

#include "lib/arguments.h"
#include "lib/command.h"
#include "lib/reader.h"
#include "top/options.h"

#define NSEC_PER_SEC 1000000000ULL
#define LEAST_SECONDS 0.01

static const char help[] =
"NAME\n"
"  energy top - live table of processes by power\n"
"\n"
"USAGE\n"
"  energy top [--seconds N] [--delay S] [--batch] [--rows N] [--balance]\n"
"             [--cgroup | --file PATH | --replay DIR]\n"
"\n"
"DESCRIPTION\n"
"  Shows which processes used the machine's energy since the last refresh. In a terminal\n"
"  the table is refreshed in place until any key is pressed. Otherwise each table is\n"
"  printed as plain text below a line \"time SECONDS\", the listing's own clock.\n"
"\n"
"  Reads the best listing that this user may read, and says which: debugfs energy/all, then\n"
"  /proc/energy/all (both need root), then /proc/energy/cgroup, which has this cgroup's\n"
"  processes only and changes once per window. All rates are differences of the listing's\n"
"  values over its own timestamps.\n"
"\n"
"OPTIONS\n"
"  --seconds N    end after N seconds (default: never)\n"
"  --delay S      seconds between refreshes, 0.01 or more (default: 1)\n"
"  --batch        plain text, also in a terminal\n"
"  --rows N       at most N processes; the others are summed up in one line\n"
"  --balance      at the end, check the books as 'energy balance' does\n"
"  --cgroup       read /proc/energy/cgroup: needs no privilege\n"
"  --file PATH    read PATH, a file that changes\n"
"  --replay DIR   read the files in DIR whose names begin with a digit, by number, each\n"
"                 once; plain text does not wait between them\n"
"  -h, --help     show this text\n"
"\n"
"COLUMNS\n"
"  PID     process\n"
"  WATTS   energy used in the interval, per second\n"
"  JOULES  energy used since the module was loaded\n"
"  SHARE%  share of the energy attributed to processes in the interval\n"
"  CPU%    CPU time used in the interval; 100 is one CPU\n"
"  COMM    name; [name] for a kernel thread. What is no printable character is shown as\n"
"          \\ooo, its code in octal\n"
"\n"
"  Processes that used neither energy nor CPU time are not shown. \"(exited)\" sums up the\n"
"  processes that began and ended in the interval, or ended before it; one that was there\n"
"  before and ended in the interval has a line of its own, marked as exited.\n"
"\n"
"  Where nothing is measured (no energy source) watts are unknown: the columns then are\n"
"  mJ/s and mJ of the model's energy, which is computed from activity.\n"
"\n"
"HEADER\n"
"  total         power of the domains that are billed\n"
"  attributed    part of it that processes used\n"
"  idle          part that the machine needs with nothing running\n"
"  unattributed  part that no process could be charged with\n"
"  pending       change of what is measured and not yet in any of these\n"
"\n"
"EXIT STATUS\n"
"  0  success; a key, SIGINT or SIGTERM ended it\n"
"  1  failure, or --balance found a difference\n"
"  2  wrong usage\n"
"\n"
"EXAMPLES\n"
"  sudo energy top\n"
"  sudo energy top --batch --seconds 10 --rows 5\n"
"  energy top --cgroup\n";

static bool wrong_value(int *status, const char *who, const char *option, const char *value)
{
	*status = energy_argument_wrong(who, option, value);
	return false;
}

static bool wrong_use(int *status, const char *who, const char *why)
{
	*status = energy_argument_misuse(who, why);
	return false;
}

bool energy_top_options_parse(struct energy_top_options *options, int argc, char **argv,
			      int *status)
{
	static const struct option known[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "delay", required_argument, NULL, 'd' },
		{ "rows", required_argument, NULL, 'r' },
		{ "batch", no_argument, NULL, 'b' },
		{ "balance", no_argument, NULL, 'a' },
		{ "cgroup", no_argument, NULL, 'c' },
		{ "file", required_argument, NULL, 'f' },
		{ "replay", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int option;

	*options = (struct energy_top_options){
		.run_ns = UINT64_MAX,
		.delay_ns = NSEC_PER_SEC,
		.rows = SIZE_MAX,
	};
	while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
		switch (option) {
		case 's':
			if (!energy_argument_seconds(optarg, LEAST_SECONDS, &options->run_ns))
				return wrong_value(status, argv[0], "--seconds", optarg);
			break;
		case 'd':
			if (!energy_argument_seconds(optarg, LEAST_SECONDS, &options->delay_ns))
				return wrong_value(status, argv[0], "--delay", optarg);
			break;
		case 'r':
			if (!energy_argument_count(optarg, &options->rows))
				return wrong_value(status, argv[0], "--rows", optarg);
			break;
		case 'b':
			options->batch = true;
			break;
		case 'a':
			options->balance = true;
			break;
		case 'c':
			options->cgroup = true;
			break;
		case 'f':
			options->file = optarg;
			break;
		case 'p':
			options->replay = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			*status = ENERGY_OK;
			return false;
		default:
			*status = ENERGY_USAGE;
			return false;
		}
	}
	if (optind < argc)
		return wrong_value(status, argv[0], "a command without arguments", argv[optind]);
	if (options->cgroup + !!options->file + !!options->replay > 1)
		return wrong_use(status, argv[0],
				 "--cgroup, --file and --replay exclude each other");
	if (options->cgroup && options->balance)
		return wrong_use(status, argv[0],
				 "--balance needs the totals, which --cgroup has not");
	return true;
}
