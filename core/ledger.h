/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ledger: who ran on each CPU, for how long, and what else it did there.
 *
 * Per CPU two banks of charges. The CPU itself writes the current bank, from the probes; the
 * sampler flips the banks and reads the other one at leisure. See internal.h for the lock map.
 */
#ifndef _ENERGY_LEDGER_H
#define _ENERGY_LEDGER_H

#include <linux/irq_work.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "bank.h"

struct energy_core;
struct energy_meter_ops;

/**
 * struct energy_packets - What tasks and softirqs of a CPU sent and received, since load
 * @rx_parts: packets received by tasks, see struct energy_usage
 * @tx: packets sent by tasks
 * @softirq_tx: packets sent from softirqs, which belong to no process
 *
 * Per CPU. Written by its own CPU with this_cpu_add(), without a lock, and never set back:
 * who charges them remembers what has been charged already.
 */
struct energy_packets {
	u64 rx_parts;
	u64 tx;
	u64 softirq_tx;
};

/**
 * struct energy_ledger - One CPU's ledger
 * @lock: protects everything below but @core, @cpu, @packets and the bank that is not current
 * @cur: which of @bank the CPU writes
 * @drain_wanted: an early drain has been asked for since the last flip
 * @curr: the task that runs there and is to be charged; NULL for idle and for not known yet.
 *	Under @lock, on a CPU that is online and as long as the probes are on, it may be
 *	dereferenced: a running task is not freed before the switch away from it is complete,
 *	and that switch has to take @lock first
 * @exiting: the only thread that is left of some process, of whose end @exit tells; compared,
 *	but never followed. NULL if @exit is in no current bank
 * @exit: that process's exit
 * @since: start of the interval not charged yet, ns of the CPU's sched_clock
 * @io_read: @curr's storage reads at @since, bytes
 * @io_write: @curr's storage writes at @since, bytes
 * @packets_sum: sum of what tasks sent and received, as in @charged
 * @packets: the CPU's packets
 * @meter: counts instructions there, see metering.h; NULL for none
 * @count: what it had counted at the last look
 * @metered: @count is good
 * @bank: the two banks
 * @charged: which of @packets have been charged
 * @drain_work: wakes the sampler for an early drain
 * @core: the core this ledger belongs to
 * @cpu: which CPU
 */
struct energy_ledger {
	raw_spinlock_t lock;
	unsigned int cur;
	bool drain_wanted;
	struct task_struct *curr;
	const struct task_struct *exiting;
	struct energy_exit *exit;
	u64 since;
	u64 io_read;
	u64 io_write;
	u64 packets_sum;
	const struct energy_packets *packets;
	const struct energy_meter_ops *meter;
	u64 count;
	bool metered;
	struct energy_bank *bank[2];
	struct energy_packets charged;
	struct irq_work drain_work;
	struct energy_core *core;
	int cpu;
};

/**
 * energy_ledger_is_busy() - Whether a CPU runs something
 * @l: its ledger
 *
 * Context: any CPU.
 * Return: false if it was idle a moment ago, or offline.
 */
static inline bool energy_ledger_is_busy(const struct energy_ledger *l)
{
	/* data_race(): the CPU may be switching, which makes it a guess with a lock, too */
	return data_race(l->curr);
}

struct energy_ledger *energy_ledger_new(struct energy_core *core, int cpu);
void energy_ledger_destroy(struct energy_ledger *l);
void energy_ledger_begin(struct energy_ledger *l, struct task_struct *curr, u64 now);
struct energy_bank *energy_ledger_flip(struct energy_ledger *l, u64 now, bool online);
/* what interval.h and exit.h call out of line */
void energy_ledger_want_drain(struct energy_ledger *l);
void energy_interval_close_slow(struct energy_ledger *l, struct task_struct *p, u64 now,
				unsigned int slept, u64 insns);
void energy_ledger_take_packets(struct energy_ledger *l, struct energy_usage *use);

/**
 * energy_ledger_keep_room() - Ask for an early drain if there is not much room left
 * @l: this CPU's ledger
 * @bank: its current bank
 *
 * Context: IRQs off, l->lock held.
 */
static inline void energy_ledger_keep_room(struct energy_ledger *l, const struct energy_bank *bank)
{
	if (unlikely(bank->nr >= ENERGY_BANK_EARLY || bank->nr_exits >= ENERGY_BANK_EARLY))
		energy_ledger_want_drain(l);
}

#endif /* _ENERGY_LEDGER_H */
