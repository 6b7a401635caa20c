// SPDX-License-Identifier: GPL-2.0-only
/* Instructions: what a meter has counted becomes what tasks have retired. */
#include <kunit/test.h>

#include "fake.h"
#include "fake_task.h"
#include "interval.h"
#include "metering.h"

/* The counter of whatever CPU the test is about. */
static u64 count;
static bool counting;
static unsigned int nr_reads;

static bool read_local(u64 *out)
{
	nr_reads++;
	*out = count;
	return counting;
}

static const struct energy_meter_ops ops = { .read_local = read_local };

static struct energy_ledger *ledger(struct kunit *test)
{
	struct energy_core *core = test->priv;

	return core->ledgers[0];
}

static int meter_init(struct kunit *test)
{
	int ret = fake_init(test);

	if (ret)
		return ret;
	count = 1000;
	counting = true;
	nr_reads = 0;
	energy_meter_attach(ledger(test), &ops);
	return 0;
}

/* As the probe does it. */
static void metered_switch(struct energy_ledger *l, struct task_struct *prev,
			   struct task_struct *next, u64 insns)
{
	unsigned long flags;

	count += insns;
	raw_spin_lock_irqsave(&l->lock, flags);
	energy_ledger_switch(l, prev, next, 0, energy_meter_take(l), fake.now_ns);
	raw_spin_unlock_irqrestore(&l->lock, flags);
}

static void settle(struct energy_ledger *l, u64 insns)
{
	unsigned long flags;

	count += insns;
	local_irq_save(flags);
	energy_meter_settle(l, fake.now_ns);
	local_irq_restore(flags);
}

static const struct energy_usage *used(struct energy_ledger *l, const struct task_struct *task)
{
	return fake_used(l->bank[l->cur], (unsigned long)task->signal,
			 task->group_leader->start_boottime);
}

static u64 retired(struct energy_ledger *l, const struct task_struct *task)
{
	return used(l, task) ? used(l, task)->instructions : 0;
}

static void intervals_have_their_instructions(struct kunit *test)
{
	struct energy_ledger *l = ledger(test);
	struct task_struct *a = fake_task_new(test, 100, 5000), *b = fake_task_new(test, 200, 6000);
	struct task_struct *idle = fake_idle_new(test);

	metered_switch(l, idle, a, 77);
	metered_switch(l, a, b, 10);
	metered_switch(l, b, idle, 500);
	/* idle's are nobody's */
	metered_switch(l, idle, a, 9000);
	metered_switch(l, a, b, 3);
	KUNIT_EXPECT_EQ(test, retired(l, a), 13ULL);
	KUNIT_EXPECT_EQ(test, retired(l, b), 500ULL);
	KUNIT_EXPECT_EQ(test, nr_reads, 5U);
}

/* Rule 4: who ran when the meter came has the first interval without. */
static void meter_comes_in_the_middle(struct kunit *test)
{
	struct energy_ledger *l = ledger(test);
	struct task_struct *a = fake_task_new(test, 100, 5000), *b = fake_task_new(test, 200, 6000);

	metered_switch(l, fake_idle_new(test), a, 1);
	energy_meter_attach(l, NULL);
	metered_switch(l, a, b, 1000000);
	metered_switch(l, b, a, 1000000);
	KUNIT_EXPECT_EQ(test, retired(l, a) + retired(l, b), 0ULL);
	energy_meter_attach(l, &ops);
	metered_switch(l, a, b, 1000000);
	KUNIT_EXPECT_EQ(test, retired(l, a), 0ULL);
	metered_switch(l, b, a, 5);
	KUNIT_EXPECT_EQ(test, retired(l, b), 5ULL);
	/* one that is replaced within an interval has another count */
	energy_meter_attach(l, &ops);
	metered_switch(l, a, b, 1000000);
	KUNIT_EXPECT_EQ(test, retired(l, a), 0ULL);
}

/* Rule 9: an interval with a bad end is not charged, and neither is one with a bad beginning. */
static void counter_that_is_taken_away(struct kunit *test)
{
	struct energy_ledger *l = ledger(test);
	struct task_struct *a = fake_task_new(test, 100, 5000), *b = fake_task_new(test, 200, 6000);

	metered_switch(l, fake_idle_new(test), a, 1);
	counting = false;
	metered_switch(l, a, b, 1000);
	counting = true;
	metered_switch(l, b, a, 1000);
	KUNIT_EXPECT_EQ(test, retired(l, a) + retired(l, b), 0ULL);
	metered_switch(l, a, b, 4);
	KUNIT_EXPECT_EQ(test, retired(l, a), 4ULL);
	/* somebody has set it anew */
	count = 5;
	metered_switch(l, b, a, 0);
	KUNIT_EXPECT_EQ(test, retired(l, b), 0ULL);
	metered_switch(l, a, b, 6);
	KUNIT_EXPECT_EQ(test, retired(l, a), 10ULL);
}

/* Rule 3: a task that does not leave its CPU. */
static void running_task_is_settled(struct kunit *test)
{
	struct energy_ledger *l = ledger(test);
	struct task_struct *a = fake_task_new(test, 100, 5000), *idle = fake_idle_new(test);

	metered_switch(l, idle, a, 1);
	fake.now_ns += 50;
	settle(l, 300);
	KUNIT_EXPECT_EQ(test, retired(l, a), 300ULL);
	KUNIT_EXPECT_EQ(test, used(l, a)->cpu_ns, 50ULL);
	settle(l, 40);
	metered_switch(l, a, idle, 2);
	KUNIT_EXPECT_EQ(test, retired(l, a), 342ULL);
	/* what has become idle meanwhile is left alone */
	nr_reads = 0;
	settle(l, 1000);
	KUNIT_EXPECT_EQ(test, nr_reads, 0U);
	metered_switch(l, idle, a, 1000);
	KUNIT_EXPECT_EQ(test, retired(l, a), 342ULL);
	/* and a meter that is gone is not asked */
	energy_meter_attach(l, NULL);
	nr_reads = 0;
	settle(l, 1000);
	KUNIT_EXPECT_EQ(test, nr_reads, 0U);
}

/* Only those that run something, and have a meter. */
static void busy_cpus_are_asked(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct task_struct *a = fake_task_new(test, 100, 5000);

	metered_switch(ledger(test), fake_idle_new(test), a, 1);
	count += 70;
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, fake.nr_settled, 0U);
	static_branch_enable(&energy_metered);
	energy_meter_attach(core->ledgers[2], &ops);
	fake_step(test, 100 * FAKE_MS);
	static_branch_disable(&energy_metered);
	KUNIT_EXPECT_EQ(test, fake.nr_settled, 1U);
	KUNIT_EXPECT_EQ(test, core->sys.use.instructions, 70ULL);
}

static struct kunit_case meter_cases[] = {
	KUNIT_CASE(intervals_have_their_instructions),
	KUNIT_CASE(meter_comes_in_the_middle),
	KUNIT_CASE(counter_that_is_taken_away),
	KUNIT_CASE(running_task_is_settled),
	KUNIT_CASE(busy_cpus_are_asked),
	{}
};

static struct kunit_suite meter_suite = {
	.name = "energy_meter",
	.init = meter_init,
	.exit = fake_exit,
	.test_cases = meter_cases,
};

kunit_test_suite(meter_suite);
