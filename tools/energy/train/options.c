// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lib/arguments.h"
#include "lib/command.h"
#include "train/options.h"

#define NSEC_PER_SEC 1000000000ULL
#define LEAST_SECONDS 0.1
#define FOLDS 5
#define MOST_FOLDS 10

static const char help[] =
"NAME\n"
"  energy train - fit the model's weights to recordings\n"
"\n"
"USAGE\n"
"  energy train [--target KIND] [--columns LIST] [--folds N]\n"
"               [--carbon VALUE [--carbon-unit mg|ug|ng]] [--output FILE] [--plot FILE]\n"
"               [--apply [--follow [--every S]]] LOG...\n"
"\n"
"DESCRIPTION\n"
"  Finds what CPU time, memory, instructions, wake-ups, storage and packets cost on this\n"
"  machine, and what it draws idle: the power measured between samples of the whole system\n"
"  is fitted by a sum of weights, none of them negative, times rates. Prints the weights as\n"
"  energy_core has them, with 95 % intervals of a block bootstrap, where there are samples\n"
"  enough for those, and how well power is predicted in time that was held out.\n"
"\n"
"  LOG is what 'energy log' writes, with what it was rotated from, or plain text: listings of\n"
"  debugfs energy/sys separated by lines of dashes, procpower's logs included. Several are\n"
"  fitted together. Record loads that differ, for minutes, at a short --interval.\n"
"\n"
"  The ridge, which keeps weights small where data does not tell, is chosen by\n"
"  cross-validation in blocks of time; what is printed as held out has its ridge chosen\n"
"  without it, too. A column that never varies is left out, with weight 0.\n"
"\n"
"OPTIONS\n"
"  --target KIND     fit the power of that kind of domain (package, core, psys...); default:\n"
"                    of what is billed, or, in procpower's logs, psys, else core\n"
"  --columns LIST    use these only: cpu_ns,mem,instructions,wakeups,diski,disko,rx,tx\n"
"  --folds N         of the cross-validation, 2 to 10 (default: 5)\n"
"  --output FILE     write options for energy_core, for /etc/modprobe.d\n"
"  --apply           set them in the module that is loaded (needs root)\n"
"  --plot FILE       draw measured and predicted power, and residuals (SVG; needs gnuplot)\n"
"  --carbon VALUE    multiply the weights by a carbon intensity, so that energy= counts\n"
"                    milligrams of CO2e instead of millijoules. VALUE is g/kWh; or a file that\n"
"                    has it; or '!COMMAND', which prints it\n"
"  --carbon-unit U   mg, ug or ng. Default: mg, or, where weights in whole numbers would be\n"
"                    more than 1 % off, the next smaller unit; which, is said\n"
"  --follow          after --apply with --carbon, go on: read the intensity again and again,\n"
"                    and set the weights when it has changed\n"
"  --every S         seconds between these (default: 300)\n"
"  --root DIR        set parameters in DIR/sys instead of /sys\n"
"  -h, --help        show this text\n"
"\n"
"EXIT STATUS\n"
"  0  success; a signal ended --follow\n"
"  1  failure: nothing was fitted, or it could not be written or set\n"
"  2  wrong usage\n"
"\n"
"EXAMPLES\n"
"  sudo energy log --interval 0.1 --seconds 600 train.log\n"
"  energy train --plot fit.svg train.log\n"
"  sudo energy train --apply --output /etc/modprobe.d/energy.conf train.log\n"
"  sudo energy train --apply --carbon '!curl -s http://intranet/co2' --follow train.log\n";

/* Marks what @list names, comma separated, as wanted; false for another name. */
static bool parse_columns(const char *list, bool wanted[ENERGY_METRICS])
{
	size_t i;

	memset(wanted, 0, ENERGY_METRICS * sizeof(*wanted));
	for (;;) {
		size_t len = strcspn(list, ",");

		for (i = 0; i < ENERGY_METRICS; i++) {
			const char *field = energy_train_metrics[i].field;

			if (strlen(field) == len && !strncmp(field, list, len))
				break;
		}
		if (i == ENERGY_METRICS)
			return false;
		wanted[i] = true;
		if (!list[len])
			return true;
		list += len + 1;
	}
}

static bool parse_folds(const char *text, size_t *nr)
{
	return energy_argument_count(text, nr) && *nr >= 2 && *nr <= MOST_FOLDS;
}

/* It becomes a part of a key. */
static bool is_kind(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

	return *text && strlen(text) < 32 && !text[strspn(text, letters)];
}

static bool is_unit(const char *text)
{
	return !strcmp(text, "mg") || !strcmp(text, "ug") || !strcmp(text, "ng");
}

/* Returns the name of the option whose value is wrong, or NULL. */
static const char *take_value(struct energy_train_options *options, int option,
			      const char *value)
{
	switch (option) {
	case 't':
		options->target = value;
		return is_kind(value) ? NULL : "--target";
	case 'c':
		return parse_columns(value, options->wanted) ? NULL : "--columns";
	case 'n':
		return parse_folds(value, &options->nr_folds) ? NULL : "--folds";
	case 'u':
		options->carbon_unit = value;
		return is_unit(value) ? NULL : "--carbon-unit";
	case 'e':
		return energy_argument_seconds(value, LEAST_SECONDS, &options->every_ns) ?
			NULL : "--every";
	case 'o':
		options->output = value;
		return NULL;
	case 'p':
		options->plot = value;
		return NULL;
	case 'C':
		options->carbon = value;
		return NULL;
	case 'r':
		options->root = value;
		return NULL;
	case 'f':
		options->follow = true;
		return NULL;
	default:
		options->apply = true;
		return NULL;
	}
}

/* Returns NULL, or what is wrong with it as a whole. */
static const char *misuse(const struct energy_train_options *options)
{
	if (!options->nr_logs)
		return "which LOG?";
	if (options->follow && !(options->apply && options->carbon))
		return "--follow needs --apply and --carbon";
	if (options->carbon_unit && !options->carbon)
		return "--carbon-unit needs --carbon";
	return NULL;
}

bool energy_train_options_parse(struct energy_train_options *options, int argc, char **argv,
				int *status)
{
	static const struct option known[] = {
		{ "target", required_argument, NULL, 't' },
		{ "columns", required_argument, NULL, 'c' },
		{ "folds", required_argument, NULL, 'n' },
		{ "output", required_argument, NULL, 'o' },
		{ "apply", no_argument, NULL, 'a' },
		{ "plot", required_argument, NULL, 'p' },
		{ "carbon", required_argument, NULL, 'C' },
		{ "carbon-unit", required_argument, NULL, 'u' },
		{ "follow", no_argument, NULL, 'f' },
		{ "every", required_argument, NULL, 'e' },
		{ "root", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	const char *wrong;
	int option;

	*options = (struct energy_train_options){
		.nr_folds = FOLDS,
		.every_ns = 300 * NSEC_PER_SEC,
		.root = "",
	};
	memset(options->wanted, true, sizeof(options->wanted));
	*status = ENERGY_USAGE;
	while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
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
	options->logs = argv + optind;
	options->nr_logs = argc - optind;
	wrong = misuse(options);
	if (wrong) {
		energy_argument_misuse(argv[0], wrong);
		return false;
	}
	return true;
}
