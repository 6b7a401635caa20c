// SPDX-License-Identifier: GPL-2.0-only
/* The cgroup table: rows, their tree, and how they come and go. */
#include <linux/rculist.h>
#include <linux/slab.h>

#include "internal.h"

/* Drains in which a cgroup that cannot be found may still be heard of. */
#define LOOKUPS 4
/* So many that are gone are shown; others may come and go in a long window. */
#define GONE_MAX 16384

static struct energy_cgroup *get_existing(struct energy_core *core, u64 id)
{
	struct energy_cgroup *cg = xa_load(&core->cgroups, id);

	return cg && refcount_inc_not_zero(&cg->refs) ? cg : NULL;
}

static struct energy_cgroup *new_row(struct energy_core *core, u64 id)
{
	/* to whoever opens a file, which makes the row; the sampler's are nobody's */
	struct energy_cgroup *cg = kzalloc(sizeof(*cg), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);

	if (!cg)
		return NULL;
	cg->id = id;
	cg->core = core;
	cg->listed = true;
	INIT_LIST_HEAD(&cg->children);
	/* for the table, for the list of the unresolved, and for the caller */
	refcount_set(&cg->refs, 3);
	return cg;
}

/**
 * energy_cgroup_find() - The row of a cgroup, if there is one
 * @core: the core
 * @id: the kernel's cgroup id in the default hierarchy
 *
 * Context: any; needs no lock.
 * Return: a counted row or NULL.
 */
struct energy_cgroup *energy_cgroup_find(struct energy_core *core, u64 id)
{
	struct energy_cgroup *cg;

	rcu_read_lock();
	cg = get_existing(core, id);
	rcu_read_unlock();
	return cg;
}

/**
 * energy_cgroup_get() - The row of a cgroup, made if need be
 * @core: the core
 * @id: the kernel's cgroup id in the default hierarchy
 *
 * A new row knows nothing but its id until the sampler's next drain resolves it.
 *
 * Context: may sleep; needs no lock.
 * Return: a counted row, or NULL without memory.
 */
struct energy_cgroup *energy_cgroup_get(struct energy_core *core, u64 id)
{
	struct energy_cgroup *cg = energy_cgroup_find(core, id), *fresh;

	if (cg)
		return cg;
	fresh = new_row(core, id);
	if (!fresh)
		return NULL;

	/* Memory first: a store into a reserved entry cannot fail and keeps the lock. */
	if (xa_reserve(&core->cgroups, id, GFP_KERNEL | __GFP_NOWARN)) {
		kfree(fresh);
		return NULL;
	}
	xa_lock(&core->cgroups);
	cg = get_existing(core, id);
	if (cg) {
		xa_unlock(&core->cgroups);
		kfree(fresh);
		return cg;
	}
	/* A row on its way out may still stand there; it erases only itself. */
	if (xa_err(__xa_store(&core->cgroups, id, fresh, GFP_ATOMIC | __GFP_NOWARN))) {
		xa_unlock(&core->cgroups);
		kfree(fresh);
		return NULL;
	}
	list_add_tail(&fresh->unresolved, &core->unresolved);
	xa_unlock(&core->cgroups);
	return fresh;
}

/**
 * energy_cgroup_hold() - Another reference to a row
 * @cg: a row that the caller holds
 *
 * Context: any.
 * Return: @cg.
 */
struct energy_cgroup *energy_cgroup_hold(struct energy_cgroup *cg)
{
	refcount_inc(&cg->refs);
	return cg;
}

static void free_row(struct rcu_head *rcu)
{
	struct energy_cgroup *cg = container_of(rcu, struct energy_cgroup, rcu);

	kfree(cg->path);
	kfree(cg);
}

/**
 * energy_cgroup_put() - Give a row back
 * @cg: the row, or NULL
 *
 * Readers that found the row under RCU may go on with it until their read side ends. Not
 * recursive: cgroups can be nested deeper than the kernel's stack.
 *
 * Context: process context.
 */
void energy_cgroup_put(struct energy_cgroup *cg)
{
	while (cg && refcount_dec_and_test(&cg->refs)) {
		struct energy_core *core = cg->core;
		struct energy_cgroup *parent = cg->parent;

		xa_lock(&core->cgroups);
		if (xa_load(&core->cgroups, cg->id) == cg)
			__xa_erase(&core->cgroups, cg->id);
		if (parent)
			list_del_rcu(&cg->sibling);
		xa_unlock(&core->cgroups);
		call_rcu(&cg->rcu, free_row);
		cg = parent;
	}
}

/**
 * energy_cgroup_recent_slow() - What energy_cgroup_recent() does when it is another row
 * @core: the core
 * @id: the kernel's cgroup id in the default hierarchy
 *
 * Context: core->lock held; may sleep.
 * Return: as energy_cgroup_recent().
 */
struct energy_cgroup *energy_cgroup_recent_slow(struct energy_core *core, u64 id)
{
	struct energy_cgroup *cg = energy_cgroup_get(core, id);

	if (!cg)
		return NULL;
	energy_cgroup_put(core->recent);
	core->recent = cg;
	return cg;
}

/**
 * energy_cgroup_forget() - Let go of the row asked for last
 * @core: the core
 *
 * Context: core->lock held.
 */
void energy_cgroup_forget(struct energy_core *core)
{
	energy_cgroup_put(core->recent);
	core->recent = NULL;
}

/**
 * energy_cgroup_within() - Whether a cgroup is another one or below it
 * @cg: the one
 * @ancestor: the other
 *
 * Rows not resolved yet are within themselves alone.
 *
 * Context: RCU read side, or references to both.
 * Return: true if it is.
 */
bool energy_cgroup_within(const struct energy_cgroup *cg, const struct energy_cgroup *ancestor)
{
	while (cg && cg != ancestor)
		/* pairs with join_parent(): the parent's row is complete */
		cg = smp_load_acquire(&cg->parent);
	return cg;
}

/**
 * energy_cgroup_next() - Walk a row and all below it, in pre-order
 * @cg: where the walk stands; it begins with @top
 * @top: where the walk began
 *
 * Rows that join or leave meanwhile may be met or not.
 *
 * Context: RCU read side, the same one all along.
 * Return: the next row, or NULL at the end.
 */
struct energy_cgroup *energy_cgroup_next(struct energy_cgroup *cg,
					 const struct energy_cgroup *top)
{
	struct energy_cgroup *next;

	next = list_first_or_null_rcu(&cg->children, struct energy_cgroup, sibling);
	while (!next && cg != top) {
		struct energy_cgroup *parent = cg->parent;

		next = list_next_or_null_rcu(&parent->children, &cg->sibling,
					     struct energy_cgroup, sibling);
		cg = parent;
	}
	return next;
}

/* Takes over the reference to @parent. */
static void join_parent(struct energy_core *core, struct energy_cgroup *cg,
			struct energy_cgroup *parent)
{
	xa_lock(&core->cgroups);
	/* pairs with energy_cgroup_within() */
	smp_store_release(&cg->parent, parent);
	list_add_tail_rcu(&cg->sibling, &parent->children);
	xa_unlock(&core->cgroups);
	/* what it has used until now is news to its ancestors */
	energy_cgroup_mark(core, cg);
}

/**
 * energy_cgroup_gone() - A row's cgroup has been removed
 * @core: the core
 * @cg: its row; not the root's
 * @parent_id: where it was, if the row does not know yet. Whom nobody knows any more is taken
 *	to have been right below the root: so the root's totals are complete
 *
 * May be called again.
 *
 * Context: core->lock held; may sleep.
 */
void energy_cgroup_gone(struct energy_core *core, struct energy_cgroup *cg, u64 parent_id)
{
	if (!cg->parent) {
		struct energy_cgroup *parent = energy_cgroup_get(core, parent_id);

		if (!parent) {
			core->stats.no_memory++;
			parent = energy_cgroup_hold(core->root);
		}
		join_parent(core, cg, parent);
	}
	if (cg->gone)
		return;
	WRITE_ONCE(cg->gone, true);
	cg->gone_next = core->gone;
	core->gone = cg;
	core->nr_gone++;
	energy_cgroup_mark(core, cg);
}

enum resolved { DONE, LATER, NO_MEMORY };

static enum resolved resolve_one(struct energy_core *core, struct energy_cgroup *cg)
{
	struct energy_cgroup_info info = {};
	struct energy_cgroup *parent;
	int ret;

	if (cg->gone)
		return DONE;
	ret = core->env->cgroup(cg->id, &info);
	if (ret && ret != -ENOENT)
		return NO_MEMORY;
	if (ret) {
		/* its removal, which says where it was, is probably still to be heard of */
		if (++cg->nr_missed < LOOKUPS)
			return LATER;
		energy_cgroup_gone(core, cg, core->root->id);
		return DONE;
	}
	if (info.parent) {
		parent = energy_cgroup_get(core, info.parent);
		if (!parent) {
			kfree(info.path);
			return NO_MEMORY;
		}
		join_parent(core, cg, parent);
	}
	/* pairs with readers of the list of cgroups */
	smp_store_release(&cg->path, info.path);
	return DONE;
}

static struct energy_cgroup *take_unresolved(struct energy_core *core)
{
	struct energy_cgroup *cg;

	xa_lock(&core->cgroups);
	cg = list_first_entry_or_null(&core->unresolved, struct energy_cgroup, unresolved);
	if (cg)
		list_del_init(&cg->unresolved);
	xa_unlock(&core->cgroups);
	return cg;
}

/**
 * energy_cgroups_resolve() - Look up path and parent of new rows
 * @core: the core
 *
 * A parent that has no row yet gets one and is resolved in the same call. Without memory
 * the rest waits for the next call. Looks for removed cgroups, too, where that is needed.
 *
 * Context: core->lock held; sleeps (rule 17).
 */
void energy_cgroups_resolve(struct energy_core *core)
{
	enum resolved res = DONE;
	struct energy_cgroup *cg;
	LIST_HEAD(later);

	energy_rmdir_recheck(core);
	while (res != NO_MEMORY && (cg = take_unresolved(core))) {
		res = resolve_one(core, cg);
		core->stats.no_memory += res == NO_MEMORY;
		if (res == DONE)
			energy_cgroup_put(cg);
		else
			list_add(&cg->unresolved, &later);
		cond_resched();
	}
	xa_lock(&core->cgroups);
	list_splice(&later, &core->unresolved);
	xa_unlock(&core->cgroups);
}

/* Its place on the list of those that are gone was the table's reference. */
static void let_go(struct energy_core *core, struct energy_cgroup *cg)
{
	core->nr_gone--;
	WRITE_ONCE(cg->listed, false);
	energy_cgroup_put(cg);
}

/**
 * energy_cgroups_reap() - Let go of rows whose cgroups are gone
 * @core: the core
 * @gen: the window that is being published
 *
 * They are shown as gone in one full window, as dead processes are. Processes that died in
 * them, and open files, may hold them for longer.
 *
 * Context: core->lock held; may sleep.
 */
void energy_cgroups_reap(struct energy_core *core, u32 gen)
{
	struct energy_cgroup **link = &core->gone, *cg;

	while ((cg = *link)) {
		if (!cg->gone_gen)
			cg->gone_gen = gen;
		if (cg->gone_gen == gen) {
			link = &cg->gone_next;
			continue;
		}
		*link = cg->gone_next;
		let_go(core, cg);
		cond_resched();
	}
}

/* Their values are not to be published any more. */
static void forget_changes_of_gone(struct energy_core *core)
{
	struct energy_cgroup **link = &core->changed, *cg;

	while ((cg = *link)) {
		if (cg->gone && !cg->gone_gen) {
			*link = cg->changed_next;
			cg->changed = false;
			energy_cgroup_put(cg);
		} else {
			link = &cg->changed_next;
		}
		cond_resched();
	}
}

/**
 * energy_cgroups_reap_excess() - Bound the memory of cgroups that are gone
 * @core: the core; nothing is to be folded
 *
 * Those that no window has shown as gone leave at once if there are too many, and are counted.
 * What they used is known to those above them.
 *
 * Context: core->lock held; may sleep.
 */
void energy_cgroups_reap_excess(struct energy_core *core)
{
	struct energy_cgroup **link = &core->gone, *cg;

	if (core->nr_gone <= GONE_MAX)
		return;
	forget_changes_of_gone(core);
	while ((cg = *link)) {
		if (cg->gone_gen) {
			link = &cg->gone_next;
			continue;
		}
		*link = cg->gone_next;
		core->stats.cgroups_dropped++;
		let_go(core, cg);
		cond_resched();
	}
}

static void drop_changed(struct energy_core *core)
{
	struct energy_cgroup *cg;

	while ((cg = core->changed)) {
		core->changed = cg->changed_next;
		energy_cgroup_put(cg);
	}
	core->fold = NULL;
}

/**
 * energy_cgroups_destroy() - Give back what the table itself holds
 * @core: the core; no process, file or probe holds a row any more
 *
 * Context: process context; the caller waits with rcu_barrier() for the rows.
 */
void energy_cgroups_destroy(struct energy_core *core)
{
	struct energy_cgroup *cg, *tmp;
	unsigned long id;

	energy_cgroup_forget(core);
	drop_changed(core);
	list_for_each_entry_safe(cg, tmp, &core->unresolved, unresolved) {
		list_del(&cg->unresolved);
		energy_cgroup_put(cg);
	}
	energy_cgroup_put(core->root);
	/* rows that are not listed any more have given the table's reference back */
	xa_for_each(&core->cgroups, id, cg)
		if (cg->listed)
			energy_cgroup_put(cg);
	WARN_ON_ONCE(!xa_empty(&core->cgroups));
	xa_destroy(&core->cgroups);
}
