/* SPDX-License-Identifier: GPL-2.0-only */
/* What the whole machine used meanwhile, for comparison. */
#ifndef ENERGY_STAT_MACHINE_H
#define ENERGY_STAT_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/domains.h"
#include "lib/records.h"

/* What a domain's counter counted; the rest where the listing tells it. */
struct energy_stat_domain {
	struct energy_domain domain;	/* its last reading */
	uint64_t measured_nj;
	struct energy_number attributed_nj, idle_nj, unattributed_nj;
};

/* Summed over all runs. */
struct energy_stat_machine {
	bool known;
	uint64_t length_ns;	/* between the samples around the runs */
	uint64_t measured_nj, idle_nj, unattributed_nj;	/* billed domains */
	int64_t processes_nj;	/* charged to processes; by rounding it may miss some */
	struct energy_stat_domain *domains;
	size_t nr_domains;
};

/*
 * Adds what happened between two listings. Returns 0, -ENOMEM, or -ERANGE where they cannot be
 * compared: then nothing is added.
 */
int energy_stat_machine_add(struct energy_stat_machine *machine,
			    const struct energy_listing *older,
			    const struct energy_listing *newer);
void energy_stat_machine_free(struct energy_stat_machine *machine);

#endif /* ENERGY_STAT_MACHINE_H */
