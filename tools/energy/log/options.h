/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ENERGY_LOG_OPTIONS_H
#define ENERGY_LOG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct energy_log_options {
	const char *path;
	const char *root;
	bool dump;
	bool all;
	bool text;
	uint64_t interval_ns;
	uint64_t run_ns;
	size_t count;
	uint64_t rotate_size;	/* 0: never */
	unsigned int rotate_count;
};

/*
 * False when there is nothing to run: help was asked for, or the command line is wrong, of
 * which stderr then tells; @status is the exit status.
 */
bool energy_log_options_parse(struct energy_log_options *options, int argc, char **argv,
			      int *status);

#endif /* ENERGY_LOG_OPTIONS_H */
