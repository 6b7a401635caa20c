/* SPDX-License-Identifier: GPL-2.0-only */
/* The header and the table as lines of text, for the screen and for plain output alike. */
#ifndef ENERGY_PAGE_H
#define ENERGY_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/delta.h"
#include "lib/records.h"
#include "top/power.h"
#include "top/table.h"
#include "top/view.h"

enum energy_line {
	ENERGY_LINE_TEXT,
	ENERGY_LINE_WARNING,
	ENERGY_LINE_STATUS,	/* how the table is looked at */
	ENERGY_LINE_HEADING,	/* of the columns */
	ENERGY_LINE_GROUP,	/* a cgroup that has something below it */
	ENERGY_LINE_SUM,	/* of what has no line of its own */
	ENERGY_LINE_KINDS,
};

/* Takes one line, without its end. */
typedef void energy_emit(void *context, enum energy_line kind, const char *line);

struct energy_page {
	const char *path;			/* of the listing */
	const struct energy_listing *listing;	/* the newest one */
	const struct energy_interval *interval;	/* NULL before there is a first one */
	const struct energy_table *table;	/* NULL with it */
	const struct energy_view *view;
	const struct energy_powers *powers;	/* of the domains; NULL: not shown */
	size_t columns;				/* lines are cut there */
	size_t max_rows;			/* processes or cgroups, at most */
	size_t max_lines;			/* of the whole page */
	size_t history_columns;			/* 0: no history */
	size_t place_columns;			/* of each process's cgroup; 0: not shown */
	unsigned int indent;			/* of each level of the tree */
	bool blocks;				/* the history may use them */
	bool has_status;
	const char *warning;			/* shown above the table; NULL for none */
	const char *remark;			/* on where the numbers are from; likewise */
	const char *why;			/* it is so; likewise */
};

/* Returns how many rows of the table are in it: what a key for the next page goes on by. */
size_t energy_page_emit(const struct energy_page *page, energy_emit *emit, void *context);

#endif /* ENERGY_PAGE_H */
