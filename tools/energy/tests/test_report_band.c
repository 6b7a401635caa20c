// SPDX-License-Identifier: GPL-2.0-only
#include "report/band.h"
#include "report/marks.h"
#include "report/timeline.h"
#include "tap.h"

#define S 1000000000LL

static int64_t sum(const struct energy_band *band, const struct energy_buckets *buckets)
{
	int64_t nj = 0;
	size_t i;

	for (i = 0; i < buckets->nr; i++)
		nj += band->nj[i];
	return nj;
}

static void few_edges(bool *good)
{
	static const int64_t at[] = { 30, 10, 20, 20, 10, -5 };
	struct energy_edges edges = { 0 };
	struct energy_buckets buckets;
	size_t i;

	for (i = 0; i < 6; i++)
		CHECK(!energy_edges_add(&edges, at[i]));
	CHECK(!energy_buckets_make(&buckets, &edges));
	CHECK(buckets.nr == 3);
	CHECK(buckets.edges_ns[0] == -5 && buckets.edges_ns[1] == 10);
	CHECK(buckets.edges_ns[2] == 20 && buckets.edges_ns[3] == 30);
	energy_buckets_free(&buckets);
	energy_edges_free(&edges);
	CHECK(!energy_buckets_make(&buckets, &edges) && !buckets.nr);
	energy_buckets_free(&buckets);
}

/* As many as there can be, then one more; then far too many. */
static void many_edges(bool *good)
{
	static const int64_t numbers[] = { 1001, 1002, 50000 };
	struct energy_buckets buckets;
	size_t i;
	int64_t j;

	for (i = 0; i < 3; i++) {
		struct energy_edges edges = { 0 };

		for (j = numbers[i] - 1; j >= 0; j--)
			CHECK(!energy_edges_add(&edges, 7 * j * j));
		CHECK(!energy_buckets_make(&buckets, &edges));
		CHECK(buckets.nr == ENERGY_MOST_BUCKETS);
		CHECK(edges.too_many == (i > 0));
		CHECK(buckets.edges_ns[0] == 0);
		CHECK(buckets.edges_ns[1000] == 7 * (numbers[i] - 1) * (numbers[i] - 1));
		CHECK(i > 0 || buckets.edges_ns[10] == 700);
		CHECK(i == 0 || buckets.edges_ns[500] == buckets.edges_ns[1000] / 2);
		energy_buckets_free(&buckets);
		energy_edges_free(&edges);
	}
}

static void spread(bool *good)
{
	int64_t edges_ns[] = { 0, 10, 20, 50 };
	const struct energy_buckets buckets = { edges_ns, 3 };
	struct energy_band band, total;

	CHECK(!energy_band_init(&band, &buckets) && !energy_band_init(&total, NULL));
	energy_band_add(&band, &buckets, 0, 50, 7);
	CHECK(band.nj[0] == 1 && band.nj[1] == 1 && band.nj[2] == 5);
	energy_band_add(&band, &buckets, 5, 15, 101);
	CHECK(band.nj[0] == 51 && band.nj[1] == 52 && band.nj[2] == 5);
	energy_band_add(&band, &buckets, 10, 20, 1);
	CHECK(band.nj[1] == 53 && band.nj[2] == 5);
	/* An account that goes down. */
	energy_band_add(&band, &buckets, 15, 45, -100);
	CHECK(band.nj[1] == 53 - 16 && band.nj[2] == 5 - 84);
	energy_band_add(&band, &buckets, 0, 50, INT64_MAX / 2);
	CHECK(band.total_nj == 9 + (energy_total)(INT64_MAX / 2));
	CHECK(sum(&band, &buckets) == band.total_nj);
	energy_band_add(&total, NULL, 0, 50, INT64_MAX);
	energy_band_add(&total, NULL, 0, 50, INT64_MAX);
	CHECK(total.total_nj == 2 * (energy_total)INT64_MAX && !total.nj);
	energy_band_free(&band);
	energy_band_free(&total);
}

static void timeline(bool *good)
{
	struct energy_timeline line = { 0 };

	/* Time passes by the listings' clock, whatever happens to the time of day. */
	CHECK(energy_timeline_step(&line, 100 * S, 1000 * S, true) == 0);
	CHECK(energy_timeline_step(&line, 101 * S, 5000 * S, false) == S);
	CHECK(line.wall_ns == (uint64_t)(1000 * S));
	CHECK(energy_timeline_place(&line, 99 * S) == -S);
	/* A reboot. */
	CHECK(energy_timeline_step(&line, 7 * S, 5060 * S, true) == 61 * S);
	CHECK(energy_timeline_step(&line, 8 * S, 5061 * S, false) == 62 * S);
	CHECK(energy_timeline_place(&line, 6 * S) == 60 * S);
	/* The time of day was set back meanwhile. */
	CHECK(energy_timeline_step(&line, 9 * S, 5000 * S, true) == 62 * S);
	/* Another one, without a time of day; then the module alone. */
	CHECK(energy_timeline_step(&line, 3 * S, 0, true) == 62 * S);
	CHECK(energy_timeline_step(&line, 10 * S, 0, true) == 69 * S);
}

/* Known only from the second sample on. */
static void late_wall(bool *good)
{
	struct energy_timeline line = { 0 };

	energy_timeline_step(&line, 100 * S, 0, false);
	CHECK(!line.wall_ns);
	energy_timeline_step(&line, 110 * S, 1000 * S, false);
	CHECK(line.wall_ns == (uint64_t)(990 * S));
}

static void median(bool *good)
{
	struct energy_lengths lengths = { 0 };
	uint64_t length_ns;

	CHECK(energy_lengths_median(&lengths) == 0);
	for (length_ns = 1; length_ns < 1ULL << 62; length_ns += length_ns / 4 + 1) {
		uint64_t is;

		memset(&lengths, 0, sizeof(lengths));
		energy_lengths_add(&lengths, length_ns);
		energy_lengths_add(&lengths, length_ns);
		energy_lengths_add(&lengths, UINT64_MAX);
		is = energy_lengths_median(&lengths);
		CHECK(is <= length_ns && is >= length_ns - length_ns / 5);
	}
	memset(&lengths, 0, sizeof(lengths));
	energy_lengths_add(&lengths, UINT64_MAX);
	CHECK(energy_lengths_median(&lengths) > UINT64_MAX / 5 * 4);
}

static void marks(bool *good)
{
	struct energy_marks marks = { 0 };
	int64_t i;

	energy_marks_add(&marks, ENERGY_MARK_GAP, 0, 10);
	energy_marks_add(&marks, ENERGY_MARK_GAP, 10, 20);
	energy_marks_add(&marks, ENERGY_MARK_GAP, 25, 30);
	energy_marks_add(&marks, ENERGY_MARK_RESTART, 30, 30);
	energy_marks_add(&marks, ENERGY_MARK_RESTART, 30, 40);
	CHECK(marks.nr == 4 && marks.marks[0].to_ns == 20 && marks.marks[3].to_ns == 40);
	CHECK(marks.counts[ENERGY_MARK_GAP] == 2 && marks.counts[ENERGY_MARK_RESTART] == 2);
	for (i = 0; i < 200; i++)
		energy_marks_add(&marks, ENERGY_MARK_NO_SOURCE, 100 * i, 100 * i + 5);
	CHECK(marks.nr == ENERGY_MOST_MARKS && marks.nr_left_out == 104);
	CHECK(marks.counts[ENERGY_MARK_NO_SOURCE] == 200);
}

static const struct tap_test tests[] = {
	{ "report: few ends of intervals are the buckets'", few_edges },
	{ "report: of many, buckets of one length", many_edges },
	{ "report: energy is spread, and none is lost", spread },
	{ "report: time goes on across restarts", timeline },
	{ "report: a time of day that comes late", late_wall },
	{ "report: the median of lengths", median },
	{ "report: marks", marks },
};

TAP_MAIN(tests)
