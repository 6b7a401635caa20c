// SPDX-License-Identifier: GPL-2.0-only
/* The cgroup table: rows, ancestors, cgroups that are gone, and references. */
#include <kunit/test.h>

#include "fake.h"

static void resolve(struct energy_core *core)
{
	mutex_lock(&core->lock);
	energy_cgroups_resolve(core);
	mutex_unlock(&core->lock);
}

static struct energy_cgroup *get(struct kunit *test, u64 id)
{
	struct energy_cgroup *cg = energy_cgroup_get(test->priv, id);

	KUNIT_ASSERT_NOT_NULL(test, cg);
	KUNIT_EXPECT_EQ(test, cg->id, id);
	return cg;
}

static bool has_row(struct energy_core *core, u64 id)
{
	return xa_load(&core->cgroups, id);
}

static void row_is_made_once(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_cgroup *cg = get(test, 1), *again;

	KUNIT_EXPECT_NULL(test, cg->path);
	again = get(test, 1);
	KUNIT_EXPECT_PTR_EQ(test, again, cg);
	resolve(core);
	KUNIT_EXPECT_STREQ(test, cg->path, "/");
	KUNIT_EXPECT_NULL(test, cg->parent);
	KUNIT_EXPECT_EQ(test, fake.nr_looked_up, 1U);
	resolve(core);
	KUNIT_EXPECT_EQ(test, fake.nr_looked_up, 1U);
	energy_cgroup_put(again);
	KUNIT_EXPECT_TRUE(test, has_row(core, 1));
	energy_cgroup_put(cg);
	KUNIT_EXPECT_FALSE(test, has_row(core, 1));
}

static void ancestors_are_resolved_too(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 a = fake_cgroup_new(test, 1, "a");
	u64 b = fake_cgroup_new(test, a, "b");
	u64 c = fake_cgroup_new(test, b, "c");
	struct energy_cgroup *cg = get(test, c);

	resolve(core);
	KUNIT_EXPECT_STREQ(test, cg->path, "/a/b/c");
	KUNIT_ASSERT_NOT_NULL(test, cg->parent);
	KUNIT_EXPECT_EQ(test, cg->parent->id, b);
	KUNIT_EXPECT_STREQ(test, cg->parent->path, "/a/b");
	KUNIT_ASSERT_NOT_NULL(test, cg->parent->parent);
	KUNIT_EXPECT_EQ(test, cg->parent->parent->id, a);
	KUNIT_ASSERT_NOT_NULL(test, cg->parent->parent->parent);
	KUNIT_EXPECT_EQ(test, cg->parent->parent->parent->id, 1ULL);
	KUNIT_EXPECT_EQ(test, fake.nr_looked_up, 4U);

	energy_cgroup_put(cg);
	KUNIT_EXPECT_TRUE(test, xa_empty(&core->cgroups));
}

static void within_means_self_or_below(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 a_id = fake_cgroup_new(test, 1, "a");
	u64 ab_id = fake_cgroup_new(test, a_id, "b");
	/* its path begins with that of a, but it is not below it */
	u64 aa_id = fake_cgroup_new(test, 1, "aa");
	struct energy_cgroup *root = get(test, 1), *a = get(test, a_id);
	struct energy_cgroup *ab = get(test, ab_id), *aa = get(test, aa_id);

	/* not resolved yet: within itself alone */
	KUNIT_EXPECT_TRUE(test, energy_cgroup_within(ab, ab));
	KUNIT_EXPECT_FALSE(test, energy_cgroup_within(ab, a));
	resolve(core);
	KUNIT_EXPECT_TRUE(test, energy_cgroup_within(root, root));
	KUNIT_EXPECT_TRUE(test, energy_cgroup_within(a, root));
	KUNIT_EXPECT_TRUE(test, energy_cgroup_within(ab, root));
	KUNIT_EXPECT_TRUE(test, energy_cgroup_within(ab, a));
	KUNIT_EXPECT_TRUE(test, energy_cgroup_within(ab, ab));
	KUNIT_EXPECT_FALSE(test, energy_cgroup_within(a, ab));
	KUNIT_EXPECT_FALSE(test, energy_cgroup_within(root, a));
	KUNIT_EXPECT_FALSE(test, energy_cgroup_within(aa, a));
	KUNIT_EXPECT_FALSE(test, energy_cgroup_within(a, aa));

	energy_cgroup_put(root);
	energy_cgroup_put(a);
	energy_cgroup_put(aa);
	/* a row holds its ancestors */
	KUNIT_EXPECT_TRUE(test, has_row(core, a_id));
	KUNIT_EXPECT_TRUE(test, has_row(core, 1));
	KUNIT_EXPECT_FALSE(test, has_row(core, aa_id));
	energy_cgroup_put(ab);
	KUNIT_EXPECT_TRUE(test, xa_empty(&core->cgroups));
}

static void gone_cgroup_stands_alone(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_cgroup *gone = get(test, 12345), *root = get(test, 1);

	resolve(core);
	KUNIT_EXPECT_NULL(test, gone->path);
	KUNIT_EXPECT_NULL(test, gone->parent);
	KUNIT_EXPECT_TRUE(test, energy_cgroup_within(gone, gone));
	KUNIT_EXPECT_FALSE(test, energy_cgroup_within(gone, root));
	/* asked once, not again and again */
	resolve(core);
	KUNIT_EXPECT_EQ(test, fake.nr_looked_up, 2U);
	energy_cgroup_put(gone);
	energy_cgroup_put(root);
	KUNIT_EXPECT_TRUE(test, xa_empty(&core->cgroups));
}

static void parent_that_is_gone(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 a = fake_cgroup_new(test, 1, "a");
	u64 b = fake_cgroup_new(test, a, "b");
	struct energy_cgroup *cg = get(test, b);

	fake.cgroup[a - 1].error = -ENOENT;
	resolve(core);
	KUNIT_EXPECT_STREQ(test, cg->path, "/a/b");
	KUNIT_ASSERT_NOT_NULL(test, cg->parent);
	KUNIT_EXPECT_NULL(test, cg->parent->parent);
	energy_cgroup_put(cg);
	KUNIT_EXPECT_TRUE(test, xa_empty(&core->cgroups));
}

static void no_memory_is_tried_again(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 a = fake_cgroup_new(test, 1, "a");
	struct energy_cgroup *cg = get(test, a);

	fake.cgroup[a - 1].error = -ENOMEM;
	resolve(core);
	KUNIT_EXPECT_NULL(test, cg->path);
	KUNIT_EXPECT_EQ(test, core->stats.no_memory, 1ULL);
	fake.cgroup[a - 1].error = 0;
	resolve(core);
	KUNIT_EXPECT_STREQ(test, cg->path, "/a");
	energy_cgroup_put(cg);
	KUNIT_EXPECT_TRUE(test, xa_empty(&core->cgroups));
}

static void row_that_nobody_wants_any_more(struct kunit *test)
{
	struct energy_core *core = test->priv;

	energy_cgroup_put(get(test, 1));
	energy_cgroup_put(NULL);
	/* still to be resolved; goes right after */
	resolve(core);
	KUNIT_EXPECT_TRUE(test, xa_empty(&core->cgroups));
}

/* A chain that would overflow the stack if rows were given back by recursion. */
static void deep_nesting(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_cgroup *above = NULL, *cg = NULL;
	u64 id;

	for (id = 1000; id < 21000; id++) {
		cg = get(test, id);
		/* as the sampler would, with this reference */
		cg->parent = above;
		above = cg;
	}
	/* gone as far as the kernel is concerned: resolving changes nothing */
	resolve(core);
	fake.nr_looked_up = 0;
	energy_cgroup_put(cg);
	KUNIT_EXPECT_TRUE(test, xa_empty(&core->cgroups));
}

/* Records hold rows, and give them back when they move and when they go. */
static void processes_hold_rows(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 a = fake_cgroup_new(test, 1, "a"), b = fake_cgroup_new(test, 1, "b");
	struct fake_proc *fp = fake_proc_new(test, 100, "mover");
	struct energy_proc *p;
	unsigned int i;

	fp->cgid = a;
	fake_run(core, 0, fp, FAKE_MS);
	fake_step(test, FAKE_S);
	p = fake_record(core, fp);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_STREQ(test, rcu_access_pointer(p->cgroup)->path, "/a");

	fp->cgid = b;
	fake_run(core, 0, fp, FAKE_MS);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_PTR_EQ(test, fake_record(core, fp), p);
	KUNIT_EXPECT_STREQ(test, rcu_access_pointer(p->cgroup)->path, "/b");
	KUNIT_EXPECT_FALSE(test, has_row(core, a));

	fake_die(core, 0, fp);
	for (i = 0; i < 5; i++)
		fake_step(test, FAKE_S);
	KUNIT_EXPECT_NULL(test, fake_record(core, fp));
	KUNIT_EXPECT_TRUE(test, xa_empty(&core->cgroups));
}

static struct kunit_case cgroups_cases[] = {
	KUNIT_CASE(row_is_made_once),
	KUNIT_CASE(ancestors_are_resolved_too),
	KUNIT_CASE(within_means_self_or_below),
	KUNIT_CASE(gone_cgroup_stands_alone),
	KUNIT_CASE(parent_that_is_gone),
	KUNIT_CASE(no_memory_is_tried_again),
	KUNIT_CASE(row_that_nobody_wants_any_more),
	KUNIT_CASE(deep_nesting),
	KUNIT_CASE(processes_hold_rows),
	{}
};

static struct kunit_suite cgroups_suite = {
	.name = "energy_cgroups",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = cgroups_cases,
};

kunit_test_suite(cgroups_suite);
