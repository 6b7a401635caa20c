// SPDX-License-Identifier: GPL-2.0-only
/* Whole samples: from counters and charges to who pays. The books are checked at each step. */
#include <kunit/test.h>

#include "../core/units.h"
#include "fake.h"

/* The machine: two packages of two CPUs, the first with all that RAPL can have. */
enum { PACKAGE_0, DRAM_0, CORE_0, PSYS_0, PACKAGE_1 };

static struct fake_source *machine_new(struct kunit *test)
{
	struct fake_source *fs = fake_source_new(test, "fake", 300);

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 2);
	fake_domain_add(fs, ENERGY_DRAM, 0, 0, 2);
	fake_domain_add(fs, ENERGY_CORE, 0, 0, 2);
	fake_domain_add(fs, ENERGY_PSYS, 0, 0, 4);
	fake_domain_add(fs, ENERGY_PACKAGE, 1, 2, 2);
	return fs;
}

static struct fake_source *machine(struct kunit *test)
{
	struct fake_source *fs = machine_new(test);

	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	return fs;
}

/* One package of two CPUs. */
static struct fake_source *package(struct kunit *test)
{
	struct fake_source *fs = fake_source_new(test, "fake", 300);

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 2);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	return fs;
}

static u64 energy_nj(struct kunit *test, const struct fake_proc *fp)
{
	struct energy_proc *p = fake_record(test->priv, fp);

	KUNIT_ASSERT_NOT_NULL(test, p);
	return p->now.energy_nj;
}

static const struct energy_account *account(struct kunit *test, enum energy_kind kind,
					    unsigned int instance)
{
	struct energy_slot *s = fake_slot(test->priv, kind, instance);

	KUNIT_ASSERT_NOT_NULL(test, s);
	return &s->account;
}

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

/* A package that nobody can read for a while, because all of its CPUs are offline: a gap. */
static void package_goes_offline_and_returns(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine_new(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");
	struct energy_slot *s;
	u64 i, steps;

	fs->dom[PACKAGE_1].max_power_mw = 20000;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	s = fake_slot(core, ENERGY_PACKAGE, 1);
	/* longer than any gap with CPUs online would be waited for */
	steps = s->trust_ns / FAKE_S - 1;
	KUNIT_ASSERT_GT(test, steps, 100ULL);
	fake_run(core, 2, a, 300 * FAKE_MS);
	fake_source_use(fs, PACKAGE_1, 1000000);
	fake.offline[2] = true;
	fake.offline[3] = true;
	fs->error[PACKAGE_1] = -ENODEV;
	for (i = 0; i < steps; i++) {
		fake_run(core, 0, b, FAKE_S);
		fake_run(core, 1, b, FAKE_S);
		fake_source_use(fs, PACKAGE_0, 7);
		fake_source_use(fs, PACKAGE_1, 1000);
		fake_step(test, FAKE_S);
	}
	KUNIT_EXPECT_EQ(test, s->gaps, steps);
	KUNIT_EXPECT_EQ(test, s->account.measured_nj, 0ULL);
	/* the other package goes on */
	KUNIT_EXPECT_EQ(test, energy_nj(test, b), steps * 7000);

	fake.offline[3] = false;
	fs->error[PACKAGE_1] = 0;
	fake_step(test, FAKE_MS);
	/* nothing is lost, and who ran before pays for the time that it ran, not for all of it */
	KUNIT_EXPECT_EQ(test, s->account.measured_nj, 1000000000 + steps * 1000000);
	KUNIT_EXPECT_EQ(test, s->lost_ns, 0ULL);
	KUNIT_EXPECT_GT(test, energy_nj(test, a), 0ULL);
	KUNIT_EXPECT_LT(test, energy_nj(test, a), s->account.measured_nj / steps);
	KUNIT_EXPECT_EQ(test, s->account.unattributed_nj, 0ULL);
	/* a package without CPUs does not tell what one with CPUs draws */
	KUNIT_EXPECT_EQ(test, s->idle.nr_last, 0U);
	KUNIT_EXPECT_EQ(test, s->idle.span.ns, 0ULL);
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
		KUNIT_EXPECT_EQ(test, s->account.measured_nj, 10000ULL);
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
	KUNIT_EXPECT_EQ(test, fake_record(core, a)->now.score_nj, 0ULL);
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
	KUNIT_EXPECT_EQ(test, fake_record(core, a)->now.score_nj, 100000000ULL + 3000);
	KUNIT_EXPECT_EQ(test, fake_record(core, b)->now.score_nj, 100000000ULL + 1000);
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
	KUNIT_EXPECT_EQ(test, fake_record(core, b)->now.score_nj, 100000000ULL);
}

struct wrap_case {
	const char *name;
	u64 range;
	u32 mult;
	u32 shift;
	u64 start;
	u64 step;
};

static const struct wrap_case wrap_cases[] = {
	{ "2^32", 1ULL << 32, 61036, 0, 0xfffffff0, 0x12345678 },
	{ "2^32, 2^-14 J", 1ULL << 32, 1953125, 5, 0xffffffff, 0x01000001 },
	{ "powercap's", 262143328850ULL, 1000, 0, 262143328849ULL, 100000000007ULL },
	{ "a small prime", 9973, 1000, 0, 9972, 9001 },
	{ "less than a nanojoule", 1 << 20, 1, 10, 5, 1000003 },
};

FAKE_TABLE(wrap, wrap_cases);

static void wrap(struct kunit *test)
{
	const struct wrap_case *c = test->param_value;
	struct energy_core *core = test->priv;
	struct fake_source *fs = fake_source_new(test, "fake", 300);
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	u64 units = 0, wraps = 0;
	unsigned int i;

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 2);
	fs->dom[0].wrap_range = c->range;
	fs->dom[0].mult = c->mult;
	fs->dom[0].shift = c->shift;
	fs->dom[0].max_power_mw = 1;
	fs->raw[0] = c->start;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	for (i = 0; i < 50; i++) {
		u64 before = fs->raw[0];

		fake_run(core, i & 1, a, FAKE_MS / 30);
		fake_source_use(fs, 0, c->step);
		units += c->step;
		wraps += fs->raw[0] < before;
		fake_step(test, FAKE_MS / (i % 2 ? 10 : 20));
		KUNIT_ASSERT_EQ(test, core->books.measured_nj,
				energy_mul_div(c->mult, units, 1ULL << c->shift));
	}
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 0)->wraps, wraps);
	KUNIT_EXPECT_GT(test, wraps, 0ULL);
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 0)->lost_ns, 0ULL);
}

static void counter_that_never_wraps(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = fake_source_new(test, "fake", 300);

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 2);
	fs->dom[0].wrap_range = 0;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	fake_source_use(fs, 0, 5000);
	/* trusted for however long it takes */
	fake_step(test, 36000 * FAKE_S);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 5000000ULL);
	/* reset: not a negative, not a spike */
	fs->raw[0] = 0;
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 5000000ULL);
	fake_source_use(fs, 0, 7);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 5007000ULL);
}

static void short_gap_is_billed_to_all_who_ran(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");
	struct energy_slot *s = fake_slot(core, ENERGY_PACKAGE, 0);

	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_run(core, 1, a, 100 * FAKE_MS);
	fake_source_use(fs, 0, 1000);
	fs->error[0] = -EIO;
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 0ULL);
	KUNIT_EXPECT_EQ(test, s->gaps, 1ULL);
	KUNIT_EXPECT_EQ(test, s->last_error, -EIO);

	fake_run(core, 0, b, 100 * FAKE_MS);
	fake_source_use(fs, 0, 3000);
	fs->error[0] = 0;
	fake_step(test, 100 * FAKE_MS);
	/* 300 of 400 ms busy */
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 4000000ULL);
	KUNIT_EXPECT_EQ(test, core->books.idle_nj, 1000000ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 2000000ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, b), 1000000ULL);
	KUNIT_EXPECT_EQ(test, s->lost_ns, 0ULL);
	KUNIT_EXPECT_EQ(test, s->gaps, 1ULL);
}

/* A group is billed as a whole: dram that fails makes the package wait, not starve. */
static void gap_of_one_of_two(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");
	unsigned int i;

	fs->error[DRAM_0] = -EAGAIN;
	for (i = 0; i < 3; i++) {
		fake_run(core, 0, a, 100 * FAKE_MS);
		fake_run(core, 1, a, 100 * FAKE_MS);
		fake_run(core, 2, b, 100 * FAKE_MS);
		fake_run(core, 3, b, 100 * FAKE_MS);
		fake_source_use(fs, PACKAGE_0, 1000);
		fake_source_use(fs, DRAM_0, 100);
		fake_source_use(fs, PACKAGE_1, 10);
		fake_step(test, 100 * FAKE_MS);
	}
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 0ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, b), 30000ULL);
	fs->error[DRAM_0] = 0;
	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_GT(test, energy_nj(test, a), 3280000ULL);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 3330000ULL);
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_DRAM, 0)->gaps, 3ULL);
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 0)->gaps, 0ULL);
}

static void long_gap_is_given_up(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");
	struct energy_slot *s = fake_slot(core, ENERGY_PACKAGE, 0);
	u64 steps = s->trust_ns / (100 * FAKE_MS) + 2, i;

	KUNIT_ASSERT_LT(test, steps, 1000ULL);
	fs->error[0] = -EIO;
	for (i = 0; i < steps; i++) {
		fake_run(core, 0, a, 100 * FAKE_MS);
		fake_source_use(fs, 0, 1000);
		fake_step(test, 100 * FAKE_MS);
	}
	fs->error[0] = 0;
	fake_source_use(fs, 0, 1000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 0ULL);
	KUNIT_EXPECT_GE(test, s->lost_ns, s->trust_ns);
	KUNIT_EXPECT_LE(test, s->lost_ns, (steps + 1) * 100 * FAKE_MS);

	/* the claims of back then are gone too */
	fake_run(core, 0, b, 100 * FAKE_MS);
	fake_run(core, 1, b, 100 * FAKE_MS);
	fake_source_use(fs, 0, 500);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 0ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, b), 500000ULL);
}

/* A domain that can never be read is not waited for. */
static void dead_domain_does_not_stop_the_others(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine_new(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");

	fs->error[1] = -EIO;	/* dram */
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_run(core, 1, a, 100 * FAKE_MS);
	fake_source_use(fs, 0, 1000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 1000000ULL);
	KUNIT_EXPECT_EQ(test, account(test, ENERGY_DRAM, 0)->measured_nj, 0ULL);
}

/* Nor is one that could be read once: claims wait for a short gap, and not for ever (rule 11). */
static void domain_that_dies_does_not_stop_the_others(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	u64 gap = fake_slot(core, ENERGY_DRAM, 0)->trust_ns / (100 * FAKE_MS) + 1, i, before = 0;

	KUNIT_ASSERT_LT(test, gap, 1000ULL);
	fs->error[DRAM_0] = -EIO;
	for (i = 0; i < gap + 10; i++) {
		fake_run(core, 0, a, 100 * FAKE_MS);
		fake_run(core, 1, a, 100 * FAKE_MS);
		fake_source_use(fs, PACKAGE_0, 1000);
		fake_step(test, 100 * FAKE_MS);
		if (i + 1 == gap)
			before = energy_nj(test, a);
	}
	KUNIT_EXPECT_EQ(test, energy_nj(test, a) - before, 10000000ULL);
	KUNIT_EXPECT_EQ(test, account(test, ENERGY_DRAM, 0)->measured_nj, 0ULL);
}

/* Suspend may reset a counter, which looks like a wrap. */
static void forgotten_counter_begins_anew(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");

	fake_source_use(fs, 0, 5000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 5000000ULL);

	fake.now_ns += FAKE_S;
	mutex_lock(&core->lock);
	energy_slots_forget(core, fake.now_ns);
	mutex_unlock(&core->lock);
	fs->raw[0] = 3;
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 5000000ULL);
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 0)->lost_ns, FAKE_S);

	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_run(core, 1, a, 100 * FAKE_MS);
	fake_source_use(fs, 0, 1000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 1000000ULL);
}

/* As forgotten_counter_begins_anew(), but it is the source that knows. */
static void source_says_reset(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine(test);
	struct energy_slot *s = fake_slot(core, ENERGY_PACKAGE, 0);
	struct energy_slot *psys = fake_slot(core, ENERGY_PSYS, 0);

	fake_source_use(fs, PACKAGE_0, 5000);
	fake_source_use(fs, PSYS_0, 6000);
	fake_step(test, 100 * FAKE_MS);
	/* further than before, and yet no difference between the two */
	fs->raw[PACKAGE_0] = 9000;
	fs->raw[PSYS_0] = 2;
	fs->reset[PACKAGE_0] = true;
	fs->reset[PSYS_0] = true;
	/* and it waits for another domain of its group: what it said is not forgotten */
	fs->error[DRAM_0] = -EIO;
	fake_step(test, 100 * FAKE_MS);
	fs->error[DRAM_0] = 0;
	fake_source_use(fs, PACKAGE_0, 1);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, s->account.measured_nj, 5000000ULL);
	KUNIT_EXPECT_EQ(test, s->lost_ns, 200 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, s->gaps, 0ULL);
	KUNIT_EXPECT_EQ(test, s->last_error, 0);
	KUNIT_EXPECT_EQ(test, psys->account.measured_nj, 6000000ULL);
	fake_source_use(fs, PACKAGE_0, 1);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, s->account.measured_nj, 5001000ULL);
}

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
	score_nj = fake_record(core, a)->now.score_nj;

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
	KUNIT_EXPECT_EQ(test, fake_record(core, a)->now.score_nj, score_nj + 30000000);
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
	KUNIT_EXPECT_EQ(test, fake_record(core, a)->now.score_nj, 1000000ULL);
	KUNIT_EXPECT_EQ(test, core->gen, gen);
	fake_check(test);
}

/* No read fails, but too much time passes: it may have wrapped any number of times. */
static void long_pause_is_given_up(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine(test);
	struct energy_slot *s = fake_slot(core, ENERGY_PACKAGE, 0);
	struct energy_slot *psys = fake_slot(core, ENERGY_PSYS, 0);

	fake_source_use(fs, PACKAGE_0, 1000);
	fake_source_use(fs, PSYS_0, 1000);
	fake_step(test, s->trust_ns + FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 0ULL);
	KUNIT_EXPECT_EQ(test, s->lost_ns, s->trust_ns + FAKE_MS);
	KUNIT_EXPECT_EQ(test, psys->account.measured_nj, 0ULL);
	KUNIT_EXPECT_EQ(test, psys->lost_ns, s->trust_ns + FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 2);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 2000ULL);
}

static void value_out_of_range_is_a_gap(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct energy_slot *s = fake_slot(core, ENERGY_PACKAGE, 0);

	fs->raw[0] = 1ULL << 32;
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, s->gaps, 1ULL);
	KUNIT_EXPECT_EQ(test, s->last_error, -ERANGE);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 0ULL);
	fs->raw[0] = 77;
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 77000ULL);
}

static void first_read_that_fails(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = machine_new(test);

	fs->error[PACKAGE_0] = -EIO;
	fs->raw[PACKAGE_0] = 1000000;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	fake_step(test, 100 * FAKE_MS);
	fs->error[PACKAGE_0] = 0;
	fake_step(test, 100 * FAKE_MS);
	/* where it stands is the baseline, not an amount */
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 0ULL);
	fake_source_use(fs, PACKAGE_0, 3);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 3000ULL);
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
	KUNIT_EXPECT_EQ(test, fake_record(core, a)->now.use.cpu_ns, 150 * FAKE_MS);
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
	KUNIT_EXPECT_EQ(test, fake_record(core, a)->now.score_nj, 1ULL << 20);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, fake_record(core, a)->now.score_nj, 1ULL << 20);
	a->mem = 1 << 21;
	fake_run(core, 0, a, FAKE_MS);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, fake_record(core, a)->now.score_nj, 3ULL << 20);
	KUNIT_EXPECT_EQ(test, fake_record(core, a)->now.mem, 2ULL << 20);
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
	KUNIT_EXPECT_EQ(test, fake_record(core, a)->now.score_nj, 1ULL);
	KUNIT_EXPECT_EQ(test, fake_record(core, a)->score_rem_pj, 500);
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
	KUNIT_EXPECT_EQ(test, fake_record(core, a)->now.use.tx, 4ULL);
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
	KUNIT_CASE(package_goes_offline_and_returns),
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
	KUNIT_CASE_PARAM(wrap, wrap_gen_params),
	KUNIT_CASE(counter_that_never_wraps),
	KUNIT_CASE(short_gap_is_billed_to_all_who_ran),
	KUNIT_CASE(gap_of_one_of_two),
	KUNIT_CASE(long_gap_is_given_up),
	KUNIT_CASE(long_pause_is_given_up),
	KUNIT_CASE(dead_domain_does_not_stop_the_others),
	KUNIT_CASE(domain_that_dies_does_not_stop_the_others),
	KUNIT_CASE(forgotten_counter_begins_anew),
	KUNIT_CASE(source_says_reset),
	KUNIT_CASE(parked_takes_no_sample),
	KUNIT_CASE_PARAM(sleep_is_idle, sleep_gen_params),
	KUNIT_CASE(sleep_in_a_gap),
	KUNIT_CASE(time_does_not_go_back),
	KUNIT_CASE(value_out_of_range_is_a_gap),
	KUNIT_CASE(first_read_that_fails),
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
