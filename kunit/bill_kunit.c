// SPDX-License-Identifier: GPL-2.0-only
/* Whole samples: from counters and charges to who pays. The books are checked at each step. */
#include <kunit/test.h>

#include "fake.h"
#include "machine.h"

static void baseline_is_not_billed(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine_new(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");

	/* the counter and the process both have a past */
	fake_source_use(fs, PACKAGE_0, 123456);
	fake_run(core, 0, a, 50 * FAKE_MS);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 0ULL);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 0ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 0ULL);
}

static void busy_package(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");

	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_run(core, 1, a, 100 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 5000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 5000000ULL);
	KUNIT_EXPECT_EQ(test, core->books.live_nj, 5000000ULL);
	KUNIT_EXPECT_EQ(test, core->books.idle_nj, 0ULL);
	KUNIT_EXPECT_EQ(test, core->books.unattributed_nj, 0ULL);
}

static void half_busy_package(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");

	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 5000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 2500000ULL);
	KUNIT_EXPECT_EQ(test, core->books.idle_nj, 2500000ULL);
	KUNIT_EXPECT_EQ(test, core->books.unattributed_nj, 0ULL);
}

static void nobody_ran(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine(test);

	fake_source_use(fs, PACKAGE_0, 5000);
	fake_source_use(fs, PACKAGE_1, 300);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.idle_nj, 5300000ULL);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 5300000ULL);
}

static void offline_cpus_are_no_capacity(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");

	fake.offline[1] = true;
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 5000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 5000000ULL);

	/* it ran there until a moment before, 50 of 200 ms: what it used is not lost */
	fake.offline[0] = true;
	fake_run(core, 0, a, 50 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 1000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 5250000ULL);
	KUNIT_EXPECT_EQ(test, core->books.idle_nj, 750000ULL);
	/* a package without a CPU idles */
	fake_source_use(fs, PACKAGE_0, 10);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.idle_nj, 760000ULL);
}

/* Some idle samples: from then on the package's idle power is known. */
static void idle_away(struct kunit *test, struct fake_source *fs, unsigned int dom, u64 units)
{
	unsigned int i;

	for (i = 0; i < ENERGY_IDLE_MEDIAN; i++) {
		fake_source_use(fs, dom, units);
		fake_step(test, 100 * FAKE_MS);
	}
}

static void idle_power_is_learnt(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	struct energy_slot *s = fake_slot(core, ENERGY_PACKAGE, 0);

	/* not known yet: half of the time, half of the energy */
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 5000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 2500000ULL);
	KUNIT_EXPECT_EQ(test, s->idle_uw, 0U);

	idle_away(test, fs, PACKAGE_0, 1000);
	KUNIT_EXPECT_EQ(test, s->idle_uw, 10000U);
	KUNIT_EXPECT_EQ(test, core->books.idle_nj, 5500000ULL);
	/* known: all but what idling takes, however many CPUs were busy */
	fake_run(core, 0, a, 10 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 5000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 2500000ULL + 4000000);
	KUNIT_EXPECT_EQ(test, core->books.idle_nj, 6500000ULL);
	/* nobody ran, and yet more was used than idling takes */
	fake_source_use(fs, PACKAGE_0, 3000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.unattributed_nj, 2000000ULL);
	KUNIT_EXPECT_EQ(test, core->books.idle_nj, 7500000ULL);
}

/* Each counter has an idle power of its own; the administrator's is of the package. */
static void idle_power_of_each_domain(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	unsigned int i;

	for (i = 0; i < ENERGY_IDLE_MEDIAN; i++) {
		fake_source_use(fs, PACKAGE_0, 1000);
		fake_source_use(fs, DRAM_0, 300);
		fake_source_use(fs, PACKAGE_1, 4000);
		fake_step(test, 100 * FAKE_MS);
	}
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 0)->idle_uw, 10000U);
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_DRAM, 0)->idle_uw, 3000U);
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 1)->idle_uw, 40000U);
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_CORE, 0)->idle_uw, 0U);
	KUNIT_EXPECT_EQ(test, energy_params_set_idle_uw(&core->params, "0,15000,99"), 0);

	for (i = 0; i < FAKE_CPUS; i++)
		fake_run(core, i, a, 100 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 2000);
	fake_source_use(fs, DRAM_0, 500);
	fake_source_use(fs, PACKAGE_1, 8000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, account(test, ENERGY_PACKAGE, 0)->attributed_nj, 1000000ULL);
	KUNIT_EXPECT_EQ(test, account(test, ENERGY_DRAM, 0)->attributed_nj, 200000ULL);
	KUNIT_EXPECT_EQ(test, account(test, ENERGY_PACKAGE, 1)->attributed_nj, 6500000ULL);
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 1)->idle_uw, 15000U);
	/* and back to what was learnt */
	KUNIT_EXPECT_EQ(test, energy_params_set_idle_uw(&core->params, "0"), 0);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 1)->idle_uw, 40000U);
}

/* Reads that came late: the time from read to read counts, and such an end teaches nothing. */
static void late_reads(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct energy_slot *s = fake_slot(core, ENERGY_PACKAGE, 0);
	unsigned int i;

	idle_away(test, fs, PACKAGE_0, 1000);
	for (i = 0; i < 10; i++) {
		fake.late_ns = i % 2 ? 0 : 50 * FAKE_MS;
		fake_source_use(fs, PACKAGE_0, i % 2 ? 500 : 1500);
		fake_step(test, 100 * FAKE_MS);
		KUNIT_EXPECT_EQ(test, s->idle_uw, 10000U);
	}
	KUNIT_EXPECT_EQ(test, core->books.idle_nj, core->books.measured_nj);
}

/* Clocks differ a little: a CPU may have been busy for longer than the sample was. */
static void busier_than_possible(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");

	fake_run(core, 0, a, 101 * FAKE_MS);
	fake_run(core, 1, a, 101 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 5000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 5000000ULL);
	KUNIT_EXPECT_EQ(test, core->books.idle_nj, 0ULL);
}

static void split_by_score(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");

	fake_run(core, 0, a, 75 * FAKE_MS);
	fake_run(core, 0, b, 25 * FAKE_MS);
	fake_run(core, 1, a, 100 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 8000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 7000000ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, b), 1000000ULL);
}

static void remainder_is_carried(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *fp[3];
	unsigned int i, step;

	for (i = 0; i < 3; i++)
		fp[i] = fake_proc_new(test, 100 + i, "third");
	fake.offline[1] = true;
	for (step = 1; step <= 3; step++) {
		for (i = 0; i < 3; i++)
			fake_run(core, 0, fp[i], 40 * FAKE_MS);
		/* a microjoule: 1000 nJ for three */
		fake_source_use(fs, PACKAGE_0, 1);
		fake_step(test, 120 * FAKE_MS);
		KUNIT_EXPECT_EQ(test, core->books.pending_nj, (u64)step % 3);
		KUNIT_EXPECT_EQ(test, core->books.live_nj, step * 1000ULL - step % 3);
	}
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, energy_nj(test, fp[i]), 1000ULL);
}

/* What is left of the sum may be more than one counter had: each keeps its own at most. */
static void remainder_of_two_counters(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = fake_source_new(test, "fake", 300);
	unsigned int i;

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 2);
	fake_domain_add(fs, ENERGY_DRAM, 0, 0, 2);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	fs->dom[0].mult = 1;
	fs->dom[1].mult = 1;
	fake.offline[1] = true;
	for (i = 0; i < 4; i++)
		fake_run(core, 0, fake_proc_new(test, 100 + i, "quarter"), 25 * FAKE_MS);
	fake_source_use(fs, 0, 1);
	fake_source_use(fs, 1, 2);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, account(test, ENERGY_PACKAGE, 0)->pending_nj, 1ULL);
	KUNIT_EXPECT_EQ(test, account(test, ENERGY_DRAM, 0)->pending_nj, 2ULL);
	KUNIT_EXPECT_EQ(test, core->books.live_nj, 0ULL);

	for (i = 0; i < 4; i++)
		fake_run(core, 0, fake_proc_new(test, 200 + i, "quarter"), 25 * FAKE_MS);
	fake_source_use(fs, 1, 3);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, account(test, ENERGY_PACKAGE, 0)->pending_nj, 1ULL);
	KUNIT_EXPECT_EQ(test, account(test, ENERGY_DRAM, 0)->pending_nj, 1ULL);
	KUNIT_EXPECT_EQ(test, account(test, ENERGY_DRAM, 0)->attributed_nj, 4ULL);
	KUNIT_EXPECT_EQ(test, core->books.live_nj, 4ULL);
}

static void remainder_finds_an_owner(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 101, "b");

	fake.offline[1] = true;
	fs->dom[0].mult = 1;
	fake_run(core, 0, a, 50 * FAKE_MS);
	fake_run(core, 0, b, 50 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 7);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.pending_nj, 1ULL);
	/* nobody is left to claim it: active energy without an owner */
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.pending_nj, 0ULL);
	KUNIT_EXPECT_EQ(test, core->books.unattributed_nj, 1ULL);
	KUNIT_EXPECT_EQ(test, core->books.live_nj, 6ULL);
}

static void sockets_pay_for_themselves(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine(test);
	struct fake_proc *a = fake_proc_new(test, 100, "on 0");
	struct fake_proc *b = fake_proc_new(test, 200, "on 1");
	struct fake_proc *c = fake_proc_new(test, 300, "on both");

	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_run(core, 1, a, 100 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 1000);
	fake_source_use(fs, PACKAGE_1, 70000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 1000000ULL);
	KUNIT_EXPECT_EQ(test, account(test, ENERGY_PACKAGE, 1)->idle_nj, 70000000ULL);
	KUNIT_EXPECT_EQ(test, account(test, ENERGY_PACKAGE, 1)->attributed_nj, 0ULL);

	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_run(core, 1, c, 100 * FAKE_MS);
	fake_run(core, 2, c, 100 * FAKE_MS);
	fake_run(core, 3, b, 100 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 2000);
	fake_source_use(fs, PACKAGE_1, 40000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 2000000ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, b), 20000000ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, c), 21000000ULL);
}

static void dram_is_billed_with_its_package(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");

	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_run(core, 2, b, 100 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 1000);
	fake_source_use(fs, DRAM_0, 400);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 700000ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, b), 0ULL);
	KUNIT_EXPECT_EQ(test, account(test, ENERGY_DRAM, 0)->attributed_nj, 200000ULL);
	KUNIT_EXPECT_EQ(test, account(test, ENERGY_DRAM, 0)->idle_nj, 200000ULL);
}

static void parts_and_supersets_are_only_reported(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	const struct energy_account only = { .measured_nj = 600000, .reported_nj = 600000 };
	const struct energy_account more = { .measured_nj = 9000000, .reported_nj = 9000000 };

	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 1000);
	fake_source_use(fs, CORE_0, 600);
	fake_source_use(fs, PSYS_0, 9000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 1000000ULL);
	KUNIT_EXPECT_MEMEQ(test, account(test, ENERGY_CORE, 0), &only, sizeof(only));
	KUNIT_EXPECT_MEMEQ(test, account(test, ENERGY_PSYS, 0), &more, sizeof(more));
	KUNIT_EXPECT_FALSE(test, fake_slot(core, ENERGY_CORE, 0)->billed);
	KUNIT_EXPECT_FALSE(test, fake_slot(core, ENERGY_PSYS, 0)->billed);
	KUNIT_EXPECT_TRUE(test, fake_slot(core, ENERGY_PACKAGE, 0)->billed);
	KUNIT_EXPECT_TRUE(test, fake_slot(core, ENERGY_PACKAGE, 1)->billed);
	KUNIT_EXPECT_TRUE(test, fake_slot(core, ENERGY_DRAM, 0)->billed);
}

/* Rule 12's order where there is no package. */
struct set_case {
	const char *name;
	unsigned int has;
	unsigned int billed;
};

static const struct set_case set_cases[] = {
	{ "all", 0x3f, BIT(ENERGY_PACKAGE) | BIT(ENERGY_DRAM) },
	{ "package", BIT(ENERGY_PACKAGE), BIT(ENERGY_PACKAGE) },
	{ "package, psys", BIT(ENERGY_PACKAGE) | BIT(ENERGY_PSYS), BIT(ENERGY_PACKAGE) },
	{ "core, uncore, dram, psys",
	  BIT(ENERGY_CORE) | BIT(ENERGY_UNCORE) | BIT(ENERGY_DRAM) | BIT(ENERGY_PSYS),
	  BIT(ENERGY_CORE) | BIT(ENERGY_UNCORE) | BIT(ENERGY_DRAM) },
	{ "core", BIT(ENERGY_CORE), BIT(ENERGY_CORE) },
	{ "dram, psys", BIT(ENERGY_DRAM) | BIT(ENERGY_PSYS), BIT(ENERGY_DRAM) },
	{ "psys", BIT(ENERGY_PSYS), BIT(ENERGY_PSYS) },
	{ "vm", BIT(ENERGY_VM), BIT(ENERGY_VM) },
};

FAKE_TABLE(set, set_cases);

static void billing_set(struct kunit *test)
{
	const struct set_case *c = test->param_value;
	struct energy_core *core = test->priv;
	struct fake_source *fs = fake_source_new(test, "fake", 300);
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	unsigned int kind, i, nr_billed = 0;

	for (kind = 0; kind < ENERGY_NR_KINDS; kind++)
		if (c->has & BIT(kind))
			fake_domain_add(fs, kind, 0, 0, 4);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	for (i = 0; i < 4; i++)
		fake_run(core, i, a, 100 * FAKE_MS);
	for (i = 0; i < fs->src.nr_domains; i++)
		fake_source_use(fs, i, 10);
	fake_step(test, 100 * FAKE_MS);
	for (kind = 0; kind < ENERGY_NR_KINDS; kind++) {
		struct energy_slot *s = fake_slot(core, kind, 0);

		KUNIT_ASSERT_EQ(test, !!s, !!(c->has & BIT(kind)));
		if (!s)
			continue;
		KUNIT_EXPECT_EQ(test, s->billed, !!(c->billed & BIT(kind)));
		/* where there are counters, the host is not asked */
		KUNIT_EXPECT_EQ(test, s->account.measured_nj,
				kind == ENERGY_VM && c->has != BIT(kind) ? 0ULL : 10000ULL);
		nr_billed += s->billed;
	}
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, nr_billed * 10000ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), nr_billed * 10000ULL);
}

static void zero_scores_split_by_time(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");

	core->params.weights = (struct energy_weights) {};
	fake_run(core, 0, a, 80 * FAKE_MS);
	fake_run(core, 0, b, 20 * FAKE_MS);
	fake_run(core, 1, b, 100 * FAKE_MS);
	fake_source_use(fs, 0, 1000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 400000ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, b), 600000ULL);
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.score_nj, 0ULL);
}

static void scores_beyond_counting_split_by_time(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");

	core->params.weights.cpu_ns = ENERGY_WEIGHT_MAX;
	fake.offline[1] = true;
	fake_run(core, 0, a, 30 * FAKE_S);
	fake_run(core, 0, b, 10 * FAKE_S);
	fake_source_use(fs, 0, 1000);
	/* the clock alone is late: the counter is trusted for two seconds */
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 750000ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, b), 250000ULL);
}

static void weights_decide_who_pays(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");
	unsigned int step;

	for (step = 0; step < 2; step++) {
		fake_charge(core, 0, &a->key)->wakeups += 3;
		fake_charge(core, 0, &b->key)->wakeups += 1;
		fake_charge(core, 0, &a->key)->cpu_ns += 100 * FAKE_MS;
		fake_charge(core, 1, &b->key)->cpu_ns += 100 * FAKE_MS;
		fake_source_use(fs, 0, 1000);
		fake_step(test, 100 * FAKE_MS);
		/* as an administrator would, between two samples */
		core->params.weights.cpu_ns = 0;
		core->params.weights.wakeups = 1000000;
	}
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 500000ULL + 750000ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, b), 500000ULL + 250000ULL);
	/* 100 ms at 1 W, and wake-ups at a microjoule each */
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.score_nj, 100000000ULL + 3000);
	KUNIT_EXPECT_EQ(test, fake_record(test, b)->now.score_nj, 100000000ULL + 1000);
}

static void lost_usage_is_unattributed(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	struct energy_bank *bank = core->ledgers[1]->bank[core->ledgers[1]->cur];

	fake_run(core, 0, a, 100 * FAKE_MS);
	bank->lost.cpu_ns = 100 * FAKE_MS;
	bank->nr_lost = 5;
	fake_source_use(fs, 0, 1000);
	fake_step(test, 100 * FAKE_MS);
	/* its half goes to nobody, not to those that happen to be known */
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 500000ULL);
	KUNIT_EXPECT_EQ(test, core->books.unattributed_nj, 500000ULL);
	KUNIT_EXPECT_EQ(test, core->stats.charges_lost, 5ULL);
	KUNIT_EXPECT_EQ(test, core->sys.use.cpu_ns, 200 * FAKE_MS);
}

static void cpus_without_a_counter(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");

	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_run(core, 3, b, 100 * FAKE_MS);
	fake_source_use(fs, 0, 1000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 500000ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, b), 0ULL);
	/* the model knows no packages */
	KUNIT_EXPECT_EQ(test, fake_record(test, b)->now.score_nj, 100000000ULL);
}

static void drains_between_samples_add_up(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");
	unsigned int i;

	for (i = 0; i < 10; i++) {
		fake_run(core, 0, a, 10 * FAKE_MS);
		fake_run(core, 1, b, 5 * FAKE_MS);
		fake_run(core, 1, a, 5 * FAKE_MS);
		fake.now_ns += 10 * FAKE_MS;
		energy_sampler_drain(core, fake.now_ns);
		fake_check(test);
	}
	fake_source_use(fs, 0, 4000);
	fake_step(test, 0);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 3000000ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, b), 1000000ULL);
	KUNIT_EXPECT_EQ(test, core->stats.drains, 10ULL);
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.use.cpu_ns, 150 * FAKE_MS);
}

static void memory_is_billed_while_it_runs(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "a");

	core->params.weights = (struct energy_weights) { .mem_bytes = 1000 };
	a->mem = 1 << 20;
	fake_run(core, 0, a, FAKE_MS);
	fake_run(core, 1, a, FAKE_MS);
	fake_step(test, FAKE_S);
	/* once per sample, not once per CPU; for a second, not since boot */
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.score_nj, 1ULL << 20);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.score_nj, 1ULL << 20);
	a->mem = 1 << 21;
	fake_run(core, 0, a, FAKE_MS);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.score_nj, 3ULL << 20);
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.mem, 2ULL << 20);
	KUNIT_EXPECT_EQ(test, core->sys.score_nj, 3ULL << 20);
}

static void score_keeps_picojoules(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	unsigned int i;

	core->params.weights = (struct energy_weights) { .cpu_ns = 1 };
	for (i = 0; i < 1000; i++) {
		fake_run(core, 0, a, 1 + i % 2);
		fake_step(test, FAKE_MS);
	}
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.score_nj, 1ULL);
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->score_rem_pj, 500);
	KUNIT_EXPECT_EQ(test, core->sys.score_nj, 1ULL);
}

static void system_is_all_there_is(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	struct energy_published pub;

	fake_run(core, 0, a, 60 * FAKE_MS);
	core->ledgers[1]->bank[core->ledgers[1]->cur]->system.tx = 9;
	core->ledgers[1]->bank[core->ledgers[1]->cur]->system.rx_parts = ENERGY_RX_ONE;
	fake_charge(core, 2, &a->key)->tx = 4;
	fake_source_use(fs, PACKAGE_0, 100);
	fake_source_use(fs, PACKAGE_1, 10);
	fake_source_use(fs, DRAM_0, 1);
	fake_source_use(fs, PSYS_0, 500);
	fake_source_use(fs, CORE_0, 50);
	fake_step(test, 100 * FAKE_MS);

	energy_latest(core, &pub);
	KUNIT_EXPECT_EQ(test, pub.timestamp_ns, fake.now_ns);
	KUNIT_EXPECT_EQ(test, pub.iterations, core->stats.samples);
	KUNIT_EXPECT_EQ(test, pub.sys.use.cpu_ns, 60 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, pub.sys.use.tx, 13ULL);
	KUNIT_EXPECT_EQ(test, pub.sys.use.rx_parts, (u64)ENERGY_RX_ONE);
	KUNIT_EXPECT_EQ(test, pub.sys.energy_nj, 111000ULL);
	KUNIT_EXPECT_EQ(test, pub.sys.mem, fake.mem_used);
	KUNIT_EXPECT_EQ(test, pub.kind_nj[ENERGY_PACKAGE], 110000ULL);
	KUNIT_EXPECT_EQ(test, pub.kind_nj[ENERGY_DRAM], 1000ULL);
	KUNIT_EXPECT_EQ(test, pub.kind_nj[ENERGY_PSYS], 500000ULL);
	KUNIT_EXPECT_EQ(test, pub.kind_nj[ENERGY_CORE], 50000ULL);
	KUNIT_EXPECT_EQ(test, pub.kinds, (unsigned int)(BIT(ENERGY_PACKAGE) | BIT(ENERGY_DRAM) |
							BIT(ENERGY_PSYS) | BIT(ENERGY_CORE)));
	KUNIT_EXPECT_STREQ(test, pub.source, "fake");
	KUNIT_EXPECT_STREQ(test, pub.source_kind, "measured");
	KUNIT_EXPECT_MEMEQ(test, &pub.books, &core->books, sizeof(pub.books));
	/* a process's own packets, not the softirqs' */
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.use.tx, 4ULL);
}

/* A better source comes and goes: what was billed is only reported for a while. */
static void billing_set_changes_and_returns(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *cores = fake_source_new(test, "cores", 200);
	struct fake_source *all = fake_source_new(test, "all", 100);
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	const struct energy_account *acc;
	unsigned int i, phase;

	fake_domain_add(cores, ENERGY_CORE, 0, 0, 2);
	fake_domain_add(all, ENERGY_PACKAGE, 0, 0, 2);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, cores), 0);
	acc = account(test, ENERGY_CORE, 0);
	for (phase = 0; phase < 3; phase++) {
		for (i = 0; i < 3; i++) {
			fake_run(core, 0, a, 100 * FAKE_MS);
			fake_source_use(cores, 0, 101);
			fake_source_use(all, 0, 1003);
			fake_step(test, 100 * FAKE_MS);
		}
		KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_CORE, 0)->billed, phase != 1);
		if (phase == 0)
			KUNIT_ASSERT_EQ(test, fake_source_register(test, all), 0);
		else if (phase == 1)
			fake_source_unregister(test, all);
		fake_check(test);
	}
	KUNIT_EXPECT_EQ(test, acc->measured_nj, 9 * 101000ULL);
	KUNIT_EXPECT_EQ(test, acc->reported_nj, 3 * 101000ULL);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 6 * 101000ULL + 3 * 1003000);
}

static struct kunit_case bill_cases[] = {
	KUNIT_CASE(baseline_is_not_billed),
	KUNIT_CASE(busy_package),
	KUNIT_CASE(half_busy_package),
	KUNIT_CASE(nobody_ran),
	KUNIT_CASE(offline_cpus_are_no_capacity),
	KUNIT_CASE(idle_power_is_learnt),
	KUNIT_CASE(idle_power_of_each_domain),
	KUNIT_CASE(late_reads),
	KUNIT_CASE(busier_than_possible),
	KUNIT_CASE(split_by_score),
	KUNIT_CASE(remainder_is_carried),
	KUNIT_CASE(remainder_of_two_counters),
	KUNIT_CASE(remainder_finds_an_owner),
	KUNIT_CASE(sockets_pay_for_themselves),
	KUNIT_CASE(dram_is_billed_with_its_package),
	KUNIT_CASE(parts_and_supersets_are_only_reported),
	KUNIT_CASE_PARAM(billing_set, set_gen_params),
	KUNIT_CASE(billing_set_changes_and_returns),
	KUNIT_CASE(zero_scores_split_by_time),
	KUNIT_CASE(scores_beyond_counting_split_by_time),
	KUNIT_CASE(weights_decide_who_pays),
	KUNIT_CASE(lost_usage_is_unattributed),
	KUNIT_CASE(cpus_without_a_counter),
	KUNIT_CASE(drains_between_samples_add_up),
	KUNIT_CASE(memory_is_billed_while_it_runs),
	KUNIT_CASE(score_keeps_picojoules),
	KUNIT_CASE(system_is_all_there_is),
	{}
};

static struct kunit_suite bill_suite = {
	.name = "energy_bill",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = bill_cases,
};

kunit_test_suite(bill_suite);
