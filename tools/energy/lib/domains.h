/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each domain measured. debugfs energy/all has a line for each domain; where that may not
 * be read, the header of /proc/energy/all has the sum of each kind (rapl_package_sum_uj).
 */
#ifndef ENERGY_DOMAINS_H
#define ENERGY_DOMAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/records.h"

struct energy_domain {
	char name[64];		/* escapes undone: "package-0"; of a sum, the kind: "package" */
	char kind[16];
	unsigned int instance;
	bool is_sum;		/* of all instances of its kind, from the header */
	bool billed;		/* of a sum: not known, false */
	uint64_t measured_nj;
	struct energy_number attributed_nj, unattributed_nj, idle_nj, pending_nj, reported_nj;
	char source[64];
};

struct energy_domains {
	struct energy_domain *domains;
	size_t nr_domains;
	size_t nr_garbage;	/* lines not understood, kinds without a sum */
};

/*
 * The domains of @listing: its lines, else the sums of the kinds that its "domains=" names.
 * Returns 0 or -ENOMEM.
 */
int energy_domains_fill(struct energy_domains *domains, const struct energy_listing *listing);
void energy_domains_free(struct energy_domains *domains);

#endif /* ENERGY_DOMAINS_H */
