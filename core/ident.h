/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process is, as far as only its tasks can tell. */
#ifndef _ENERGY_IDENT_H
#define _ENERGY_IDENT_H

#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/types.h>

/**
 * struct energy_ident - What only the task itself can tell
 * @pid: counted reference; NULL if the process is in the initial PID namespace only
 * @cred: counted reference or NULL
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
