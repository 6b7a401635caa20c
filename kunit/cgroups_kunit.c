// SPDX-License-Identifier: GPL-2.0-only
/* The cgroup table: rows, ancestors, removals, and references. */
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

static unsigned int nr_rows(struct energy_core *core)
{
	struct energy_cgroup *cg;
	unsigned long id;
	unsigned int n = 0;

	xa_for_each(&core->cgroups, id, cg)
		n++;
	return n;
}

/* A sample and a window, with nothing to do but what is due. */
static void pass_window(struct kunit *test)
{
	fake_step(test, ENERGY_WINDOW_NS_MAX);
}

static void row_is_made_once(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 a = fake_cgroup_new(test, 1, "a");
	struct energy_cgroup *cg = get(test, a), *again;

	KUNIT_EXPECT_NULL(test, cg->path);
	again = get(test, a);
	KUNIT_EXPECT_PTR_EQ(test, again, cg);
	resolve(core);
	KUNIT_EXPECT_STREQ(test, cg->path, "/a");
	KUNIT_EXPECT_PTR_EQ(test, cg->parent, core->root);
	KUNIT_EXPECT_STREQ(test, core->root->path, "/");
	KUNIT_EXPECT_EQ(test, fake.nr_looked_up, 2U);
	resolve(core);
	KUNIT_EXPECT_EQ(test, fake.nr_looked_up, 2U);
	energy_cgroup_put(again);
	energy_cgroup_put(cg);
	/* as long as the cgroup exists its totals do */
	pass_window(test);
	pass_window(test);
	KUNIT_EXPECT_TRUE(test, has_row(core, a));
}

static void removed_cgroup_leaves_after_a_window(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 a = fake_cgroup_new(test, 1, "a");
	struct energy_cgroup *cg;

	energy_cgroup_put(get(test, a));
	pass_window(test);
	cg = energy_cgroup_find(core, a);
	KUNIT_ASSERT_NOT_NULL(test, cg);
	fake_cgroup_remove(core, a);
	KUNIT_EXPECT_FALSE(test, cg->gone);
	pass_window(test);
	KUNIT_EXPECT_TRUE(test, cg->gone);
	KUNIT_EXPECT_TRUE(test, cg->listed);
	KUNIT_EXPECT_EQ(test, cg->gone_gen, core->gen);
	/* shown in that window, and in no other; who holds it still has it */
	pass_window(test);
	KUNIT_EXPECT_FALSE(test, cg->listed);
	KUNIT_EXPECT_TRUE(test, has_row(core, a));
	energy_cgroup_put(cg);
	KUNIT_EXPECT_FALSE(test, has_row(core, a));
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
	KUNIT_EXPECT_PTR_EQ(test, cg->parent->parent->parent, core->root);
	KUNIT_EXPECT_EQ(test, fake.nr_looked_up, 4U);

	fake_cgroup_remove(core, c);
	fake_cgroup_remove(core, b);
	fake_cgroup_remove(core, a);
	energy_cgroup_put(cg);
	pass_window(test);
	KUNIT_EXPECT_EQ(test, nr_rows(core), 4U);
	pass_window(test);
	KUNIT_EXPECT_EQ(test, nr_rows(core), 1U);
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
	energy_cgroup_put(ab);
}

static void walk_meets_all_below(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 a = fake_cgroup_new(test, 1, "a"), ab = fake_cgroup_new(test, a, "b");
	u64 abc = fake_cgroup_new(test, ab, "c"), ad = fake_cgroup_new(test, a, "d");
	u64 e = fake_cgroup_new(test, 1, "e"), want[] = { a, ab, abc, ad };
	struct energy_cgroup *top, *cg;
	unsigned int n = 0;

	energy_cgroup_put(get(test, e));
	energy_cgroup_put(get(test, a));
	energy_cgroup_put(get(test, ab));
	energy_cgroup_put(get(test, abc));
	energy_cgroup_put(get(test, ad));
	resolve(core);
	top = get(test, a);
	rcu_read_lock();
	for (cg = top; cg; cg = energy_cgroup_next(cg, top))
		if (n < ARRAY_SIZE(want))
			KUNIT_EXPECT_EQ(test, cg->id, want[n++]);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, n, ARRAY_SIZE(want));
	energy_cgroup_put(top);
	top = get(test, e);
	KUNIT_EXPECT_NULL(test, energy_cgroup_next(top, top));
	energy_cgroup_put(top);
}

/* Gone before it could be looked up, and its removal was not heard of either. */
static void unknown_cgroup_is_below_the_root(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_cgroup *gone = get(test, 12345);
	unsigned int i;

	/* it may yet be heard of */
	resolve(core);
	KUNIT_EXPECT_NULL(test, gone->parent);
	KUNIT_EXPECT_FALSE(test, gone->gone);
	for (i = 0; i < 3; i++)
		resolve(core);
	KUNIT_EXPECT_NULL(test, gone->path);
	KUNIT_EXPECT_PTR_EQ(test, gone->parent, core->root);
	KUNIT_EXPECT_TRUE(test, gone->gone);
	KUNIT_EXPECT_TRUE(test, energy_cgroup_within(gone, gone));
	/* and is not asked about for ever */
	fake.nr_looked_up = 0;
	resolve(core);
	KUNIT_EXPECT_EQ(test, fake.nr_looked_up, 0U);
	energy_cgroup_put(gone);
	pass_window(test);
	pass_window(test);
	KUNIT_EXPECT_FALSE(test, has_row(core, 12345));
}

/* What lived for less than a sample: its place is known from its removal. */
static void removal_tells_the_parent(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 a = fake_cgroup_new(test, 1, "a"), b = fake_cgroup_new(test, a, "b");
	struct energy_cgroup *cg = get(test, b);

	fake_cgroup_remove(core, b);
	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_TRUE(test, cg->gone);
	KUNIT_EXPECT_NULL(test, cg->path);
	KUNIT_ASSERT_NOT_NULL(test, cg->parent);
	KUNIT_EXPECT_EQ(test, cg->parent->id, a);
	KUNIT_EXPECT_PTR_EQ(test, cg->parent->parent, core->root);
	energy_cgroup_put(cg);
}

/* Removed after its row was made and before that could be resolved: heard of a drain later. */
static void removal_that_is_heard_of_late(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 a = fake_cgroup_new(test, 1, "a"), b = fake_cgroup_new(test, a, "b");
	struct energy_cgroup *cg = get(test, b);

	fake.cgroup[b - 1].error = -ENOENT;
	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_NULL(test, cg->parent);
	fake_cgroup_remove(core, b);
	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_TRUE(test, cg->gone);
	KUNIT_ASSERT_NOT_NULL(test, cg->parent);
	KUNIT_EXPECT_EQ(test, cg->parent->id, a);
	energy_cgroup_put(cg);
}

static void removals_that_do_not_fit_are_looked_for(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 a = fake_cgroup_new(test, 1, "a"), b = fake_cgroup_new(test, 1, "b");
	struct energy_cgroup *cg = get(test, a), *stays = get(test, b);
	unsigned int i;

	fake_step(test, FAKE_MS);
	for (i = 0; i < ENERGY_RMDIR_MAX; i++)
		energy_rmdir_note(core, 1000000 + i, 1);
	fake_cgroup_remove(core, a);
	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_TRUE(test, cg->gone);
	KUNIT_EXPECT_FALSE(test, stays->gone);
	KUNIT_EXPECT_EQ(test, core->stats.removals_lost, 1ULL);
	energy_cgroup_put(cg);
	energy_cgroup_put(stays);
}

static void many_removals_ask_for_a_drain(struct kunit *test)
{
	struct energy_core *core = test->priv;
	unsigned int i;

	/* or a thread would have to run first on PREEMPT_RT, while there is ever less room */
	KUNIT_EXPECT_TRUE(test, irq_work_is_hard(&core->rmdir.drain_work));
	for (i = 0; i < ENERGY_RMDIR_MAX / 2 - 1; i++)
		energy_rmdir_note(core, 1000000 + i, 1);
	irq_work_sync(&core->rmdir.drain_work);
	KUNIT_EXPECT_FALSE(test, core->drain_wanted);
	energy_rmdir_note(core, 999999, 1);
	irq_work_sync(&core->rmdir.drain_work);
	KUNIT_EXPECT_TRUE(test, core->drain_wanted);
}

static void parent_that_is_gone(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 a = fake_cgroup_new(test, 1, "a");
	u64 b = fake_cgroup_new(test, a, "b");
	struct energy_cgroup *cg = get(test, b);
	unsigned int i;

	fake.cgroup[a - 1].error = -ENOENT;
	for (i = 0; i < 4; i++)
		resolve(core);
	KUNIT_EXPECT_STREQ(test, cg->path, "/a/b");
	KUNIT_ASSERT_NOT_NULL(test, cg->parent);
	KUNIT_EXPECT_PTR_EQ(test, cg->parent->parent, core->root);
	/* its row stays as long as it has a child */
	energy_cgroup_put(cg);
	pass_window(test);
	pass_window(test);
	KUNIT_EXPECT_TRUE(test, has_row(core, a));
	fake_cgroup_remove(core, b);
	pass_window(test);
	pass_window(test);
	KUNIT_EXPECT_EQ(test, nr_rows(core), 1U);
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
}

/* A chain that would overflow the stack if rows were given back by recursion. */
static void deep_nesting(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 id;

	for (id = 1000; id < 11000; id++) {
		struct energy_cgroup *cg = get(test, id);

		/* as if it had been removed below the one before */
		mutex_lock(&core->lock);
		energy_cgroup_gone(core, cg, id == 1000 ? 1 : id - 1);
		mutex_unlock(&core->lock);
		energy_cgroup_put(cg);
	}
	pass_window(test);
	KUNIT_EXPECT_EQ(test, nr_rows(core), 10001U);
	pass_window(test);
	KUNIT_EXPECT_EQ(test, nr_rows(core), 1U);
}

/* In a long window any number can come and go; those that are being shown stay. */
static void memory_of_the_gone_is_bounded(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 a = fake_cgroup_new(test, 1, "a"), id;

	energy_cgroup_put(get(test, a));
	pass_window(test);
	fake_cgroup_remove(core, a);
	pass_window(test);
	for (id = 1000; id < 18000; id++) {
		struct energy_cgroup *cg = get(test, id);

		mutex_lock(&core->lock);
		energy_cgroup_gone(core, cg, 1);
		mutex_unlock(&core->lock);
		energy_cgroup_put(cg);
	}
	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->stats.cgroups_dropped, 17000ULL);
	KUNIT_EXPECT_EQ(test, nr_rows(core), 2U);
	KUNIT_EXPECT_TRUE(test, has_row(core, a));
	pass_window(test);
	KUNIT_EXPECT_EQ(test, nr_rows(core), 1U);
	KUNIT_EXPECT_EQ(test, core->nr_gone, 0U);
}

/* A tail charge does not know its cgroup: it is where the process was. */
static void tail_does_not_move_a_process(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 a = fake_cgroup_new(test, 1, "a");
	struct fake_proc *fp = fake_proc_new(test, 100, "gone");
	struct energy_cgroup *cg;

	fp->cgid = a;
	fake_run(core, 0, fp, FAKE_MS);
	fake_step(test, FAKE_MS);
	fp->gone = true;
	fake_run_tail(core, 0, fp, FAKE_MS);
	fake_step(test, FAKE_MS);
	cg = fake_row(test, fp);
	KUNIT_EXPECT_EQ(test, cg->id, a);
	KUNIT_EXPECT_EQ(test, cg->total.use.cpu_ns, 2 * FAKE_MS);
	KUNIT_EXPECT_FALSE(test, has_row(core, 0));
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
	p = fake_record(test, fp);
	KUNIT_EXPECT_STREQ(test, fake_row(test, fp)->path, "/a");

	fp->cgid = b;
	fake_run(core, 0, fp, FAKE_MS);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_PTR_EQ(test, fake_record(test, fp), p);
	KUNIT_EXPECT_STREQ(test, fake_row(test, fp)->path, "/b");
	fake_cgroup_remove(core, a);
	pass_window(test);
	pass_window(test);
	KUNIT_EXPECT_FALSE(test, has_row(core, a));

	/* the dead hold theirs until they leave the table */
	fake_die(core, 0, fp);
	fake_cgroup_remove(core, b);
	pass_window(test);
	pass_window(test);
	KUNIT_ASSERT_NOT_NULL(test, fake_find(core, fp));
	KUNIT_EXPECT_TRUE(test, has_row(core, b));
	for (i = 0; i < 3; i++)
		pass_window(test);
	KUNIT_EXPECT_NULL(test, fake_find(core, fp));
	KUNIT_EXPECT_EQ(test, nr_rows(core), 1U);
}

static struct kunit_case cgroups_cases[] = {
	KUNIT_CASE(row_is_made_once),
	KUNIT_CASE(removed_cgroup_leaves_after_a_window),
	KUNIT_CASE(ancestors_are_resolved_too),
	KUNIT_CASE(within_means_self_or_below),
	KUNIT_CASE(walk_meets_all_below),
	KUNIT_CASE(unknown_cgroup_is_below_the_root),
	KUNIT_CASE(removal_tells_the_parent),
	KUNIT_CASE(removal_that_is_heard_of_late),
	KUNIT_CASE(removals_that_do_not_fit_are_looked_for),
	KUNIT_CASE(many_removals_ask_for_a_drain),
	KUNIT_CASE(parent_that_is_gone),
	KUNIT_CASE(no_memory_is_tried_again),
	KUNIT_CASE(deep_nesting),
	KUNIT_CASE(memory_of_the_gone_is_bounded),
	KUNIT_CASE(tail_does_not_move_a_process),
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
