/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that the page goes to. */
#ifndef ENERGY_REPORT_OUTPUT_H
#define ENERGY_REPORT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct energy_output {
	const char *path;
	char *temporary;	/* what is to become @path; NULL where it is written directly */
	FILE *file;
};

/*
 * Opens what is to become @path; "-" is standard output. A file there that is no page of ours is an
 * error unless @force, and @log always is. Returns 0 or a negative errno, with @why.
 */
int energy_output_open(struct energy_output *output, const char *path, const char *log,
		       bool force, char *why, size_t size);

/* Puts it in place, or, not @good, takes it away. Returns 0 or a negative errno, with @why. */
int energy_output_close(struct energy_output *output, bool good, char *why, size_t size);

#endif /* ENERGY_REPORT_OUTPUT_H */
