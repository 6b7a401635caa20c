// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cgroups that are removed.
 *
 * A row pins no cgroup, and nothing is polled: the kernel tells when a cgroup is removed, and
 * that is also the last chance to learn where it was. Many live for less than a sample.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "internal.h"

static void early_drain(struct irq_work *work)
{
	struct energy_core *core = container_of(work, struct energy_core, rmdir.drain_work);

	WRITE_ONCE(core->drain_wanted, true);
	energy_sampler_kick(core);
}

/**
 * energy_rmdir_init() - Be ready to note removals
 * @core: the core
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int energy_rmdir_init(struct energy_core *core)
{
	struct energy_rmdir *r = &core->rmdir;

	raw_spin_lock_init(&r->lock);
	r->drain_work = IRQ_WORK_INIT_HARD(early_drain);
	r->removal = kvcalloc(2 * ENERGY_RMDIR_MAX, sizeof(*r->removal), GFP_KERNEL);
	return r->removal ? 0 : -ENOMEM;
}

/**
 * energy_rmdir_destroy() - Undo energy_rmdir_init()
 * @core: the core; the probe is off
 *
 * Context: may sleep.
 */
void energy_rmdir_destroy(struct energy_core *core)
{
	irq_work_sync(&core->rmdir.drain_work);
	kvfree(core->rmdir.removal);
	core->rmdir.removal = NULL;
}

/**
 * energy_rmdir_note() - A cgroup of the default hierarchy has been removed
 * @core: the core
 * @id: its id
 * @parent: its parent's id
 *
 * Context: any; with a raw lock only, because on PREEMPT_RT probes may not sleep either.
 */
void energy_rmdir_note(struct energy_core *core, u64 id, u64 parent)
{
	struct energy_rmdir *r = &core->rmdir;
	bool drain = false;
	unsigned long flags;

	raw_spin_lock_irqsave(&r->lock, flags);
	if (r->nr < ENERGY_RMDIR_MAX) {
		r->removal[r->cur * ENERGY_RMDIR_MAX + r->nr] =
			(struct energy_removal) { id, parent };
		drain = ++r->nr == ENERGY_RMDIR_MAX / 2;
	} else {
		r->nr_lost++;
	}
	raw_spin_unlock_irqrestore(&r->lock, flags);
	if (drain)
		irq_work_queue(&r->drain_work);
}

/**
 * energy_rmdir_flip() - First half of a drain: take what has been noted
 * @core: the core
 *
 * Before the ledgers are flipped: of a cgroup that has been removed by now, the ledgers have
 * all that there will be, but for the last instructions of its dead.
 *
 * Context: core->lock held.
 */
void energy_rmdir_flip(struct energy_core *core)
{
	struct energy_rmdir *r = &core->rmdir;
	unsigned long flags;

	raw_spin_lock_irqsave(&r->lock, flags);
	r->taken = r->nr;
	r->cur ^= 1;
	r->nr = 0;
	core->stats.removals_lost += r->nr_lost;
	r->recheck |= r->nr_lost;
	r->nr_lost = 0;
	raw_spin_unlock_irqrestore(&r->lock, flags);
}

/**
 * energy_rmdir_process() - Second half: tell the rows
 * @core: the core; what the ledgers had has been charged
 *
 * Cgroups in which nothing ever ran have no row, and need none.
 *
 * Context: core->lock held; may sleep.
 */
void energy_rmdir_process(struct energy_core *core)
{
	struct energy_rmdir *r = &core->rmdir;
	const struct energy_removal *removal = r->removal + (r->cur ^ 1) * ENERGY_RMDIR_MAX;
	unsigned int i;

	for (i = 0; i < r->taken; i++) {
		struct energy_cgroup *cg = energy_cgroup_find(core, removal[i].id);

		if (!cg)
			continue;
		energy_cgroup_gone(core, cg, removal[i].parent);
		energy_cgroup_put(cg);
		cond_resched();
	}
	r->taken = 0;
}

/**
 * energy_rmdir_recheck() - Find removed cgroups that could not be noted, if there were any
 * @core: the core
 *
 * Costs what exists, in that case.
 *
 * Context: the sampler thread (rule 17); core->lock held; may sleep.
 */
void energy_rmdir_recheck(struct energy_core *core)
{
	struct energy_cgroup *cg;
	unsigned long id;

	if (!core->rmdir.recheck)
		return;
	core->rmdir.recheck = false;
	xa_for_each(&core->cgroups, id, cg) {
		cg = energy_cgroup_find(core, id);
		/* who has no parent yet is still being looked for, and may be heard of */
		if (cg && cg->parent && !cg->gone && core->env->cgroup(id, NULL) == -ENOENT)
			energy_cgroup_gone(core, cg, core->root->id);
		energy_cgroup_put(cg);
		cond_resched();
	}
}
