/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hot path: what happens in every context switch. Inline, so that the probe is one
 * function; what is rare is out of line in ledger.c.
 *
 * BUDGET: 150 instructions added to a switch between two processes that both have a charge in
 * the bank already. Counted on x86-64, Debian's 6.12, in the code as it runs:
 *
 *   the tracepoint's call			 15
 *   local_clock()				 35
 *   lock and unlock				 15
 *   probe_switch(), all of this inlined	 79
 *
 * `make bench` measures it (switch_insns).
 */
#ifndef _ENERGY_INTERVAL_H
#define _ENERGY_INTERVAL_H

#include <linux/cgroup.h>
#include <linux/compiler.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "ledger.h"

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
static __always_inline void energy_key_of(struct task_struct *p, struct energy_key *key)
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

/* Whether tasks have sent or received since the last look: neither count ever falls. */
static __always_inline void energy_packets_settle(struct energy_ledger *l,
						  struct energy_usage *use)
{
	const struct energy_packets *p = l->packets;

	/* data_race(): the CPU may be counting; what is missed now is charged at the next look */
	if (unlikely(data_race(p->rx_parts + p->tx) != l->packets_sum))
		energy_ledger_take_packets(l, use);
}

static __always_inline void energy_interval_charge(struct energy_ledger *l,
						   struct task_struct *p, u64 now,
						   unsigned int slept, u64 insns,
						   struct energy_usage *use)
{
	u64 ns;

	/* rule 3: clocks of CPUs may differ by a little, an interval is never negative */
	if (likely(!check_sub_overflow(now, l->since, &ns))) {
		use->cpu_ns += ns;
		l->since = now;
	}
	use->instructions += insns;
	use->wakeups += !!slept;
	use->diski += READ_ONCE(p->ioac.read_bytes) - l->io_read;
	use->disko += READ_ONCE(p->ioac.write_bytes) - l->io_write;
	energy_packets_settle(l, use);
}

/*
 * With IRQs off this is an RCU read-side section: leader and css_set stay until it ends.
 * Rule 1: the leader may be read while pid_alive() only.
 *
 * The first charge to look at is the right one nearly always. Whatever stands there, one
 * whose key is equal is right: the key of a charge that is not in use equals none. The tgid
 * need not be compared: the address of a signal_struct may come back within a bank's life,
 * but not with the same time of birth.
 */
static __always_inline void energy_interval_close(struct energy_ledger *l,
						  struct task_struct *p, u64 now,
						  unsigned int slept, u64 insns)
{
	if (likely(pid_alive(p))) {
		u64 start_ns = READ_ONCE(p->group_leader)->start_boottime;
		u64 cgid = cgroup_id(task_dfl_cgroup(p));
		unsigned long cookie = (unsigned long)p->signal;
		struct energy_bank *bank = l->bank[l->cur];
		struct energy_charge *c;

		c = &bank->charge[bank->index[energy_bank_slot(cookie, start_ns, cgid)]];
		/* or gcc works it out twice */
		OPTIMIZER_HIDE_VAR(c);
		if (likely(c->key.cookie == cookie && c->key.start_ns == start_ns &&
			   c->key.cgid == cgid)) {
			energy_interval_charge(l, p, now, slept, insns, &c->use);
			return;
		}
	}
	energy_interval_close_slow(l, p, now, slept, insns);
}

/*
 * Rule 7: whether a task that leaves the CPU gives it up to wait: it is not taken away, and it
 * will be back.
 */
static __always_inline unsigned int energy_interval_slept(bool preempt, unsigned int state)
{
	if (unlikely(preempt) || unlikely(state & TASK_DEAD))
		return 0;
	return state;
}

/* An interval with nobody to charge it to: idle, or its beginning was not seen. */
static __always_inline void energy_interval_skip(struct energy_ledger *l, u64 now)
{
	if (likely(now > l->since))
		l->since = now;
	energy_packets_settle(l, &l->bank[l->cur]->system);
}

/*
 * Storage I/O is accounted to the task that causes it, while it runs: a difference between
 * two looks at a running task is exactly what it did in between, on this CPU, for this key.
 */
static __always_inline void energy_interval_open(struct energy_ledger *l, struct task_struct *p)
{
	/*
	 * data_race(): it may be changing others of its flags just now, but not this one: those
	 * that inject idling (play_idle_precise()) set and clear it of themselves while they run.
	 * What they idle until they switch is theirs, as the kernel has it.
	 */
	if (data_race(is_idle_task(p))) {
		l->curr = NULL;
		return;
	}
	l->curr = p;
	l->io_read = READ_ONCE(p->ioac.read_bytes);
	l->io_write = READ_ONCE(p->ioac.write_bytes);
}

/**
 * energy_ledger_switch() - A CPU goes from one task to the next
 * @l: the CPU's ledger
 * @prev: who ran
 * @next: who runs from now on
 * @slept: not 0 if @prev gives up the CPU to wait
 * @insns: instructions retired since the last look; a constant 0 without a meter
 * @now: the CPU's clock, ns
 *
 * An interval whose beginning was not seen is not charged.
 *
 * Context: in the context switch: IRQs off, the runqueue's lock held; and l->lock.
 */
static __always_inline void energy_ledger_switch(struct energy_ledger *l,
						 struct task_struct *prev,
						 struct task_struct *next,
						 unsigned int slept, u64 insns, u64 now)
{
	if (likely(l->curr == prev))
		energy_interval_close(l, prev, now, slept, insns);
	else
		energy_interval_skip(l, now);
	energy_interval_open(l, next);
}

#endif /* _ENERGY_INTERVAL_H */
