/* SPDX-License-Identifier: GPL-2.0-only */
/* What each process or cgroup has used in the last intervals. */
#ifndef ENERGY_HISTORY_H
#define ENERGY_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/delta.h"

#define ENERGY_HISTORY_LEN 32

/* An interval's news of one. */
struct energy_point {
	uint64_t key;		/* pid, or what identifies a cgroup */
	/*
	 * Its total before and after. Who is known by the same key, but not by the total, is
	 * another: a pid that was reused. 0 and 0 where the key alone is to count.
	 */
	energy_sum start_nj, end_nj;
	energy_sum delta_nj;
};

struct energy_track {
	uint64_t key;
	energy_sum total_nj;
	size_t nr;
	float watts[ENERGY_HISTORY_LEN];	/* the newest last */
};

struct energy_history {
	struct energy_track *tracks;	/* by key and total */
	size_t nr_tracks;
};

/*
 * Adds an interval. Who has no point in it used nothing, and is forgotten when that has been so
 * for all that is kept. @points are sorted. Returns 0 or -ENOMEM, with nothing changed.
 */
int energy_history_add(struct energy_history *history, struct energy_point *points, size_t nr,
		       uint64_t length_ns);

/* NULL: none is known. */
const struct energy_track *energy_history_find(const struct energy_history *history,
					       uint64_t key, energy_sum total_nj);

/* Forgets all. */
void energy_history_free(struct energy_history *history);

#endif /* ENERGY_HISTORY_H */
