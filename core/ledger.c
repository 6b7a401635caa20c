// SPDX-License-Identifier: GPL-2.0-only
/*
 * One CPU's ledger: intervals of running tasks become charges in the current bank.
 *
 * RULE for everything that the probes call here: no allocation, no lock that another CPU
 * takes on its own hot path, no wake-up, no printk, no loop that is not bounded.
 */
#include <linux/cgroup.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "internal.h"

/* Exits between two drains that one CPU can record; half of it left asks for a drain. */
#define POOL_SIZE 128

static void early_drain(struct irq_work *work)
{
	struct energy_ledger *l = container_of(work, struct energy_ledger, drain_work);

	WRITE_ONCE(l->core->drain_wanted, true);
	energy_sampler_kick(l->core);
}

/**
 * energy_ledger_new() - Make a ledger with two empty banks and a full exit pool
 * @core: whose
 * @cpu: for which CPU; may be offline
 *
 * Context: may sleep.
 * Return: the ledger, or NULL without memory.
 */
struct energy_ledger *energy_ledger_new(struct energy_core *core, int cpu)
{
	int node = cpu_possible(cpu) ? cpu_to_node(cpu) : NUMA_NO_NODE;
	struct energy_ledger *l = kzalloc_node(sizeof(*l), GFP_KERNEL, node);
	unsigned int i;

	if (!l)
		return NULL;
	raw_spin_lock_init(&l->lock);
	INIT_LIST_HEAD(&l->pool);
	INIT_LIST_HEAD(&l->exits);
	l->core = core;
	l->cpu = cpu;
	/* rule 6: hard, so that it comes at once on PREEMPT_RT too */
	l->drain_work = IRQ_WORK_INIT_HARD(early_drain);
	for (i = 0; i < ARRAY_SIZE(l->bank); i++) {
		l->bank[i] = kvzalloc_node(sizeof(*l->bank[i]), GFP_KERNEL, node);
		if (!l->bank[i])
			goto destroy;
	}
	energy_ledger_pool_fill(l);
	return l;

destroy:
	energy_ledger_destroy(l);
	return NULL;
}

/**
 * energy_ledger_destroy() - Free a ledger that no probe can reach any more
 * @l: the ledger, or NULL
 *
 * Context: may sleep.
 */
void energy_ledger_destroy(struct energy_ledger *l)
{
	struct energy_exit *x, *tmp;
	unsigned int i;

	if (!l)
		return;
	irq_work_sync(&l->drain_work);
	list_for_each_entry_safe(x, tmp, &l->exits, node) {
		energy_ident_put(&x->ident);
		kfree(x);
	}
	list_for_each_entry_safe(x, tmp, &l->pool, node)
		kfree(x);
	for (i = 0; i < ARRAY_SIZE(l->bank); i++)
		kvfree(l->bank[i]);
	kfree(l);
}

static void want_drain(struct energy_ledger *l)
{
	if (l->drain_wanted)
		return;
	l->drain_wanted = true;
	irq_work_queue(&l->drain_work);
}

/**
 * energy_key_of() - Whom to charge for what a task does
 * @p: the task
 * @key: out: its process and cgroup, or a tail key
 *
 * Rule 1: a thread that has reaped itself still switches, and its leader may be freed by
 * then; only while pid_alive() may the leader be read. With IRQs off this is an RCU read-side
 * section: leader and css_set stay until it ends.
 *
 * Context: IRQs off.
 */
void energy_key_of(struct task_struct *p, struct energy_key *key)
{
	key->cookie = (unsigned long)p->signal;
	key->tgid = p->tgid;
	if (likely(pid_alive(p))) {
		key->start_ns = READ_ONCE(p->group_leader)->start_boottime;
		key->cgid = cgroup_id(task_dfl_cgroup(p));
	} else {
		key->start_ns = 0;
		key->cgid = 0;
	}
}

/*
 * Storage I/O is accounted to the task that causes it, while it runs: a difference between
 * two looks at a running task is exactly what it did in between, on this CPU, for this key.
 */
static void open_interval(struct energy_ledger *l, u64 now)
{
	l->since = now;
	l->rx_parts = 0;
	l->tx = 0;
	if (!l->curr)
		return;
	l->io_read = READ_ONCE(l->curr->ioac.read_bytes);
	l->io_write = READ_ONCE(l->curr->ioac.write_bytes);
}

/* l->lock held, l->curr not NULL. */
static void close_interval(struct energy_ledger *l, u64 now, bool slept)
{
	struct energy_bank *bank = l->bank[l->cur];
	struct task_struct *p = l->curr;
	struct energy_usage *use;

	/* not on the stack: a stack protector in the switch costs more than the key */
	energy_key_of(p, &l->key);
	use = energy_bank_find(bank, &l->key);
	/* rule 3: clocks of CPUs may differ by a little, an interval is never negative */
	if (likely(now > l->since))
		use->cpu_ns += now - l->since;
	use->wakeups += slept;
	use->diski += READ_ONCE(p->ioac.read_bytes) - l->io_read;
	use->disko += READ_ONCE(p->ioac.write_bytes) - l->io_write;
	use->rx_parts += l->rx_parts;
	use->tx += l->tx;
}

/**
 * energy_ledger_begin() - Begin to account a CPU in the middle of its life
 * @l: the ledger
 * @curr: the task that runs there
 * @now: the CPU's clock, ns
 *
 * Rule 4. Does nothing if a switch has been seen already.
 *
 * Context: IRQs off, on the ledger's CPU.
 */
void energy_ledger_begin(struct energy_ledger *l, struct task_struct *curr, u64 now)
{
	raw_spin_lock(&l->lock);
	if (!l->since) {
		l->curr = is_idle_task(curr) ? NULL : curr;
		open_interval(l, now);
	}
	raw_spin_unlock(&l->lock);
}

/**
 * energy_ledger_switch() - A CPU goes from one task to the next
 * @l: the CPU's ledger
 * @prev: who ran
 * @next: who runs from now on
 * @slept: @prev gives up the CPU to wait
 * @now: the CPU's clock, ns
 *
 * An interval whose beginning was not seen is not charged.
 *
 * Context: in the context switch: IRQs off, the runqueue's lock held.
 */
void energy_ledger_switch(struct energy_ledger *l, struct task_struct *prev,
			  struct task_struct *next, bool slept, u64 now)
{
	raw_spin_lock(&l->lock);
	if (l->curr && l->curr == prev)
		close_interval(l, now, slept);
	l->curr = is_idle_task(next) ? NULL : next;
	/* a flip may have come between reading the clock and getting the lock */
	open_interval(l, max(now, l->since));
	if (unlikely(l->bank[l->cur]->nr >= ENERGY_BANK_EARLY))
		want_drain(l);
	raw_spin_unlock(&l->lock);
}

/**
 * energy_ledger_flip() - Take what a CPU has accounted so far
 * @l: the ledger
 * @now: the CPU's clock, ns
 * @online: the CPU is online
 * @flip: out: what was taken
 *
 * Closes the interval of a task that is running (rule 3: idle CPUs have none, and no CPU is
 * interrupted). The bank handed out last time must have been cleared.
 *
 * Tracepoints are silent on a CPU that goes offline: the switch away from its last task was
 * not seen, and whoever comes next there begins anew.
 *
 * Context: process context, any CPU, under core->lock.
 */
void energy_ledger_flip(struct energy_ledger *l, u64 now, bool online, struct energy_flip *flip)
{
	unsigned long flags;

	INIT_LIST_HEAD(&flip->exits);
	raw_spin_lock_irqsave(&l->lock, flags);
	if (!online) {
		l->curr = NULL;
	} else if (l->curr) {
		close_interval(l, now, false);
		/* a clock that was behind must not charge the difference twice */
		open_interval(l, max(now, l->since));
	}
	flip->bank = l->bank[l->cur];
	l->cur ^= 1;
	list_splice_init(&l->exits, &flip->exits);
	flip->nr_exits_lost = l->nr_exits_lost;
	l->nr_exits_lost = 0;
	l->drain_wanted = false;
	raw_spin_unlock_irqrestore(&l->lock, flags);
}

/**
 * energy_ledger_packets() - Account network packets on this CPU
 * @l: this CPU's ledger
 * @own: they belong to the task that runs; otherwise to no process, only to the system
 * @rx_parts: packets received, see struct energy_usage
 * @tx: packets sent
 *
 * Context: any, on the ledger's CPU, IRQs off.
 */
void energy_ledger_packets(struct energy_ledger *l, bool own, u64 rx_parts, u64 tx)
{
	raw_spin_lock(&l->lock);
	if (own && l->curr) {
		l->rx_parts += rx_parts;
		l->tx += tx;
	} else {
		l->bank[l->cur]->system.rx_parts += rx_parts;
		l->bank[l->cur]->system.tx += tx;
	}
	raw_spin_unlock(&l->lock);
}

/**
 * energy_ledger_exit_get() - A free exit record
 * @l: this CPU's ledger
 *
 * Asks for an early drain, which refills the pool, when it runs low. An empty pool is
 * counted; the process is found by a scan then, see scan.c.
 *
 * Context: any, on the ledger's CPU, IRQs off until energy_ledger_exit_queue().
 * Return: a record that is the caller's to fill, or NULL.
 */
struct energy_exit *energy_ledger_exit_get(struct energy_ledger *l)
{
	struct energy_exit *x;

	raw_spin_lock(&l->lock);
	x = list_first_entry_or_null(&l->pool, struct energy_exit, node);
	if (x) {
		list_del(&x->node);
		l->nr_pool--;
	} else {
		l->nr_exits_lost++;
	}
	if (l->nr_pool < POOL_SIZE / 2)
		want_drain(l);
	raw_spin_unlock(&l->lock);
	return x;
}

/**
 * energy_ledger_exit_queue() - Hand a filled exit record to the sampler
 * @l: the ledger that it came from
 * @x: the record; the ledger's from now on
 *
 * Context: any, on the ledger's CPU, IRQs off.
 */
void energy_ledger_exit_queue(struct energy_ledger *l, struct energy_exit *x)
{
	raw_spin_lock(&l->lock);
	list_add_tail(&x->node, &l->exits);
	raw_spin_unlock(&l->lock);
}

/**
 * energy_ledger_pool_fill() - Refill the pool of exit records
 * @l: the ledger
 *
 * Without memory the pool stays shorter; the next drain tries again.
 *
 * Context: may sleep, any CPU.
 */
void energy_ledger_pool_fill(struct energy_ledger *l)
{
	unsigned int missing = POOL_SIZE - READ_ONCE(l->nr_pool);
	struct energy_exit *x;
	unsigned long flags;
	LIST_HEAD(fresh);
	unsigned int n;

	for (n = 0; n < missing; n++) {
		x = kmalloc(sizeof(*x), GFP_KERNEL | __GFP_NOWARN);
		if (!x)
			break;
		list_add(&x->node, &fresh);
	}
	if (!n)
		return;
	raw_spin_lock_irqsave(&l->lock, flags);
	list_splice(&fresh, &l->pool);
	l->nr_pool += n;
	raw_spin_unlock_irqrestore(&l->lock, flags);
}
