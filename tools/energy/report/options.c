// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stdio.h>

#include "lib/arguments.h"
#include "lib/command.h"
#include "report/options.h"

#define TOP 10
#define MOST_TOP 50

static const char help[] =
"NAME\n"
"  energy report - a page with charts of a recording\n"
"\n"
"USAGE\n"
"  energy report [--output FILE [--force]] [--title TEXT] [--top N] [--by-name]\n"
"                [--from TIME] [--to TIME] [--carbon-intensity G] LOG\n"
"\n"
"DESCRIPTION\n"
"  Makes a HTML page of a recording of 'energy log' (with what it was rotated from), or of\n"
"  plain text: listings of debugfs energy/sys or energy/all separated by lines of dashes.\n"
"  It shows power over time by domain, and, of what 'energy log --all' recorded, by cgroup and\n"
"  by process, stacked up to what was measured; sums, the largest consumers, idle and\n"
"  unattributed energy, gaps and restarts. Sums are exact: to the nanojoule, as far as the\n"
"  recording is. The numbers are in the page as JSON, too (the element with the id 'data').\n"
"\n"
"  The page is one file that needs nothing else: no network, and no script but to look closer.\n"
"\n"
"OPTIONS\n"
"  -o, --output FILE  write the page there (default: LOG.html); '-' is standard output\n"
"  --force            overwrite FILE even if it is something else than such a page\n"
"  --title TEXT       of the page\n"
"  --top N            show so many processes and cgroups, the rest as one; 1 to 50\n"
"                     (default: 10)\n"
"  --by-name          sum up all processes of a name, such as the many short ones of a build\n"
"  --from TIME        leave out what was before. TIME is seconds since the recording began, or\n"
"                     a time of day: 10:30, 10:30:15, '2026-11-28 10:30'\n"
"  --to TIME          leave out what was after\n"
"  --carbon-intensity G\n"
"                     add grams of CO2 equivalent, at G g/kWh: a number, a file that has it,\n"
"                     or '!COMMAND', which prints it\n"
"  -h, --help         show this text\n"
"\n"
"EXIT STATUS\n"
"  0  success\n"
"  1  failure: LOG cannot be read, has nothing to show, or the page cannot be written\n"
"  2  wrong usage\n"
"\n"
"EXAMPLES\n"
"  sudo energy log --all --seconds 3600 hour.log\n"
"  energy report hour.log                           writes hour.log.html\n"
"  energy report --by-name build.log\n"
"  energy report --from 10:30 --to 10:45 --carbon-intensity 380 -o build.html hour.log\n";

/* Returns the name of the option whose value is wrong, or NULL. */
static const char *take_value(struct energy_report_options *options, int option,
			      const char *value)
{
	switch (option) {
	case 'o':
		options->output = value;
		return *value ? NULL : "--output";
	case 't':
		options->title = value;
		return NULL;
	case 'n':
		return energy_argument_count(value, &options->top) && options->top <= MOST_TOP ?
			NULL : "--top";
	case 'a':
		return energy_limit_parse(&options->range.from, value) ? NULL : "--from";
	case 'z':
		return energy_limit_parse(&options->range.to, value) ? NULL : "--to";
	case 'c':
		options->carbon = value;
		return NULL;
	case 'b':
		options->by_name = true;
		return NULL;
	default:
		options->force = true;
		return NULL;
	}
}

bool energy_report_options_parse(struct energy_report_options *options, int argc, char **argv,
				 int *status)
{
	static const struct option known[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "force", no_argument, NULL, 'f' },
		{ "title", required_argument, NULL, 't' },
		{ "by-name", no_argument, NULL, 'b' },
		{ "top", required_argument, NULL, 'n' },
		{ "from", required_argument, NULL, 'a' },
		{ "to", required_argument, NULL, 'z' },
		{ "carbon-intensity", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	const char *wrong;
	int option;

	*options = (struct energy_report_options){ .top = TOP };
	*status = ENERGY_USAGE;
	while ((option = getopt_long(argc, argv, "ho:", known, NULL)) != -1) {
		if (option == '?')
			return false;
		if (option == 'h') {
			fputs(help, stdout);
			*status = ENERGY_OK;
			return false;
		}
		wrong = take_value(options, option, optarg);
		if (wrong) {
			energy_argument_wrong(argv[0], wrong, optarg);
			return false;
		}
	}
	if (argc - optind != 1) {
		energy_argument_misuse(argv[0], argc == optind ? "which LOG?" :
				       "one LOG at a time");
		return false;
	}
	options->log = argv[optind];
	return true;
}
