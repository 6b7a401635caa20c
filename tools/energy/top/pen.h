/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a page line by line; for the files that make up a page. */
#ifndef ENERGY_PEN_H
#define ENERGY_PEN_H

#include "top/page.h"

/* Where lines go, and how many have gone. */
struct energy_pen {
	const struct energy_page *page;
	energy_emit *emit;
	void *context;
	size_t nr_lines;
};

/* One line, cut to the page's columns. */
__attribute__((format(printf, 3, 4)))
void energy_pen_line(struct energy_pen *pen, enum energy_line kind, const char *format, ...);

/* What stands above the table. */
void energy_pen_header(struct energy_pen *pen);

/* The table; returns how many of its rows were written. */
size_t energy_pen_table(struct energy_pen *pen);

#endif /* ENERGY_PEN_H */
