// SPDX-License-Identifier: GPL-2.0-only
#include "report/timeline.h"

#define BITS 2	/* of a length, behind the first one */

/* How long nothing was recorded, as far as it is known. */
static uint64_t pause_ns(const struct energy_timeline *timeline, uint64_t timestamp_ns,
			 uint64_t wall_ns)
{
	if (wall_ns && timeline->last_wall_ns)
		return wall_ns > timeline->last_wall_ns ? wall_ns - timeline->last_wall_ns : 0;
	return timestamp_ns > timeline->last_ns ? timestamp_ns - timeline->last_ns : 0;
}

int64_t energy_timeline_step(struct energy_timeline *timeline, uint64_t timestamp_ns,
			     uint64_t wall_ns, bool restarted)
{
	if (!timeline->begun) {
		timeline->origin_ns = timestamp_ns;
	} else if (restarted) {
		timeline->origin_at = timeline->last_at + (int64_t)pause_ns(timeline, timestamp_ns,
									    wall_ns);
		timeline->origin_ns = timestamp_ns;
	}
	timeline->begun = true;
	timeline->last_ns = timestamp_ns;
	timeline->last_wall_ns = wall_ns;
	timeline->last_at = energy_timeline_place(timeline, timestamp_ns);
	if (wall_ns && !timeline->wall_ns)
		timeline->wall_ns = wall_ns - timeline->last_at;
	return timeline->last_at;
}

/* Four bins for each power of two. */
static unsigned int bin_of(uint64_t length_ns)
{
	unsigned int top;

	if (length_ns < 1U << BITS)
		return length_ns;
	top = 63 - __builtin_clzll(length_ns);
	return ((top - BITS + 1) << BITS) + ((length_ns >> (top - BITS)) & ((1U << BITS) - 1));
}

static uint64_t least_of(unsigned int bin)
{
	if (bin < 1U << BITS)
		return bin;
	return (uint64_t)((1U << BITS) + (bin & ((1U << BITS) - 1))) << ((bin >> BITS) - 1);
}

void energy_lengths_add(struct energy_lengths *lengths, uint64_t length_ns)
{
	lengths->counts[bin_of(length_ns)]++;
	lengths->nr++;
}

uint64_t energy_lengths_median(const struct energy_lengths *lengths)
{
	uint64_t seen = 0;
	unsigned int bin;

	for (bin = 0; bin < sizeof(lengths->counts) / sizeof(lengths->counts[0]); bin++) {
		seen += lengths->counts[bin];
		if (2 * seen > lengths->nr)
			return least_of(bin);
	}
	return 0;
}
