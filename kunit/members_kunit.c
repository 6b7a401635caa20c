// SPDX-License-Identifier: GPL-2.0-only
/* A cgroup's processes in PID order: batches, and when the whole table is the better way. */
#include <kunit/test.h>
#include <linux/limits.h>

#include "../core/members.h"
#include "fake.h"

static struct energy_cgroup *row(struct kunit *test, u64 id)
{
	struct energy_cgroup *cg = energy_cgroup_get(test->priv, id);

	KUNIT_ASSERT_NOT_NULL(test, cg);
	return cg;
}

static struct energy_proc *add(struct kunit *test, pid_t tgid, u64 cgid)
{
	struct energy_core *core = test->priv;
	struct energy_key key = { .tgid = tgid, .start_ns = ++fake.nr_born };
	struct energy_proc *p;

	mutex_lock(&core->lock);
	p = energy_proctab_get(core, &key);
	if (p)
		energy_proc_set_cgroup(core, p, cgid);
	mutex_unlock(&core->lock);
	KUNIT_ASSERT_NOT_NULL(test, p);
	return p;
}

static void move(struct kunit *test, struct energy_proc *p, u64 cgid)
{
	struct energy_core *core = test->priv;

	mutex_lock(&core->lock);
	energy_proc_set_cgroup(core, p, cgid);
	mutex_unlock(&core->lock);
}

/* All of them, as a listing would meet them; false if it is told to walk the table. */
static bool expect(struct kunit *test, struct energy_members *m, const pid_t *want,
		   unsigned int nr)
{
	struct energy_core *core = test->priv;
	unsigned long pid = 1;
	struct energy_proc *p;
	unsigned int n = 0;
	bool ok;

	rcu_read_lock();
	while ((ok = energy_members_from(core, m, pid, &p)) && p) {
		if (n < nr)
			KUNIT_EXPECT_EQ(test, p->tgid, want[n]);
		n++;
		pid = p->tgid + 1UL;
	}
	rcu_read_unlock();
	if (ok)
		KUNIT_EXPECT_EQ(test, n, nr);
	return ok;
}

/* Many others, so that looking for a few is worth it. */
static void crowd(struct kunit *test, pid_t first, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		add(test, first + i, 1);
}

static void in_order_and_below(struct kunit *test)
{
	static const pid_t want[] = { 7, 300, 500, 501, 900 };
	u64 a = fake_cgroup_new(test, 1, "a"), b = fake_cgroup_new(test, a, "b");
	u64 other = fake_cgroup_new(test, 1, "other");
	struct energy_core *core = test->priv;
	struct energy_members m;
	struct energy_cgroup *top;

	crowd(test, 1000, 200);
	add(test, 500, a);
	add(test, 900, b);
	add(test, 7, b);
	add(test, 400, other);
	add(test, 501, a);
	add(test, 300, a);
	mutex_lock(&core->lock);
	energy_cgroups_resolve(core);
	mutex_unlock(&core->lock);
	top = row(test, a);
	energy_members_begin(&m, top);
	KUNIT_EXPECT_TRUE(test, expect(test, &m, want, ARRAY_SIZE(want)));
	/* again, from where it has a batch */
	KUNIT_EXPECT_TRUE(test, expect(test, &m, want, ARRAY_SIZE(want)));
	energy_cgroup_put(top);
}

static void more_than_a_batch(struct kunit *test)
{
	unsigned int nr = 3 * ENERGY_MEMBERS_BATCH + 1, i;
	u64 a = fake_cgroup_new(test, 1, "a");
	struct energy_members m;
	struct energy_cgroup *top;
	pid_t *want;

	want = kunit_kcalloc(test, nr, sizeof(*want), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, want);
	crowd(test, 10000, 4 * nr);
	/* neither ascending nor descending */
	for (i = 0; i < nr; i++)
		add(test, 10 + i * 89 % nr, a);
	for (i = 0; i < nr; i++)
		want[i] = 10 + i;
	top = row(test, a);
	energy_members_begin(&m, top);
	KUNIT_EXPECT_TRUE(test, expect(test, &m, want, nr));
	energy_cgroup_put(top);
}

static void exactly_a_batch(struct kunit *test)
{
	pid_t want[ENERGY_MEMBERS_BATCH];
	u64 a = fake_cgroup_new(test, 1, "a");
	struct energy_members m;
	struct energy_cgroup *top;
	unsigned int i;

	crowd(test, 10000, 500);
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		want[i] = 10 + 2 * i;
		add(test, want[i], a);
	}
	top = row(test, a);
	energy_members_begin(&m, top);
	KUNIT_EXPECT_TRUE(test, expect(test, &m, want, ARRAY_SIZE(want)));
	energy_cgroup_put(top);
}

static void nobody(struct kunit *test)
{
	u64 a = fake_cgroup_new(test, 1, "a");
	struct energy_members m;
	struct energy_cgroup *top = row(test, a);

	energy_members_begin(&m, top);
	KUNIT_EXPECT_TRUE(test, expect(test, &m, NULL, 0));
	energy_cgroup_put(top);
}

/* A PID that is reused has two records, of which the older one may be here alone. */
static void reused_pid_is_met_once(struct kunit *test)
{
	static const pid_t want[] = { 50, 60 };
	u64 a = fake_cgroup_new(test, 1, "a");
	struct energy_members m;
	struct energy_cgroup *top;

	crowd(test, 10000, 200);
	add(test, 50, a);
	add(test, 50, a);
	add(test, 60, a);
	add(test, 60, 1);
	top = row(test, a);
	energy_members_begin(&m, top);
	KUNIT_EXPECT_TRUE(test, expect(test, &m, want, ARRAY_SIZE(want)));
	energy_cgroup_put(top);
}

static void who_moves_is_found_where_it_is(struct kunit *test)
{
	static const pid_t want[] = { 50 };
	u64 a = fake_cgroup_new(test, 1, "a"), b = fake_cgroup_new(test, 1, "b");
	struct energy_cgroup *top_a, *top_b;
	struct energy_members m;
	struct energy_proc *p;

	crowd(test, 10000, 200);
	p = add(test, 50, a);
	move(test, p, b);
	top_a = row(test, a);
	top_b = row(test, b);
	energy_members_begin(&m, top_a);
	KUNIT_EXPECT_TRUE(test, expect(test, &m, NULL, 0));
	energy_members_begin(&m, top_b);
	KUNIT_EXPECT_TRUE(test, expect(test, &m, want, 1));
	energy_cgroup_put(top_a);
	energy_cgroup_put(top_b);
}

static void most_of_the_table_is_the_table(struct kunit *test)
{
	u64 a = fake_cgroup_new(test, 1, "a");
	struct energy_members m;
	struct energy_cgroup *top;
	unsigned int i;

	for (i = 0; i < 500; i++)
		add(test, 10 + i, a);
	top = row(test, a);
	energy_members_begin(&m, top);
	KUNIT_EXPECT_FALSE(test, expect(test, &m, NULL, 0));
	energy_cgroup_put(top);
}

static void move_in_progress_is_not_trusted(struct kunit *test)
{
	struct energy_core *core = test->priv;
	u64 a = fake_cgroup_new(test, 1, "a");
	struct energy_members m;
	struct energy_cgroup *top = row(test, a);

	energy_members_begin(&m, top);
	raw_write_seqcount_begin(&core->members_moved);
	KUNIT_EXPECT_FALSE(test, expect(test, &m, NULL, 0));
	raw_write_seqcount_end(&core->members_moved);
	KUNIT_EXPECT_TRUE(test, expect(test, &m, NULL, 0));
	energy_cgroup_put(top);
}

static struct kunit_case members_cases[] = {
	KUNIT_CASE(in_order_and_below),
	KUNIT_CASE(more_than_a_batch),
	KUNIT_CASE(exactly_a_batch),
	KUNIT_CASE(nobody),
	KUNIT_CASE(reused_pid_is_met_once),
	KUNIT_CASE(who_moves_is_found_where_it_is),
	KUNIT_CASE(most_of_the_table_is_the_table),
	KUNIT_CASE(move_in_progress_is_not_trusted),
	{}
};

static struct kunit_suite members_suite = {
	.name = "energy_members",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = members_cases,
};

kunit_test_suite(members_suite);
