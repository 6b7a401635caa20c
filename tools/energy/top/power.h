/* SPDX-License-Identifier: GPL-2.0-only */
/* What each domain needed in an interval. */
#ifndef ENERGY_POWER_H
#define ENERGY_POWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/domains.h"

struct energy_watts {
	double value;
	bool known;
};

struct energy_power {
	char name[2 * sizeof(((struct energy_domain *)0)->name)];	/* fit for the terminal */
	size_t nr_domains;	/* that it is the sum of */
	bool not_billed;	/* known not to be */
	struct energy_watts total, idle;
};

struct energy_powers {
	struct energy_power *powers;
	size_t nr_powers;
	size_t nr_packages;	/* 0: not known */
};

/*
 * Compares two readings of the domains, @length_ns apart. Of a kind with more domains than
 * @most they are summed up: there is a domain for each core of some machines. Returns 0 or
 * -ENOMEM.
 */
int energy_powers_fill(struct energy_powers *powers, const struct energy_domains *older,
		       const struct energy_domains *newer, uint64_t length_ns, size_t most);
void energy_powers_free(struct energy_powers *powers);

#endif /* ENERGY_POWER_H */
