// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/arguments.h"
#include "lib/command.h"
#include "stat/options.h"

/* Behind it the longest path that is looked up has to fit. */
#define LONGEST_ROOT (PATH_MAX / 2)

static const char help[] =
"NAME\n"
"  energy stat - run a command and tell what energy it used\n"
"\n"
"USAGE\n"
"  energy stat [--repeat N] [--json | --csv] [--output FILE] [--carbon-intensity G]\n"
"              [--] COMMAND [ARGUMENT]...\n"
"\n"
"DESCRIPTION\n"
"  Runs COMMAND in a cgroup that is made for it, and prints on standard error what all\n"
"  processes in there have used: the command, its children, and theirs, however short they\n"
"  lived. The kernel module counts by cgroup, so nothing is sampled and nothing is missed.\n"
"  It waits for a sample (sample_ns) that is 20 ms later than the command's end, or more.\n"
"\n"
"  Needs a cgroup v2 hierarchy in which the user may make a cgroup: root may, and so may\n"
"  everybody below a session of systemd's:\n"
"\n"
"    systemd-run --user --scope energy stat -- COMMAND\n"
"\n"
"  Without privilege the numbers are read from /proc/energy/cgroup.stat. They change once per\n"
"  window (window_ns) only, so that the end of the window has to be waited for, and the rest\n"
"  of the machine is not shown.\n"
"\n"
"  Processes that go on when the command has ended are not killed. They are moved back to\n"
"  where energy stat was started, and said; what they used until then is included.\n"
"\n"
"  Ctrl-C reaches the command, and the summary is printed when it has ended; a second one\n"
"  cuts the wait for the last sample short. Other signals are passed on to the command.\n"
"\n"
"OPTIONS\n"
"  -r, --repeat N   run it N times; mean, its error (+-, in percent, as perf stat has it),\n"
"                   standard deviation, smallest and largest\n"
"  -o, --output FILE\n"
"                   write to FILE instead of standard error\n"
"  --json           as JSON: each run, and the summary\n"
"  --csv            as CSV: metric,unit,runs,mean,stddev,error_percent,min,max\n"
"  --carbon-intensity G\n"
"                   add the CO2 equivalent. G is a number of g/kWh, a file that has it, or\n"
"                   '!COMMAND' that prints it\n"
"  --root DIR       look for /proc and /sys below DIR, for tests\n"
"  -h, --help       show this text\n"
"\n"
"OUTPUT\n"
"  active energy  measured energy that is charged to these processes. What the machine uses\n"
"                 when idle is charged to nobody; it is shown below for comparison\n"
"  CPU time       of all processes in the cgroup; user and system are those of processes\n"
"                 that have been waited for, as the shell's time has them\n"
"  instructions   retired ones, while a meter is loaded (energy_pmu_instr)\n"
"  wakeups        times that a thread gave up the CPU to wait\n"
"\n"
"  What is not known is said to be so, and is null in JSON and empty in CSV.\n"
"\n"
"EXIT STATUS\n"
"  that of COMMAND, 128 + N when signal N killed it; of several runs, of the first that failed\n"
"  2    wrong usage\n"
"  125  energy stat itself failed: nothing was measured, or not read or written\n"
"  126  COMMAND cannot be run\n"
"  127  COMMAND was not found\n"
"\n"
"EXAMPLES\n"
"  sudo energy stat -- make -j4\n"
"  sudo energy stat -r 5 --carbon-intensity 380 -- gzip -k9 file\n"
"  sudo energy stat --json -o energy.json -- ./benchmark\n";

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

bool energy_stat_options_parse(struct energy_stat_options *options, int argc, char **argv,
			       int *status)
{
	static const struct option known[] = {
		{ "repeat", required_argument, NULL, 'r' },
		{ "output", required_argument, NULL, 'o' },
		{ "json", no_argument, NULL, 'j' },
		{ "csv", no_argument, NULL, 'c' },
		{ "carbon-intensity", required_argument, NULL, 'i' },
		{ "root", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	bool json = false, csv = false;
	int option;

	*options = (struct energy_stat_options){ .runs = 1, .root = "" };
	/* +: what comes behind the command's name is the command's. */
	while ((option = getopt_long(argc, argv, "+r:o:h", known, NULL)) != -1) {
		switch (option) {
		case 'r':
			if (!energy_argument_count(optarg, &options->runs))
				return wrong_value(status, argv[0], "--repeat", optarg);
			break;
		case 'o':
			options->output = optarg;
			break;
		case 'j':
			json = true;
			break;
		case 'c':
			csv = true;
			break;
		case 'i':
			options->carbon = optarg;
			break;
		case 'd':
			if (strlen(optarg) > LONGEST_ROOT)
				return wrong_value(status, argv[0], "--root", optarg);
			options->root = optarg;
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
	if (json && csv)
		return wrong_use(status, argv[0], "--json and --csv exclude each other");
	if (optind == argc)
		return wrong_use(status, argv[0], "no command to run");
	options->format = json ? ENERGY_STAT_JSON : csv ? ENERGY_STAT_CSV : ENERGY_STAT_TEXT;
	options->argv = argv + optind;
	return true;
}
