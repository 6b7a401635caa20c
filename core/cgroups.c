// SPDX-License-Identifier: GPL-2.0-only
/* The cgroup table. */
#include <linux/slab.h>

#include "internal.h"

static struct energy_cgroup *get_existing(struct energy_core *core, u64 id)
{
	struct energy_cgroup *cg = xa_load(&core->cgroups, id);

	return cg && refcount_inc_not_zero(&cg->refs) ? cg : NULL;
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
	struct energy_cgroup *cg, *fresh;

	rcu_read_lock();
	cg = get_existing(core, id);
	rcu_read_unlock();
	if (cg)
		return cg;

	/* to whoever opens a file, which pins the row; the sampler's are nobody's */
	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!fresh)
		return NULL;
	fresh->id = id;
	fresh->core = core;
	/* one for the caller, one for the list of the unresolved */
	refcount_set(&fresh->refs, 2);

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
		xa_unlock(&core->cgroups);
		call_rcu(&cg->rcu, free_row);
		cg = parent;
	}
}

/**
 * energy_cgroup_within() - Whether a cgroup is another one or below it
 * @cg: the one
 * @ancestor: the other
 *
 * Rows not resolved yet, and those whose cgroup was gone before they could be, are within
 * themselves alone.
 *
 * Context: RCU read side, or references to both.
 * Return: true if it is.
 */
bool energy_cgroup_within(const struct energy_cgroup *cg, const struct energy_cgroup *ancestor)
{
	while (cg && cg != ancestor)
		/* pairs with resolve_one(): the parent's row is complete */
		cg = smp_load_acquire(&cg->parent);
	return cg;
}

static bool resolve_one(struct energy_core *core, struct energy_cgroup *cg)
{
	struct energy_cgroup_info info = {};
	struct energy_cgroup *parent = NULL;
	int ret;

	ret = core->env->cgroup(cg->id, &info);
	if (ret)
		return ret != -ENOMEM;
	if (info.parent) {
		parent = energy_cgroup_get(core, info.parent);
		if (!parent) {
			kfree(info.path);
			return false;
		}
	}
	WRITE_ONCE(cg->path, info.path);
	/* pairs with energy_cgroup_within() */
	smp_store_release(&cg->parent, parent);
	return true;
}

/**
 * energy_cgroups_resolve() - Look up path and parent of new rows
 * @core: the core
 *
 * A parent that has no row yet gets one and is resolved in the same call. Without memory
 * the rest waits for the next call.
 *
 * Context: core->lock held; sleeps (rule 17).
 */
void energy_cgroups_resolve(struct energy_core *core)
{
	struct energy_cgroup *cg;
	bool ok;

	do {
		xa_lock(&core->cgroups);
		cg = list_first_entry_or_null(&core->unresolved, struct energy_cgroup,
					      unresolved);
		if (cg)
			list_del_init(&cg->unresolved);
		xa_unlock(&core->cgroups);
		if (!cg)
			return;
		ok = resolve_one(core, cg);
		if (ok) {
			energy_cgroup_put(cg);
		} else {
			core->stats.no_memory++;
			xa_lock(&core->cgroups);
			list_add(&cg->unresolved, &core->unresolved);
			xa_unlock(&core->cgroups);
		}
	} while (ok);
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

	list_for_each_entry_safe(cg, tmp, &core->unresolved, unresolved) {
		list_del(&cg->unresolved);
		energy_cgroup_put(cg);
	}
	WARN_ON_ONCE(!xa_empty(&core->cgroups));
	xa_destroy(&core->cgroups);
}
