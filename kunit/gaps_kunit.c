// SPDX-License-Identifier: GPL-2.0-only
/* Whole samples of counters that wrap, fail, are reset, or cannot be read for a while. */
#include <kunit/test.h>

#include "../core/units.h"
#include "fake.h"
#include "machine.h"

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

/* A sample in which somebody has both CPUs, and the package uses a millijoule. */
static void run_on_both(struct kunit *test, struct fake_source *fs, const struct fake_proc *fp,
			u64 ns)
{
	fake_run(test->priv, 0, fp, ns);
	fake_run(test->priv, 1, fp, ns);
	fake_source_use(fs, 0, 1000);
	fake_step(test, ns);
}

/* How long claims wait: a minute, or less where the counter is not trusted for so long. */
struct long_gap_case {
	const char *name;
	u32 max_power_mw;
	u64 wait_ns;
};

static const struct long_gap_case long_gap_cases[] = {
	{ "a minute", 1000, 60 * FAKE_S },
	{ "not trusted for a minute", 1000000, 2147483 * (u64)NSEC_PER_USEC },
};

FAKE_TABLE(long_gap, long_gap_cases);

static void long_gap_is_given_up(struct kunit *test)
{
	const struct long_gap_case *c = test->param_value;
	struct energy_core *core = test->priv;
	struct fake_source *fs = fake_source_new(test, "fake", 300);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");
	struct energy_books before;
	struct energy_slot *s;
	u64 round, i, lost_ns = 0;

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 2);
	fs->dom[0].max_power_mw = c->max_power_mw;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	s = fake_slot(core, ENERGY_PACKAGE, 0);
	KUNIT_ASSERT_NOT_NULL(test, s);
	run_on_both(test, fs, a, FAKE_S);
	/* twice: the second one adds to the first, and is waited for as long */
	for (round = 1; round <= 2; round++) {
		before = core->books;
		fs->error[0] = -EIO;
		for (i = 0; i < 10; i++) {
			run_on_both(test, fs, a, c->wait_ns / 10);
			KUNIT_ASSERT_TRUE(test, energy_proc_has_share(fake_record(test, a)));
			KUNIT_ASSERT_EQ(test, s->lost_ns, lost_ns);
		}
		/* for as long as that, and not for a nanosecond more */
		run_on_both(test, fs, a, 1);
		lost_ns += c->wait_ns + 1;
		KUNIT_EXPECT_FALSE(test, energy_proc_has_share(fake_record(test, a)));
		KUNIT_EXPECT_EQ(test, s->lost_ns, lost_ns);

		/* given up once: no baseline is left to wait with, nor an end to what is lost */
		run_on_both(test, fs, a, FAKE_S);
		KUNIT_EXPECT_FALSE(test, energy_proc_has_share(fake_record(test, a)));
		KUNIT_EXPECT_EQ(test, s->lost_ns, lost_ns);
		fs->error[0] = 0;
		run_on_both(test, fs, a, FAKE_S);
		/* until the new baseline */
		lost_ns += 2 * FAKE_S;
		KUNIT_EXPECT_EQ(test, s->lost_ns, lost_ns);
		KUNIT_EXPECT_EQ(test, s->gaps, round * 12);
		/* that was the new baseline: of the gap's energy there is nothing in any account */
		KUNIT_EXPECT_MEMEQ(test, &core->books, &before, sizeof(before));

		/* nor have claims of back then a part in what comes now */
		run_on_both(test, fs, b, FAKE_S);
		KUNIT_EXPECT_EQ(test, energy_nj(test, a), 1000000ULL);
		KUNIT_EXPECT_EQ(test, energy_nj(test, b), round * 1000000);
		KUNIT_EXPECT_EQ(test, core->books.measured_nj, before.measured_nj + 1000000);
		KUNIT_EXPECT_EQ(test, core->books.live_nj, before.live_nj + 1000000);
		KUNIT_EXPECT_EQ(test, energy_books_difference(&core->books), 0LL);
	}
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
	/* to the new baseline */
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 0)->lost_ns,
			FAKE_S + 100 * FAKE_MS);

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
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 0)->lost_ns, 200 * FAKE_MS);
	fake_source_use(fs, PACKAGE_0, 3);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 3000ULL);
}

static struct kunit_case gaps_cases[] = {
	KUNIT_CASE(package_goes_offline_and_returns),
	KUNIT_CASE_PARAM(wrap, wrap_gen_params),
	KUNIT_CASE(counter_that_never_wraps),
	KUNIT_CASE(short_gap_is_billed_to_all_who_ran),
	KUNIT_CASE(gap_of_one_of_two),
	KUNIT_CASE_PARAM(long_gap_is_given_up, long_gap_gen_params),
	KUNIT_CASE(long_pause_is_given_up),
	KUNIT_CASE(dead_domain_does_not_stop_the_others),
	KUNIT_CASE(domain_that_dies_does_not_stop_the_others),
	KUNIT_CASE(forgotten_counter_begins_anew),
	KUNIT_CASE(source_says_reset),
	KUNIT_CASE(value_out_of_range_is_a_gap),
	KUNIT_CASE(first_read_that_fails),
	{}
};

static struct kunit_suite gaps_suite = {
	.name = "energy_gaps",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = gaps_cases,
};

kunit_test_suite(gaps_suite);
