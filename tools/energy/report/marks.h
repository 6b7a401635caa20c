/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a recording is not whole. */
#ifndef ENERGY_REPORT_MARKS_H
#define ENERGY_REPORT_MARKS_H

#include <stddef.h>
#include <stdint.h>

#define ENERGY_MOST_MARKS 100

enum energy_mark_kind {
	ENERGY_MARK_GAP,	/* samples are missing; what was used meanwhile is known */
	ENERGY_MARK_RESTART,	/* what was used meanwhile is not known */
	ENERGY_MARK_NO_SOURCE,	/* nothing was measured */
	ENERGY_MARK_UNKNOWN,	/* two samples that cannot be compared */
	ENERGY_MARK_KINDS,
};

struct energy_mark {
	enum energy_mark_kind kind;
	int64_t from_ns, to_ns;
};

/* The first ones; all are counted. */
struct energy_marks {
	struct energy_mark marks[ENERGY_MOST_MARKS];
	size_t nr;
	uint64_t counts[ENERGY_MARK_KINDS];
	uint64_t nr_left_out;
};

/* One that continues the last one, of its kind, makes that longer; but a restart is a restart. */
void energy_marks_add(struct energy_marks *marks, enum energy_mark_kind kind, int64_t from_ns,
		      int64_t to_ns);

#endif /* ENERGY_REPORT_MARKS_H */
