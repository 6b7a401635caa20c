/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each cgroup has used itself. The kernel's totals are those of a cgroup and of all below
 * it, so that adding them up counts most of the energy several times; here no nanojoule is in
 * two owners. A container, with all cgroups in it, is one owner.
 */
#ifndef ENERGY_OWNERS_H
#define ENERGY_OWNERS_H

#include "lib/cgroups.h"
#include "lib/container.h"

struct energy_owner {
	uint64_t id;		/* of its (topmost) cgroup */
	uint64_t total_nj;	/* the kernel's, of all below it, too */
	uint64_t own_nj;	/* never falls */
	__int128 exact_nj;	/* falls for a moment where a child was read a sample later */
	struct energy_number before_nj;	/* @total_nj as of the reading before */
	bool placed;		/* its total is part of its parent's */
	size_t position;	/* in the list of cgroups */
	struct energy_container container;
};

struct energy_owners {
	struct energy_owner *owners;	/* by id */
	size_t nr_owners;
	struct energy_number attributed_nj;	/* to all of them: the root's total */
};

/* @model: by the model's energy, where nothing is measured. */
uint64_t energy_cgroup_total_nj(const struct energy_cgroup *cgroup, bool model);

/*
 * Takes in a new reading. What a removed cgroup had used after it was seen last is its parent's.
 * @restarted: all counters began anew. Returns 0 or -ENOMEM, then nothing has changed.
 */
int energy_owners_update(struct energy_owners *owners, const struct energy_cgroup_list *list,
			 bool model, bool restarted);
void energy_owners_free(struct energy_owners *owners);

#endif /* ENERGY_OWNERS_H */
