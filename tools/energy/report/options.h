/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ENERGY_REPORT_OPTIONS_H
#define ENERGY_REPORT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/range.h"

struct energy_report_options {
	const char *log;
	const char *output;	/* NULL: LOG.html; "-" is standard output */
	const char *title;	/* NULL: after the recording */
	const char *carbon;
	size_t top;
	struct energy_range range;
	bool force;
	bool by_name;
};

/*
 * False when there is nothing to run: help was asked for, or the command line is wrong, of
 * which stderr then tells; @status is the exit status.
 */
bool energy_report_options_parse(struct energy_report_options *options, int argc, char **argv,
				 int *status);

#endif /* ENERGY_REPORT_OPTIONS_H */
