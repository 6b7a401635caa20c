/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cgroup table: one row per cgroup in which something has run or a file was opened.
 *
 * A row caches what the kernel only tells to a thread that may sleep and that stands in the
 * initial cgroup namespace (rule 17): path and ancestors. So only the sampler resolves rows;
 * "is a descendant of" is a walk over our own rows. A row holds no kernel cgroup: it learns
 * from rmdir.c that its cgroup is gone, is shown as gone in one full window, and leaves.
 */
#ifndef _ENERGY_CGROUPS_H
#define _ENERGY_CGROUPS_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include "values.h"

struct energy_core;
struct energy_proc;

/**
 * struct energy_cgroup - One cgroup of the default hierarchy
 * @id: the kernel's cgroup id
 * @parent: counted row of its parent; NULL for the root and until resolved. Set once, freed
 *	by RCU
 * @children: rows below it, an RCU list under core->cgroups.xa_lock
 * @sibling: in @parent's children
 * @procs: processes last seen in it, an RCU list under core->lock
 * @path: from the root of the hierarchy; NULL until resolved, and for a cgroup that was gone
 *	by then. Set once, freed by RCU
 * @refs: one each for the table (as long as the cgroup exists), child rows, open files, the
 *	lists @unresolved and @changed_next, core->recent, a drain; and one for all of @users
 * @users: process records and shares; under core->lock
 * @core: whose table it is in
 * @unresolved: on the list of rows that the sampler has to resolve
 * @total: what it and its descendants have used since the module was loaded, the past of
 *	removed ones included; written under core->lock, read without
 * @up: the part of @total that its parent does not know yet
 * @win: two windows' values of @total, see window.h
 * @fold_next: next of those whose @up is not empty
 * @changed_next: next of those that changed since the last window
 * @gone_next: next of those whose cgroup is gone
 * @waits: during a fold, how many rows below it are still to come
 * @gone_gen: first window that shows it gone; 0 is none
 * @score_rem_pj: what @total.score_nj leaves over
 * @nr_missed: how often it could not be looked up
 * @folding: on the list @fold_next
 * @folded: during a fold, passed on already
 * @changed: on the list @changed_next
 * @gone: its cgroup has been removed
 * @listed: shown to readers of live values
 * @rcu: frees it
 */
struct energy_cgroup {
	u64 id;
	struct energy_cgroup *parent;
	struct list_head children;
	struct list_head sibling;
	struct hlist_head procs;
	const char *path;
	refcount_t refs;
	unsigned int users;
	struct energy_core *core;
	struct list_head unresolved;
	struct energy_values total;
	struct energy_values up;
	struct energy_snapshot win[2];
	struct energy_cgroup *fold_next;
	struct energy_cgroup *changed_next;
	struct energy_cgroup *gone_next;
	unsigned int waits;
	u32 gone_gen;
	u16 score_rem_pj;
	u8 nr_missed;
	bool folding;
	bool folded;
	bool changed;
	bool gone;
	bool listed;
	struct rcu_head rcu;
};

/* cgroups.c: the rows and their tree */
struct energy_cgroup *energy_cgroup_get(struct energy_core *core, u64 id);
struct energy_cgroup *energy_cgroup_find(struct energy_core *core, u64 id);
struct energy_cgroup *energy_cgroup_hold(struct energy_cgroup *cg);
void energy_cgroup_put(struct energy_cgroup *cg);
struct energy_cgroup *energy_cgroup_recent_slow(struct energy_core *core, u64 id);
void energy_cgroup_forget(struct energy_core *core);
bool energy_cgroup_within(const struct energy_cgroup *cg, const struct energy_cgroup *ancestor);
struct energy_cgroup *energy_cgroup_next(struct energy_cgroup *cg,
					 const struct energy_cgroup *top);
void energy_cgroup_gone(struct energy_core *core, struct energy_cgroup *cg, u64 parent_id);
void energy_cgroups_resolve(struct energy_core *core);
void energy_cgroups_reap(struct energy_core *core, u32 gen);
void energy_cgroups_reap_excess(struct energy_core *core);
void energy_cgroups_destroy(struct energy_core *core);

/* cgtotals.c: what they have used */
void energy_cgroup_charge(struct energy_core *core, struct energy_cgroup *cg,
			  const struct energy_usage *use, u64 score_pj);
void energy_cgroup_mark_new(struct energy_core *core, struct energy_cgroup *cg);
void energy_cgroups_fold(struct energy_core *core);
void energy_cgroups_publish(struct energy_core *core, u32 gen);

/**
 * energy_cgroup_mark() - Have a row's totals passed on and published
 * @core: the core
 * @cg: the row
 *
 * Context: core->lock held.
 */
static inline void energy_cgroup_mark(struct energy_core *core, struct energy_cgroup *cg)
{
	if (!cg->folding)
		energy_cgroup_mark_new(core, cg);
}

/**
 * energy_cgroup_pay() - Measured energy was attributed to a process in a cgroup
 * @core: the core
 * @cg: the cgroup's row
 * @nj: how much
 *
 * Context: core->lock held.
 */
static inline void energy_cgroup_pay(struct energy_core *core, struct energy_cgroup *cg,
				     u64 nj)
{
	cg->total.energy_nj += nj;
	cg->up.energy_nj += nj;
	energy_cgroup_mark(core, cg);
}

/**
 * energy_cgroup_use() - A record or a share begins to refer to a row
 * @cg: a row that the caller may refer to
 *
 * Cheaper than a reference: there are many of them, and always under the same lock.
 *
 * Context: core->lock held.
 */
static inline void energy_cgroup_use(struct energy_cgroup *cg)
{
	if (!cg->users++)
		energy_cgroup_hold(cg);
}

/**
 * energy_cgroup_unuse() - A record or a share does not refer to a row any more
 * @cg: the row
 *
 * Context: core->lock held; process context.
 */
static inline void energy_cgroup_unuse(struct energy_cgroup *cg)
{
	if (!--cg->users)
		energy_cgroup_put(cg);
}

#endif /* _ENERGY_CGROUPS_H */
