/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may see what: decided once, at open, from the opener. */
#ifndef _ENERGY_SCOPE_H
#define _ENERGY_SCOPE_H

#include <linux/fs.h>
#include <linux/types.h>

struct energy_cgroup;
struct energy_core;
struct energy_proc;
struct pid_namespace;
struct user_namespace;

/**
 * struct energy_scope - What an open file shows
 * @file: the file; its f_cred are the opener's credentials
 * @pid_ns: counted; in it PIDs are printed, and what it does not know is not shown
 * @cgroup: counted row; with its descendants all that is shown. NULL: no such limit
 * @own_only: only processes of the opener's own user (rule 18)
 * @hide: only processes that the opener may look into (rule 19)
 * @asked_ns: the user namespace that @may_ptrace is the answer for, see energy_scope_resume()
 * @may_ptrace: whether the opener has CAP_SYS_PTRACE there
 */
struct energy_scope {
	const struct file *file;
	struct pid_namespace *pid_ns;
	struct energy_cgroup *cgroup;
	bool own_only;
	bool hide;
	const struct user_namespace *asked_ns;
	bool may_ptrace;
};

void energy_scope_open_proc(struct energy_scope *s, const struct file *file,
			    const struct inode *inode);
void energy_scope_open_task(struct energy_scope *s, const struct file *file);
int energy_scope_limit_to_cgroup(struct energy_scope *s, struct energy_core *core);
struct energy_cgroup *energy_scope_cgroup(struct energy_core *core);
void energy_scope_release(struct energy_scope *s);

void energy_scope_resume(struct energy_scope *s);
pid_t energy_scope_pid(const struct energy_scope *s, const struct energy_proc *p);
bool energy_scope_allows(struct energy_scope *s, const struct energy_proc *p);

#endif /* _ENERGY_SCOPE_H */
