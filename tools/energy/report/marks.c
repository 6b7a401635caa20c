// SPDX-License-Identifier: GPL-2.0-only
#include "report/marks.h"

void energy_marks_add(struct energy_marks *marks, enum energy_mark_kind kind, int64_t from_ns,
		      int64_t to_ns)
{
	struct energy_mark *last = marks->nr ? &marks->marks[marks->nr - 1] : NULL;

	if (last && last->kind == kind && last->to_ns == from_ns && kind != ENERGY_MARK_RESTART &&
	    !marks->nr_left_out) {
		last->to_ns = to_ns;
		return;
	}
	marks->counts[kind]++;
	if (marks->nr == ENERGY_MOST_MARKS) {
		marks->nr_left_out++;
		return;
	}
	marks->marks[marks->nr++] = (struct energy_mark){ kind, from_ns, to_ns };
}
