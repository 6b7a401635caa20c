/* SPDX-License-Identifier: GPL-2.0-only */
/* The books: where every measured nanojoule stands. */
#ifndef _ENERGY_BOOKS_H
#define _ENERGY_BOOKS_H

#include <linux/types.h>

/**
 * struct energy_books - Accounts of the billed domains together, nJ
 * @measured_nj: what the counters of the billed domains counted
 * @live_nj: charged to processes that are listed (recently exited ones included)
 * @exited_nj: charged to processes that are not listed any more
 * @unattributed_nj: active energy with no process to charge it to
 * @idle_nj: energy of idling
 * @pending_nj: remainders smaller than the number of processes, carried to the next sample
 *
 * At the end of every sample @measured_nj is the sum of the other five, exactly. Each is an
 * accumulator of its own: none is derived from the others.
 */
struct energy_books {
	u64 measured_nj;
	u64 live_nj;
	u64 exited_nj;
	u64 unattributed_nj;
	u64 idle_nj;
	u64 pending_nj;
};

/**
 * struct energy_account - The same for one domain, nJ
 * @measured_nj: what its counter counted
 * @attributed_nj: charged to processes
 * @unattributed_nj: active energy with no process to charge it to
 * @idle_nj: energy of idling
 * @pending_nj: the remainder carried to the next sample
 * @reported_nj: counted while the domain was not billed: part of another one, or around it
 *
 * At the end of every sample @measured_nj is the sum of the other five, exactly.
 */
struct energy_account {
	u64 measured_nj;
	u64 attributed_nj;
	u64 unattributed_nj;
	u64 idle_nj;
	u64 pending_nj;
	u64 reported_nj;
};

s64 energy_books_difference(const struct energy_books *b);
s64 energy_account_difference(const struct energy_account *a);

#endif /* _ENERGY_BOOKS_H */
