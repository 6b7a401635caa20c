// SPDX-License-Identifier: GPL-2.0-only
/* One process's record: what happens to it over its life. */
#include <linux/math64.h>
#include <linux/string.h>

#include "internal.h"

#define PJ_PER_NJ 1000

/**
 * energy_ident_put() - Release the references of an identity
 * @id: the identity; empty afterwards
 *
 * Context: any.
 */
void energy_ident_put(struct energy_ident *id)
{
	put_pid(id->pid);
	put_cred(id->cred);
	id->pid = NULL;
	id->cred = NULL;
}

/**
 * energy_proc_mark_dirty() - Have the next window publish a record
 * @core: the core
 * @p: the record
 *
 * Context: core->lock held.
 */
void energy_proc_mark_dirty(struct energy_core *core, struct energy_proc *p)
{
	if (p->dirty)
		return;
	p->dirty = true;
	p->dirty_next = core->dirty;
	core->dirty = p;
}

static void adopt_cred(struct energy_proc *p, struct energy_ident *id)
{
	const struct cred *old = rcu_dereference_protected(p->cred, 1);

	if (old == id->cred)
		return;
	rcu_assign_pointer(p->cred, id->cred);
	/* credentials are freed by RCU: readers of the old ones are safe */
	put_cred(old);
	id->cred = NULL;
}

/**
 * energy_proc_set_cgroup() - Note the cgroup that a process was last seen in
 * @core: the core
 * @p: its record
 * @cgid: the cgroup's id
 *
 * Without memory the record stays where it is (counted).
 *
 * Context: core->lock held; may sleep.
 */
void energy_proc_set_cgroup(struct energy_core *core, struct energy_proc *p, u64 cgid)
{
	struct energy_cgroup *old = rcu_dereference_protected(p->cgroup, 1);
	struct energy_cgroup *cg;

	if (old && old->id == cgid)
		return;
	cg = energy_cgroup_get(core, cgid);
	if (!cg) {
		core->stats.no_memory++;
		return;
	}
	rcu_assign_pointer(p->cgroup, cg);
	energy_cgroup_put(old);
}

/**
 * energy_proc_adopt() - Take over what the task told about itself
 * @core: the core
 * @p: its record
 * @id: what it told; its references are taken over or released
 *
 * Context: core->lock held; may sleep.
 */
void energy_proc_adopt(struct energy_core *core, struct energy_proc *p, struct energy_ident *id)
{
	if (id->cred)
		adopt_cred(p, id);
	energy_proc_set_cgroup(core, p, id->cgid);
	if (strncmp(p->comm, id->comm, sizeof(p->comm)))
		strscpy(p->comm, id->comm, sizeof(p->comm));
	WRITE_ONCE(p->kernel, id->kernel);
	if (id->mem_known)
		WRITE_ONCE(p->now.mem, id->mem);
	if (!p->pid && id->pid) {
		/* last: readers see the identity whole or not at all */
		smp_store_release(&p->pid, id->pid);
		id->pid = NULL;
	}
	energy_proc_mark_dirty(core, p);
	energy_ident_put(id);
}

/**
 * energy_proc_died() - A process is known to have exited
 * @core: the core
 * @p: its record
 *
 * May be called again (rule 5).
 *
 * Context: core->lock held.
 */
void energy_proc_died(struct energy_core *core, struct energy_proc *p)
{
	if (!p->alive)
		return;
	WRITE_ONCE(p->alive, false);
	p->dead_next = core->dead;
	core->dead = p;
	core->stats.dead++;
	energy_proc_mark_dirty(core, p);
}

/**
 * energy_values_score() - Add to a model's energy
 * @v: the values
 * @rem_pj: what earlier calls left over, below a nanojoule
 * @score_pj: what to add
 *
 * Kept in nJ, because pJ would overflow 64 bits on a large machine within days.
 *
 * Context: the writer of @v.
 */
void energy_values_score(struct energy_values *v, u16 *rem_pj, u64 score_pj)
{
	u64 pj = energy_sat_add(score_pj, *rem_pj);

	WRITE_ONCE(v->score_nj, v->score_nj + div_u64(pj, PJ_PER_NJ));
	*rem_pj = pj % PJ_PER_NJ;
}
