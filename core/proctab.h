/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PID table: one record per process, ordered by PID.
 *
 * The sampler is the sole writer (under core->lock); readers walk it under RCU. A slot of the
 * map holds the newest process with that PID, which links to older ones: a PID that is
 * reused makes a second record, never continues the first.
 */
#ifndef _ENERGY_PROCTAB_H
#define _ENERGY_PROCTAB_H

#include <linux/build_bug.h>
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "ident.h"
#include "values.h"

struct energy_cgroup;
struct energy_core;
struct energy_group;
struct energy_key;
struct energy_proc;

/**
 * struct energy_share - A process's claim on a group's energy not split yet
 * @next: next share of the same group, or of those that are free
 * @more: next share of the same process, in another group or cgroup
 * @proc: whose
 * @cgroup: row of the cgroup in which it ran, in use
 * @cpu_ns: time it ran on the group's CPUs
 * @score_pj: its score there; saturates
 * @group: the group's number
 */
struct energy_share {
	struct energy_share *next;
	struct energy_share *more;
	struct energy_proc *proc;
	struct energy_cgroup *cgroup;
	u64 cpu_ns;
	u64 score_pj;
	int group;
};

#define ENERGY_NO_GROUP (-1)

/**
 * enum energy_totals - What a record began with, see totals.c
 * @ENERGY_TOTALS_NONE: nothing: the process has been seen by the ledgers first
 * @ENERGY_TOTALS_TAKEN: the kernel's totals
 * @ENERGY_TOTALS_AGAIN: those as of the stop
 * @ENERGY_TOTALS_REAPED: it has run since they were taken, and had been reaped by the stop
 */
enum energy_totals {
	ENERGY_TOTALS_NONE,
	ENERGY_TOTALS_TAKEN,
	ENERGY_TOTALS_AGAIN,
	ENERGY_TOTALS_REAPED,
};

/**
 * struct energy_proc - One process
 * @older: an earlier process with the same PID
 * @dirty_next: next of those that changed since the last window
 * @dead_next: next of the dead that are still in the table, or of those that are not, see
 *	recycle.h
 * @start_ns: the leader's start_boottime; with @tgid its identity
 * @cookie: its signal_struct's address, to find it by a tail key
 * @pid: counted; NULL when it was gone before it could be looked at, and if it is in the
 *	initial PID namespace only
 * @cred: counted, replaced by the sampler when the process changes it; another process's
 *	where they are the same to readers
 * @cgroup: row of the cgroup it was last seen in, in use
 * @cg_node: in that row's procs, as long as @cgroup is not NULL
 * @now: totals as of the last sample; written by the sampler, read without a lock
 * @shares: what it is still to be paid for; almost always one at most
 * @tgid: process id in the initial PID namespace
 * @last_drain: number of the drain that last charged it
 * @dead_gen: first window that shows it dead; 0 is none
 * @score_rem_pj: what @now.score_nj leaves over
 * @comm: name; "?" when it was never known
 * @alive: no exit seen yet
 * @kernel: a kernel thread
 * @listed: shown to readers of live values, and its energy counts as live
 * @dirty: on the list of those that changed
 * @over: dead, and known to run no more
 * @quiet: dead, and at the last look it had not run of late and could not run any more
 * @totals: enum energy_totals
 * @win: two windows' values, see window.h; the last member, see energy_recycle_new()
 */
struct energy_proc {
	struct energy_proc __rcu *older;
	struct energy_proc *dirty_next;
	struct energy_proc *dead_next;
	u64 start_ns;
	unsigned long cookie;
	struct pid *pid;
	const struct cred __rcu *cred;
	struct energy_cgroup __rcu *cgroup;
	struct hlist_node cg_node;
	struct energy_values now;
	struct energy_share *shares;
	pid_t tgid;
	u32 last_drain;
	u32 dead_gen;
	u16 score_rem_pj;
	char comm[TASK_COMM_LEN];
	bool alive;
	bool kernel;
	bool listed;
	bool dirty;
	bool over;
	bool quiet;
	u8 totals;
	struct energy_snapshot win[2];
};

static_assert(offsetofend(struct energy_proc, win) == sizeof(struct energy_proc));

/**
 * struct energy_procpos - A reader's place in the table
 * @pid: slot
 * @nth: how many older records of that slot have been passed
 */
struct energy_procpos {
	unsigned long pid;
	unsigned int nth;
};

/**
 * energy_proc_has_share() - Whether a record is still to be paid for
 * @p: the record
 *
 * Context: core->lock held.
 * Return: true if some group holds a share of it.
 */
static inline bool energy_proc_has_share(const struct energy_proc *p)
{
	return p->shares;
}

struct energy_proc *energy_proctab_find(struct energy_core *core, pid_t tgid, u64 start_ns);
struct energy_proc *energy_proctab_find_cookie(struct energy_core *core, pid_t tgid,
					       unsigned long cookie);
struct energy_proc *energy_proctab_get(struct energy_core *core, const struct energy_key *key);
void energy_proctab_remove(struct energy_core *core, struct energy_proc *p);
void energy_proctab_destroy(struct energy_core *core);
struct energy_proc *energy_proctab_at(struct energy_core *core, struct energy_procpos *pos);

void energy_proc_adopt(struct energy_core *core, struct energy_proc *p, struct energy_ident *id);
void energy_proc_set_cgroup(struct energy_core *core, struct energy_proc *p, u64 cgid);
void energy_proc_recent_cred(struct energy_core *core, const struct cred *cred);
void energy_proc_forget_cred(struct energy_core *core);

#endif /* _ENERGY_PROCTAB_H */
