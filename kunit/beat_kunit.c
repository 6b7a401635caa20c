// SPDX-License-Identifier: GPL-2.0-only
/* The beat: due times, lateness, samples left out, and changes of the time between them. */
#include <kunit/test.h>

#include "../core/beat.h"
#include "fake.h"

struct take_case {
	const char *name;
	u64 late_ns;
	u64 missed;
	u64 next_ns;
};

/* A sample is due 100 ms after the start; @next_ns is when the next one is, since then. */
static const struct take_case take_cases[] = {
	{ "in time", 0, 0, 200 * FAKE_MS },
	{ "a little late", 1, 0, 200 * FAKE_MS },
	{ "nearly a sample late", 100 * FAKE_MS - 1, 0, 200 * FAKE_MS },
	{ "a sample late", 100 * FAKE_MS, 1, 300 * FAKE_MS },
	{ "nearly two samples late", 200 * FAKE_MS - 1, 1, 300 * FAKE_MS },
	{ "an hour late", 3600 * FAKE_S + 1, 36000, 3600 * FAKE_S + 200 * FAKE_MS },
};

FAKE_TABLE(take, take_cases);

static void take(struct kunit *test)
{
	const struct take_case *c = test->param_value;
	struct energy_beat b;
	u64 drift_ns;

	energy_beat_start(&b, 100 * FAKE_MS, FAKE_START_NS);
	KUNIT_EXPECT_EQ(test, b.due_ns, FAKE_START_NS + 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_beat_take(&b, b.due_ns + c->late_ns, &drift_ns), c->missed);
	KUNIT_EXPECT_EQ(test, drift_ns, c->late_ns);
	KUNIT_EXPECT_EQ(test, b.due_ns, FAKE_START_NS + c->next_ns);
}

/* However late each of them is: the thousandth is due where it was at first. */
static void lateness_does_not_add_up(struct kunit *test)
{
	struct energy_beat b;
	u64 drift_ns, missed = 0;
	unsigned int i;

	energy_beat_start(&b, FAKE_MS, FAKE_START_NS);
	for (i = 0; i < 1000; i++)
		missed += energy_beat_take(&b, b.due_ns + i * 997, &drift_ns);
	KUNIT_EXPECT_EQ(test, missed, 0ULL);
	KUNIT_EXPECT_EQ(test, b.due_ns, FAKE_START_NS + 1001 * FAKE_MS);
}

struct change_case {
	const char *name;
	u64 after_ns;
	u64 sample_ns;
	u64 due_ns;
};

/* From 100 ms; times since the last sample. */
static const struct change_case change_cases[] = {
	{ "no change", 30 * FAKE_MS, 100 * FAKE_MS, 100 * FAKE_MS },
	{ "no change, and late", 130 * FAKE_MS, 100 * FAKE_MS, 100 * FAKE_MS },
	{ "longer", 30 * FAKE_MS, FAKE_S, FAKE_S },
	{ "shorter, still to come", 30 * FAKE_MS, 50 * FAKE_MS, 50 * FAKE_MS },
	{ "shorter, at once", 30 * FAKE_MS, FAKE_MS, 30 * FAKE_MS },
};

FAKE_TABLE(change, change_cases);

static void change(struct kunit *test)
{
	const struct change_case *c = test->param_value;
	struct energy_beat b;
	u64 drift_ns, last_ns;

	energy_beat_start(&b, 100 * FAKE_MS, FAKE_START_NS);
	energy_beat_take(&b, b.due_ns + 10 * FAKE_MS, &drift_ns);
	last_ns = FAKE_START_NS + 100 * FAKE_MS;
	energy_beat_change(&b, c->sample_ns, last_ns + c->after_ns);
	KUNIT_EXPECT_EQ(test, b.due_ns, last_ns + c->due_ns);
	/* none is missed by a change alone */
	KUNIT_EXPECT_EQ(test, energy_beat_take(&b, b.due_ns, &drift_ns), 0ULL);
	KUNIT_EXPECT_EQ(test, drift_ns, 0ULL);
	KUNIT_EXPECT_EQ(test, b.due_ns, last_ns + c->due_ns + c->sample_ns);
}

static struct kunit_case beat_cases[] = {
	KUNIT_CASE_PARAM(take, take_gen_params),
	KUNIT_CASE(lateness_does_not_add_up),
	KUNIT_CASE_PARAM(change, change_gen_params),
	{}
};

static struct kunit_suite beat_suite = {
	.name = "energy_beat",
	.test_cases = beat_cases,
};

kunit_test_suite(beat_suite);
