// SPDX-License-Identifier: GPL-2.0-only
/* A bank: what need not be inline. */
#include "bank.h"

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
	unsigned int at = energy_bank_charge(bank, key);

	if (likely(at < ENERGY_BANK_CHARGES))
		return &bank->charge[at].use;
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
	bank->cred = NULL;
	energy_usage_clear(&bank->lost);
	energy_usage_clear(&bank->system);
}
