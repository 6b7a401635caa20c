/* SPDX-License-Identifier: GPL-2.0-only */
/* A file, and those that it was before it was rotated: FILE.1, FILE.2 and so on. */
#ifndef ENERGY_ROTATED_H
#define ENERGY_ROTATED_H

#include <stdbool.h>
#include <stddef.h>

#define ENERGY_ROTATED_MOST 500

struct energy_rotated {
	const char *path;
	size_t nr;
	int fds[ENERGY_ROTATED_MOST + 1];	/* the oldest first */
};

/*
 * Opens all there are of @path, which is kept; "-" is standard input alone. Returns 0 or a
 * negative errno. One whose number is too high is left alone.
 */
int energy_rotated_open(struct energy_rotated *files, const char *path);

/* Is the file @other one of those of @path? */
bool energy_rotated_includes(const char *path, const char *other);

/* Closes those that are not -1. */
void energy_rotated_close(struct energy_rotated *files);

/* "FILE.3", or FILE for 0; from malloc. */
char *energy_rotated_name(const char *path, unsigned int number);

#endif /* ENERGY_ROTATED_H */
