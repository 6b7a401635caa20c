/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of `energy stat`. */
#ifndef ENERGY_STAT_OPTIONS_H
#define ENERGY_STAT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum energy_stat_format {
	ENERGY_STAT_TEXT,
	ENERGY_STAT_JSON,
	ENERGY_STAT_CSV,
};

struct energy_stat_options {
	size_t runs;
	enum energy_stat_format format;
	const char *output;	/* NULL: standard error */
	const char *carbon;	/* NULL: not asked for */
	const char *root;	/* put before all paths */
	char **argv;		/* the command */
};

/* False when there is nothing to run; then @status is what to exit with. */
bool energy_stat_options_parse(struct energy_stat_options *options, int argc, char **argv,
			       int *status);

#endif /* ENERGY_STAT_OPTIONS_H */
