// SPDX-License-Identifier: GPL-2.0-only
/* Idle power: what counts as nearly idle, what is learnt from it, and how it is used. */
#include <kunit/test.h>

#include "../core/idle.h"
#include "fake.h"

/* A span of two CPUs that used so many microwatts, and of whose time so much was busy. */
static struct energy_span span_of(u64 ns, u64 uw, u64 busy_ns)
{
	return (struct energy_span) {
		.ns = ns,
		.nj = ns / 1000 * uw / 1000,
		.busy_ns = busy_ns,
		.capacity_ns = 2 * ns,
	};
}

/* So many of them, one after the other. */
static void watch(struct energy_idle *idle, u64 *now_ns, struct energy_span span, unsigned int nr)
{
	while (nr--) {
		*now_ns += span.ns;
		energy_idle_observe(idle, &span, *now_ns);
	}
}

static void three_spans_make_it_known(struct kunit *test)
{
	struct energy_span span = span_of(100 * FAKE_MS, 5000000, 0);
	struct energy_idle idle = {};
	u64 now_ns = FAKE_START_NS;

	watch(&idle, &now_ns, span, 2);
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 0U);
	watch(&idle, &now_ns, span, 1);
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 5000000U);
}

/* Which spans are candidates: three of a kind make the power known, or do not. */
struct candidate_case {
	const char *name;
	struct energy_span span;
	u32 uw;
};

static const struct candidate_case candidate_cases[] = {
	{ "idle", { .ns = 20000000, .nj = 1000000, .capacity_ns = 40000000 }, 50000 },
	{ "busy for the fiftieth part",
	  { .ns = 20000000, .nj = 1000000, .busy_ns = 800000, .capacity_ns = 40000000 }, 49000 },
	{ "busy for more",
	  { .ns = 20000000, .nj = 1000000, .busy_ns = 800001, .capacity_ns = 40000000 }, 0 },
	{ "a quarter of one of many CPUs",
	  { .ns = 20000000, .nj = 1000000, .busy_ns = 5000000, .capacity_ns = 1280000000 },
	  49804 },
	{ "more than that",
	  { .ns = 20000000, .nj = 1000000, .busy_ns = 5000001, .capacity_ns = 1280000000 }, 0 },
	{ "no CPU", { .ns = 20000000, .nj = 1000000 }, 0 },
	{ "counter that stands still", { .ns = 20000000, .capacity_ns = 40000000 }, 0 },
	{ "next to nothing", { .ns = 4000000000, .nj = 1, .capacity_ns = 8000000000 }, 1 },
	{ "more than there is",
	  { .ns = 20000000, .nj = U64_MAX / 2, .capacity_ns = 40000000 }, U32_MAX },
	{ "ends known well enough",
	  { .ns = 20000000, .blur_ns = 1000000, .nj = 1000000, .capacity_ns = 40000000 },
	  50000 },
	{ "ends not known well enough",
	  { .ns = 20000000, .blur_ns = 1000001, .nj = 1000000, .capacity_ns = 40000000 }, 0 },
};

FAKE_TABLE(candidate, candidate_cases);

static void candidates(struct kunit *test)
{
	const struct candidate_case *c = test->param_value;
	struct energy_idle idle = {};
	u64 now_ns = FAKE_START_NS;

	watch(&idle, &now_ns, c->span, ENERGY_IDLE_MEDIAN);
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), c->uw);
}

/* Rule 12: samples of a millisecond, of a counter that moves once in a millisecond or so. */
static void short_samples_are_added_up(struct kunit *test)
{
	static const u64 nj[] = { 0, 10000000, 0, 5000000, 5000000 };
	struct energy_idle idle = {};
	u64 now_ns = FAKE_START_NS;
	unsigned int i;

	for (i = 0; i < 60; i++) {
		struct energy_span span = span_of(FAKE_MS, 0, 0);

		KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 0U);
		span.nj = nj[i % ARRAY_SIZE(nj)];
		watch(&idle, &now_ns, span, 1);
	}
	/* 20 mJ in 5 ms */
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 4000000U);
}

/* A counter that moves once in a while: the span lasts until it has. */
static void slow_counter(struct kunit *test)
{
	struct energy_span still = span_of(100 * FAKE_MS, 0, 0), moved = still;
	struct energy_idle idle = {};
	u64 now_ns = FAKE_START_NS;
	unsigned int i;

	moved.nj = 61035;
	for (i = 0; i < ENERGY_IDLE_MEDIAN; i++) {
		watch(&idle, &now_ns, still, 9);
		watch(&idle, &now_ns, moved, 1);
	}
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 61U);
}

static void one_freak_does_not_decide(struct kunit *test)
{
	struct energy_span usual = span_of(100 * FAKE_MS, 5000000, 0);
	struct energy_span freak = span_of(100 * FAKE_MS, 1000, 0);
	struct energy_idle idle = {};
	u64 now_ns = FAKE_START_NS;

	watch(&idle, &now_ns, freak, 1);
	watch(&idle, &now_ns, usual, 2);
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 5000000U);
	watch(&idle, &now_ns, usual, 7);
	watch(&idle, &now_ns, freak, 1);
	watch(&idle, &now_ns, usual, 2);
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 5000000U);
	/* two are no freak */
	watch(&idle, &now_ns, freak, 2);
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 1000U);
}

static void lowest_counts(struct kunit *test)
{
	struct energy_idle idle = {};
	u64 now_ns = FAKE_START_NS;

	watch(&idle, &now_ns, span_of(FAKE_S, 7000000, 0), 5);
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 7000000U);
	watch(&idle, &now_ns, span_of(FAKE_S, 6000000, 0), 5);
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 6000000U);
	watch(&idle, &now_ns, span_of(FAKE_S, 8000000, 0), 50);
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 6000000U);
}

/* What was seen long ago is forgotten: not at once, and not before there is something newer. */
static void low_ages_out(struct kunit *test)
{
	struct energy_idle idle = {};
	u64 now_ns = FAKE_START_NS, low_ns;

	watch(&idle, &now_ns, span_of(FAKE_S, 4000000, 0), 5);
	low_ns = now_ns;
	while (now_ns - low_ns < ENERGY_IDLE_WINDOW_NS / 2) {
		watch(&idle, &now_ns, span_of(FAKE_S, 6000000, 0), 1);
		KUNIT_ASSERT_EQ(test, energy_idle_uw(&idle), 4000000U);
	}
	while (energy_idle_uw(&idle) != 6000000) {
		watch(&idle, &now_ns, span_of(FAKE_S, 6000000, 0), 1);
		KUNIT_ASSERT_LE(test, now_ns - low_ns, ENERGY_IDLE_WINDOW_NS);
	}
}

/* However long a load lasts, and be it a single CPU of many. */
static void load_does_not_lift_it(struct kunit *test)
{
	struct energy_idle idle = {};
	struct energy_span one_of_many = {
		.ns = FAKE_S,
		.nj = 30000000000ULL,
		.busy_ns = FAKE_S,
		.capacity_ns = 256 * FAKE_S,
	};
	u64 now_ns = FAKE_START_NS;

	watch(&idle, &now_ns, span_of(FAKE_S, 4000000, 0), 5);
	watch(&idle, &now_ns, span_of(FAKE_S, 9000000, 2 * FAKE_S), 5000);
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 4000000U);
	watch(&idle, &now_ns, one_of_many, 5000);
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 4000000U);
}

static void never_idle_is_never_known(struct kunit *test)
{
	struct energy_idle idle = {};
	u64 now_ns = FAKE_START_NS;

	watch(&idle, &now_ns, span_of(FAKE_S, 9000000, FAKE_S / 10), 5000);
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 0U);
}

/* Activity in one of its samples spoils a span, and that span alone. */
static void burst_spoils_its_span(struct kunit *test)
{
	struct energy_idle idle = {};
	u64 now_ns = FAKE_START_NS;
	unsigned int i;

	for (i = 0; i < 2 * ENERGY_IDLE_MEDIAN; i++) {
		watch(&idle, &now_ns, span_of(FAKE_MS, 2000000, 0), 10);
		watch(&idle, &now_ns, span_of(FAKE_MS, 30000000, 2 * FAKE_MS), 10);
	}
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 0U);
	watch(&idle, &now_ns, span_of(FAKE_MS, 2000000, 0), 20 * ENERGY_IDLE_MEDIAN);
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 2000000U);
}

/* The idle part of a sample whose ends are known. */
static u64 part_of(struct energy_idle *idle, u32 uw, u64 nj, u64 ns)
{
	struct energy_span span = { .nj = nj, .ns = ns };

	return energy_idle_nj(idle, uw, &span);
}

static void restart_keeps_what_is_known(struct kunit *test)
{
	struct energy_idle idle = {};
	u64 now_ns = FAKE_START_NS;

	watch(&idle, &now_ns, span_of(FAKE_S, 4000000, 0), 5);
	/* half a span with energy beyond all measure */
	watch(&idle, &now_ns, span_of(FAKE_MS, 1, 0), 1);
	part_of(&idle, 4000000, 0, FAKE_S);
	energy_idle_restart(&idle);
	KUNIT_EXPECT_EQ(test, energy_idle_uw(&idle), 4000000U);
	KUNIT_EXPECT_EQ(test, idle.span.ns, 0ULL);
	KUNIT_EXPECT_EQ(test, part_of(&idle, 4000000, 1000, 0), 0ULL);
}

struct part_case {
	const char *name;
	u32 uw;
	u64 delta_nj;
	u64 ns;
	u64 idle_nj;
};

static const struct part_case part_cases[] = {
	{ "all of it", 5000000, 400000000, 100000000, 400000000 },
	{ "exactly all of it", 5000000, 500000000, 100000000, 500000000 },
	{ "a part of it", 5000000, 2000000000, 100000000, 500000000 },
	{ "nothing measured", 5000000, 0, 100000000, 0 },
	{ "no time", 5000000, 1000, 0, 0 },
	{ "rounds down", 1, 1000000, 1999999, 1 },
	{ "largest power", U32_MAX, U64_MAX, 1000000, 4294967295ULL },
	{ "endless", U32_MAX, U64_MAX, U64_MAX, U64_MAX },
	{ "long time", 1000000000, U64_MAX, 86400000000000ULL, 86400000000000000ULL },
};

FAKE_TABLE(part, part_cases);

static void idle_part(struct kunit *test)
{
	const struct part_case *c = test->param_value;
	struct energy_idle idle = {};

	KUNIT_EXPECT_EQ(test, part_of(&idle, c->uw, c->delta_nj, c->ns), c->idle_nj);
}

/* What a counter has not shown yet is idling when it shows it. */
static void late_counter_makes_up(struct kunit *test)
{
	struct energy_idle idle = {};
	u64 idle_nj = 0, used_nj = 0;
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		u64 delta_nj = i % 4 == 3 ? 20000000 : 0;

		used_nj += delta_nj;
		idle_nj += part_of(&idle, 5000000, delta_nj, FAKE_MS);
	}
	KUNIT_EXPECT_EQ(test, idle_nj, used_nj);
}

/* But a power that is set too high takes no more than a moment of the activity that follows. */
static void credit_is_bounded(struct kunit *test)
{
	struct energy_idle idle = {};
	unsigned int i;

	for (i = 0; i < 1000; i++)
		KUNIT_EXPECT_EQ(test, part_of(&idle, 5000000, 1, FAKE_S), 1ULL);
	KUNIT_EXPECT_EQ(test, part_of(&idle, 5000000, 100000000000ULL, FAKE_S), 5100000000ULL);
	KUNIT_EXPECT_EQ(test, part_of(&idle, 5000000, 100000000000ULL, FAKE_S), 5000000000ULL);
}

/* A virtual CPU that its host stops between the counter and the clock: only time was lost. */
static void late_clock_makes_up(struct kunit *test)
{
	static const u64 late_ns[] = { 0, 300 * FAKE_MS, 0, 0, 90 * FAKE_MS, 200 * FAKE_MS };
	u64 idle_nj = 0, used_nj = 0, before_ns = 0;
	struct energy_idle idle = {};
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		u64 now_ns = late_ns[i % ARRAY_SIZE(late_ns)];
		struct energy_span span = {
			.nj = 5 * (100 * FAKE_MS + before_ns),
			.ns = 100 * FAKE_MS + now_ns,
			.blur_ns = now_ns + before_ns,
		};

		before_ns = now_ns;
		used_nj += span.nj;
		idle_nj += energy_idle_nj(&idle, 5000000, &span);
	}
	KUNIT_EXPECT_EQ(test, idle_nj, used_nj);
}

static struct kunit_case idle_cases[] = {
	KUNIT_CASE(three_spans_make_it_known),
	KUNIT_CASE_PARAM(candidates, candidate_gen_params),
	KUNIT_CASE(short_samples_are_added_up),
	KUNIT_CASE(slow_counter),
	KUNIT_CASE(one_freak_does_not_decide),
	KUNIT_CASE(lowest_counts),
	KUNIT_CASE(low_ages_out),
	KUNIT_CASE(load_does_not_lift_it),
	KUNIT_CASE(never_idle_is_never_known),
	KUNIT_CASE(burst_spoils_its_span),
	KUNIT_CASE(restart_keeps_what_is_known),
	KUNIT_CASE_PARAM(idle_part, part_gen_params),
	KUNIT_CASE(late_counter_makes_up),
	KUNIT_CASE(credit_is_bounded),
	KUNIT_CASE(late_clock_makes_up),
	{}
};

static struct kunit_suite idle_suite = {
	.name = "energy_idle",
	.test_cases = idle_cases,
};

kunit_test_suite(idle_suite);
