// SPDX-License-Identifier: GPL-2.0-only
/* The ledger, which makes charges of running tasks' intervals. */
#include <kunit/test.h>
#include <linux/cgroup.h>
#include <linux/irq_work.h>
#include <linux/kernfs.h>
#include <linux/sched/signal.h>

#include "exit.h"
#include "fake.h"
#include "fake_task.h"
#include "interval.h"

static void task_switch(struct energy_ledger *l, struct task_struct *prev,
			struct task_struct *next, unsigned int slept, u64 now)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&l->lock, flags);
	energy_ledger_switch(l, prev, next, slept, 0, now);
	raw_spin_unlock_irqrestore(&l->lock, flags);
}

static void begin(struct energy_ledger *l, struct task_struct *curr, u64 now)
{
	unsigned long flags;

	local_irq_save(flags);
	energy_ledger_begin(l, curr, now);
	local_irq_restore(flags);
}

/* On CPU 0, as the probes count them. */
static void packets(struct kunit *test, u64 rx_parts, u64 tx, u64 softirq_tx)
{
	struct energy_core *core = test->priv;
	struct energy_packets *now = per_cpu_ptr(core->packets, 0);

	now->rx_parts += rx_parts;
	now->tx += tx;
	now->softirq_tx += softirq_tx;
}

static struct energy_ledger *ledger_of(struct kunit *test)
{
	struct energy_core *core = test->priv;

	return core->ledgers[0];
}

/* What a task has been charged in the current bank; the case ends here if that is nothing. */
static const struct energy_usage *task_used(struct kunit *test, const struct task_struct *p)
{
	const struct energy_ledger *l = ledger_of(test);
	const struct energy_usage *use = fake_used(l->bank[l->cur], (unsigned long)p->signal,
					      p->group_leader->start_boottime);

	KUNIT_ASSERT_NOT_NULL_MSG(test, use, "process %d has no charge", p->tgid);
	return use;
}

static void ledger_charges_who_ran(struct kunit *test)
{
	struct task_struct *a = fake_task_new(test, 100, 5000), *b = fake_task_new(test, 200, 6000);
	struct task_struct *idle = fake_idle_new(test);
	struct energy_ledger *l = ledger_of(test);
	const struct energy_charge *c = &l->bank[l->cur]->charge[0];

	begin(l, a, 10000);
	task_switch(l, a, b, true, 10400);
	task_switch(l, b, a, false, 10500);
	task_switch(l, a, idle, TASK_UNINTERRUPTIBLE, 10700);

	KUNIT_ASSERT_EQ(test, l->bank[l->cur]->nr, 2U);
	KUNIT_EXPECT_EQ(test, c->key.tgid, 100);
	KUNIT_EXPECT_EQ(test, c->key.start_ns, 5000ULL);
	KUNIT_EXPECT_EQ(test, c->key.cgid, 1ULL);
	KUNIT_EXPECT_EQ(test, c->key.cookie, (unsigned long)a->signal);
	KUNIT_EXPECT_EQ(test, task_used(test, a)->cpu_ns, 600ULL);
	KUNIT_EXPECT_EQ(test, task_used(test, a)->wakeups, 2ULL);
	KUNIT_EXPECT_EQ(test, task_used(test, b)->cpu_ns, 100ULL);
	KUNIT_EXPECT_EQ(test, task_used(test, b)->wakeups, 0ULL);
}

/* Preempted on its way to sleep, with its state set already, a task has not given up the CPU. */
static void ledger_sleeps_are_waits(struct kunit *test)
{
	KUNIT_EXPECT_NE(test, energy_interval_slept(false, TASK_INTERRUPTIBLE), 0U);
	KUNIT_EXPECT_NE(test, energy_interval_slept(false, TASK_IDLE), 0U);
	KUNIT_EXPECT_NE(test, energy_interval_slept(false, __TASK_STOPPED), 0U);
	KUNIT_EXPECT_EQ(test, energy_interval_slept(false, TASK_RUNNING), 0U);
	KUNIT_EXPECT_EQ(test, energy_interval_slept(true, TASK_RUNNING), 0U);
	KUNIT_EXPECT_EQ(test, energy_interval_slept(true, TASK_UNINTERRUPTIBLE), 0U);
	/* it will not be back */
	KUNIT_EXPECT_EQ(test, energy_interval_slept(false, TASK_DEAD), 0U);
}

/* The address of a signal_struct is used again at once, by who gets the same PID. */
static void ledger_tells_births_apart(struct kunit *test)
{
	struct task_struct *a = fake_task_new(test, 100, 5000), *b = fake_task_new(test, 100, 6000);
	struct task_struct *idle = fake_idle_new(test);
	struct energy_ledger *l = ledger_of(test);

	b->signal = a->signal;
	begin(l, a, 10000);
	task_switch(l, a, b, false, 10400);
	task_switch(l, b, a, false, 10500);
	task_switch(l, a, b, false, 10700);
	task_switch(l, b, idle, false, 10710);
	KUNIT_ASSERT_EQ(test, l->bank[l->cur]->nr, 2U);
	KUNIT_EXPECT_EQ(test, task_used(test, a)->cpu_ns, 600ULL);
	KUNIT_EXPECT_EQ(test, task_used(test, b)->cpu_ns, 110ULL);
}

/* Of a cgroup nothing is looked at but its id. */
static void move_to_cgroup(struct kunit *test, struct task_struct *p, u64 id)
{
	struct css_set *cset = kunit_kzalloc(test, sizeof(*cset), GFP_KERNEL);
	struct cgroup *cgrp = kunit_kzalloc(test, sizeof(*cgrp), GFP_KERNEL);
	struct kernfs_node *kn = kunit_kzalloc(test, sizeof(*kn), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, cset);
	KUNIT_ASSERT_NOT_NULL(test, cgrp);
	KUNIT_ASSERT_NOT_NULL(test, kn);
	kn->id = id;
	cgrp->kn = kn;
	cset->dfl_cgrp = cgrp;
	rcu_assign_pointer(p->cgroups, cset);
}

/*
 * Who moves between two switches is charged where it ran (rule 1). What its new place leads to
 * is the bank's first charge, as long as nobody has used that place: its own of before.
 */
static void ledger_tells_cgroups_apart(struct kunit *test)
{
	struct task_struct *a = fake_task_new(test, 100, 5000);
	struct task_struct *idle = fake_idle_new(test);
	struct energy_ledger *l = ledger_of(test);
	const struct energy_charge *c = l->bank[l->cur]->charge;

	begin(l, a, 10000);
	task_switch(l, a, idle, true, 10400);
	move_to_cgroup(test, a, 7);
	task_switch(l, idle, a, false, 11000);
	task_switch(l, a, idle, true, 11100);
	KUNIT_ASSERT_EQ(test, l->bank[l->cur]->nr, 2U);
	KUNIT_EXPECT_EQ(test, c[0].key.cgid, 1ULL);
	KUNIT_EXPECT_EQ(test, c[0].use.cpu_ns, 400ULL);
	KUNIT_EXPECT_EQ(test, c[1].key.cgid, 7ULL);
	KUNIT_EXPECT_EQ(test, c[1].use.cpu_ns, 100ULL);
}

/* Nobody knows when an interval began that was open at load (rule 4). */
static void ledger_open_interval_is_not_charged(struct kunit *test)
{
	struct task_struct *a = fake_task_new(test, 100, 5000), *b = fake_task_new(test, 200, 6000);
	struct task_struct *idle = fake_idle_new(test);
	struct energy_ledger *l = ledger_of(test);

	task_switch(l, a, b, true, 10000);
	KUNIT_EXPECT_EQ(test, l->bank[l->cur]->nr, 0U);
	/* the switch came first: begin has nothing to say any more */
	begin(l, a, 10100);
	task_switch(l, b, idle, false, 10300);
	KUNIT_ASSERT_EQ(test, l->bank[l->cur]->nr, 1U);
	KUNIT_EXPECT_EQ(test, task_used(test, b)->cpu_ns, 300ULL);
}

/* A switch whose predecessor is not who was seen to be switched to: nothing is made up. */
static void ledger_stranger_is_not_charged(struct kunit *test)
{
	struct task_struct *a = fake_task_new(test, 100, 5000), *b = fake_task_new(test, 200, 6000);
	struct energy_ledger *l = ledger_of(test);

	begin(l, a, 10000);
	task_switch(l, b, a, true, 10500);
	KUNIT_EXPECT_EQ(test, l->bank[l->cur]->nr, 0U);
}

static void ledger_idle_is_not_charged(struct kunit *test)
{
	struct task_struct *a = fake_task_new(test, 100, 5000);
	struct task_struct *idle = fake_idle_new(test);
	struct energy_ledger *l = ledger_of(test);
	struct energy_bank *bank;

	begin(l, idle, 10000);
	bank = energy_ledger_flip(l, 11000, true);
	KUNIT_EXPECT_EQ(test, bank->nr, 0U);
	task_switch(l, idle, a, false, 20000);
	task_switch(l, a, idle, true, 20001);
	KUNIT_ASSERT_EQ(test, l->bank[l->cur]->nr, 1U);
	KUNIT_EXPECT_EQ(test, task_used(test, a)->cpu_ns, 1ULL);
}

static void ledger_reaped_thread_has_a_tail_key(struct kunit *test)
{
	struct task_struct *a = fake_task_new(test, 100, 5000);
	struct task_struct *idle = fake_idle_new(test);
	struct energy_ledger *l = ledger_of(test);
	const struct energy_charge *c = &l->bank[l->cur]->charge[0];

	begin(l, a, 10000);
	/* the leader may not be looked at any more */
	a->thread_pid = NULL;
	a->group_leader = NULL;
	task_switch(l, a, idle, true, 10010);
	KUNIT_ASSERT_EQ(test, l->bank[l->cur]->nr, 1U);
	KUNIT_EXPECT_EQ(test, l->bank[l->cur]->nr_tails, 1U);
	KUNIT_EXPECT_EQ(test, c->key.start_ns, 0ULL);
	KUNIT_EXPECT_EQ(test, c->key.cgid, 0ULL);
	KUNIT_EXPECT_EQ(test, c->key.tgid, 100);
	KUNIT_EXPECT_EQ(test, c->key.cookie, (unsigned long)a->signal);
	KUNIT_EXPECT_EQ(test, c->use.cpu_ns, 10ULL);
}

static void ledger_flip_closes_and_goes_on(struct kunit *test)
{
	struct task_struct *a = fake_task_new(test, 100, 5000);
	struct task_struct *idle = fake_idle_new(test);
	struct energy_ledger *l = ledger_of(test);
	struct energy_bank *first = l->bank[l->cur];
	struct energy_bank *bank;

	begin(l, a, 10000);
	bank = energy_ledger_flip(l, 10300, true);
	KUNIT_EXPECT_PTR_EQ(test, bank, first);
	KUNIT_EXPECT_PTR_NE(test, l->bank[l->cur], first);
	KUNIT_ASSERT_EQ(test, first->nr, 1U);
	KUNIT_EXPECT_EQ(test, first->charge[0].use.cpu_ns, 300ULL);
	/* it still runs: it has not gone to sleep */
	KUNIT_EXPECT_EQ(test, first->charge[0].use.wakeups, 0ULL);
	energy_bank_clear(first);

	task_switch(l, a, idle, true, 10350);
	KUNIT_EXPECT_EQ(test, task_used(test, a)->cpu_ns, 50ULL);
	bank = energy_ledger_flip(l, 10400, true);
	KUNIT_EXPECT_PTR_EQ(test, l->bank[l->cur], first);
	KUNIT_EXPECT_EQ(test, bank->nr, 1U);
	KUNIT_EXPECT_EQ(test, bank->charge[0].use.wakeups, 1ULL);
	KUNIT_EXPECT_EQ(test, first->nr, 0U);
	energy_bank_clear(bank);

	/* what the bank has been cleared of is not found in it */
	task_switch(l, idle, a, false, 10500);
	task_switch(l, a, idle, true, 10507);
	KUNIT_ASSERT_EQ(test, first->nr, 1U);
	KUNIT_EXPECT_EQ(test, first->charge[0].key.tgid, 100);
	KUNIT_EXPECT_EQ(test, first->charge[0].use.cpu_ns, 7ULL);
}

/* No tracepoint tells of the last switch on a CPU that goes offline. */
static void ledger_offline_cpu_is_not_charged(struct kunit *test)
{
	struct task_struct *a = fake_task_new(test, 100, 5000);
	struct task_struct *idle = fake_idle_new(test);
	struct energy_ledger *l = ledger_of(test);
	struct energy_bank *bank;

	begin(l, a, 10000);
	bank = energy_ledger_flip(l, 10300, false);
	KUNIT_EXPECT_EQ(test, bank->nr, 0U);
	bank = energy_ledger_flip(l, 10400, false);
	KUNIT_EXPECT_EQ(test, bank->nr, 0U);
	/* it comes back, and begins anew with whoever is switched to */
	task_switch(l, idle, a, false, 20000);
	bank = energy_ledger_flip(l, 20050, true);
	KUNIT_ASSERT_EQ(test, bank->nr, 1U);
	KUNIT_EXPECT_EQ(test, bank->charge[0].use.cpu_ns, 50ULL);
	energy_bank_clear(bank);
}

/* A flip may come between a probe's look at the clock and its getting the lock. */
static void ledger_switch_that_was_overtaken(struct kunit *test)
{
	struct task_struct *a = fake_task_new(test, 100, 5000);
	struct task_struct *b = fake_task_new(test, 101, 6000);
	struct energy_ledger *l = ledger_of(test);
	struct energy_bank *bank;

	begin(l, a, 10000);
	bank = energy_ledger_flip(l, 10300, true);
	energy_bank_clear(bank);
	task_switch(l, a, b, false, 10200);
	bank = energy_ledger_flip(l, 10400, true);
	/* 10200 to 10300 has been charged to the first one */
	KUNIT_ASSERT_EQ(test, bank->nr, 2U);
	KUNIT_EXPECT_EQ(test, bank->charge[0].use.cpu_ns, 0ULL);
	KUNIT_EXPECT_EQ(test, bank->charge[1].use.cpu_ns, 100ULL);
	energy_bank_clear(bank);
}

/* Clocks of CPUs differ by a little; no interval is negative, and none is charged twice. */
static void ledger_clock_that_goes_back(struct kunit *test)
{
	struct task_struct *a = fake_task_new(test, 100, 5000);
	struct task_struct *idle = fake_idle_new(test);
	struct energy_ledger *l = ledger_of(test);
	struct energy_bank *bank;

	begin(l, a, 10000);
	bank = energy_ledger_flip(l, 9000, true);
	KUNIT_EXPECT_EQ(test, bank->nr ? bank->charge[0].use.cpu_ns : 0, 0ULL);
	energy_bank_clear(bank);
	bank = energy_ledger_flip(l, 10200, true);
	KUNIT_ASSERT_EQ(test, bank->nr, 1U);
	KUNIT_EXPECT_EQ(test, bank->charge[0].use.cpu_ns, 200ULL);
	energy_bank_clear(bank);
	task_switch(l, a, idle, false, 10100);
	KUNIT_ASSERT_EQ(test, l->bank[l->cur]->nr, 1U);
	KUNIT_EXPECT_EQ(test, task_used(test, a)->cpu_ns, 0ULL);
}

static void ledger_storage_io_is_a_difference(struct kunit *test)
{
	struct task_struct *a = fake_task_new(test, 100, 5000), *b = fake_task_new(test, 200, 6000);
	struct task_struct *idle = fake_idle_new(test);
	struct energy_ledger *l = ledger_of(test);
	struct energy_bank *bank;

	if (!IS_ENABLED(CONFIG_TASK_IO_ACCOUNTING))
		kunit_skip(test, "needs CONFIG_TASK_IO_ACCOUNTING");
#ifdef CONFIG_TASK_IO_ACCOUNTING
	a->ioac.read_bytes = 1000;
	a->ioac.write_bytes = 2000;
	begin(l, a, 10000);
	a->ioac.read_bytes += 4096;
	a->ioac.write_bytes += 512;
	bank = energy_ledger_flip(l, 10100, true);
	KUNIT_EXPECT_EQ(test, bank->charge[0].use.diski, 4096ULL);
	KUNIT_EXPECT_EQ(test, bank->charge[0].use.disko, 512ULL);
	energy_bank_clear(bank);
	a->ioac.read_bytes += 1;
	task_switch(l, a, b, true, 10200);
	/* what is accounted to it while it does not run has no interval */
	a->ioac.read_bytes += 77;
	task_switch(l, b, a, true, 10300);
	task_switch(l, a, idle, true, 10400);
	KUNIT_EXPECT_EQ(test, task_used(test, a)->diski, 1ULL);
	KUNIT_EXPECT_EQ(test, task_used(test, a)->disko, 0ULL);
	KUNIT_EXPECT_EQ(test, task_used(test, b)->diski, 0ULL);
#endif
}

static void ledger_packets_go_to_their_owner(struct kunit *test)
{
	struct task_struct *a = fake_task_new(test, 100, 5000);
	struct task_struct *idle = fake_idle_new(test);
	struct energy_ledger *l = ledger_of(test);
	const struct energy_usage *system = &l->bank[l->cur]->system;

	/* nobody knows yet who runs */
	packets(test, ENERGY_RX_ONE, 11, 0);
	begin(l, a, 10000);
	packets(test, ENERGY_RX_ONE / 2, 1, 0);
	packets(test, ENERGY_RX_ONE / 2, 2, 0);
	/* a softirq that happened to interrupt it */
	packets(test, 0, 0, 5);
	task_switch(l, a, idle, true, 10100);
	packets(test, ENERGY_RX_ONE, 7, 0);
	task_switch(l, idle, a, false, 10200);
	task_switch(l, a, idle, true, 10300);

	KUNIT_EXPECT_EQ(test, task_used(test, a)->rx_parts, (u64)ENERGY_RX_ONE);
	KUNIT_EXPECT_EQ(test, task_used(test, a)->tx, 3ULL);
	energy_ledger_flip(l, 10400, true);
	KUNIT_EXPECT_EQ(test, system->rx_parts, 2ULL * ENERGY_RX_ONE);
	KUNIT_EXPECT_EQ(test, system->tx, 23ULL);
}

/* A flip charges what the running task has sent; the switch later charges the rest only. */
static void ledger_packets_are_charged_once(struct kunit *test)
{
	struct task_struct *a = fake_task_new(test, 100, 5000);
	struct task_struct *idle = fake_idle_new(test);
	struct energy_ledger *l = ledger_of(test);
	struct energy_bank *bank;

	begin(l, a, 10000);
	packets(test, 3, 4, 6);
	bank = energy_ledger_flip(l, 10100, true);
	KUNIT_ASSERT_EQ(test, bank->nr, 1U);
	KUNIT_EXPECT_EQ(test, bank->charge[0].use.rx_parts, 3ULL);
	KUNIT_EXPECT_EQ(test, bank->charge[0].use.tx, 4ULL);
	KUNIT_EXPECT_EQ(test, bank->system.tx, 6ULL);
	energy_bank_clear(bank);
	packets(test, 0, 1, 0);
	task_switch(l, a, idle, true, 10200);
	packets(test, 0, 8, 1);
	/* idle, with no switch before the flip */
	bank = energy_ledger_flip(l, 10300, true);
	KUNIT_EXPECT_EQ(test, bank->charge[0].use.rx_parts, 0ULL);
	KUNIT_EXPECT_EQ(test, bank->charge[0].use.tx, 1ULL);
	KUNIT_EXPECT_EQ(test, bank->system.tx, 9ULL);
	energy_bank_clear(bank);
	bank = energy_ledger_flip(l, 10400, true);
	KUNIT_EXPECT_EQ(test, bank->nr, 0U);
	KUNIT_EXPECT_EQ(test, bank->system.tx, 0ULL);
}

static void ledger_filling_bank_asks_for_a_drain(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_ledger *l = ledger_of(test);
	struct task_struct *a = fake_task_new(test, 100, 5000);
	struct task_struct *idle = fake_idle_new(test);
	struct energy_key key = { .start_ns = 1, .cgid = 1 };
	struct energy_bank *bank;

	while (l->bank[l->cur]->nr < ENERGY_BANK_EARLY) {
		key.cookie += 0x440;
		key.tgid++;
		energy_bank_find(l->bank[l->cur], &key)->cpu_ns++;
	}
	KUNIT_EXPECT_FALSE(test, core->drain_wanted);
	/* or a thread would have to run first on PREEMPT_RT, while the bank fills */
	KUNIT_EXPECT_TRUE(test, irq_work_is_hard(&l->drain_work));
	begin(l, a, 10000);
	task_switch(l, a, idle, true, 10100);
	irq_work_sync(&l->drain_work);
	KUNIT_EXPECT_TRUE(test, l->drain_wanted);
	KUNIT_EXPECT_TRUE(test, core->drain_wanted);
	bank = energy_ledger_flip(l, 10200, true);
	KUNIT_EXPECT_FALSE(test, l->drain_wanted);
	energy_bank_clear(bank);
}

static bool record_exit(struct energy_ledger *l, pid_t tgid)
{
	struct energy_key key = { .cookie = tgid, .start_ns = 1, .tgid = tgid };
	struct energy_exit *x;
	unsigned long flags;

	raw_spin_lock_irqsave(&l->lock, flags);
	x = energy_ledger_exit(l, &key, current_cred());
	if (x)
		x->ident = (struct energy_ident) { .cred = x->ident.cred };
	raw_spin_unlock_irqrestore(&l->lock, flags);
	return x;
}

/* Who exits and dies in one bank is over; nobody else, and nobody in a bank handed out. */
static void ledger_knows_who_is_over(struct kunit *test)
{
	struct task_struct *a = fake_task_new(test, 100, 5000), *b = fake_task_new(test, 101, 6000);
	struct energy_ledger *l = ledger_of(test);
	struct energy_bank *bank = l->bank[l->cur];

	KUNIT_ASSERT_TRUE(test, record_exit(l, 99));
	KUNIT_ASSERT_TRUE(test, record_exit(l, 100));
	energy_ledger_exiting(l, a, &bank->exit[1]);
	energy_ledger_over(l, b);
	KUNIT_EXPECT_FALSE(test, bank->exit[1].over);
	energy_ledger_over(l, a);
	KUNIT_EXPECT_TRUE(test, bank->exit[1].over);
	KUNIT_EXPECT_FALSE(test, bank->exit[0].over);

	KUNIT_ASSERT_TRUE(test, record_exit(l, 101));
	energy_ledger_exiting(l, b, &bank->exit[2]);
	KUNIT_ASSERT_PTR_EQ(test, energy_ledger_flip(l, 10000, true), bank);
	energy_ledger_over(l, b);
	KUNIT_EXPECT_FALSE(test, bank->exit[2].over);
	energy_bank_clear(bank);

	/* what a place in the bank said of another one is forgotten */
	energy_bank_clear(energy_ledger_flip(l, 10001, true));
	KUNIT_ASSERT_TRUE(test, record_exit(l, 102));
	KUNIT_ASSERT_TRUE(test, record_exit(l, 103));
	KUNIT_EXPECT_FALSE(test, bank->exit[1].over);
	energy_bank_clear(energy_ledger_flip(l, 10002, true));
}

static void ledger_exits_fill_up(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_ledger *l = ledger_of(test);
	struct energy_bank *bank;
	unsigned int n = 0, i;

	while (record_exit(l, n + 1)) {
		irq_work_sync(&l->drain_work);
		/* asked for while more still fit */
		KUNIT_ASSERT_EQ(test, core->drain_wanted, ++n >= ENERGY_BANK_EARLY);
	}
	KUNIT_EXPECT_EQ(test, n, (unsigned int)ENERGY_BANK_EXITS);
	KUNIT_EXPECT_FALSE(test, record_exit(l, 1));

	bank = energy_ledger_flip(l, 10000, true);
	KUNIT_EXPECT_EQ(test, bank->nr_exits_lost, 2U);
	KUNIT_ASSERT_EQ(test, bank->nr_exits, n);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, bank->charge[bank->exit[i].charge].key.tgid, (pid_t)i + 1);
	/* the other bank's are free */
	KUNIT_EXPECT_TRUE(test, record_exit(l, 1000));
	energy_bank_clear(bank);
	KUNIT_EXPECT_EQ(test, bank->nr_exits, 0U);
	bank = energy_ledger_flip(l, 10001, true);
	KUNIT_EXPECT_EQ(test, bank->nr_exits_lost, 0U);
	KUNIT_ASSERT_EQ(test, bank->nr_exits, 1U);
	KUNIT_EXPECT_EQ(test, bank->charge[bank->exit[0].charge].key.tgid, 1000);
	energy_bank_clear(bank);
}

static struct kunit_case ledger_cases[] = {
	KUNIT_CASE(ledger_charges_who_ran),
	KUNIT_CASE(ledger_sleeps_are_waits),
	KUNIT_CASE(ledger_tells_births_apart),
	KUNIT_CASE(ledger_tells_cgroups_apart),
	KUNIT_CASE(ledger_open_interval_is_not_charged),
	KUNIT_CASE(ledger_stranger_is_not_charged),
	KUNIT_CASE(ledger_idle_is_not_charged),
	KUNIT_CASE(ledger_reaped_thread_has_a_tail_key),
	KUNIT_CASE(ledger_flip_closes_and_goes_on),
	KUNIT_CASE(ledger_offline_cpu_is_not_charged),
	KUNIT_CASE(ledger_switch_that_was_overtaken),
	KUNIT_CASE(ledger_clock_that_goes_back),
	KUNIT_CASE(ledger_storage_io_is_a_difference),
	KUNIT_CASE(ledger_packets_go_to_their_owner),
	KUNIT_CASE(ledger_packets_are_charged_once),
	KUNIT_CASE(ledger_filling_bank_asks_for_a_drain),
	KUNIT_CASE(ledger_knows_who_is_over),
	KUNIT_CASE(ledger_exits_fill_up),
	{}
};

static struct kunit_suite ledger_suite = {
	.name = "energy_ledger",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = ledger_cases,
};

kunit_test_suite(ledger_suite);
