// SPDX-License-Identifier: GPL-2.0-only
/*
 * What cgroups have used: charged to the cgroup in which it happened, and passed on to its
 * ancestors once per sample, as the kernel's own rstat does it.
 */
#include <linux/sched.h>

#include "internal.h"

static void mark_changed(struct energy_core *core, struct energy_cgroup *cg)
{
	if (cg->changed)
		return;
	cg->changed = true;
	cg->changed_next = core->changed;
	core->changed = energy_cgroup_hold(cg);
}

/**
 * energy_cgroup_mark_new() - What energy_cgroup_mark() does with one that is not marked
 * @core: the core
 * @cg: the row
 *
 * Context: core->lock held.
 */
void energy_cgroup_mark_new(struct energy_core *core, struct energy_cgroup *cg)
{
	cg->folding = true;
	cg->fold_next = core->fold;
	core->fold = cg;
	mark_changed(core, cg);
}

/**
 * energy_cgroup_charge() - Something was used in a cgroup
 * @core: the core
 * @cg: its row
 * @use: what
 * @score_pj: its score, pJ
 *
 * Context: core->lock held.
 */
void energy_cgroup_charge(struct energy_core *core, struct energy_cgroup *cg,
			  const struct energy_usage *use, u64 score_pj)
{
	u64 before_nj = cg->total.score_nj;

	energy_usage_add(&cg->total.use, use);
	energy_usage_add(&cg->up.use, use);
	energy_values_score(&cg->total, &cg->score_rem_pj, score_pj);
	cg->up.score_nj += cg->total.score_nj - before_nj;
	energy_cgroup_mark(core, cg);
}

/* Ancestors join at the end, so that each is met once, and learn for how many to wait. */
static void gather(struct energy_core *core)
{
	struct energy_cgroup *cg, *last = NULL;

	for (cg = core->fold; cg; cg = cg->fold_next)
		last = cg;
	for (cg = core->fold; cg; cg = cg->fold_next) {
		struct energy_cgroup *parent = cg->parent;

		if (!parent)
			continue;
		parent->waits++;
		if (parent->folding)
			continue;
		parent->folding = true;
		parent->fold_next = NULL;
		last->fold_next = parent;
		last = parent;
		mark_changed(core, parent);
	}
}

/* The root has nobody to tell; who is not resolved yet will be marked again. */
static struct energy_cgroup *pass_on(struct energy_core *core, struct energy_cgroup *cg)
{
	struct energy_cgroup *parent = cg->parent;

	cg->folded = true;
	if (parent) {
		energy_values_add(&parent->total, &cg->up);
		energy_values_add(&parent->up, &cg->up);
		parent->waits--;
	}
	if (parent || cg == core->root)
		cg->up = (struct energy_values) {};
	return parent;
}

/**
 * energy_cgroups_fold() - Bring what was used to the knowledge of all ancestors
 * @core: the core; a sample has just been billed
 *
 * Costs the cgroups in which something ran and their ancestors, each once.
 *
 * Context: core->lock held; may sleep.
 */
void energy_cgroups_fold(struct energy_core *core)
{
	struct energy_cgroup *cg, *c;

	gather(core);
	/* from each one without a child to wait for as far up as nobody else is to come */
	for (cg = core->fold; cg; cg = cg->fold_next)
		for (c = cg; c && !c->waits && !c->folded; )
			c = pass_on(core, c);
	while ((cg = core->fold)) {
		core->fold = cg->fold_next;
		cg->folding = false;
		cg->folded = false;
		cond_resched();
	}
}

/**
 * energy_cgroups_publish() - Keep the totals of all rows that changed as of a window
 * @core: the core; nothing is to be folded
 * @gen: the window that is being published
 *
 * Context: core->lock held; may sleep.
 */
void energy_cgroups_publish(struct energy_core *core, u32 gen)
{
	struct energy_cgroup *cg;

	while ((cg = core->changed)) {
		core->changed = cg->changed_next;
		cg->changed = false;
		energy_snapshot_take(cg->win, &cg->total, !cg->gone, gen);
		energy_cgroup_put(cg);
		cond_resched();
	}
}
