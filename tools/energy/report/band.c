// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/band.h"

/* With some to spare, as ends come more than once before they are sorted. */
#define ROOM (8 * ENERGY_MOST_BUCKETS)

static int by_time(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static void sort_and_thin(struct energy_edges *edges)
{
	size_t i, kept = 0;

	qsort(edges->at, edges->nr, sizeof(*edges->at), by_time);
	for (i = 0; i < edges->nr; i++) {
		if (!kept || edges->at[kept - 1] != edges->at[i])
			edges->at[kept++] = edges->at[i];
	}
	edges->nr = kept;
	edges->too_many |= kept > ENERGY_MOST_BUCKETS + 1;
}

int energy_edges_add(struct energy_edges *edges, int64_t at_ns)
{
	if (!edges->any || at_ns < edges->first_ns)
		edges->first_ns = at_ns;
	if (!edges->any || at_ns > edges->last_ns)
		edges->last_ns = at_ns;
	edges->any = true;
	if (edges->too_many)
		return 0;
	if (!edges->at) {
		edges->at = calloc(ROOM, sizeof(*edges->at));
		if (!edges->at)
			return -ENOMEM;
	}
	if (edges->nr == ROOM)
		sort_and_thin(edges);
	if (!edges->too_many)
		edges->at[edges->nr++] = at_ns;
	return 0;
}

void energy_edges_free(struct energy_edges *edges)
{
	free(edges->at);
	memset(edges, 0, sizeof(*edges));
}

static void cut_evenly(struct energy_buckets *buckets, const struct energy_edges *edges)
{
	__int128 length_ns = (__int128)edges->last_ns - edges->first_ns;
	size_t i;

	for (i = 0; i <= buckets->nr; i++)
		buckets->edges_ns[i] = edges->first_ns + (int64_t)(length_ns * i / buckets->nr);
}

int energy_buckets_make(struct energy_buckets *buckets, struct energy_edges *edges)
{
	memset(buckets, 0, sizeof(*buckets));
	if (edges->nr)
		sort_and_thin(edges);
	buckets->edges_ns = calloc(ENERGY_MOST_BUCKETS + 1, sizeof(*buckets->edges_ns));
	if (!buckets->edges_ns)
		return -ENOMEM;
	if (edges->too_many) {
		buckets->nr = ENERGY_MOST_BUCKETS;
		cut_evenly(buckets, edges);
	} else if (edges->nr) {
		buckets->nr = edges->nr - 1;
		memcpy(buckets->edges_ns, edges->at, edges->nr * sizeof(*edges->at));
	}
	return 0;
}

void energy_buckets_free(struct energy_buckets *buckets)
{
	free(buckets->edges_ns);
	memset(buckets, 0, sizeof(*buckets));
}

int energy_band_init(struct energy_band *band, const struct energy_buckets *buckets)
{
	memset(band, 0, sizeof(*band));
	if (!buckets)
		return 0;
	band->nj = calloc(buckets->nr + 1, sizeof(*band->nj));
	return band->nj ? 0 : -ENOMEM;
}

void energy_band_free(struct energy_band *band)
{
	free(band->nj);
	memset(band, 0, sizeof(*band));
}

/* The bucket that @at_ns is in. */
static size_t find(const struct energy_buckets *buckets, int64_t at_ns)
{
	size_t low = 0, high = buckets->nr;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (buckets->edges_ns[middle] <= at_ns)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void energy_band_add(struct energy_band *band, const struct energy_buckets *buckets,
		     int64_t from_ns, int64_t to_ns, int64_t nj)
{
	int64_t given_nj = 0;
	size_t i;

	band->total_nj += nj;
	if (!band->nj)
		return;
	for (i = find(buckets, from_ns); i < buckets->nr && given_nj != nj; i++) {
		int64_t end_ns = buckets->edges_ns[i + 1];
		int64_t until_nj = nj;

		if (end_ns < to_ns)
			until_nj = (__int128)nj * (end_ns - from_ns) / (to_ns - from_ns);
		band->nj[i] += until_nj - given_nj;
		given_nj = until_nj;
	}
}
