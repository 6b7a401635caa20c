/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens in every exit of a process. Inline, so that the probe is one function: a short
 * process is hardly more than this.
 *
 * RULE: what holds for the context switch (see ledger.c) holds here.
 */
#ifndef _ENERGY_EXIT_H
#define _ENERGY_EXIT_H

#include <linux/cred.h>
#include <linux/lockdep.h>

#include "ledger.h"

/*
 * The kernel makes credentials anew for each process. Those of one owner are the same to us, and
 * a reference to each would keep the kernel from using their memory again for the next one.
 */
static __always_inline void energy_exit_owner(struct energy_bank *bank, struct energy_ident *id,
					      const struct cred *cred)
{
	id->cred = NULL;
	if (bank->cred && energy_same_owner(bank->cred, cred))
		return;
	id->cred = get_cred(cred);
	bank->cred = cred;
}

/**
 * energy_ledger_exit() - Room to record an exit in
 * @l: this CPU's ledger
 * @key: the process; not a tail key
 * @cred: its credentials
 *
 * Makes its charge too, because it is still to be switched away from. Asks for an early drain
 * when there is not much room left. An exit that does not fit is counted; the process is found
 * by a scan then, see scan.c.
 *
 * Context: any, on the ledger's CPU, IRQs off, l->lock held.
 * Return: a record whose identity, but for the credentials, is to be filled in before the lock is
 * given back; or NULL.
 */
static __always_inline struct energy_exit *energy_ledger_exit(struct energy_ledger *l,
							      const struct energy_key *key,
							      const struct cred *cred)
{
	struct energy_bank *bank = l->bank[l->cur];
	struct energy_exit *x;
	unsigned int at;

	lockdep_assert_held(&l->lock);
	at = energy_bank_charge(bank, key);
	if (at == ENERGY_BANK_CHARGES || bank->nr_exits == ENERGY_BANK_EXITS) {
		bank->nr_exits_lost++;
		return NULL;
	}
	x = &bank->exit[bank->nr_exits++];
	x->charge = at;
	x->over = false;
	energy_exit_owner(bank, &x->ident, cred);
	energy_ledger_keep_room(l, bank);
	return x;
}

/**
 * energy_ledger_exiting() - The only thread that is left of a process exits
 * @l: this CPU's ledger
 * @p: the thread
 * @x: what has been recorded of it
 *
 * Context: on the ledger's CPU, IRQs off, l->lock held.
 */
static __always_inline void energy_ledger_exiting(struct energy_ledger *l,
						  const struct task_struct *p,
						  struct energy_exit *x)
{
	l->exiting = p;
	l->exit = x;
}

/**
 * energy_ledger_over() - A task has left the CPU for good
 * @l: the CPU's ledger
 * @p: the task
 *
 * Who exits and dies on one CPU, with no drain in between, as nearly all do, need not be looked
 * for when its record is to go. Another task may have come to @l->exiting's address since; then
 * that one is gone all the more.
 *
 * Context: as energy_ledger_switch().
 */
static __always_inline void energy_ledger_over(struct energy_ledger *l,
					       const struct task_struct *p)
{
	if (l->exiting == p)
		l->exit->over = true;
}

#endif /* _ENERGY_EXIT_H */
