/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines that a file starts with. Pure: no clock, no globals, no lock. */
#ifndef _ENERGY_HEADER_H
#define _ENERGY_HEADER_H

#include <linux/bits.h>
#include <linux/types.h>

#include "window.h"

/* Which lines a file has; they come in the table's order. */
#define ENERGY_HEADER_LIVE	BIT(0)	/* the last sample, for administrators */
#define ENERGY_HEADER_BOOKS	BIT(1)	/* its books, nJ */
#define ENERGY_HEADER_WINDOW	BIT(2)	/* a window, for everybody */
#define ENERGY_HEADER_DETAIL	BIT(3)	/* a window's books, nJ, beside the live values */

/* All lines of the table in header.c, every number at its largest. */
#define ENERGY_HEADER_MAX	2048

/**
 * struct energy_header - What the lines are made from
 * @live: the system as of the last sample
 * @window: the system as of a window
 * @sample_ns: parameter
 * @window_ns: parameter
 */
struct energy_header {
	struct energy_published live;
	struct energy_published window;
	u64 sample_ns;
	u64 window_ns;
};

const char *energy_kind_name(unsigned int kind);
size_t energy_header_format(char *dst, size_t size, const struct energy_header *h,
			    unsigned int set);

#endif /* _ENERGY_HEADER_H */
