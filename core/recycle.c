// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of records: where it comes from, and how it comes back.
 *
 * In a storm of short processes as many records leave in a window as are made. All that leave
 * together wait for one grace period together, and are used again: it costs a list per
 * window, where the slab and RCU would have to be called twice per process. What is kept is
 * what the last window needed, so that a quiet machine keeps nothing.
 */
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "internal.h"

/**
 * energy_recycle_init() - Begin with nothing
 * @core: the core
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int energy_recycle_init(struct energy_core *core)
{
	/* charged to nobody: the sampler has no memory cgroup, and modprobe's is the wrong one */
	core->recycle.cache = kmem_cache_create("energy_proc", sizeof(struct energy_proc), 0, 0,
						NULL);
	return core->recycle.cache ? 0 : -ENOMEM;
}

static void push(struct energy_proc **list, struct energy_proc *p)
{
	p->dead_next = *list;
	*list = p;
}

static struct energy_proc *pop(struct energy_proc **list)
{
	struct energy_proc *p = *list;

	if (p)
		*list = p->dead_next;
	return p;
}

static void release(struct energy_core *core, struct energy_proc *p)
{
	core->stats.spare--;
	kmem_cache_free(core->recycle.cache, p);
}

/* Readers are gone: give back what they may have looked at. */
static void put_refs(struct energy_proc *p)
{
	/* of those in the initial PID namespace there is none */
	if (p->pid)
		put_pid(p->pid);
	put_cred(rcu_dereference_protected(p->cred, 1));
	p->pid = NULL;
	RCU_INIT_POINTER(p->cred, NULL);
}

/**
 * energy_recycle_destroy() - Free all records that are in no table
 * @core: the core; rcu_barrier() has been called since the last one left
 *
 * Context: may sleep.
 */
void energy_recycle_destroy(struct energy_core *core)
{
	struct energy_recycle *r = &core->recycle;
	struct energy_proc *p;

	while ((p = pop(&r->left)) || (p = pop(&r->waiting))) {
		put_refs(p);
		release(core, p);
	}
	while ((p = pop(&r->free)))
		release(core, p);
	r->nr_free = 0;
	kmem_cache_destroy(r->cache);
}

/**
 * energy_recycle_new() - Memory for a record
 * @core: the core
 *
 * Context: core->lock held; may sleep.
 * Return: a record, zeroed, that no reader knows, or NULL without memory.
 */
struct energy_proc *energy_recycle_new(struct energy_core *core)
{
	struct energy_recycle *r = &core->recycle;
	struct energy_proc *p = pop(&r->free);

	r->nr_made++;
	if (!p)
		return kmem_cache_zalloc(r->cache, GFP_KERNEL | __GFP_NOWARN);
	r->nr_free--;
	core->stats.spare--;
	/* what a snapshot holds is nobody's without a generation */
	memset(p, 0, offsetof(struct energy_proc, win));
	p->win[0].gen = 0;
	p->win[1].gen = 0;
	return p;
}

/**
 * energy_recycle_free() - Give a record back that no reader has seen
 * @core: the core
 * @p: the record, without references
 *
 * Context: core->lock held.
 */
void energy_recycle_free(struct energy_core *core, struct energy_proc *p)
{
	kmem_cache_free(core->recycle.cache, p);
}

/**
 * energy_recycle_retire() - Give a record back that readers may still be at
 * @core: the core
 * @p: the record, in no table and on no list. Its references to the process's pid and
 *	credentials are given back with it
 *
 * Context: core->lock held.
 */
void energy_recycle_retire(struct energy_core *core, struct energy_proc *p)
{
	push(&core->recycle.left, p);
	core->stats.spare++;
}

static void grace_over(struct rcu_head *rcu)
{
	struct energy_recycle *r = container_of(rcu, struct energy_recycle, rcu);

	/* pairs with energy_recycle_settle() */
	smp_store_release(&r->in_grace, false);
}

/**
 * energy_recycle_settle() - Move on what has left
 * @core: the core
 *
 * Once per sample, so that what records refer to, a container's PID namespace say, is not kept
 * for a window, which may be long.
 *
 * Context: core->lock held; may sleep.
 */
void energy_recycle_settle(struct energy_core *core)
{
	struct energy_recycle *r = &core->recycle;
	struct energy_proc *p;

	/* pairs with grace_over() */
	if (smp_load_acquire(&r->in_grace))
		return;
	while ((p = pop(&r->waiting))) {
		put_refs(p);
		push(&r->free, p);
		energy_breathe(++r->nr_free);
	}
	if (!r->left)
		return;
	r->waiting = r->left;
	r->left = NULL;
	r->in_grace = true;
	call_rcu_hurry(&r->rcu, grace_over);
}

/**
 * energy_recycle_trim() - Free what the window that ends has not needed
 * @core: the core
 *
 * Context: core->lock held; may sleep.
 */
void energy_recycle_trim(struct energy_core *core)
{
	struct energy_recycle *r = &core->recycle;

	while (r->nr_free > r->nr_made) {
		release(core, pop(&r->free));
		energy_breathe(--r->nr_free);
	}
	r->nr_made = 0;
}
