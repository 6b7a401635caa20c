// SPDX-License-Identifier: GPL-2.0-only
/* The books' invariant. Pure. */
#include "books.h"

/**
 * energy_books_difference() - By how much the books do not balance
 * @b: the books
 *
 * Context: any; for books that are being written under the writer's lock.
 * Return: measured minus everything that it went to, nJ; 0 in books that are right.
 */
s64 energy_books_difference(const struct energy_books *b)
{
	return b->measured_nj - (b->live_nj + b->exited_nj + b->unattributed_nj +
				 b->idle_nj + b->pending_nj);
}

/**
 * energy_account_difference() - By how much a domain's account does not balance
 * @a: the account
 *
 * Context: any; for an account that is being written under the writer's lock.
 * Return: measured minus everything that it went to, nJ; 0 in an account that is right.
 */
s64 energy_account_difference(const struct energy_account *a)
{
	return a->measured_nj - (a->attributed_nj + a->unattributed_nj + a->idle_nj +
				 a->pending_nj + a->reported_nj);
}
