// SPDX-License-Identifier: GPL-2.0-only
/* The PID table: finding, adding, removing, and walking it in order. */
#include "energy_trace.h"
#include "internal.h"

/* Writer's view of a slot; core->lock is held. */
static struct energy_proc *slot_first(struct energy_core *core, pid_t tgid)
{
	return energy_pidmap_writer_get(&core->procs, tgid);
}

static struct energy_proc *older_of(struct energy_core *core, struct energy_proc *p)
{
	/* or, while it is held for us, under RCU: see totals.c */
	return rcu_dereference_check(p->older, lockdep_is_held(&core->lock));
}

/**
 * energy_proctab_find() - The record of a process
 * @core: the core
 * @tgid: its id in the initial PID namespace
 * @start_ns: its leader's start_boottime
 *
 * Context: core->lock held.
 * Return: the record or NULL.
 */
struct energy_proc *energy_proctab_find(struct energy_core *core, pid_t tgid, u64 start_ns)
{
	struct energy_proc *p;

	for (p = slot_first(core, tgid); p; p = older_of(core, p))
		if (p->start_ns == start_ns)
			return p;
	return NULL;
}

/**
 * energy_proctab_find_cookie() - The record that a tail key belongs to
 * @core: the core
 * @tgid: the process id
 * @cookie: address of its signal_struct
 *
 * Never matches by the id alone (rule 1): the id may have been reused.
 *
 * Context: core->lock held.
 * Return: the record or NULL.
 */
struct energy_proc *energy_proctab_find_cookie(struct energy_core *core, pid_t tgid,
					       unsigned long cookie)
{
	struct energy_proc *p;

	for (p = slot_first(core, tgid); p; p = older_of(core, p))
		if (p->cookie == cookie)
			return p;
	return NULL;
}

/*
 * Newest first, by birth: of two processes with the same PID in one sample the older one may
 * be found last. Stores are also the release barrier that readers rely on.
 */
static bool slot_insert(struct energy_core *core, struct energy_proc *p,
			struct energy_proc *older)
{
	struct energy_proc *newer = NULL;

	while (older && older->start_ns > p->start_ns) {
		newer = older;
		older = older_of(core, older);
	}
	RCU_INIT_POINTER(p->older, older);
	if (newer) {
		rcu_assign_pointer(newer->older, p);
		return true;
	}
	return !energy_pidmap_set(&core->procs, p->tgid, p);
}

static struct energy_proc *add(struct energy_core *core, const struct energy_key *key,
			       struct energy_proc *first)
{
	struct energy_proc *p = energy_recycle_new(core);

	if (!p)
		goto no_memory;
	p->start_ns = key->start_ns;
	p->cookie = key->cookie;
	p->tgid = key->tgid;
	p->comm[0] = '?';
	p->alive = true;
	p->listed = true;
	if (!slot_insert(core, p, first))
		goto free;
	core->stats.procs++;
	energy_proc_mark_dirty(core, p);
	return p;

free:
	energy_recycle_free(core, p);
no_memory:
	core->stats.no_memory++;
	return NULL;
}

/**
 * energy_proctab_get() - The record of a process, made if need be
 * @core: the core
 * @key: the process; not a tail key
 *
 * Context: core->lock held; may sleep.
 * Return: the record, a new one listed and alive; or NULL without memory (counted).
 */
struct energy_proc *energy_proctab_get(struct energy_core *core, const struct energy_key *key)
{
	struct energy_proc *first = slot_first(core, key->tgid), *p;

	for (p = first; p; p = older_of(core, p))
		if (p->start_ns == key->start_ns)
			return p;
	return add(core, key, first);
}

/*
 * The last moment of a record: what it says is final, and is told once. Cgroup rows are freed
 * by RCU themselves; giving one back may need process context.
 */
static void retire_proc(struct energy_core *core, struct energy_proc *p)
{
	struct energy_cgroup *cg = rcu_dereference_protected(p->cgroup,
							     lockdep_is_held(&core->lock));

	if (!p->alive)
		trace_energy_exit(p, core->last_ns);
	if (cg) {
		hlist_del_rcu(&p->cg_node);
		energy_cgroup_unuse(cg);
	}
	energy_recycle_retire(core, p);
}

/**
 * energy_proctab_remove() - Take a record out of the table, and give it back
 * @core: the core
 * @p: the record; on no list and without a share
 *
 * Context: core->lock held.
 */
void energy_proctab_remove(struct energy_core *core, struct energy_proc *p)
{
	struct energy_proc *newer = slot_first(core, p->tgid);
	struct energy_proc *older = older_of(core, p);

	if (newer == p) {
		/* Replacing what is there needs no memory. */
		if (older)
			energy_pidmap_set(&core->procs, p->tgid, older);
		else
			energy_pidmap_clear(&core->procs, p->tgid);
	} else {
		while (older_of(core, newer) != p)
			newer = older_of(core, newer);
		rcu_assign_pointer(newer->older, older);
	}
	core->stats.procs--;
	retire_proc(core, p);
}

/**
 * energy_proctab_destroy() - Remove all records
 * @core: the core; no reader is left
 *
 * Context: core->lock held.
 */
void energy_proctab_destroy(struct energy_core *core)
{
	struct energy_proc *p, *older;
	unsigned long pid = 0;
	unsigned int i;

	for (i = 0; i < core->nr_groups; i++)
		energy_shares_drop(core, &core->groups[i]);
	core->dirty = NULL;
	core->died = NULL;
	core->shown = NULL;
	core->leaving = NULL;
	while ((p = energy_pidmap_next(&core->procs, &pid))) {
		energy_pidmap_clear(&core->procs, pid);
		for (; p; p = older) {
			older = older_of(core, p);
			retire_proc(core, p);
		}
	}
	core->stats.procs = 0;
}

/**
 * energy_proctab_at() - The record at a reader's position, or the first one after it
 * @core: the core
 * @pos: in: the position; out: the record's own. Increment @pos->nth to go on
 *
 * A position stays valid while records come and go: a listing that resumes neither repeats
 * nor skips a process that was there all the time, but for others with the same PID.
 *
 * Context: RCU read side; the record is valid until it ends.
 * Return: the record, or NULL at the end.
 */
struct energy_proc *energy_proctab_at(struct energy_core *core, struct energy_procpos *pos)
{
	unsigned long pid = pos->pid;
	struct energy_proc *p;
	unsigned int n;

	for (; (p = energy_pidmap_next(&core->procs, &pid)); pid++) {
		if (pid != pos->pid) {
			pos->pid = pid;
			pos->nth = 0;
		}
		for (n = pos->nth; n && p; n--)
			p = rcu_dereference(p->older);
		if (p)
			return p;
	}
	return NULL;
}
