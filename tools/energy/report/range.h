/* SPDX-License-Identifier: GPL-2.0-only */
/* What part of a recording is wanted. */
#ifndef ENERGY_REPORT_RANGE_H
#define ENERGY_REPORT_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* --from or --to. */
struct energy_limit {
	const char *text;	/* NULL: not given */
	bool is_clock;		/* a time of day, in @tm; else @ns from the beginning */
	bool has_date;
	struct tm tm;
	int64_t ns;
};

/* "90.5", "10:30", "10:30:15", "2026-11-28 10:30" or with seconds. */
bool energy_limit_parse(struct energy_limit *limit, const char *text);

struct energy_range {
	struct energy_limit from, to;
	bool resolved;
	int64_t from_ns, to_ns;
};

/*
 * Turns times of day into places, when it is known that the recording began at @wall_ns; 0: the
 * recording does not tell. A time without a date is the first one that is not before the beginning.
 * Returns 0 or -EINVAL, with @why.
 */
int energy_range_resolve(struct energy_range *range, uint64_t wall_ns, char *why, size_t size);

static inline bool energy_range_has(const struct energy_range *range, int64_t from_ns,
				    int64_t to_ns)
{
	return from_ns >= range->from_ns && to_ns <= range->to_ns;
}

#endif /* ENERGY_REPORT_RANGE_H */
