// SPDX-License-Identifier: GPL-2.0-only
/* The PID table: order, reuse of PIDs, removal, and positions that resume. */
#include <kunit/test.h>

#include "fake.h"

static struct energy_proc *add(struct kunit *test, pid_t tgid, u64 start_ns,
			       unsigned long cookie)
{
	const struct energy_key key = {
		.tgid = tgid, .start_ns = start_ns, .cookie = cookie, .cgid = 1,
	};
	struct energy_core *core = test->priv;
	struct energy_proc *p;

	mutex_lock(&core->lock);
	p = energy_proctab_get(core, &key);
	mutex_unlock(&core->lock);
	KUNIT_ASSERT_NOT_NULL(test, p);
	return p;
}

/* A record may only be removed once it has been published: it is on no list then. */
static void remove(struct kunit *test, struct energy_proc *p)
{
	struct energy_core *core = test->priv;

	fake_publish(test);
	mutex_lock(&core->lock);
	energy_proctab_remove(core, p);
	mutex_unlock(&core->lock);
}

static struct energy_proc *find(struct energy_core *core, pid_t tgid, u64 start_ns)
{
	struct energy_proc *p;

	mutex_lock(&core->lock);
	p = energy_proctab_find(core, tgid, start_ns);
	mutex_unlock(&core->lock);
	return p;
}

static struct energy_proc *find_cookie(struct energy_core *core, pid_t tgid,
				       unsigned long cookie)
{
	struct energy_proc *p;

	mutex_lock(&core->lock);
	p = energy_proctab_find_cookie(core, tgid, cookie);
	mutex_unlock(&core->lock);
	return p;
}

/* The next record of a listing; the caller goes on by calling again. */
static struct energy_proc *next(struct energy_core *core, struct energy_procpos *pos)
{
	struct energy_proc *p;

	rcu_read_lock();
	p = energy_proctab_at(core, pos);
	rcu_read_unlock();
	pos->nth++;
	return p;
}

static void new_record(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_proc *p = add(test, 42, 1000, 0xc0);

	KUNIT_EXPECT_EQ(test, p->tgid, 42);
	KUNIT_EXPECT_EQ(test, p->start_ns, 1000ULL);
	KUNIT_EXPECT_EQ(test, p->cookie, 0xc0UL);
	KUNIT_EXPECT_STREQ(test, p->comm, "?");
	KUNIT_EXPECT_TRUE(test, p->alive);
	KUNIT_EXPECT_TRUE(test, p->listed);
	KUNIT_EXPECT_EQ(test, p->now.energy_nj, 0ULL);
	KUNIT_EXPECT_EQ(test, core->stats.procs, 1ULL);
}

static void find_by_key_and_by_cookie(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_proc *p = add(test, 42, 1000, 0xc0), *q = add(test, 43, 1000, 0xd0);

	KUNIT_EXPECT_PTR_EQ(test, find(core, 42, 1000), p);
	KUNIT_EXPECT_PTR_EQ(test, find(core, 43, 1000), q);
	KUNIT_EXPECT_NULL(test, find(core, 42, 1001));
	KUNIT_EXPECT_NULL(test, find(core, 44, 1000));
	KUNIT_EXPECT_PTR_EQ(test, find_cookie(core, 42, 0xc0), p);
	/* never by the id alone, and never by the address alone */
	KUNIT_EXPECT_NULL(test, find_cookie(core, 42, 0xd0));
	KUNIT_EXPECT_NULL(test, find_cookie(core, 43, 0xc0));
}

static void reuse_makes_a_second_record(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_proc *first = add(test, 42, 1000, 0xc0);
	struct energy_proc *second = add(test, 42, 2000, 0xd0);
	struct energy_proc *third = add(test, 42, 3000, 0xe0);
	struct energy_procpos pos = {};

	KUNIT_EXPECT_PTR_EQ(test, find(core, 42, 1000), first);
	KUNIT_EXPECT_PTR_EQ(test, find(core, 42, 2000), second);
	KUNIT_EXPECT_PTR_EQ(test, find(core, 42, 3000), third);
	KUNIT_EXPECT_PTR_EQ(test, find_cookie(core, 42, 0xc0), first);
	KUNIT_EXPECT_PTR_EQ(test, find_cookie(core, 42, 0xe0), third);
	KUNIT_EXPECT_PTR_EQ(test, next(core, &pos), third);
	KUNIT_EXPECT_PTR_EQ(test, next(core, &pos), second);
	KUNIT_EXPECT_PTR_EQ(test, next(core, &pos), first);
	KUNIT_EXPECT_NULL(test, next(core, &pos));
	KUNIT_EXPECT_EQ(test, core->stats.procs, 3ULL);
}

/* Drains find processes in the order of CPUs, not of birth: an exit may name an older one. */
static void newest_is_first_whenever_it_was_found(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_proc *second = add(test, 42, 2000, 0xd0);
	struct energy_proc *first = add(test, 42, 1000, 0xc0);
	struct energy_proc *fourth = add(test, 42, 4000, 0xf0);
	struct energy_proc *third = add(test, 42, 3000, 0xe0);
	struct energy_procpos pos = {};

	KUNIT_EXPECT_PTR_EQ(test, next(core, &pos), fourth);
	KUNIT_EXPECT_PTR_EQ(test, next(core, &pos), third);
	KUNIT_EXPECT_PTR_EQ(test, next(core, &pos), second);
	KUNIT_EXPECT_PTR_EQ(test, next(core, &pos), first);
	KUNIT_EXPECT_NULL(test, next(core, &pos));
	remove(test, second);
	KUNIT_EXPECT_PTR_EQ(test, find(core, 42, 1000), first);
	KUNIT_EXPECT_PTR_EQ(test, find(core, 42, 3000), third);
}

static void listing_is_ordered_by_pid(struct kunit *test)
{
	static const pid_t added[] = { 300, 7, 4194303, 65, 1, 64, 4095, 63, 2, 4096 };
	static const pid_t listed[] = { 1, 2, 7, 63, 64, 65, 300, 4095, 4096, 4194303 };
	struct energy_core *core = test->priv;
	struct energy_procpos pos = {};
	struct energy_proc *p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(added); i++)
		add(test, added[i], 1000 + i, 0x1000 * i);
	for (i = 0; i < ARRAY_SIZE(listed); i++) {
		p = next(core, &pos);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, p->tgid, listed[i]);
	}
	KUNIT_EXPECT_NULL(test, next(core, &pos));
	/* the end stays the end */
	KUNIT_EXPECT_NULL(test, next(core, &pos));
}

static void listing_of_nothing(struct kunit *test)
{
	struct energy_procpos pos = {};

	KUNIT_EXPECT_NULL(test, next(test->priv, &pos));
}

static void remove_newest_middle_oldest(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_proc *p[5];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = add(test, 42, 1000 * (i + 1), 0x1000 * i);

	remove(test, p[4]);
	KUNIT_EXPECT_NULL(test, find(core, 42, 5000));
	remove(test, p[2]);
	KUNIT_EXPECT_NULL(test, find(core, 42, 3000));
	remove(test, p[0]);
	KUNIT_EXPECT_NULL(test, find(core, 42, 1000));
	KUNIT_EXPECT_PTR_EQ(test, find(core, 42, 4000), p[3]);
	KUNIT_EXPECT_PTR_EQ(test, find(core, 42, 2000), p[1]);
	KUNIT_EXPECT_EQ(test, core->stats.procs, 2ULL);
	remove(test, p[1]);
	remove(test, p[3]);
	KUNIT_EXPECT_EQ(test, core->stats.procs, 0ULL);
	KUNIT_EXPECT_TRUE(test, energy_pidmap_empty(&core->procs));
}

static void position_resumes_where_its_record_went(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_proc *p[5];
	struct energy_procpos pos = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = add(test, 10 * (i + 1), 1000, 0x1000 * i);

	KUNIT_EXPECT_PTR_EQ(test, next(core, &pos), p[0]);
	KUNIT_EXPECT_PTR_EQ(test, next(core, &pos), p[1]);
	/* the one just read goes, and so does the next; one comes before, one after */
	remove(test, p[1]);
	remove(test, p[2]);
	add(test, 15, 1000, 0x9000);
	p[2] = add(test, 35, 1000, 0x9100);
	KUNIT_EXPECT_PTR_EQ(test, next(core, &pos), p[2]);
	KUNIT_EXPECT_PTR_EQ(test, next(core, &pos), p[3]);
	remove(test, p[4]);
	KUNIT_EXPECT_NULL(test, next(core, &pos));
}

static void position_resumes_within_a_pid(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_proc *oldest = add(test, 42, 1000, 0x1000);
	struct energy_proc *newest = add(test, 42, 2000, 0x2000);
	struct energy_proc *after = add(test, 43, 1000, 0x3000);
	struct energy_procpos pos = {};

	KUNIT_EXPECT_PTR_EQ(test, next(core, &pos), newest);
	remove(test, oldest);
	KUNIT_EXPECT_PTR_EQ(test, next(core, &pos), after);
	KUNIT_EXPECT_NULL(test, next(core, &pos));
}

/* Read in pieces, from copies of the position, as a seq_file does. */
static void position_can_be_repeated(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_procpos pos = {}, again;
	struct energy_proc *p;
	unsigned int i, n = 0;

	for (i = 0; i < 20; i++)
		add(test, 1 + i / 2, 1000 + i, 0x1000 * i);
	for (;;) {
		again = pos;
		p = next(core, &pos);
		KUNIT_ASSERT_PTR_EQ(test, next(core, &again), p);
		KUNIT_EXPECT_EQ(test, again.pid, pos.pid);
		KUNIT_EXPECT_EQ(test, again.nth, pos.nth);
		if (!p)
			break;
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, 20U);
}

static struct kunit_case proctab_cases[] = {
	KUNIT_CASE(new_record),
	KUNIT_CASE(find_by_key_and_by_cookie),
	KUNIT_CASE(reuse_makes_a_second_record),
	KUNIT_CASE(newest_is_first_whenever_it_was_found),
	KUNIT_CASE(listing_is_ordered_by_pid),
	KUNIT_CASE(listing_of_nothing),
	KUNIT_CASE(remove_newest_middle_oldest),
	KUNIT_CASE(position_resumes_where_its_record_went),
	KUNIT_CASE(position_resumes_within_a_pid),
	KUNIT_CASE(position_can_be_repeated),
	{}
};

static struct kunit_suite proctab_suite = {
	.name = "energy_proctab",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = proctab_cases,
};

kunit_test_suite(proctab_suite);
