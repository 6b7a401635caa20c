// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errands: who changes the sources, and who waits for it.
 *
 * The test case is the sampler; who asks are work items.
 */
#include <kunit/test.h>
#include <linux/workqueue.h>

#include "fake.h"

#define ASKERS	3

/* Longer than anything here takes: by then it is clear that nobody wakes the sampler. */
#define UNWOKEN	(10 * HZ)

/**
 * struct asker - Somebody who asks for one errand
 * @work: does
 * @func: for which
 * @core: of whom
 * @src: for which source
 * @begun: is about to
 * @over: has got it
 * @ret: what came of it
 */
struct asker {
	struct work_struct work;
	int (*func)(struct energy_core *core, struct energy_source *src);
	struct energy_core *core;
	struct energy_source *src;
	struct completion begun;
	bool over;
	int ret;
};

/* What update() makes of a source. */
static struct energy_source now;

static int update(struct energy_core *core, struct energy_source *src)
{
	return energy_errand_update(core, src, &now);
}

static int remove(struct energy_core *core, struct energy_source *src)
{
	energy_errand_remove(core, src);
	return 0;
}

static int prefer(struct energy_core *core, struct energy_source *src)
{
	return energy_errand_prefer(core, src->name);
}

static void ask_work(struct work_struct *work)
{
	struct asker *a = container_of(work, struct asker, work);

	complete(&a->begun);
	a->ret = a->func(a->core, a->src);
	a->over = true;
}

static struct asker *ask(struct kunit *test,
			 int (*func)(struct energy_core *core, struct energy_source *src),
			 struct energy_source *src)
{
	struct asker *a = kunit_kzalloc(test, sizeof(*a), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, a);
	a->func = func;
	a->core = test->priv;
	a->src = src;
	init_completion(&a->begun);
	INIT_WORK(&a->work, ask_work);
	queue_work(system_unbound_wq, &a->work);
	return a;
}

/* As the sampler does it: sleep until somebody wants something. */
static void wait_for_errand(struct kunit *test)
{
	struct energy_core *core = test->priv;
	long left = UNWOKEN;

	for (;;) {
		set_current_state(TASK_IDLE);
		if (READ_ONCE(core->errand) || !left)
			break;
		left = schedule_timeout(left);
	}
	__set_current_state(TASK_RUNNING);
	KUNIT_EXPECT_NE_MSG(test, left, 0L, "nobody has woken the sampler");
}

static void attend(struct kunit *test)
{
	wait_for_errand(test);
	energy_errand_do(test->priv);
}

/* From beginning to end; what came of it. */
static int errand(struct kunit *test,
		  int (*func)(struct energy_core *core, struct energy_source *src),
		  struct energy_source *src)
{
	struct asker *a = ask(test, func, src);

	attend(test);
	flush_work(&a->work);
	KUNIT_EXPECT_TRUE(test, a->over);
	return a->ret;
}

/* What the sources' function has seen. */
static const struct task_struct *sampler;
static unsigned int nr_reads;
static unsigned int nr_elsewhere;

static int read_domain(struct energy_source *src, const struct energy_domain *dom, u64 *raw)
{
	nr_reads++;
	nr_elsewhere += current != sampler;
	*raw = 1;
	return 0;
}

static struct fake_source *source_new(struct kunit *test, const char *name)
{
	static const struct energy_source_ops ops = { .read_domain = read_domain };
	struct fake_source *fs = fake_source_new(test, name, 100);

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 4);
	fs->src.ops = &ops;
	return fs;
}

static struct energy_source *source(struct kunit *test, const char *name)
{
	return &source_new(test, name)->src;
}

static int errand_init(struct kunit *test)
{
	struct energy_core *core;
	int ret = fake_init(test);

	if (ret)
		return ret;
	core = test->priv;
	core->sampler = current;
	sampler = current;
	nr_reads = 0;
	nr_elsewhere = 0;
	return 0;
}

static bool is_there(struct energy_core *core, const struct energy_source *src)
{
	const struct energy_source *s;

	list_for_each_entry(s, &core->sources, node)
		if (s == src)
			return true;
	return false;
}

/* One after the other, as they are asked for; nowhere else is the source called. */
static void sampler_does_each_kind(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_source *src = source(test, "a");
	struct fake_source *wider = source_new(test, "a");

	fake_domain_add(wider, ENERGY_DRAM, 0, 0, 4);
	now = wider->src;
	KUNIT_EXPECT_EQ(test, errand(test, energy_errand_add, src), 0);
	KUNIT_EXPECT_TRUE(test, is_there(core, src));
	KUNIT_EXPECT_STREQ(test, core->params.source, "auto");
	KUNIT_EXPECT_EQ(test, errand(test, prefer, src), 0);
	KUNIT_EXPECT_STREQ(test, core->params.source, "a");
	KUNIT_EXPECT_NULL(test, fake_slot(core, ENERGY_DRAM, 0));
	KUNIT_EXPECT_EQ(test, errand(test, update, src), 0);
	KUNIT_EXPECT_NOT_NULL(test, fake_slot(core, ENERGY_DRAM, 0));
	KUNIT_EXPECT_EQ(test, errand(test, remove, src), 0);
	KUNIT_EXPECT_FALSE(test, is_there(core, src));
	KUNIT_EXPECT_GT(test, nr_reads, 0U);
	KUNIT_EXPECT_EQ(test, nr_elsewhere, 0U);
	fake_check(test);
}

static void asker_is_told_what_came_of_it(struct kunit *test)
{
	struct energy_source *a = source(test, "a"), *same = source(test, "a");

	now = *a;
	now.nr_domains = 0;
	KUNIT_EXPECT_EQ(test, errand(test, energy_errand_add, source(test, NULL)), -EINVAL);
	KUNIT_EXPECT_EQ(test, errand(test, prefer, a), -ENODEV);
	KUNIT_EXPECT_EQ(test, errand(test, energy_errand_add, a), 0);
	KUNIT_EXPECT_EQ(test, errand(test, energy_errand_add, same), -EBUSY);
	KUNIT_EXPECT_EQ(test, errand(test, update, a), -EINVAL);
	KUNIT_EXPECT_EQ(test, errand(test, remove, a), 0);
	KUNIT_EXPECT_EQ(test, errand(test, energy_errand_add, same), 0);
	KUNIT_EXPECT_EQ(test, errand(test, remove, same), 0);
}

/* Until the sampler has come to it nothing has changed, and then there is nothing left to do. */
static void done_once_and_no_earlier(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_source *src = source(test, "a");
	struct asker *a;

	energy_errand_do(core);
	a = ask(test, energy_errand_add, src);
	wait_for_errand(test);
	KUNIT_EXPECT_FALSE(test, a->over);
	KUNIT_EXPECT_FALSE(test, is_there(core, src));
	KUNIT_EXPECT_EQ(test, nr_reads, 0U);
	energy_errand_do(core);
	KUNIT_EXPECT_NULL(test, core->errand);
	flush_work(&a->work);
	KUNIT_EXPECT_EQ(test, a->ret, 0);
	nr_reads = 0;
	energy_errand_do(core);
	KUNIT_EXPECT_EQ(test, nr_reads, 0U);
	KUNIT_EXPECT_EQ(test, errand(test, remove, src), 0);
}

/* While the sampler has something else to do nobody's errand is lost, and one is done at a time. */
static void others_wait_their_turn(struct kunit *test)
{
	static const char *const names[ASKERS] = { "a", "b", "c" };
	struct energy_core *core = test->priv;
	struct asker *a[ASKERS];
	unsigned int i;

	for (i = 0; i < ASKERS; i++) {
		a[i] = ask(test, energy_errand_add, source(test, names[i]));
		wait_for_completion(&a[i]->begun);
		wait_for_errand(test);
	}
	for (i = 0; i < ASKERS; i++) {
		attend(test);
		KUNIT_EXPECT_TRUE(test, is_there(core, a[0]->src));
		KUNIT_EXPECT_EQ(test, list_count_nodes(&core->sources), i + 1);
	}
	for (i = 0; i < ASKERS; i++) {
		flush_work(&a[i]->work);
		KUNIT_EXPECT_EQ(test, a[i]->ret, 0);
	}
	KUNIT_EXPECT_NULL(test, core->errand);
	for (i = 0; i < ASKERS; i++)
		KUNIT_EXPECT_EQ(test, errand(test, remove, a[i]->src), 0);
}

static struct kunit_case errand_cases[] = {
	KUNIT_CASE(sampler_does_each_kind),
	KUNIT_CASE(asker_is_told_what_came_of_it),
	KUNIT_CASE(done_once_and_no_earlier),
	KUNIT_CASE(others_wait_their_turn),
	{}
};

static struct kunit_suite errand_suite = {
	.name = "energy_errand",
	.init = errand_init,
	.exit = fake_exit,
	.test_cases = errand_cases,
};

kunit_test_suite(errand_suite);
