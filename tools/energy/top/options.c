// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lib/arguments.h"
#include "lib/command.h"
#include "top/options.h"

#define NSEC_PER_SEC 1000000000ULL
#define LEAST_SECONDS 0.01

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

/* Options without a letter of their own. */
enum {
	OPTION_BALANCE = 256,
	OPTION_BY,
	OPTION_CGROUP,
	OPTION_CGROUP_LIST,
	OPTION_DOMAINS,
	OPTION_FILE,
	OPTION_FILTER,
	OPTION_HISTORY,
	OPTION_PROC,
	OPTION_REPLAY,
	OPTION_REVERSE,
	OPTION_ROWS,
	OPTION_SECONDS,
	OPTION_SORT,
	OPTION_TREE,
};

static const struct option known[] = {
	{ "balance", no_argument, NULL, OPTION_BALANCE },
	{ "batch", no_argument, NULL, 'b' },
	{ "by", required_argument, NULL, OPTION_BY },
	{ "cgroup", no_argument, NULL, OPTION_CGROUP },
	{ "cgroup-list", required_argument, NULL, OPTION_CGROUP_LIST },
	{ "delay", required_argument, NULL, 'd' },
	{ "domains", no_argument, NULL, OPTION_DOMAINS },
	{ "file", required_argument, NULL, OPTION_FILE },
	{ "filter", required_argument, NULL, OPTION_FILTER },
	{ "help", no_argument, NULL, 'h' },
	{ "history", no_argument, NULL, OPTION_HISTORY },
	{ "proc", required_argument, NULL, OPTION_PROC },
	{ "replay", required_argument, NULL, OPTION_REPLAY },
	{ "reverse", no_argument, NULL, OPTION_REVERSE },
	{ "rows", required_argument, NULL, OPTION_ROWS },
	{ "seconds", required_argument, NULL, OPTION_SECONDS },
	{ "sort", required_argument, NULL, OPTION_SORT },
	{ "tree", no_argument, NULL, OPTION_TREE },
	{ NULL, 0, NULL, 0 }
};

static bool take_filter(struct energy_view *view, const char *text)
{
	if (strlen(text) >= sizeof(view->filter))
		return false;
	strcpy(view->filter, text);
	return true;
}

/* False, with the name of the option, where its value is wrong. */
static bool take_value(struct energy_top_options *options, int option, const char *value,
		       const char **name)
{
	switch (option) {
	case OPTION_SECONDS:
		*name = "--seconds";
		return energy_argument_seconds(value, LEAST_SECONDS, &options->run_ns);
	case 'd':
		*name = "--delay";
		return energy_argument_seconds(value, LEAST_SECONDS, &options->delay_ns);
	case OPTION_ROWS:
		*name = "--rows";
		return energy_argument_count(value, &options->rows);
	case OPTION_BY:
		*name = "--by";
		return energy_by_parse(value, &options->view.by);
	case OPTION_SORT:
		*name = "--sort";
		return energy_sort_parse(value, &options->view.sort);
	case OPTION_FILTER:
		*name = "--filter";
		return take_filter(&options->view, value);
	case OPTION_FILE:
		options->file = value;
		break;
	case OPTION_REPLAY:
		options->replay = value;
		break;
	case OPTION_CGROUP_LIST:
		options->cgroup_list = value;
		break;
	case OPTION_PROC:
		options->proc = value;
		break;
	}
	return true;
}

static void take_flag(struct energy_top_options *options, int option)
{
	switch (option) {
	case 'b':
		options->batch = true;
		break;
	case OPTION_BALANCE:
		options->balance = true;
		break;
	case OPTION_CGROUP:
		options->cgroup = true;
		break;
	case OPTION_DOMAINS:
		options->domains = true;
		break;
	case OPTION_HISTORY:
		options->history = true;
		break;
	case OPTION_REVERSE:
		options->view.reverse = true;
		break;
	case OPTION_TREE:
		options->view.tree = true;
		break;
	}
}

static bool check_together(const struct energy_top_options *options, const char *who, int *status)
{
	if (options->cgroup + !!options->file + !!options->replay > 1)
		return wrong_use(status, who, "--cgroup, --file and --replay exclude each other");
	if (options->cgroup && options->balance)
		return wrong_use(status, who,
				 "--balance needs the totals, which --cgroup has not");
	if (options->replay && options->cgroup_list)
		return wrong_use(status, who,
				 "--replay has its own lists of cgroups, in DIR/cgroups");
	return true;
}

bool energy_top_options_parse(struct energy_top_options *options, int argc, char **argv,
			      int *status)
{
	const char *name = NULL;
	int option;

	*options = (struct energy_top_options){
		.run_ns = UINT64_MAX,
		.delay_ns = NSEC_PER_SEC,
		.rows = SIZE_MAX,
	};
	while ((option = getopt_long(argc, argv, "bd:h", known, NULL)) != -1) {
		switch (option) {
		case 'h':
			fputs(energy_top_usage, stdout);
			*status = ENERGY_OK;
			return false;
		case '?':
			*status = ENERGY_USAGE;
			return false;
		}
		if (!optarg)
			take_flag(options, option);
		else if (!take_value(options, option, optarg, &name))
			return wrong_value(status, argv[0], name, optarg);
	}
	if (optind < argc)
		return wrong_value(status, argv[0], "a command without arguments", argv[optind]);
	return check_together(options, argv[0], status);
}
