/* SPDX-License-Identifier: GPL-2.0-only */
/* What is exported: the files as they were read last, and what the readings before left. */
#ifndef ENERGY_EXPORT_READING_H
#define ENERGY_EXPORT_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "export/ledger.h"
#include "export/owners.h"
#include "lib/cgroups.h"
#include "lib/domains.h"
#include "lib/reader.h"

struct energy_reading_options {
	const char *listing_path;
	const char *cgroups_path;	/* NULL: none that may be read */
	const char *proc;		/* where the host's procfs is mounted */
	size_t most_processes;
	size_t most_cgroups;
};

/* A domain, as of the reading before. */
struct energy_domain_before {
	char name[64];
	uint64_t measured_nj;
	struct energy_number idle_nj;
};

struct energy_reading {
	const struct energy_io *io;
	struct energy_reading_options options;

	bool up;			/* the last reading succeeded; else nothing below holds */
	struct energy_failure failure;	/* why not */
	bool model;			/* nothing is measured: all energies are the model's */
	struct energy_listing listing;
	struct energy_domains domains;
	struct energy_cgroup_list cgroups;

	struct energy_account *processes;	/* by pid */
	size_t nr_processes;
	struct energy_account *cgroup_accounts;	/* positions are those of @owners */
	size_t nr_cgroup_accounts;
	struct energy_owners owners;
	struct energy_ledger process_ledger, cgroup_ledger;
	bool cgroups_restarted;			/* since they were read last */
	struct energy_number attributed_nj;	/* to processes, exited ones included */

	/* The reading before, for rates. */
	uint64_t length_ns;			/* of the time since then; 0: not known */
	struct energy_number before_measured_nj, before_attributed_nj;
	struct energy_domain_before *domains_before;
	size_t nr_domains_before;
	uint64_t system_cpu_ns;			/* used since then by all */

	uint64_t nr_readings, nr_failures;
	uint64_t cost_ns;			/* CPU time that the last reading took */
};

/* Reads everything. Returns 0, or a negative errno with @reading->failure. */
int energy_reading_refresh(struct energy_reading *reading);

/*
 * Can everything be read? Takes nothing in: what a series grows by is counted for whoever is shown
 * it. Returns as above.
 */
int energy_reading_try(struct energy_reading *reading);
void energy_reading_free(struct energy_reading *reading);

/* The number behind @key in the listing's header, scaled as in lib/pairs.h. */
struct energy_number energy_reading_header(const struct energy_reading *reading,
					   const char *key, unsigned int digits);

/* Books of the last sample: exact where the file has them, else whole microjoules. */
const struct energy_books *energy_reading_books(const struct energy_reading *reading);

#endif /* ENERGY_EXPORT_READING_H */
