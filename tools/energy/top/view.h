/* SPDX-License-Identifier: GPL-2.0-only */
/* How the table is looked at, and what keys do to that. */
#ifndef ENERGY_VIEW_H
#define ENERGY_VIEW_H

#include <stdbool.h>
#include <stddef.h>

enum energy_by {
	ENERGY_BY_PROCESS,
	ENERGY_BY_CGROUP,
};

enum energy_sort {
	ENERGY_SORT_WATTS,
	ENERGY_SORT_JOULES,
	ENERGY_SORT_CPU,
	ENERGY_SORT_PID,
	ENERGY_SORT_NAME,
};

/* Keys that are no characters; beyond all of those. */
enum energy_key {
	ENERGY_KEY_UP = 0x110000,
	ENERGY_KEY_DOWN,
	ENERGY_KEY_PAGE_UP,
	ENERGY_KEY_PAGE_DOWN,
	ENERGY_KEY_HOME,
	ENERGY_KEY_END,
	ENERGY_KEY_BACKSPACE,
	ENERGY_KEY_ENTER,
	ENERGY_KEY_ESCAPE,
};

#define ENERGY_FILTER_MAX 64

struct energy_view {
	enum energy_by by;
	bool tree;
	enum energy_sort sort;
	bool reverse;
	char filter[ENERGY_FILTER_MAX];	/* empty: all are shown */
	bool edits;			/* the filter is being typed */
	char before[ENERGY_FILTER_MAX];	/* the filter, should that be given up */
	size_t offset;			/* of the first row shown */
	bool paused;
	bool helps;			/* the help screen is shown instead */
};

enum energy_answer {
	ENERGY_ANSWER_NOTHING,
	ENERGY_ANSWER_DRAW,
	ENERGY_ANSWER_QUIT,
};

/*
 * What @key, a character of Unicode or an enum energy_key, does. @page is how many rows the
 * table shows at a time, @rows how many there are.
 */
enum energy_answer energy_view_key(struct energy_view *view, unsigned int key, size_t page,
				   size_t rows);

/* The words of --sort and --by; false: there is no such word. */
bool energy_sort_parse(const char *word, enum energy_sort *sort);
bool energy_by_parse(const char *word, enum energy_by *by);
const char *energy_sort_name(enum energy_sort sort);

/*
 * Does the filter let it through? "name:", "pid:" or "cgroup:" before the text look there
 * only, else any of them may have it: in any part, in upper or lower case, but for the pid, which
 * is it as a whole. @pid is "" and @path and @label are NULL where there is none.
 */
bool energy_filter_matches(const char *filter, const char *name, const char *pid,
			   const char *path, const char *label);

#endif /* ENERGY_VIEW_H */
