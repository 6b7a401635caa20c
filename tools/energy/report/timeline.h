/* SPDX-License-Identifier: GPL-2.0-only */
/* The samples of a recording on one axis of time, across restarts. */
#ifndef ENERGY_REPORT_TIMELINE_H
#define ENERGY_REPORT_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Places are nanoseconds since the first sample; what was measured before it, has one below 0.
 * Between samples time goes by the listings' clock; across a restart by the time of day, else by
 * that clock if it goes on, else nothing is known, and no time passes.
 */
struct energy_timeline {
	bool begun;
	uint64_t origin_ns;	/* of the listings' clock, at @origin_at */
	int64_t origin_at;
	uint64_t last_ns;
	uint64_t last_wall_ns;
	int64_t last_at;
	uint64_t wall_ns;	/* the time of day at place 0; 0: not known */
};

/* Goes on to a sample; @wall_ns is 0 where it is not known. Returns its place. */
int64_t energy_timeline_step(struct energy_timeline *timeline, uint64_t timestamp_ns,
			     uint64_t wall_ns, bool restarted);

/* The place of another time of the listings' clock, since the last restart. */
static inline int64_t energy_timeline_place(const struct energy_timeline *timeline,
					    uint64_t timestamp_ns)
{
	return timeline->origin_at + (int64_t)(timestamp_ns - timeline->origin_ns);
}

/* How long intervals mostly are, without keeping them. */
struct energy_lengths {
	uint64_t counts[256];
	uint64_t nr;
};

void energy_lengths_add(struct energy_lengths *lengths, uint64_t length_ns);

/* The median, rounded down by a fifth at most; 0 if there is none. */
uint64_t energy_lengths_median(const struct energy_lengths *lengths);

#endif /* ENERGY_REPORT_TIMELINE_H */
