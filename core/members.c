// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes of a cgroup and of those below it, in PID order, at a cost that does not
 * depend on how many others there are.
 *
 * The rows' lists of processes have no order that survives from one read() to the next. So a
 * reader looks through them for the lowest PIDs that it has not had, a batch at a time; a
 * batch holds numbers, not records, and can be kept. For a cgroup with most of the processes
 * a walk over the whole table is cheaper; then, and when processes keep moving between
 * cgroups, this says so.
 */
#include <linux/limits.h>
#include <linux/rculist.h>

#include "internal.h"
#include "members.h"

#define TRIES 3

/**
 * energy_members_begin() - Begin to look for a cgroup's processes
 * @m: out: an empty batch
 * @top: the cgroup's row; a reference must be held as long as @m is used
 *
 * Context: any.
 */
void energy_members_begin(struct energy_members *m, struct energy_cgroup *top)
{
	m->top = top;
	m->from = 1;
	m->to = 0;
	m->nr = 0;
}

/* Insertion into a sorted array; what is not among the lowest falls out. */
static void offer(struct energy_members *m, pid_t pid)
{
	unsigned int i = m->nr;

	if (i == ENERGY_MEMBERS_BATCH && pid >= m->pid[i - 1])
		return;
	while (i && m->pid[i - 1] > pid)
		i--;
	/* a PID that is reused has two records */
	if (i && m->pid[i - 1] == pid)
		return;
	if (m->nr == ENERGY_MEMBERS_BATCH)
		m->nr--;
	memmove(&m->pid[i + 1], &m->pid[i], (m->nr - i) * sizeof(m->pid[0]));
	m->pid[i] = pid;
	m->nr++;
}

/* All of them are looked at once per batch: is the whole table less? */
static bool too_many(u64 seen, u64 procs)
{
	return seen * (seen / ENERGY_MEMBERS_BATCH + 1) > procs + ENERGY_MEMBERS_BATCH;
}

/* False if there are too many. */
static bool look(struct energy_core *core, struct energy_members *m)
{
	/* data_race(): the sampler may be counting; it need not be exact */
	u64 procs = data_race(core->stats.procs);
	struct energy_cgroup *cg;
	struct energy_proc *p;
	u64 seen = 0;

	for (cg = m->top; cg; cg = energy_cgroup_next(cg, m->top)) {
		if (too_many(++seen, procs))
			return false;
		hlist_for_each_entry_rcu(p, &cg->procs, cg_node) {
			if (too_many(++seen, procs))
				return false;
			if (p->tgid >= m->from)
				offer(m, p->tgid);
		}
	}
	return true;
}

static bool make_batch(struct energy_core *core, struct energy_members *m, unsigned long from)
{
	unsigned int tries, seq;

	m->from = from;
	for (tries = 0; tries < TRIES; tries++) {
		m->nr = 0;
		seq = raw_read_seqcount(&core->members_moved);
		if (seq & 1)
			return false;
		if (!look(core, m))
			return false;
		if (!read_seqcount_retry(&core->members_moved, seq)) {
			m->to = m->nr == ENERGY_MEMBERS_BATCH ? m->pid[m->nr - 1] : ULONG_MAX;
			return true;
		}
	}
	return false;
}

/* The first one in the batch. */
static struct energy_proc *first_from(struct energy_core *core, const struct energy_members *m,
				      unsigned long pid)
{
	struct energy_proc *p;
	unsigned int i;

	for (i = 0; i < m->nr; i++) {
		if (m->pid[i] < pid)
			continue;
		p = energy_pidmap_get(&core->procs, m->pid[i]);
		if (p)
			return p;
	}
	return NULL;
}

/**
 * energy_members_from() - The first process of a cgroup, PIDs from a given one on
 * @core: the core
 * @m: the reader's batch
 * @pid: where to begin
 * @p: out: a record, or NULL at the end. Other processes with its PID may be in other
 *	cgroups, and it may have left: whoever shows it asks energy_scope_allows()
 *
 * Context: RCU read side.
 * Return: false if the caller better walks the whole table.
 */
bool energy_members_from(struct energy_core *core, struct energy_members *m, unsigned long pid,
			 struct energy_proc **p)
{
	*p = NULL;
	while (!*p) {
		if (pid < m->from || pid > m->to) {
			if (!make_batch(core, m, pid))
				return false;
		}
		*p = first_from(core, m, pid);
		if (m->to == ULONG_MAX)
			break;
		pid = m->to + 1;
	}
	return true;
}
