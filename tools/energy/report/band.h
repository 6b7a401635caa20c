/* SPDX-License-Identifier: GPL-2.0-only */
/* Energy over time: what was used in intervals of any length, put into buckets. */
#ifndef ENERGY_REPORT_BAND_H
#define ENERGY_REPORT_BAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A picture has no more columns. */
#define ENERGY_MOST_BUCKETS 1000

/* Signed: some accounts go down, too. */
typedef __int128 energy_total;

/* The ends of intervals, as long as there are few of them; the first and the last, always. */
struct energy_edges {
	int64_t *at;
	size_t nr;
	bool too_many;
	bool any;
	int64_t first_ns, last_ns;
};

int energy_edges_add(struct energy_edges *edges, int64_t at_ns);
void energy_edges_free(struct energy_edges *edges);

struct energy_buckets {
	int64_t *edges_ns;	/* nr + 1, ascending */
	size_t nr;
};

/*
 * A bucket between each two ends, or, if there are too many, ENERGY_MOST_BUCKETS of one length.
 * Returns 0 or -ENOMEM.
 */
int energy_buckets_make(struct energy_buckets *buckets, struct energy_edges *edges);
void energy_buckets_free(struct energy_buckets *buckets);

struct energy_band {
	energy_total total_nj;
	int64_t *nj;		/* in each bucket; NULL where only the total is wanted */
};

/* @buckets is NULL for the total alone. Returns 0 or -ENOMEM. */
int energy_band_init(struct energy_band *band, const struct energy_buckets *buckets);
void energy_band_free(struct energy_band *band);

/*
 * Adds what was used in an interval, to the buckets that it touches by how much of it is in each:
 * what the buckets gain is @nj, to the last one. The interval lies within the buckets.
 */
void energy_band_add(struct energy_band *band, const struct energy_buckets *buckets,
		     int64_t from_ns, int64_t to_ns, int64_t nj);

#endif /* ENERGY_REPORT_BAND_H */
