/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process is, as far as only its tasks can tell. */
#ifndef _ENERGY_IDENT_H
#define _ENERGY_IDENT_H

#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uidgid.h>

/**
 * struct energy_ident - What only the task itself can tell
 * @pid: counted reference; NULL if the process is in the initial PID namespace only
 * @cred: counted reference; NULL in an exit whose process had the same owner as that of the
 *	exit before it in the bank
 * @mem: resident memory, bytes; only if @mem_known
 * @cgid: id of its cgroup in the default hierarchy
 * @comm: the leader's name
 * @kernel: a kernel thread
 * @mem_known: its memory could still be read
 */
struct energy_ident {
	struct pid *pid;
	const struct cred *cred;
	u64 mem;
	u64 cgid;
	char comm[TASK_COMM_LEN];
	bool kernel;
	bool mem_known;
};

/**
 * energy_same_owner() - Whether whoever may see a process with the one may see it with the other
 * @a: credentials
 * @b: credentials
 *
 * What export/scope.c looks at.
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool energy_same_owner(const struct cred *a, const struct cred *b)
{
	return uid_eq(a->uid, b->uid) && uid_eq(a->euid, b->euid) && uid_eq(a->suid, b->suid) &&
	       gid_eq(a->gid, b->gid) && gid_eq(a->egid, b->egid) && gid_eq(a->sgid, b->sgid) &&
	       a->user_ns == b->user_ns;
}

/**
 * energy_ident_of() - Fill in what depends on neither memory nor credentials
 * @id: out; its reference is the caller's
 * @leader: thread group leader
 * @pid: the process's pid
 * @cgid: its cgroup
 *
 * A reference to @pid is taken only if it says more than the number that the record has anyway:
 * references that outlast short processes keep the kernel from using their memory again.
 *
 * Context: any; RCU read side, or @leader kept otherwise.
 */
static inline void energy_ident_of(struct energy_ident *id, const struct task_struct *leader,
				   struct pid *pid, u64 cgid)
{
	id->pid = pid->level ? get_pid(pid) : NULL;
	id->mem = 0;
	id->mem_known = false;
	/*
	 * data_race(): others of its flags change at any time, this one once at most: on 5.10 what
	 * the kernel starts in user space is a kernel thread until it executes. The next look
	 * corrects it.
	 */
	id->kernel = data_race(leader->flags) & PF_KTHREAD;
	id->cgid = cgid;
	/* data_race(): it may be torn by a rename at this moment; the next look corrects it */
	data_race(memcpy(id->comm, leader->comm, sizeof(id->comm)));
	id->comm[sizeof(id->comm) - 1] = 0;
}

/**
 * energy_ident_put() - Release the references of an identity
 * @id: the identity; empty afterwards
 *
 * Context: any.
 */
static inline void energy_ident_put(struct energy_ident *id)
{
	/* of those in the initial PID namespace there is none */
	if (id->pid)
		put_pid(id->pid);
	put_cred(id->cred);
	id->pid = NULL;
	id->cred = NULL;
}

#endif /* _ENERGY_IDENT_H */
