// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "top/history.h"

static int compare(uint64_t left_key, energy_sum left_nj, uint64_t right_key,
		   energy_sum right_nj)
{
	if (left_key != right_key)
		return left_key < right_key ? -1 : 1;
	return (left_nj > right_nj) - (left_nj < right_nj);
}

static int by_start(const void *a, const void *b)
{
	const struct energy_point *left = a, *right = b;

	return compare(left->key, left->start_nj, right->key, right->start_nj);
}

static int by_total(const void *a, const void *b)
{
	const struct energy_track *left = a, *right = b;

	return compare(left->key, left->total_nj, right->key, right->total_nj);
}

static void append(struct energy_track *track, float watts)
{
	if (track->nr == ENERGY_HISTORY_LEN)
		memmove(track->watts, track->watts + 1,
			--track->nr * sizeof(track->watts[0]));
	track->watts[track->nr++] = watts;
}

static bool is_all_zero(const struct energy_track *track)
{
	size_t i;

	for (i = 0; i < track->nr; i++) {
		if (track->watts[i] > 0)
			return false;
	}
	return true;
}

static void go_on(struct energy_track *track, const struct energy_point *point,
		  uint64_t length_ns)
{
	track->key = point->key;
	track->total_nj = point->end_nj;
	append(track, (double)point->delta_nj / length_ns);
}

int energy_history_add(struct energy_history *history, struct energy_point *points, size_t nr,
		       uint64_t length_ns)
{
	const struct energy_track *old = history->tracks, *end = old + history->nr_tracks;
	struct energy_track *tracks = calloc(history->nr_tracks + nr + 1, sizeof(*tracks));
	size_t nr_tracks = 0, i = 0;

	if (!tracks)
		return -ENOMEM;
	if (nr)
		qsort(points, nr, sizeof(*points), by_start);
	while (old < end || i < nr) {
		struct energy_track *track = &tracks[nr_tracks++];
		int order = i == nr ? -1 : 1;

		if (old < end && i < nr)
			order = compare(old->key, old->total_nj, points[i].key,
					points[i].start_nj);
		if (order <= 0)
			*track = *old++;
		if (order >= 0) {
			go_on(track, &points[i++], length_ns);
			continue;
		}
		append(track, 0);
		if (is_all_zero(track))
			memset(&tracks[--nr_tracks], 0, sizeof(*tracks));
	}
	if (nr_tracks)
		qsort(tracks, nr_tracks, sizeof(*tracks), by_total);
	free(history->tracks);
	history->tracks = tracks;
	history->nr_tracks = nr_tracks;
	return 0;
}

const struct energy_track *energy_history_find(const struct energy_history *history,
					       uint64_t key, energy_sum total_nj)
{
	struct energy_track wanted = { .key = key, .total_nj = total_nj };

	if (!history->nr_tracks)
		return NULL;
	return bsearch(&wanted, history->tracks, history->nr_tracks, sizeof(wanted), by_total);
}

void energy_history_free(struct energy_history *history)
{
	free(history->tracks);
	memset(history, 0, sizeof(*history));
}
