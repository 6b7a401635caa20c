/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bank: the small hash table that the hot path writes. No lock, no clock, no allocation;
 * whoever owns the bank calls this.
 */
#ifndef _ENERGY_BANK_H
#define _ENERGY_BANK_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "ident.h"
#include "usage.h"

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
 * @cred: the last exit's credentials, or those of one before it that had the same owner; the
 *	reference is in that exit
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
	const struct cred *cred;
	struct energy_usage lost;
	struct energy_usage system;
	u16 index[ENERGY_BANK_INDEX];
	struct energy_charge charge[ENERGY_BANK_CHARGES];
	struct energy_exit exit[ENERGY_BANK_EXITS];
};

static_assert(sizeof(struct energy_bank) <= SZ_64K);
static_assert(!(ENERGY_BANK_INDEX & (ENERGY_BANK_INDEX - 1)));
static_assert(ENERGY_BANK_CHARGES < U16_MAX && ENERGY_BANK_EARLY < ENERGY_BANK_CHARGES);

/*
 * With the time of birth: the next process often gets the signal_struct of one that has just
 * died, and would find that one's charge first, in each switch.
 */
static __always_inline unsigned int energy_bank_slot(unsigned long cookie, u64 start_ns,
						     u64 cgid)
{
	return hash_64(cookie ^ start_ns ^ cgid, ilog2(ENERGY_BANK_INDEX));
}

static inline bool energy_key_equal(const struct energy_key *a, const struct energy_key *b)
{
	return a->cookie == b->cookie && a->start_ns == b->start_ns && a->cgid == b->cgid &&
	       a->tgid == b->tgid;
}

/**
 * energy_bank_charge() - The charge of @key in @bank, made if need be
 * @bank: the bank, the caller's to write
 * @key: whom to charge
 *
 * The walk is bounded by ENERGY_BANK_CHAIN.
 *
 * Context: any; in the context switch with IRQs off.
 * Return: the charge's number, or ENERGY_BANK_CHARGES if @key does not fit any more.
 */
static inline unsigned int energy_bank_charge(struct energy_bank *bank,
					      const struct energy_key *key)
{
	unsigned int slot = energy_bank_slot(key->cookie, key->start_ns, key->cgid);
	u16 *link = &bank->index[slot];
	struct energy_charge *c;
	unsigned int i, at;

	for (i = 0; i < ENERGY_BANK_CHAIN; i++) {
		at = *link;
		c = &bank->charge[at];
		if (at >= bank->nr || c->slot != slot)
			break;
		if (energy_key_equal(&c->key, key))
			return at;
		link = &c->next;
	}
	at = bank->nr;
	if (i == ENERGY_BANK_CHAIN || at == ENERGY_BANK_CHARGES)
		return ENERGY_BANK_CHARGES;
	c = &bank->charge[at];
	c->key = *key;
	c->slot = slot;
	c->next = ENERGY_BANK_CHARGES;
	if (!key->start_ns)
		bank->nr_tails++;
	*link = at;
	bank->nr++;
	return at;
}

/* bank.c */
struct energy_usage *energy_bank_find(struct energy_bank *bank, const struct energy_key *key);
void energy_bank_clear(struct energy_bank *bank);

#endif /* _ENERGY_BANK_H */
