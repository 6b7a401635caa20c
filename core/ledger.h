/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ledger: who ran on each CPU, for how long, and what else it did there.
 *
 * Per CPU two banks of charges. The CPU itself writes the current bank, from the probes; the
 * sampler flips the banks and reads the other one at leisure. See internal.h for the lock map.
 */
#ifndef _ENERGY_LEDGER_H
#define _ENERGY_LEDGER_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/irq_work.h>
#include <linux/limits.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "ident.h"

struct energy_core;
struct energy_proc;

/* As many as fit in a bank of 64 KiB: the allocator makes a power of two of it. */
#define ENERGY_BANK_CHARGES	376
/* A power of two: most charges have a place in the index for themselves. */
#define ENERGY_BANK_INDEX	1024
/*
 * Longest chain of charges with the same place; what does not fit is counted as lost. Of three
 * eighths of a charge for each place on average, in a full bank, it takes over three million full
 * banks until a place is wanted by one more (Poisson).
 */
#define ENERGY_BANK_CHAIN	8
/*
 * From here on the bank asks to be drained early. Each drain wakes the sampler up, at the cost
 * of a few short processes; and as many more as fit in what is left come while it waits for a
 * CPU.
 */
#define ENERGY_BANK_EARLY	256
/* The same for exits: a short process is a charge and an exit. */
#define ENERGY_BANK_EXITS	ENERGY_BANK_CHARGES

/* Received packets are counted in fractions: a packet may be read in pieces. */
#define ENERGY_RX_ONE		BIT(20)

/**
 * struct energy_key - Which process, in which cgroup, was charged
 * @start_ns: the thread group leader's start_boottime, ns; 0 in a tail key
 * @cgid: cgroup id in the default hierarchy; 0 in a tail key
 * @cookie: address of the signal_struct, compared but never followed
 * @tgid: process id in the initial PID namespace
 *
 * A tail key (rule 1) charges a thread that has been reaped but still runs its last
 * instructions: its group leader may not be read any more.
 */
struct energy_key {
	u64 start_ns;
	u64 cgid;
	unsigned long cookie;
	pid_t tgid;
};

/**
 * struct energy_usage - What a process did, as deltas
 * @cpu_ns: time on a CPU, ns
 * @instructions: retired instructions; 0 without a meter
 * @wakeups: times it gave up the CPU to wait
 * @diski: bytes it caused to be read from storage
 * @disko: bytes it caused to be written to storage
 * @rx_parts: packets received, in units of 1 / ENERGY_RX_ONE
 * @tx: packets sent
 */
struct energy_usage {
	u64 cpu_ns;
	u64 instructions;
	u64 wakeups;
	u64 diski;
	u64 disko;
	u64 rx_parts;
	u64 tx;
};

/**
 * energy_usage_add() - Add up usage
 * @to: sum
 * @use: what to add
 *
 * Context: any.
 */
static inline void energy_usage_add(struct energy_usage *to, const struct energy_usage *use)
{
	to->cpu_ns += use->cpu_ns;
	to->instructions += use->instructions;
	to->wakeups += use->wakeups;
	to->diski += use->diski;
	to->disko += use->disko;
	to->rx_parts += use->rx_parts;
	to->tx += use->tx;
}

/**
 * energy_usage_clear() - Set usage to nothing
 * @use: the usage
 *
 * Cheaper than the string instruction that a structure of zeroes would be.
 *
 * Context: any.
 */
static inline void energy_usage_clear(struct energy_usage *use)
{
	use->cpu_ns = 0;
	use->instructions = 0;
	use->wakeups = 0;
	use->diski = 0;
	use->disko = 0;
	use->rx_parts = 0;
	use->tx = 0;
}

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
 * struct energy_charge - One line of a bank
 * @key: who; its cookie is 0 if the charge is not in use
 * @use: what
 * @proc: the process's record, where the drain knows it before it comes to the charge
 * @slot: its place in the bank's index
 * @next: the next charge with the same place; ENERGY_BANK_CHARGES if it is the last
 */
struct energy_charge {
	struct energy_key key;
	struct energy_usage use;
	struct energy_proc *proc;
	u16 slot;
	u16 next;
};

/**
 * struct energy_exit - An exit on its way from the probe to the sampler
 * @ident: its last known identity
 * @charge: number of the process's charge in the same bank
 * @over: the process's last thread has left the CPU for good, and there is no other
 */
struct energy_exit {
	struct energy_ident ident;
	u16 charge;
	bool over;
};

/**
 * struct energy_bank - A small table of charges, and the exits that came with them
 * @nr: charges in use
 * @nr_tails: how many of them have a tail key
 * @nr_exits: length of @exit
 * @nr_exits_lost: exits that did not fit
 * @nr_lost: events that did not fit
 * @lost: their usage: it has no owner any more, but stays in the books
 * @system: packets that belong to no process
 * @index: hash of keys: the number of a chain's first charge. A place is free unless that
 *	charge is in use and says that this is its place; so the index is never cleared
 * @charge: the charges, dense
 * @exit: the exits, in order of arrival; allocated with the rest, because a probe must not
 *	(rule 6)
 */
struct energy_bank {
	unsigned int nr;
	unsigned int nr_tails;
	unsigned int nr_exits;
	unsigned int nr_exits_lost;
	u64 nr_lost;
	struct energy_usage lost;
	struct energy_usage system;
	u16 index[ENERGY_BANK_INDEX];
	struct energy_charge charge[ENERGY_BANK_CHARGES];
	struct energy_exit exit[ENERGY_BANK_EXITS];
};

static_assert(sizeof(struct energy_bank) <= SZ_64K);
static_assert(!(ENERGY_BANK_INDEX & (ENERGY_BANK_INDEX - 1)));
static_assert(ENERGY_BANK_CHARGES < U16_MAX && ENERGY_BANK_EARLY < ENERGY_BANK_CHARGES);

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
	struct energy_bank *bank[2];
	struct energy_packets charged;
	struct irq_work drain_work;
	struct energy_core *core;
	int cpu;
};

struct energy_ledger *energy_ledger_new(struct energy_core *core, int cpu);
void energy_ledger_destroy(struct energy_ledger *l);
void energy_ledger_begin(struct energy_ledger *l, struct task_struct *curr, u64 now);
struct energy_bank *energy_ledger_flip(struct energy_ledger *l, u64 now, bool online);
struct energy_exit *energy_ledger_exit(struct energy_ledger *l, const struct energy_key *key);

/* interval.h: what it calls out of line */
void energy_interval_close_slow(struct energy_ledger *l, struct task_struct *p, u64 now,
				unsigned int slept);
void energy_ledger_take_packets(struct energy_ledger *l, struct energy_usage *use);

struct energy_charge *energy_bank_charge(struct energy_bank *bank, const struct energy_key *key);
struct energy_usage *energy_bank_find(struct energy_bank *bank, const struct energy_key *key);
void energy_bank_clear(struct energy_bank *bank);

#endif /* _ENERGY_LEDGER_H */
