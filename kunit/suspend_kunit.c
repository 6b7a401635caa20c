// SPDX-License-Identifier: GPL-2.0-only
/* Whole samples around suspend and hibernation, and of clocks that seem to go back. */
#include <kunit/test.h>

#include "fake.h"
#include "machine.h"

static void parked_takes_no_sample(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 samples;
	u32 gen;

	fake_step(test, FAKE_S);
	gen = core->gen;
	/* the last one is published, and once only */
	energy_pm_park(core, fake.now_ns + FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->gen, gen + 1);
	KUNIT_EXPECT_EQ(test, core->published[core->gen & 1].timestamp_ns, fake.now_ns + FAKE_MS);
	samples = core->stats.samples;
	energy_sampler_step(core, fake.now_ns + FAKE_S);
	KUNIT_EXPECT_EQ(test, core->stats.samples, samples);
	energy_pm_unpark(core, fake.now_ns + FAKE_S, false);
	KUNIT_EXPECT_EQ(test, core->stats.samples, samples + 1);
	energy_sampler_step(core, fake.now_ns + 2 * FAKE_S);
	KUNIT_EXPECT_EQ(test, core->stats.samples, samples + 2);
	energy_pm_park(core, fake.now_ns + 9 * FAKE_S);
	KUNIT_EXPECT_EQ(test, core->published[core->gen & 1].timestamp_ns,
			fake.now_ns + 9 * FAKE_S);
	KUNIT_EXPECT_EQ(test, core->published[(core->gen - 1) & 1].timestamp_ns,
			fake.now_ns + 2 * FAKE_S);
}

/* Rule 16, for a counter that goes on, one that was reset, and a machine that was off. */
struct sleep_case {
	const char *name;
	u64 raw_before;
	u64 raw_after;
	bool off;
	u64 slept_nj;
};

static const struct sleep_case sleep_cases[] = {
	{ "goes on", 5000, 7000, false, 2000000 },
	{ "stands still", 5000, 5000, false, 0 },
	{ "reset", 5000, 3, false, 0 },
	{ "near its end, and reset", 0xffffffff, 3, false, 0 },
	{ "off", 5000, 7000, true, 0 },
};

FAKE_TABLE(sleep, sleep_cases);

static void sleep_is_idle(struct kunit *test)
{
	const struct sleep_case *c = test->param_value;
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine_new(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	struct energy_slot *s;
	struct energy_books before;
	u64 score_nj;

	core->params.weights.mem_bytes = 1000;
	a->mem = 1 << 20;
	fs->raw[PACKAGE_0] = c->raw_before - 1000;
	fs->raw[PSYS_0] = fs->raw[PACKAGE_0];
	fs->dom[PACKAGE_0].max_power_mw = 10000;
	fs->dom[PSYS_0].max_power_mw = 10000;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	s = fake_slot(core, ENERGY_PACKAGE, 0);
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 1000);
	fake_source_use(fs, PSYS_0, 1000);
	fake.now_ns += 100 * FAKE_MS;
	energy_pm_park(core, fake.now_ns);
	fake_check(test);
	before = core->books;
	KUNIT_EXPECT_EQ(test, before.measured_nj, 1000000ULL);
	KUNIT_EXPECT_EQ(test, before.live_nj, 500000ULL);
	score_nj = fake_record(test, a)->now.score_nj;

	/* it runs until it is frozen, and when it is thawed */
	fake_run(core, 0, a, 30 * FAKE_MS);
	fs->raw[PACKAGE_0] = c->raw_after;
	fs->raw[PSYS_0] = c->raw_after;
	fake.now_ns += 20 * FAKE_S;
	energy_pm_unpark(core, fake.now_ns, c->off);
	fake_check(test);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, before.measured_nj + c->slept_nj);
	KUNIT_EXPECT_EQ(test, core->books.idle_nj, before.idle_nj + c->slept_nj);
	KUNIT_EXPECT_EQ(test, core->books.live_nj, before.live_nj);
	KUNIT_EXPECT_EQ(test, core->books.unattributed_nj, 0ULL);
	KUNIT_EXPECT_EQ(test, account(test, ENERGY_PSYS, 0)->measured_nj, 1000000 + c->slept_nj);
	KUNIT_EXPECT_EQ(test, s->lost_ns,
			c->raw_after < c->raw_before || c->off ? 20 * FAKE_S : 0);
	/* the model: 30 ms at a watt, and no memory for the time that it slept */
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.score_nj, score_nj + 30000000);
	/* it learns nothing from that */
	KUNIT_EXPECT_EQ(test, s->idle.span.ns, 0ULL);

	/* and goes on as if nothing had been; a counter may wrap again */
	before = core->books;
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_run(core, 1, a, 100 * FAKE_MS);
	fs->raw[PACKAGE_0] += 11;
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.live_nj, before.live_nj + 11000);
	fs->raw[PACKAGE_0] = 0xfffffff0;
	fs->reset[PACKAGE_0] = true;
	fake_step(test, 100 * FAKE_MS);
	before = core->books;
	fake_source_use(fs, PACKAGE_0, 32);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, before.measured_nj + 32000);
}

/* A package that cannot be read when the machine wakes: reset or not is seen when it can. */
static void sleep_in_a_gap(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = fake_source_new(test, "fake", 300);
	struct energy_slot *s;

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 2);
	fs->dom[0].max_power_mw = 10000;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	s = fake_slot(core, ENERGY_PACKAGE, 0);
	fake_source_use(fs, 0, 5000);
	fake_step(test, FAKE_S);
	fs->error[0] = -ENODEV;
	fake_step(test, FAKE_S);
	energy_pm_park(core, fake.now_ns);
	fs->raw[0] = 2;
	fake.now_ns += 2 * FAKE_S;
	energy_pm_unpark(core, fake.now_ns, false);
	fake_check(test);
	fake_step(test, FAKE_S);
	fs->error[0] = 0;
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 5000000ULL);
	KUNIT_EXPECT_EQ(test, s->lost_ns, 5 * FAKE_S);
	fake_source_use(fs, 0, 1);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 5001000ULL);
}

/* Whoever waits for the lock may have read the clock before somebody else's sample. */
static void time_does_not_go_back(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	u64 before_ns = fake.now_ns;
	u32 gen;

	core->params.weights.mem_bytes = 1;
	a->mem = 1 << 20;
	fake_step(test, 100 * FAKE_MS);
	gen = core->gen;
	fake_run(core, 0, a, FAKE_MS);
	fake_source_use(fs, 0, 1000);
	energy_sampler_step(core, before_ns);
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 0)->lost_ns, 0ULL);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 1000000ULL);
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.score_nj, 1000000ULL);
	KUNIT_EXPECT_EQ(test, core->gen, gen);
	fake_check(test);
}

static struct kunit_case suspend_cases[] = {
	KUNIT_CASE(parked_takes_no_sample),
	KUNIT_CASE_PARAM(sleep_is_idle, sleep_gen_params),
	KUNIT_CASE(sleep_in_a_gap),
	KUNIT_CASE(time_does_not_go_back),
	{}
};

static struct kunit_suite suspend_suite = {
	.name = "energy_suspend",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = suspend_cases,
};

kunit_test_suite(suspend_suite);
