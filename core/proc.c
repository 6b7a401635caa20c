// SPDX-License-Identifier: GPL-2.0-only
/* One process's record: what happens to it over its life. */
#include <linux/cred.h>
#include <linux/string.h>

#include "internal.h"

/**
 * energy_proc_recent_cred() - Remember the credentials that the next records are to have
 * @core: the core
 * @cred: the credentials, a reference that the core takes over
 *
 * Context: core->lock held.
 */
void energy_proc_recent_cred(struct energy_core *core, const struct cred *cred)
{
	put_cred(core->recent_cred);
	core->recent_cred = cred;
}

/*
 * Records of one owner share the first one's where they can, so that the others' memory is not
 * kept as long as a record is.
 */
static void adopt_cred(struct energy_core *core, struct energy_proc *p, struct energy_ident *id)
{
	const struct cred *old = rcu_dereference_protected(p->cred, 1);

	if (id->cred) {
		if (old && energy_same_owner(old, id->cred))
			return;
		if (!core->recent_cred || !energy_same_owner(core->recent_cred, id->cred))
			energy_proc_recent_cred(core, get_cred(id->cred));
	}
	if (old == core->recent_cred)
		return;
	rcu_assign_pointer(p->cred, get_cred(core->recent_cred));
	/* credentials are freed by RCU: readers of the old ones are safe */
	put_cred(old);
}

/**
 * energy_proc_forget_cred() - Let go of the credentials adopted last
 * @core: the core
 *
 * Context: core->lock held.
 */
void energy_proc_forget_cred(struct energy_core *core)
{
	energy_proc_recent_cred(core, NULL);
}

static inline void join_members(struct energy_proc *p, struct energy_cgroup *cg)
{
	energy_cgroup_use(cg);
	rcu_assign_pointer(p->cgroup, cg);
	hlist_add_head_rcu(&p->cg_node, &cg->procs);
}

/* Readers that walk the members of some cgroups have to notice, see members.c. */
static noinline void move_member(struct energy_core *core, struct energy_proc *p,
				 struct energy_cgroup *from, struct energy_cgroup *to)
{
	raw_write_seqcount_begin(&core->members_moved);
	hlist_del_rcu(&p->cg_node);
	join_members(p, to);
	raw_write_seqcount_end(&core->members_moved);
	energy_cgroup_unuse(from);
}

static inline void set_cgroup(struct energy_core *core, struct energy_proc *p, u64 cgid)
{
	struct energy_cgroup *old = rcu_dereference_protected(p->cgroup, 1);
	struct energy_cgroup *cg;

	if (old && old->id == cgid)
		return;
	cg = energy_cgroup_recent(core, cgid);
	if (!cg) {
		core->stats.no_memory++;
		return;
	}
	/* a reader cannot miss who was in no cgroup until now */
	if (old)
		move_member(core, p, old, cg);
	else
		join_members(p, cg);
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
	set_cgroup(core, p, cgid);
}

/**
 * energy_proc_adopt() - Take over what the task told about itself
 * @core: the core
 * @p: its record
 * @id: what it told; its references are taken over or released. Without credentials it has
 *	those that were adopted last
 *
 * Context: core->lock held; may sleep.
 */
void energy_proc_adopt(struct energy_core *core, struct energy_proc *p, struct energy_ident *id)
{
	adopt_cred(core, p, id);
	set_cgroup(core, p, id->cgid);
	/* a reader sees the old name, the new one, or some of each, but always an end */
	memcpy(p->comm, id->comm, sizeof(p->comm));
	WRITE_ONCE(p->kernel, id->kernel);
	if (id->mem_known)
		WRITE_ONCE(p->now.mem, id->mem);
	if (!p->pid && id->pid) {
		/* last: a reader in a namespace of its own sees all of it, or not the process */
		smp_store_release(&p->pid, id->pid);
		id->pid = NULL;
	}
	energy_proc_mark_dirty(core, p);
	energy_ident_put(id);
}
