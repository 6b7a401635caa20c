/* SPDX-License-Identifier: GPL-2.0-only */
/* A row of numbers as a row of little bars. */
#ifndef ENERGY_SPARKLINE_H
#define ENERGY_SPARKLINE_H

#include <stdbool.h>
#include <stddef.h>

/* Has the locale blocks of an eighth to eight eighths, each a column wide? */
bool energy_sparkline_has_blocks(void);

/*
 * Draws the last @columns of the @nr @values, the newest at the right end, and spaces where
 * there are less. The highest of them is a full bar; 0 has the lowest bar for itself. Cuts what
 * does not fit into @size.
 */
void energy_sparkline(char *out, size_t size, const float *values, size_t nr, size_t columns,
		      bool blocks);

#endif /* ENERGY_SPARKLINE_H */
