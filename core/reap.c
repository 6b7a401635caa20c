// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of records: out of the listing, then out of the table.
 *
 * The dead are listed in one full window (p->dead_gen), then their energy moves from live to
 * exited. The record itself stays longer: for readers that are still bound to dead_gen, until
 * a complete drain has passed in which no CPU ran it (rule 5), and until it cannot run again.
 */
#include <linux/sched.h>

#include "internal.h"

/* So many dead are shown; a fork storm within a long window must not eat the memory. */
#define DEAD_MAX 65536

static void unlist(struct energy_core *core, struct energy_proc *p)
{
	WRITE_ONCE(p->listed, false);
	core->books.live_nj -= p->now.energy_nj;
	core->books.exited_nj += p->now.energy_nj;
}

/*
 * The exit is seen long before a task's last instruction: it may sleep in between, closing
 * files or waiting for the processes of its PID namespace. Asked twice, a window apart,
 * because it may die between the flip and the question, with charges still to come.
 */
static bool is_quiet(struct energy_core *core, struct energy_proc *p)
{
	bool was_quiet = p->quiet;

	p->quiet = p->last_drain != core->drain_seq && !energy_proc_has_share(p) &&
		   !core->env->may_run(p->pid);
	return was_quiet && p->quiet;
}

/**
 * energy_reap_dead() - Move the dead on, one window after the other
 * @core: the core
 * @gen: the window that is being published; no record is dirty
 *
 * Context: core->lock held; may sleep.
 */
void energy_reap_dead(struct energy_core *core, u32 gen)
{
	struct energy_proc **link = &core->dead;
	struct energy_proc *p;

	while ((p = *link)) {
		if (p->listed && p->dead_gen < gen)
			unlist(core, p);
		if (!p->listed && p->dead_gen + 1 < gen && is_quiet(core, p)) {
			*link = p->dead_next;
			core->stats.dead--;
			energy_proctab_remove(core, p);
		} else {
			link = &p->dead_next;
		}
		cond_resched();
	}
}

static bool never_shown(const struct energy_proc *p)
{
	return !p->alive && !p->win[0].gen && !p->win[1].gen;
}

/* What no window has shown is dirty. */
static void undirty_never_shown(struct energy_core *core)
{
	struct energy_proc **link = &core->dirty;
	struct energy_proc *p;

	while ((p = *link)) {
		if (never_shown(p)) {
			*link = p->dirty_next;
			p->dirty = false;
		} else {
			link = &p->dirty_next;
		}
		cond_resched();
	}
}

/**
 * energy_reap_excess() - Bound the memory of the dead
 * @core: the core; a sample has just been billed
 *
 * Dead processes that no window has shown yet leave at once, if there are too many; their
 * energy counts as exited, and they are counted. No window changes by that.
 *
 * Context: core->lock held; may sleep.
 */
void energy_reap_excess(struct energy_core *core)
{
	struct energy_proc **link = &core->dead;
	struct energy_proc *p;

	if (core->stats.dead <= DEAD_MAX)
		return;
	undirty_never_shown(core);
	while ((p = *link)) {
		if (!never_shown(p) || energy_proc_has_share(p)) {
			/* one that is still to be paid for is published as any other */
			if (never_shown(p))
				energy_proc_mark_dirty(core, p);
			link = &p->dead_next;
			continue;
		}
		*link = p->dead_next;
		core->stats.dead--;
		core->stats.dead_dropped++;
		unlist(core, p);
		energy_proctab_remove(core, p);
		cond_resched();
	}
}
