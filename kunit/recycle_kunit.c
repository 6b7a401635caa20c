// SPDX-License-Identifier: GPL-2.0-only
/* Memory of records: given back after a grace period, used again, and not kept for nothing. */
#include <kunit/test.h>
#include <linux/cred.h>
#include <linux/rcupdate.h>

#include "fake.h"

#define MANY	25U

/* So many short processes in one sample of 100 ms; ten are a window. */
static void storm(struct kunit *test, unsigned int number)
{
	struct energy_core *core = test->priv;
	unsigned int i;

	for (i = 0; i < number; i++)
		fake_die(core, 0, fake_proc_new(test, 1 + i, "short"));
	fake_step(test, 100 * FAKE_MS);
}

/* A sample in which nothing happens, once all grace periods are over. */
static void rest(struct kunit *test)
{
	rcu_barrier();
	fake_step(test, 100 * FAKE_MS);
}

static void rest_for_a_window(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 10; i++)
		rest(test);
}

/* Until they have left the table: at the end of a window. */
static void rest_until_gone(struct kunit *test)
{
	struct energy_core *core = test->priv;
	unsigned int i;

	for (i = 0; core->stats.procs && i < 50; i++)
		rest(test);
	KUNIT_ASSERT_EQ(test, core->stats.procs, 0ULL);
}

static void credentials_do_not_wait_for_a_window(struct kunit *test)
{
	struct cred *cred = prepare_creds();

	KUNIT_ASSERT_NOT_NULL(test, cred);
	fake.cred = cred;
	storm(test, 1);
	rest_until_gone(test);
	/* a reader may still be at the record */
	KUNIT_EXPECT_EQ(test, atomic_long_read(&cred->usage), 2L);
	rest(test);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&cred->usage), 1L);
	fake.cred = NULL;
	put_cred(cred);
}

static void not_used_again_before_the_grace_period(struct kunit *test)
{
	struct energy_core *core = test->priv;

	storm(test, MANY);
	rest_until_gone(test);
	KUNIT_EXPECT_EQ(test, core->stats.spare, (u64)MANY);
	storm(test, MANY);
	/* all new ones */
	KUNIT_EXPECT_EQ(test, core->stats.spare, (u64)MANY);
}

static void used_again(struct kunit *test)
{
	struct energy_core *core = test->priv;

	storm(test, MANY);
	rest_until_gone(test);
	rest(test);
	KUNIT_EXPECT_EQ(test, core->recycle.nr_free, MANY);
	storm(test, MANY - 10);
	KUNIT_EXPECT_EQ(test, core->recycle.nr_free, 10U);
	KUNIT_EXPECT_EQ(test, core->stats.spare, 10ULL);
	KUNIT_EXPECT_EQ(test, core->stats.procs, (u64)MANY - 10);
}

/* What one process was must not show in the next one. */
static void used_again_clean(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "first"), *b;
	struct energy_proc *p, *q;

	a->mem = 4096;
	a->kernel = true;
	fake_run(core, 0, a, FAKE_MS);
	fake_die(core, 0, a);
	fake_step(test, 100 * FAKE_MS);
	p = fake_record(test, a);
	rest_until_gone(test);
	rest(test);
	b = fake_proc_new(test, 200, "second");
	fake_run(core, 0, b, 2 * FAKE_MS);
	fake_step(test, 100 * FAKE_MS);
	q = fake_record(test, b);
	KUNIT_ASSERT_PTR_EQ(test, q, p);
	KUNIT_EXPECT_TRUE(test, q->alive);
	KUNIT_EXPECT_FALSE(test, q->kernel);
	KUNIT_EXPECT_EQ(test, q->dead_gen, 0U);
	KUNIT_EXPECT_EQ(test, q->now.mem, 0ULL);
	KUNIT_EXPECT_EQ(test, q->now.use.cpu_ns, 2 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, q->win[0].gen, 0U);
	KUNIT_EXPECT_EQ(test, q->win[1].gen, 0U);
}

static void not_kept_for_nothing(struct kunit *test)
{
	struct energy_core *core = test->priv;

	storm(test, MANY);
	rest_until_gone(test);
	rest_for_a_window(test);
	KUNIT_EXPECT_EQ(test, core->recycle.nr_free, 0U);
	KUNIT_EXPECT_EQ(test, core->stats.spare, 0ULL);
}

static struct kunit_case recycle_cases[] = {
	KUNIT_CASE(credentials_do_not_wait_for_a_window),
	KUNIT_CASE(not_used_again_before_the_grace_period),
	KUNIT_CASE(used_again),
	KUNIT_CASE(used_again_clean),
	KUNIT_CASE(not_kept_for_nothing),
	{}
};

static struct kunit_suite recycle_suite = {
	.name = "energy_recycle",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = recycle_cases,
};

kunit_test_suite(recycle_suite);
