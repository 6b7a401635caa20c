/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of records. See recycle.c. */
#ifndef _ENERGY_RECYCLE_H
#define _ENERGY_RECYCLE_H

#include <linux/rcupdate.h>
#include <linux/types.h>

struct energy_core;
struct energy_proc;
struct kmem_cache;

/**
 * struct energy_recycle - Records that are in no table
 * @cache: where new ones come from
 * @left: records that readers may still be at
 * @waiting: those that @rcu waits for
 * @free: records that nobody can be at, to be used again
 * @nr_free: length of @free
 * @nr_made: records given out in this window, and so likely to be wanted in the next
 * @rcu: one grace period for all of @waiting
 * @in_grace: @rcu is on its way
 *
 * Lists are linked by dead_next. Under core->lock, but for @in_grace, which the end of the
 * grace period clears.
 */
struct energy_recycle {
	struct kmem_cache *cache;
	struct energy_proc *left;
	struct energy_proc *waiting;
	struct energy_proc *free;
	unsigned int nr_free;
	unsigned int nr_made;
	struct rcu_head rcu;
	bool in_grace;
};

int energy_recycle_init(struct energy_core *core);
void energy_recycle_destroy(struct energy_core *core);
struct energy_proc *energy_recycle_new(struct energy_core *core);
void energy_recycle_retire(struct energy_core *core, struct energy_proc *p);
void energy_recycle_free(struct energy_core *core, struct energy_proc *p);
void energy_recycle_settle(struct energy_core *core);
void energy_recycle_trim(struct energy_core *core);

#endif /* _ENERGY_RECYCLE_H */
