// SPDX-License-Identifier: GPL-2.0-only
/* The state of the host's feed: what counts, when it is quiet, what a reader is told. */
#include "../sources/vm_feed_state.h"
#include "fake.h"

static const struct vm_feed_limits limits = { .max_w = 1000, .quiet_intervals = 3 };

/* The host's clock is another one than ours. */
#define HOST_NS(now) ((now) + 5000 * FAKE_S)
#define START_NS (100 * FAKE_S)

/* A line each second that tells ten joules: number @seq. */
static struct vrapl_line line_of(u64 epoch, u64 seq)
{
	return (struct vrapl_line) {
		.seq = seq,
		.epoch = epoch,
		.time_ns = HOST_NS(START_NS + seq * FAKE_S),
		.interval_ns = FAKE_S,
		.energy_uj = 1000000 + seq * 10000000,
		.power_uw = 10000000,
		.confidence_ppm = VRAPL_MILLIONTHS,
		.method = "m",
	};
}

static enum vrapl_verdict accept(struct vm_feed_state *s, u64 epoch, u64 seq)
{
	struct vrapl_line line = line_of(epoch, seq);

	return vm_feed_accept(s, &limits, &line, START_NS + seq * FAKE_S);
}

/* What the reader gets, and by how much that is more than before. */
static int more(struct vm_feed_state *s, u64 *uj, u64 *more_uj)
{
	u64 before_uj = *uj;
	int ret = vm_feed_read(s, uj);

	*more_uj = *uj - before_uj;
	return ret;
}

#define EXPECT_READ(_ret, _more_uj)						\
	do {									\
		u64 by_uj;							\
										\
		KUNIT_EXPECT_EQ(test, more(&s, &uj, &by_uj), _ret);		\
		KUNIT_EXPECT_EQ(test, by_uj, (u64)(_more_uj));			\
	} while (0)

/* The feed after the lines 1 and 2 of epoch 7. */
static struct vm_feed_state fed(struct kunit *test)
{
	struct vm_feed_state s = {};

	KUNIT_EXPECT_EQ(test, accept(&s, 7, 1), VRAPL_GOOD);
	KUNIT_EXPECT_EQ(test, accept(&s, 7, 2), VRAPL_GOOD);
	KUNIT_EXPECT_EQ(test, s.total_uj, 10000000ULL);
	return s;
}

/**
 * struct verdict_case - What a line is changed to that would have been the third
 * @name: what is wrong with it
 * @verdict: what is to be found
 * @epoch: added to its field, as are the others
 * @seq: see @epoch
 * @time_ns: see @epoch
 * @interval_ns: see @epoch
 * @energy_uj: see @epoch
 * @power_uw: see @epoch
 * @late_ns: how much later it comes
 */
struct verdict_case {
	const char *name;
	enum vrapl_verdict verdict;
	s64 epoch;
	s64 seq;
	s64 time_ns;
	s64 interval_ns;
	s64 energy_uj;
	s64 power_uw;
	u64 late_ns;
};

#define S ((s64)NSEC_PER_SEC)

static const struct verdict_case verdict_cases[] = {
	{ "nothing", VRAPL_GOOD },
	{ "numbers left out", VRAPL_GOOD, .seq = 100 },
	{ "the same number", VRAPL_SEQUENCE, .seq = -1 },
	{ "an older number", VRAPL_SEQUENCE, .seq = -2, .energy_uj = -20000000 },
	{ "the same time", VRAPL_LATE, .time_ns = -S },
	{ "an older time", VRAPL_LATE, .time_ns = -S - 1 },
	{ "a little more than the time before", VRAPL_GOOD, .time_ns = 100000000 - S },
	{ "as late as may be", VRAPL_GOOD, .late_ns = 3 * NSEC_PER_SEC },
	{ "later", VRAPL_LATE, .late_ns = 3 * NSEC_PER_SEC + 100 * NSEC_PER_MSEC },
	{ "no more energy", VRAPL_GOOD, .energy_uj = -10000000 },
	{ "less energy", VRAPL_NEGATIVE, .energy_uj = -10000001 },
	{ "as much as may be", VRAPL_GOOD, .energy_uj = 990000000 },
	{ "more", VRAPL_ABSURD, .energy_uj = 990000001 },
	{ "far more", VRAPL_ABSURD, .energy_uj = S64_MAX },
	{ "the highest power", VRAPL_GOOD, .power_uw = 990000000 },
	{ "a higher one", VRAPL_ABSURD, .power_uw = 990000001 },
	{ "no interval", VRAPL_ABSURD, .interval_ns = -S },
	{ "the longest interval", VRAPL_GOOD, .interval_ns = 99 * S },
	{ "a longer one", VRAPL_ABSURD, .interval_ns = 99 * S + 1 },
	{ "another epoch, another number", VRAPL_GOOD, .epoch = 1, .seq = -3, .time_ns = -2 * S,
	  .energy_uj = -30000000 },
	{ "a time in the far future", VRAPL_GOOD, .time_ns = S64_MAX / 2 },
	{ "which tells of a day at most", VRAPL_GOOD, .time_ns = S64_MAX / 2,
	  .energy_uj = 86399990000000 },
	{ "not of more", VRAPL_ABSURD, .time_ns = S64_MAX / 2, .energy_uj = 86399990000001 },
};

FAKE_TABLE(verdict, verdict_cases);

static void verdict(struct kunit *test)
{
	const struct verdict_case *c = test->param_value;
	struct vm_feed_state s = fed(test), before = s;
	struct vrapl_line line = line_of(7, 3);

	line.epoch += c->epoch;
	line.seq += c->seq;
	line.time_ns += c->time_ns;
	line.interval_ns += c->interval_ns;
	line.energy_uj += c->energy_uj;
	line.power_uw += c->power_uw;
	KUNIT_EXPECT_EQ(test, vm_feed_accept(&s, &limits, &line,
					     START_NS + 3 * FAKE_S + c->late_ns), c->verdict);
	before.lines[c->verdict]++;
	if (c->verdict != VRAPL_GOOD) {
		KUNIT_EXPECT_EQ(test, memcmp(&s, &before, sizeof(s)), 0);
		/* and the next good line tells all */
		KUNIT_EXPECT_EQ(test, accept(&s, 7, 4), VRAPL_GOOD);
		KUNIT_EXPECT_EQ(test, s.total_uj, 30000000ULL);
	} else if (!c->epoch) {
		KUNIT_EXPECT_EQ(test, s.total_uj, 20000000ULL + c->energy_uj);
	}
}

/* The largest energy that counts fits in nanojoules. */
static void most_energy_fits(struct kunit *test)
{
	const struct vm_feed_limits most = { .max_w = VM_FEED_MAX_W, .quiet_intervals = 1 };
	u64 uj = vm_feed_most_uj(&most, U64_MAX);

	KUNIT_EXPECT_EQ(test, uj, 86400ULL * VM_FEED_MAX_W * 1000000);
	KUNIT_EXPECT_LE(test, uj, U64_MAX / 1000);
	KUNIT_EXPECT_EQ(test, vm_feed_most_uj(&most, 1000), (u64)VM_FEED_MAX_W);
}

static void lost_lines_lose_nothing(struct kunit *test)
{
	struct vm_feed_state s = fed(test);
	u64 uj = 0;

	EXPECT_READ(0, 10000000);
	KUNIT_EXPECT_EQ(test, accept(&s, 7, 4), VRAPL_GOOD);
	EXPECT_READ(0, 20000000);
}

static void reader_waits_for_lines(struct kunit *test)
{
	struct vm_feed_state s = {};
	u64 uj = 0;

	accept(&s, 7, 1);
	/* where it begins */
	EXPECT_READ(0, 0);
	EXPECT_READ(ENERGY_COUNTER_WAIT, 0);
	accept(&s, 7, 2);
	EXPECT_READ(0, 10000000);
	EXPECT_READ(ENERGY_COUNTER_WAIT, 0);
	accept(&s, 7, 3);
	accept(&s, 7, 4);
	EXPECT_READ(0, 20000000);
	EXPECT_READ(ENERGY_COUNTER_WAIT, 0);
	/* another reader begins where it comes */
	accept(&s, 7, 5);
	vm_feed_restart(&s);
	EXPECT_READ(0, 10000000);
	EXPECT_READ(ENERGY_COUNTER_WAIT, 0);
}

/* All that the old epoch has told is read; then there is one break. */
static void new_epoch(struct kunit *test)
{
	struct vm_feed_state s = fed(test);
	u64 uj = 0;

	EXPECT_READ(0, 10000000);
	accept(&s, 7, 3);
	accept(&s, 8, 4);
	accept(&s, 8, 5);
	EXPECT_READ(0, 10000000);
	EXPECT_READ(ENERGY_COUNTER_RESET, 0);
	EXPECT_READ(0, 10000000);
	EXPECT_READ(ENERGY_COUNTER_WAIT, 0);

	accept(&s, 9, 6);
	EXPECT_READ(ENERGY_COUNTER_RESET, 0);
	EXPECT_READ(ENERGY_COUNTER_WAIT, 0);
}

/* Nobody reads yet: it is no break for one who comes later. */
static void new_epoch_before_a_reader(struct kunit *test)
{
	struct vm_feed_state s = fed(test);
	u64 uj = 0;

	accept(&s, 8, 3);
	EXPECT_READ(0, 10000000);
	EXPECT_READ(ENERGY_COUNTER_WAIT, 0);
}

static void two_daemons(struct kunit *test)
{
	struct vm_feed_state s = fed(test);

	KUNIT_EXPECT_EQ(test, accept(&s, 8, 3), VRAPL_GOOD);
	KUNIT_EXPECT_EQ(test, accept(&s, 7, 4), VRAPL_SEQUENCE);
	KUNIT_EXPECT_EQ(test, accept(&s, 8, 4), VRAPL_GOOD);
	KUNIT_EXPECT_EQ(test, s.total_uj, 20000000ULL);
	/* the second has gone, the first is back */
	KUNIT_EXPECT_FALSE(test, vm_feed_hush(&s, START_NS + 10 * FAKE_S));
	KUNIT_EXPECT_EQ(test, accept(&s, 7, 11), VRAPL_GOOD);
	KUNIT_EXPECT_EQ(test, s.total_uj, 20000000ULL);
}

static void quiet(struct kunit *test)
{
	struct vm_feed_state s = fed(test);
	u64 last_ns = START_NS + 2 * FAKE_S, uj = 0;

	EXPECT_READ(0, 10000000);
	KUNIT_EXPECT_EQ(test, vm_feed_left_ns(&s, last_ns), 3 * FAKE_S);
	KUNIT_EXPECT_TRUE(test, vm_feed_hush(&s, last_ns + 3 * FAKE_S - 1));
	KUNIT_EXPECT_FALSE(test, vm_feed_hush(&s, last_ns + 3 * FAKE_S));
	KUNIT_EXPECT_FALSE(test, s.live);
	/* old lines do not make it live, nor bad ones */
	KUNIT_EXPECT_EQ(test, accept(&s, 7, 2), VRAPL_SEQUENCE);
	KUNIT_EXPECT_FALSE(test, s.live);

	/* it begins anew: what was used meanwhile is the estimate's */
	KUNIT_EXPECT_EQ(test, accept(&s, 7, 60), VRAPL_GOOD);
	KUNIT_EXPECT_TRUE(test, s.live);
	KUNIT_EXPECT_EQ(test, s.total_uj, 10000000ULL);
	/* a reader that has stayed is told of the break */
	EXPECT_READ(ENERGY_COUNTER_RESET, 0);
	KUNIT_EXPECT_EQ(test, accept(&s, 7, 61), VRAPL_GOOD);
	EXPECT_READ(0, 10000000);
}

/* However long the intervals: the core would not wait any longer. */
static void quiet_at_the_latest(struct kunit *test)
{
	const struct vm_feed_limits patient = { .max_w = 1000, .quiet_intervals = 100 };
	struct vm_feed_state s = {};
	struct vrapl_line line = line_of(7, 1);

	line.interval_ns = VRAPL_INTERVAL_MAX_NS;
	KUNIT_EXPECT_EQ(test, vm_feed_accept(&s, &patient, &line, START_NS), VRAPL_GOOD);
	KUNIT_EXPECT_EQ(test, vm_feed_left_ns(&s, START_NS), 300 * FAKE_S);
}

/* Clocks that go apart by 200 ppm for a week, and lines that come a little late or early. */
static void drifting_clocks(struct kunit *test)
{
	struct vm_feed_state s = {};
	u64 seq, bad = 0;

	for (seq = 1; seq < 7 * 86400; seq += 10) {
		struct vrapl_line line = line_of(7, seq);
		u64 now_ns = START_NS + seq * FAKE_S;

		now_ns += seq * 200000 + seq % 7 * 10 * FAKE_MS;
		line.interval_ns = 10 * FAKE_S;
		bad += vm_feed_accept(&s, &limits, &line, now_ns) != VRAPL_GOOD;
	}
	KUNIT_EXPECT_EQ(test, bad, 0ULL);
}

static struct kunit_case vm_feed_cases[] = {
	KUNIT_CASE_PARAM(verdict, verdict_gen_params),
	KUNIT_CASE(most_energy_fits),
	KUNIT_CASE(lost_lines_lose_nothing),
	KUNIT_CASE(reader_waits_for_lines),
	KUNIT_CASE(new_epoch),
	KUNIT_CASE(new_epoch_before_a_reader),
	KUNIT_CASE(two_daemons),
	KUNIT_CASE(quiet),
	KUNIT_CASE(quiet_at_the_latest),
	KUNIT_CASE(drifting_clocks),
	{}
};

static struct kunit_suite vm_feed_suite = {
	.name = "energy_vm_feed",
	.test_cases = vm_feed_cases,
};

kunit_test_suite(vm_feed_suite);
