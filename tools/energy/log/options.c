// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arguments.h"
#include "lib/command.h"
#include "lib/rotated.h"
#include "log/options.h"

#define NSEC_PER_SEC 1000000000ULL
#define LEAST_SECONDS 0.001
#define LEAST_SIZE 4096
#define ROTATE_COUNT 9

static const char help[] =
"NAME\n"
"  energy log - record what the machine's energy was used for\n"
"\n"
"USAGE\n"
"  energy log [--interval S] [--seconds N] [--count N] [--all] [--text]\n"
"             [--rotate-size SIZE [--rotate-count N]] FILE\n"
"  energy log --dump FILE\n"
"\n"
"DESCRIPTION\n"
"  Appends samples of debugfs energy/sys to FILE: counters, books and the record of the\n"
"  system as a whole, for 'energy train'. With --all it is energy/all and\n"
"  /proc/energy/cgroups, every process and cgroup, for 'energy report'. Ends with SIGINT,\n"
"  SIGTERM or SIGHUP. A reading that is the same as the one before is not written again.\n"
"\n"
"  FILE is a sequence of compressed records with checksums, each of which can be read\n"
"  alone: whatever a kill or a full disk leaves behind, only whole ones are read, and it can\n"
"  be appended to. While the disk is full, samples are lost, and counted. When the module is\n"
"  unloaded, it is waited for; that it, or the machine, was started anew is recorded.\n"
"  On a terminal, stderr shows how it is going.\n"
"\n"
"  'energy report', 'energy train' and --dump read FILE and what it was rotated from.\n"
"\n"
"OPTIONS\n"
"  --interval S       seconds between samples, 0.001 or more (default: 1)\n"
"  --seconds N        end after N seconds (default: never)\n"
"  --count N          end after N samples\n"
"  --all              processes and cgroups, too\n"
"  --text             plain text, separated by lines of dashes; FILE '-' is stdout\n"
"  --rotate-size SIZE begin a new file before FILE exceeds SIZE bytes (K, M, G: 1024 of the\n"
"                     smaller each; 4K or more); the old one becomes FILE.1, that FILE.2...\n"
"  --rotate-count N   keep N old files (default: 9; 500 at most)\n"
"  --dump             print FILE as plain text, as --text would have written it\n"
"  --root DIR         read DIR/sys and DIR/proc instead of /sys and /proc\n"
"  -h, --help         show this text\n"
"\n"
"EXIT STATUS\n"
"  0  success; a signal, --seconds or --count ended it\n"
"  1  failure, or samples were lost because they could not be written\n"
"  2  wrong usage\n"
"\n"
"EXAMPLES\n"
"  sudo energy log --interval 0.1 --seconds 600 train.log\n"
"  sudo energy log --all --rotate-size 64M /var/log/energy/energy.log\n"
"  energy log --dump train.log | less\n";

static bool parse_size(const char *text, uint64_t *size)
{
	static const char units[] = "KMG";
	unsigned long long value;
	const char *unit;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || end == text || *text == '-')
		return false;
	if (*end) {
		unit = strchr(units, *end);
		if (!unit || end[1] ||
		    __builtin_mul_overflow(value, 1ULL << 10 * (unit - units + 1), &value))
			return false;
	}
	*size = value;
	return value >= LEAST_SIZE;
}

static bool parse_rotate_count(const char *text, unsigned int *count)
{
	size_t value;

	if (!energy_argument_count(text, &value) || value > ENERGY_ROTATED_MOST)
		return false;
	*count = value;
	return true;
}

/* Returns NULL, or what is wrong with it as a whole. */
static const char *misuse(const struct energy_log_options *options, int nr_words)
{
	if (nr_words != 1)
		return nr_words ? "too many arguments: one FILE is enough" : "which FILE?";
	if (options->dump && (options->all || options->text || options->rotate_size))
		return "--dump only reads";
	if (options->rotate_count && !options->rotate_size)
		return "--rotate-count needs --rotate-size";
	if (!options->dump && !strcmp(options->path, "-") &&
	    (!options->text || options->rotate_size))
		return "stdout takes --text, and is not rotated";
	return NULL;
}

/* Returns the name of the option whose value is wrong, or NULL. */
static const char *take_value(struct energy_log_options *options, int option, const char *value)
{
	switch (option) {
	case 'i':
		return energy_argument_seconds(value, LEAST_SECONDS, &options->interval_ns) ?
			NULL : "--interval";
	case 's':
		return energy_argument_seconds(value, LEAST_SECONDS, &options->run_ns) ?
			NULL : "--seconds";
	case 'c':
		return energy_argument_count(value, &options->count) ? NULL : "--count";
	case 'z':
		return parse_size(value, &options->rotate_size) ? NULL : "--rotate-size";
	case 'n':
		return parse_rotate_count(value, &options->rotate_count) ?
			NULL : "--rotate-count";
	case 'a':
		options->all = true;
		return NULL;
	case 't':
		options->text = true;
		return NULL;
	case 'd':
		options->dump = true;
		return NULL;
	default:
		options->root = value;
		return NULL;
	}
}

bool energy_log_options_parse(struct energy_log_options *options, int argc, char **argv,
			      int *status)
{
	static const struct option known[] = {
		{ "interval", required_argument, NULL, 'i' },
		{ "seconds", required_argument, NULL, 's' },
		{ "count", required_argument, NULL, 'c' },
		{ "all", no_argument, NULL, 'a' },
		{ "text", no_argument, NULL, 't' },
		{ "rotate-size", required_argument, NULL, 'z' },
		{ "rotate-count", required_argument, NULL, 'n' },
		{ "dump", no_argument, NULL, 'd' },
		{ "root", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	const char *wrong;
	int option;

	*options = (struct energy_log_options){
		.root = "",
		.interval_ns = NSEC_PER_SEC,
		.run_ns = UINT64_MAX,
		.count = SIZE_MAX,
	};
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
	options->path = argv[optind];
	wrong = misuse(options, argc - optind);
	if (wrong) {
		energy_argument_misuse(argv[0], wrong);
		return false;
	}
	if (!options->rotate_count)
		options->rotate_count = ROTATE_COUNT;
	return true;
}
