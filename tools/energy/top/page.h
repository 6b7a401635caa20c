/* SPDX-License-Identifier: GPL-2.0-only */
/* The table as lines of text, for the screen and for plain output alike. */
#ifndef ENERGY_PAGE_H
#define ENERGY_PAGE_H

#include <stddef.h>

#include "lib/delta.h"
#include "lib/records.h"

enum energy_line {
	ENERGY_LINE_TEXT,
	ENERGY_LINE_WARNING,
	ENERGY_LINE_HEADING,	/* of the columns */
};

/* Takes one line, without its end. */
typedef void energy_emit(void *context, enum energy_line kind, const char *line);

struct energy_page {
	const char *path;			/* of the listing */
	const struct energy_listing *listing;	/* the newest one */
	const struct energy_interval *interval;	/* NULL before there is a first one */
	size_t columns;				/* lines are cut there */
	size_t max_rows;			/* processes, at most */
	size_t max_lines;			/* of the whole page */
	const char *warning;			/* shown above the table; NULL for none */
};

void energy_page_emit(const struct energy_page *page, energy_emit *emit, void *context);

#endif /* ENERGY_PAGE_H */
