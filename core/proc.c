// SPDX-License-Identifier: GPL-2.0-only
/* One process's record: what happens to it over its life. */
#include <linux/cred.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "internal.h"

/* Whether whoever may see a process with the one may see it with the other: see scope.c. */
static inline bool same_owner(const struct cred *a, const struct cred *b)
{
	return uid_eq(a->uid, b->uid) && uid_eq(a->euid, b->euid) && uid_eq(a->suid, b->suid) &&
	       gid_eq(a->gid, b->gid) && gid_eq(a->egid, b->egid) && gid_eq(a->sgid, b->sgid) &&
	       a->user_ns == b->user_ns;
}

/*
 * The kernel makes credentials anew for each process. Records of one owner share the first
 * one's where they can, so that the others' memory is not kept as long as a record is.
 */
static void adopt_cred(struct energy_core *core, struct energy_proc *p, struct energy_ident *id)
{
	const struct cred *old = rcu_dereference_protected(p->cred, 1);

	if (old && same_owner(old, id->cred))
		return;
	if (!core->recent_cred || !same_owner(core->recent_cred, id->cred)) {
		put_cred(core->recent_cred);
		core->recent_cred = get_cred(id->cred);
	}
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
	put_cred(core->recent_cred);
	core->recent_cred = NULL;
}

/* Readers that walk the members of some cgroups have to notice, see members.c. */
static void move_member(struct energy_core *core, struct energy_proc *p,
			struct energy_cgroup *cg)
{
	/* a reader cannot miss who was in no cgroup until now */
	bool moves = rcu_access_pointer(p->cgroup);

	if (moves) {
		raw_write_seqcount_begin(&core->members_moved);
		hlist_del_rcu(&p->cg_node);
	}
	rcu_assign_pointer(p->cgroup, cg);
	hlist_add_head_rcu(&p->cg_node, &cg->procs);
	if (moves)
		raw_write_seqcount_end(&core->members_moved);
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
	cg = energy_cgroup_recent(core, cgid);
	if (!cg) {
		core->stats.no_memory++;
		return;
	}
	energy_cgroup_use(cg);
	move_member(core, p, cg);
	if (old)
		energy_cgroup_unuse(old);
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
		adopt_cred(core, p, id);
	energy_proc_set_cgroup(core, p, id->cgid);
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
