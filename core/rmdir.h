/* SPDX-License-Identifier: GPL-2.0-only */
/* Cgroups that are removed: from the tracepoint to the sampler. */
#ifndef _ENERGY_RMDIR_H
#define _ENERGY_RMDIR_H

#include <linux/irq_work.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct energy_core;

/* Removals between two drains; half of it asks for a drain. */
#define ENERGY_RMDIR_MAX 1024

/**
 * struct energy_removal - A cgroup that has been removed
 * @id: its id
 * @parent: its parent's id: once it is gone nobody can be asked for that
 */
struct energy_removal {
	u64 id;
	u64 parent;
};

/**
 * struct energy_rmdir - Removals on their way to the sampler
 * @lock: protects @cur, @nr, @nr_lost, and @removal of the current half
 * @removal: two halves of ENERGY_RMDIR_MAX: one is written, the other one is the sampler's
 * @cur: which half is written
 * @nr: how many there are in it
 * @nr_lost: how many did not fit, since the last flip
 * @drain_work: wakes the sampler for an early drain
 * @taken: how many the sampler has taken, in the other half
 * @recheck: some were lost: ask for each row whether it is one of them; under core->lock
 */
struct energy_rmdir {
	raw_spinlock_t lock;
	struct energy_removal *removal;
	unsigned int cur;
	unsigned int nr;
	unsigned int nr_lost;
	struct irq_work drain_work;
	unsigned int taken;
	bool recheck;
};

int energy_rmdir_init(struct energy_core *core);
void energy_rmdir_destroy(struct energy_core *core);
void energy_rmdir_note(struct energy_core *core, u64 id, u64 parent);
void energy_rmdir_flip(struct energy_core *core);
void energy_rmdir_process(struct energy_core *core);
void energy_rmdir_recheck(struct energy_core *core);

#endif /* _ENERGY_RMDIR_H */
