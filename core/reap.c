// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of records: out of the listing, then out of the table.
 *
 * The dead go from one list to the next with each window. No window has shown those in
 * core->died yet; the last one has shown those in core->shown as dead, so their energy moves
 * from live to exited; none shows those in core->leaving any more. The records themselves stay
 * until no reader is bound to the window that has shown them, a complete drain has passed in
 * which no CPU ran them (rule 5), and they cannot run again.
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
 * files or waiting for the processes of its PID namespace.
 */
static bool has_run(const struct energy_core *core, const struct energy_proc *p)
{
	return p->last_drain == core->drain_seq || energy_proc_has_share(p);
}

/* To be followed by a second look: it may die between the flip and the question. */
static inline void first_look(struct energy_core *core, struct energy_proc *p)
{
	p->quiet = !has_run(core, p) &&
		   (p->over || !core->env->may_run(p->tgid, p->start_ns));
}

static void drop_those_that_are_quiet(struct energy_core *core)
{
	struct energy_proc **link = &core->leaving;
	struct energy_proc *p;
	unsigned int n = 0;

	while ((p = *link)) {
		if (p->quiet && !has_run(core, p)) {
			*link = p->dead_next;
			core->stats.dead--;
			energy_proctab_remove(core, p);
		} else {
			first_look(core, p);
			link = &p->dead_next;
		}
		energy_breathe(++n);
	}
}

static void unlist_shown(struct energy_core *core)
{
	struct energy_proc *p, *next;
	unsigned int n = 0;

	for (p = core->shown; p; p = next) {
		next = p->dead_next;
		unlist(core, p);
		first_look(core, p);
		p->dead_next = core->leaving;
		core->leaving = p;
		energy_breathe(++n);
	}
}

/**
 * energy_reap_dead() - Move the dead on, from one window to the next
 * @core: the core; a window is being published, and no record is dirty
 *
 * Context: core->lock held; may sleep.
 */
void energy_reap_dead(struct energy_core *core)
{
	drop_those_that_are_quiet(core);
	unlist_shown(core);
	core->shown = core->died;
	core->died = NULL;
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
 * energy counts as exited, and they are counted. No window changes by that. Those that are still
 * to be paid for stay, however many, until the counter can be read again.
 *
 * Context: core->lock held; may sleep.
 */
void energy_reap_excess(struct energy_core *core)
{
	struct energy_proc **link = &core->died;
	struct energy_proc *p;

	if (core->stats.dead <= DEAD_MAX)
		return;
	undirty_never_shown(core);
	while ((p = *link)) {
		cond_resched();
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
	}
}
