// SPDX-License-Identifier: GPL-2.0-only
/* What cgroups have used: where it happened, and in all that is above. */
#include <kunit/test.h>

#include "fake.h"

/**
 * struct tree - Cgroups /a, /a/b, /a/c and /d, a process, and a package that it can use
 * @a: id
 * @b: id
 * @c: id
 * @d: id
 * @fp: the process
 * @fs: the source; its first domain is the package of CPUs 0 and 1
 */
struct tree {
	u64 a, b, c, d;
	struct fake_proc *fp;
	struct fake_source *fs;
};

static void plant(struct kunit *test, struct tree *t)
{
	t->a = fake_cgroup_new(test, 1, "a");
	t->b = fake_cgroup_new(test, t->a, "b");
	t->c = fake_cgroup_new(test, t->a, "c");
	t->d = fake_cgroup_new(test, 1, "d");
	t->fp = fake_proc_new(test, 100, "worker");
	t->fs = fake_source_new(test, "fake", 300);
	fake_domain_add(t->fs, ENERGY_PACKAGE, 0, 0, 2);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, t->fs), 0);
}

/* Somebody runs on both CPUs for a sample, in which the package uses so many units. */
static void work(struct kunit *test, struct tree *t, u64 cgid, u64 units)
{
	t->fp->cgid = cgid;
	fake_run(test->priv, 0, t->fp, 100 * FAKE_MS);
	fake_run(test->priv, 1, t->fp, 100 * FAKE_MS);
	fake_source_use(t->fs, 0, units);
	fake_step(test, 100 * FAKE_MS);
}

static const struct energy_values *total(struct kunit *test, u64 id)
{
	struct energy_cgroup *cg = energy_cgroup_find(test->priv, id);

	KUNIT_ASSERT_NOT_NULL(test, cg);
	energy_cgroup_put(cg);
	return &cg->total;
}

static void ancestors_have_it_too(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct tree t;

	plant(test, &t);
	work(test, &t, t.b, 5000);
	KUNIT_EXPECT_EQ(test, total(test, t.b)->energy_nj, 5000000ULL);
	KUNIT_EXPECT_EQ(test, total(test, t.a)->energy_nj, 5000000ULL);
	KUNIT_EXPECT_EQ(test, total(test, 1)->energy_nj, 5000000ULL);
	KUNIT_EXPECT_EQ(test, total(test, t.b)->use.cpu_ns, 200 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, total(test, t.a)->use.cpu_ns, 200 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, total(test, 1)->score_nj, 200 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->root->up.energy_nj, 0ULL);
	/* nothing is told twice */
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, total(test, t.a)->energy_nj, 5000000ULL);
	KUNIT_EXPECT_EQ(test, total(test, 1)->energy_nj, 5000000ULL);
}

static void past_stays_where_it_was_spent(struct kunit *test)
{
	struct tree t;

	plant(test, &t);
	work(test, &t, t.b, 1000);
	work(test, &t, t.d, 200);
	work(test, &t, t.c, 30);
	work(test, &t, t.a, 4);
	KUNIT_EXPECT_EQ(test, total(test, t.b)->energy_nj, 1000000ULL);
	KUNIT_EXPECT_EQ(test, total(test, t.c)->energy_nj, 30000ULL);
	KUNIT_EXPECT_EQ(test, total(test, t.d)->energy_nj, 200000ULL);
	KUNIT_EXPECT_EQ(test, total(test, t.a)->energy_nj, 1034000ULL);
	KUNIT_EXPECT_EQ(test, total(test, 1)->energy_nj, 1234000ULL);
}

/* It ran in two cgroups within one sample: each pays for its part. */
static void migration_within_a_sample(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct tree t;

	plant(test, &t);
	t.fp->cgid = t.b;
	fake_run(core, 0, t.fp, 75 * FAKE_MS);
	t.fp->cgid = t.d;
	fake_run(core, 0, t.fp, 25 * FAKE_MS);
	fake_run(core, 1, t.fp, 100 * FAKE_MS);
	fake_source_use(t.fs, 0, 2000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, total(test, t.b)->energy_nj, 750000ULL);
	KUNIT_EXPECT_EQ(test, total(test, t.d)->energy_nj, 1250000ULL);
	KUNIT_EXPECT_EQ(test, total(test, t.b)->use.cpu_ns, 75 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, total(test, 1)->energy_nj, 2000000ULL);
	KUNIT_EXPECT_EQ(test, fake_record(test, t.fp)->now.energy_nj, 2000000ULL);
	KUNIT_EXPECT_STREQ(test, fake_row(test, t.fp)->path, "/d");
}

/* Energy that is read late is paid for by the cgroup in which it was used. */
static void gap_does_not_move_energy(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct tree t;

	core->params.window_ns = ENERGY_WINDOW_NS_MIN;
	plant(test, &t);
	t.fs->error[0] = -EIO;
	work(test, &t, t.b, 1000);
	KUNIT_EXPECT_EQ(test, total(test, t.b)->energy_nj, 0ULL);
	/* its process leaves, the cgroup is removed, and windows pass */
	t.fp->cgid = t.d;
	fake_cgroup_remove(core, t.b);
	fake_step(test, 100 * FAKE_MS);
	fake_step(test, 100 * FAKE_MS);
	fake_step(test, 100 * FAKE_MS);
	t.fs->error[0] = 0;
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_GT(test, total(test, t.a)->energy_nj, 0ULL);
	KUNIT_EXPECT_EQ(test, total(test, t.a)->energy_nj, total(test, 1)->energy_nj);
}

/* Threads in more cgroups than shares are kept for: nothing is lost, above all is right. */
static void in_too_many_cgroups(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_share *s;
	unsigned int i, n = 0;
	struct tree t;

	plant(test, &t);
	for (i = 0; i < 100; i++) {
		t.fp->cgid = 1000 + i;
		fake_run(core, 0, t.fp, FAKE_MS);
	}
	t.fs->error[0] = -EIO;
	fake_step(test, 100 * FAKE_MS);
	for (s = fake_record(test, t.fp)->shares; s; s = s->more)
		n++;
	KUNIT_EXPECT_EQ(test, n, 32U);
	t.fs->error[0] = 0;
	fake_source_use(t.fs, 0, 2000);
	for (i = 0; i < 5; i++)
		fake_step(test, 10 * FAKE_MS);
	KUNIT_EXPECT_GT(test, fake_record(test, t.fp)->now.energy_nj, 0ULL);
	KUNIT_EXPECT_EQ(test, total(test, 1)->energy_nj, fake_record(test, t.fp)->now.energy_nj);
}

static void totals_survive_processes_and_cgroups(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct tree t;
	unsigned int i;

	plant(test, &t);
	work(test, &t, t.b, 5000);
	fake_die(core, 0, t.fp);
	for (i = 0; i < 5; i++)
		fake_step(test, FAKE_S);
	KUNIT_ASSERT_EQ(test, core->stats.procs, 0ULL);
	KUNIT_EXPECT_EQ(test, total(test, t.b)->energy_nj, 5000000ULL);
	fake_cgroup_remove(core, t.b);
	for (i = 0; i < 3; i++)
		fake_step(test, FAKE_S);
	KUNIT_EXPECT_NULL(test, energy_cgroup_find(core, t.b));
	KUNIT_EXPECT_EQ(test, total(test, t.a)->energy_nj, 5000000ULL);
	KUNIT_EXPECT_EQ(test, total(test, 1)->energy_nj, 5000000ULL);
}

/* Made, used and removed between two samples. */
static void cgroup_that_no_sample_sees(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct tree t;

	plant(test, &t);
	t.fp->cgid = t.b;
	fake_run(core, 0, t.fp, 100 * FAKE_MS);
	fake_run(core, 1, t.fp, 100 * FAKE_MS);
	fake_die(core, 0, t.fp);
	fake_cgroup_remove(core, t.b);
	fake_source_use(t.fs, 0, 5000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, total(test, t.b)->energy_nj, 5000000ULL);
	KUNIT_EXPECT_EQ(test, total(test, t.a)->energy_nj, 5000000ULL);
}

/* Somebody else than the sampler takes a sample: what is new has no parent until later. */
static void ancestors_hear_later(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct tree t;

	plant(test, &t);
	t.fp->cgid = t.b;
	fake_run(core, 0, t.fp, 100 * FAKE_MS);
	fake_run(core, 1, t.fp, 100 * FAKE_MS);
	fake_source_use(t.fs, 0, 5000);
	fake.now_ns += 100 * FAKE_MS;
	mutex_lock(&core->lock);
	energy_sampler_step_locked(core, fake.now_ns);
	mutex_unlock(&core->lock);
	fake_check(test);
	KUNIT_EXPECT_EQ(test, total(test, t.b)->energy_nj, 5000000ULL);
	KUNIT_EXPECT_EQ(test, total(test, 1)->energy_nj, 0ULL);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, total(test, t.a)->energy_nj, 5000000ULL);
	KUNIT_EXPECT_EQ(test, total(test, 1)->energy_nj, 5000000ULL);
}

static u64 window_nj(struct kunit *test, u64 id, u32 gen)
{
	struct energy_cgroup *cg = energy_cgroup_find(test->priv, id);
	struct energy_values v;

	KUNIT_ASSERT_NOT_NULL(test, cg);
	energy_window_cgroup(cg, gen, &v);
	energy_cgroup_put(cg);
	return v.energy_nj;
}

static void windows_keep_totals(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct tree t;
	u32 gen;

	plant(test, &t);
	work(test, &t, t.b, 1000);
	fake_publish(test);
	gen = core->gen;
	work(test, &t, t.b, 500);
	KUNIT_ASSERT_EQ(test, core->gen, gen);
	KUNIT_EXPECT_EQ(test, window_nj(test, t.a, gen), 1000000ULL);
	fake_publish(test);
	KUNIT_EXPECT_EQ(test, window_nj(test, t.a, gen), 1000000ULL);
	KUNIT_EXPECT_EQ(test, window_nj(test, t.a, gen + 1), 1500000ULL);
	/* one in which nothing happens keeps what it had */
	fake_publish(test);
	KUNIT_EXPECT_EQ(test, window_nj(test, t.a, gen + 2), 1500000ULL);
	KUNIT_EXPECT_EQ(test, window_nj(test, t.a, gen - 1), 0ULL);
}

static struct kunit_case cgtotals_cases[] = {
	KUNIT_CASE(ancestors_have_it_too),
	KUNIT_CASE(past_stays_where_it_was_spent),
	KUNIT_CASE(migration_within_a_sample),
	KUNIT_CASE(gap_does_not_move_energy),
	KUNIT_CASE(in_too_many_cgroups),
	KUNIT_CASE(totals_survive_processes_and_cgroups),
	KUNIT_CASE(cgroup_that_no_sample_sees),
	KUNIT_CASE(ancestors_hear_later),
	KUNIT_CASE(windows_keep_totals),
	{}
};

static struct kunit_suite cgtotals_suite = {
	.name = "energy_cgtotals",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = cgtotals_cases,
};

kunit_test_suite(cgtotals_suite);
