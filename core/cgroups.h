/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cgroup table: one row per cgroup that somebody runs in or looks from.
 *
 * A row caches what the kernel only tells to a thread that may sleep and that stands in the
 * initial cgroup namespace (rule 17): path and ancestors. So only the sampler resolves rows;
 * "is a descendant of" is a walk over our own rows. A row holds no kernel cgroup.
 */
#ifndef _ENERGY_CGROUPS_H
#define _ENERGY_CGROUPS_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/types.h>

struct energy_core;

/**
 * struct energy_cgroup - One cgroup of the default hierarchy
 * @id: the kernel's cgroup id
 * @parent: counted row of its parent; NULL for the root and until resolved. Set once, freed
 *	by RCU
 * @path: from the root of the hierarchy; NULL until resolved, and for a cgroup that was gone
 *	by then. Set once, freed by RCU
 * @refs: one per process record, child row, open file, and the list of the unresolved
 * @core: whose table it is in
 * @unresolved: on the list of rows that the sampler has to resolve
 * @rcu: frees it
 */
struct energy_cgroup {
	u64 id;
	struct energy_cgroup *parent;
	const char *path;
	refcount_t refs;
	struct energy_core *core;
	struct list_head unresolved;
	struct rcu_head rcu;
};

struct energy_cgroup *energy_cgroup_get(struct energy_core *core, u64 id);
void energy_cgroup_put(struct energy_cgroup *cg);
bool energy_cgroup_within(const struct energy_cgroup *cg, const struct energy_cgroup *ancestor);
void energy_cgroups_resolve(struct energy_core *core);
void energy_cgroups_destroy(struct energy_core *core);

#endif /* _ENERGY_CGROUPS_H */
