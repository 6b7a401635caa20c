// SPDX-License-Identifier: GPL-2.0-only
/*
 * One CPU's ledger: intervals of running tasks become charges in the current bank. What a
 * switch does nearly always is in interval.h.
 *
 * RULE for everything that the probes call here: no allocation, no lock that another CPU
 * takes on its own hot path, no wake-up, no printk, no loop that is not bounded.
 */
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "internal.h"
#include "interval.h"

static void early_drain(struct irq_work *work)
{
	struct energy_ledger *l = container_of(work, struct energy_ledger, drain_work);

	WRITE_ONCE(l->core->drain_wanted, true);
	energy_sampler_kick(l->core);
}

/**
 * energy_ledger_new() - Make a ledger with two empty banks
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
	l->core = core;
	l->cpu = cpu;
	/* a CPU that cannot exist has no packets: what it has charged is all */
	l->packets = cpu_possible(cpu) ? per_cpu_ptr(core->packets, cpu) : &l->charged;
	/* rule 6: hard, so that it comes at once on PREEMPT_RT too */
	l->drain_work = IRQ_WORK_INIT_HARD(early_drain);
	for (i = 0; i < ARRAY_SIZE(l->bank); i++) {
		l->bank[i] = kvzalloc_node(sizeof(*l->bank[i]), GFP_KERNEL, node);
		if (!l->bank[i])
			goto destroy;
	}
	return l;

destroy:
	energy_ledger_destroy(l);
	return NULL;
}

static void bank_destroy(struct energy_bank *bank)
{
	unsigned int i;

	if (!bank)
		return;
	for (i = 0; i < bank->nr_exits; i++)
		energy_ident_put(&bank->exit[i].ident);
	kvfree(bank);
}

/**
 * energy_ledger_destroy() - Free a ledger that no probe can reach any more
 * @l: the ledger, or NULL
 *
 * Context: may sleep.
 */
void energy_ledger_destroy(struct energy_ledger *l)
{
	unsigned int i;

	if (!l)
		return;
	irq_work_sync(&l->drain_work);
	for (i = 0; i < ARRAY_SIZE(l->bank); i++)
		bank_destroy(l->bank[i]);
	kfree(l);
}

/**
 * energy_ledger_want_drain() - Ask for an early drain
 * @l: this CPU's ledger; its current bank fills up
 *
 * Context: in the context switch: IRQs off, l->lock held.
 */
void energy_ledger_want_drain(struct energy_ledger *l)
{
	if (l->drain_wanted)
		return;
	l->drain_wanted = true;
	irq_work_queue(&l->drain_work);
}

/**
 * energy_interval_close_slow() - Charge an interval whose charge is not found at once
 * @l: the ledger
 * @p: who ran
 * @now: the CPU's clock, ns
 * @slept: not 0 if it gives up the CPU to wait
 * @insns: instructions that it retired
 *
 * Context: IRQs off, l->lock held.
 */
noinline void energy_interval_close_slow(struct energy_ledger *l, struct task_struct *p,
					 u64 now, unsigned int slept, u64 insns)
{
	struct energy_bank *bank = l->bank[l->cur];
	struct energy_key key;

	lockdep_assert_held(&l->lock);
	energy_key_of(p, &key);
	energy_interval_charge(l, p, now, slept, insns, energy_bank_find(bank, &key));
	energy_ledger_keep_room(l, bank);
}

/**
 * energy_ledger_take_packets() - Charge what tasks have sent and received since the last look
 * @l: the ledger
 * @use: whom to charge
 *
 * The CPU may go on counting meanwhile.
 *
 * Context: IRQs off, l->lock held.
 */
noinline void energy_ledger_take_packets(struct energy_ledger *l, struct energy_usage *use)
{
	u64 rx_parts = READ_ONCE(l->packets->rx_parts);
	u64 tx = READ_ONCE(l->packets->tx);

	lockdep_assert_held(&l->lock);
	use->rx_parts += rx_parts - l->charged.rx_parts;
	use->tx += tx - l->charged.tx;
	l->charged.rx_parts = rx_parts;
	l->charged.tx = tx;
	l->packets_sum = rx_parts + tx;
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
		energy_interval_skip(l, now);
		energy_interval_open(l, curr);
	}
	raw_spin_unlock(&l->lock);
}

/**
 * energy_ledger_flip() - Take what a CPU has accounted so far
 * @l: the ledger
 * @now: the CPU's clock, ns
 * @online: the CPU is online
 *
 * Closes the interval of a task that is running (rule 3: idle CPUs have none, and no CPU is
 * interrupted). The bank handed out last time must have been cleared.
 *
 * Tracepoints are silent on a CPU that goes offline: the switch away from its last task was
 * not seen, and whoever comes next there begins anew.
 *
 * Context: process context, any CPU, under core->lock.
 * Return: the bank to drain; the caller's until the next flip.
 */
struct energy_bank *energy_ledger_flip(struct energy_ledger *l, u64 now, bool online)
{
	struct energy_bank *bank;
	unsigned long flags;
	u64 tx;

	raw_spin_lock_irqsave(&l->lock, flags);
	bank = l->bank[l->cur];
	if (!online)
		l->curr = NULL;
	if (l->curr) {
		/* its instructions only the CPU itself can read, see meter.c */
		energy_interval_close(l, l->curr, now, 0, 0);
		energy_interval_open(l, l->curr);
	} else {
		energy_packets_settle(l, &bank->system);
	}
	tx = READ_ONCE(l->packets->softirq_tx);
	bank->system.tx += tx - l->charged.softirq_tx;
	l->charged.softirq_tx = tx;
	l->exiting = NULL;
	l->cur ^= 1;
	l->drain_wanted = false;
	raw_spin_unlock_irqrestore(&l->lock, flags);
	return bank;
}
