/* SPDX-License-Identifier: GPL-2.0-only */
/* The exact check: every nanojoule measured is somewhere, and nowhere twice. */
#ifndef ENERGY_BOOKS_H
#define ENERGY_BOOKS_H

#include <stdint.h>
#include <stdio.h>

#include "lib/records.h"

struct energy_balance {
	const struct energy_books *books;
	unsigned __int128 live_nj;	/* of all processes of the window */
	__int128 difference_nj;		/* measured less everything else */
};

/*
 * Adds up the window values of @listing. Returns NULL, or why it cannot be done: then
 * nothing is known about the books.
 */
const char *energy_balance_fill(struct energy_balance *balance,
				const struct energy_listing *listing);

/* The one line of it. */
void energy_balance_print(FILE *out, const struct energy_balance *balance);

/*
 * Fills, prints to stdout and complains as @who; returns the exit status: 0 only when the
 * difference is 0.
 */
int energy_balance_report(const char *who, const char *path,
			  const struct energy_listing *listing);

#endif /* ENERGY_BOOKS_H */
