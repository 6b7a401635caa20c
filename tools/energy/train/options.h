/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ENERGY_TRAIN_OPTIONS_H
#define ENERGY_TRAIN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "train/metrics.h"

struct energy_train_options {
	char **logs;
	size_t nr_logs;
	const char *target;	/* NULL: what is billed */
	bool wanted[ENERGY_METRICS];
	size_t nr_folds;
	const char *output;
	const char *plot;
	const char *carbon;
	const char *carbon_unit;	/* NULL: the largest that is exact enough */
	const char *root;
	bool apply;
	bool follow;
	uint64_t every_ns;
};

/*
 * False when there is nothing to run: help was asked for, or the command line is wrong, of
 * which stderr then tells; @status is the exit status.
 */
bool energy_train_options_parse(struct energy_train_options *options, int argc, char **argv,
				int *status);

#endif /* ENERGY_TRAIN_OPTIONS_H */
