// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bank: the small hash table that the hot path writes. No lock, no clock, no allocation;
 * whoever owns the bank calls this.
 */
#include "interval.h"

static bool key_equal(const struct energy_key *a, const struct energy_key *b)
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
 * Return: the charge, or NULL if @key does not fit any more.
 */
struct energy_charge *energy_bank_charge(struct energy_bank *bank, const struct energy_key *key)
{
	unsigned int slot = energy_bank_slot(key->cookie, key->start_ns, key->cgid);
	u16 *link = &bank->index[slot];
	struct energy_charge *c;
	unsigned int i;

	for (i = 0; i < ENERGY_BANK_CHAIN; i++) {
		c = &bank->charge[*link];
		if (*link >= bank->nr || c->slot != slot) {
			if (bank->nr == ENERGY_BANK_CHARGES)
				return NULL;
			c = &bank->charge[bank->nr];
			c->key = *key;
			c->slot = slot;
			c->next = ENERGY_BANK_CHARGES;
			if (!key->start_ns)
				bank->nr_tails++;
			*link = bank->nr++;
			return c;
		}
		if (key_equal(&c->key, key))
			return c;
		link = &c->next;
	}
	return NULL;
}

/**
 * energy_bank_find() - The usage of @key in @bank, made if need be
 * @bank: the bank, the caller's to write
 * @key: whom to charge
 *
 * Context: any; in the context switch with IRQs off.
 * Return: where to add the usage. When @key does not fit any more that is the bank's lost
 * usage, and the event is counted.
 */
struct energy_usage *energy_bank_find(struct energy_bank *bank, const struct energy_key *key)
{
	struct energy_charge *c = energy_bank_charge(bank, key);

	if (likely(c))
		return &c->use;
	bank->nr_lost++;
	return &bank->lost;
}

/**
 * energy_bank_clear() - Empty a bank
 * @bank: the bank, the caller's to write; the references of its exits have been taken
 *
 * Costs what was in it, not what could have been.
 *
 * Context: any.
 */
void energy_bank_clear(struct energy_bank *bank)
{
	unsigned int i;

	for (i = 0; i < bank->nr; i++) {
		struct energy_charge *c = &bank->charge[i];

		c->key.cookie = 0;
		c->proc = NULL;
		energy_usage_clear(&c->use);
	}
	bank->nr = 0;
	bank->nr_tails = 0;
	bank->nr_exits = 0;
	bank->nr_exits_lost = 0;
	bank->nr_lost = 0;
	energy_usage_clear(&bank->lost);
	energy_usage_clear(&bank->system);
}
