// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may see what.
 *
 * A file shows what its opener may see, whoever reads it: a descriptor handed to somebody
 * else is handed over with its scope, and one inherited across setuid() gains nothing.
 */
#include <linux/capability.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "internal.h"
#include "scope.h"

/**
 * energy_scope_open_proc() - Begin a scope for a file in a procfs mount.
 * @s: zeroed
 * @file: being opened by current
 * @inode: its inode, which says which mount it is opened from
 *
 * Context: Process context.
 */
void energy_scope_open_proc(struct energy_scope *s, const struct file *file,
			    const struct inode *inode)
{
	const struct proc_fs_info *info = proc_sb_info(inode->i_sb);
	enum proc_hidepid hide_pid = READ_ONCE(info->hide_pid);

	s->file = file;
	s->pid_ns = get_pid_ns(proc_pid_ns(inode->i_sb));
	/*
	 * As fs/proc does it: the mount's group is no help where only what can be traced is
	 * shown. While a file is being opened, current's credentials are the file's.
	 */
	s->hide = hide_pid == HIDEPID_NOT_PTRACEABLE ||
		  (hide_pid != HIDEPID_OFF && !in_group_p(info->pid_gid));
}

/**
 * energy_scope_open_task() - Begin a scope for a file outside of procfs.
 * @s: zeroed
 * @file: being opened by current
 *
 * Context: Process context.
 */
void energy_scope_open_task(struct energy_scope *s, const struct file *file)
{
	s->file = file;
	s->pid_ns = get_pid_ns(task_active_pid_ns(current));
}

/* Current's cgroup: its id, and whether it is the root. */
static u64 energy_scope_own_cgroup(bool *root)
{
	struct cgroup *cgrp;
	u64 id;

	rcu_read_lock();
	cgrp = task_dfl_cgroup(current);
	*root = !cgroup_parent(cgrp);
	id = cgroup_id(cgrp);
	rcu_read_unlock();
	return id;
}

static bool energy_scope_is_admin(void)
{
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
}

/**
 * energy_scope_limit_to_cgroup() - Narrow a scope to current's cgroup and below.
 * @s: the scope
 * @core: the core
 *
 * On hosts without cgroup v2 everything is in the root of the default hierarchy, which then
 * separates nobody from anybody: there, those who do not administrate the machine see what
 * is their own (rule 18).
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int energy_scope_limit_to_cgroup(struct energy_scope *s, struct energy_core *core)
{
	bool root;
	u64 id = energy_scope_own_cgroup(&root);

	if (root) {
		s->own_only = !energy_scope_is_admin();
		return 0;
	}
	s->cgroup = energy_cgroup_get(core, id);
	return s->cgroup ? 0 : -ENOMEM;
}

/**
 * energy_scope_cgroup() - The cgroup whose totals current may see: its own.
 * @core: the core
 *
 * The root's totals are the machine's, so those are for administrators (rule 18).
 *
 * Context: Process context, may sleep.
 * Return: A counted row, or ERR_PTR() of -EPERM or -ENOMEM.
 */
struct energy_cgroup *energy_scope_cgroup(struct energy_core *core)
{
	struct energy_cgroup *cg;
	bool root;
	u64 id = energy_scope_own_cgroup(&root);

	if (root && !energy_scope_is_admin())
		return ERR_PTR(-EPERM);
	cg = energy_cgroup_get(core, id);
	return cg ?: ERR_PTR(-ENOMEM);
}

/**
 * energy_scope_release() - End a scope.
 * @s: the scope
 *
 * Context: Process context.
 */
void energy_scope_release(struct energy_scope *s)
{
	energy_cgroup_put(s->cgroup);
	put_pid_ns(s->pid_ns);
}

/**
 * energy_scope_resume() - Forget what was found out in an earlier RCU read side.
 * @s: the scope
 *
 * Within one read side a user namespace that a record's credentials refer to is not freed, so
 * its address identifies it; afterwards another one may have the same.
 *
 * Context: At the beginning of each RCU read side.
 */
void energy_scope_resume(struct energy_scope *s)
{
	s->asked_ns = NULL;
}

/**
 * energy_scope_pid() - The process's PID as the opener knows it.
 * @s: the scope
 * @p: the process
 *
 * Context: RCU read side.
 * Return: The PID, or 0 if it is not visible there.
 */
pid_t energy_scope_pid(const struct energy_scope *s, const struct energy_proc *p)
{
	/* Here even a process that was gone before it could be looked at has a PID. */
	if (s->pid_ns == &init_pid_ns)
		return p->tgid;
	return pid_nr_ns(READ_ONCE(p->pid), s->pid_ns);
}

static bool energy_scope_is_own_user(const struct energy_scope *s, const struct cred *cred)
{
	kuid_t uid = s->file->f_cred->fsuid;

	return cred && uid_eq(uid, cred->uid) && uid_eq(uid, cred->euid) &&
	       uid_eq(uid, cred->suid);
}

static bool energy_scope_is_own_group(const struct energy_scope *s, const struct cred *cred)
{
	kgid_t gid = s->file->f_cred->fsgid;

	return gid_eq(gid, cred->gid) && gid_eq(gid, cred->egid) && gid_eq(gid, cred->sgid);
}

/* Asked once per read side and namespace: the question costs, and a "no" may be audited. */
static bool energy_scope_may_ptrace(struct energy_scope *s, const struct cred *cred)
{
	struct user_namespace *ns = cred ? cred->user_ns : &init_user_ns;

	if (ns != s->asked_ns) {
		s->may_ptrace = file_ns_capable(s->file, ns, CAP_SYS_PTRACE);
		s->asked_ns = ns;
	}
	return s->may_ptrace;
}

static bool energy_scope_may_access(struct energy_scope *s, const struct cred *cred)
{
	if (energy_scope_is_own_user(s, cred) && energy_scope_is_own_group(s, cred))
		return true;
	return energy_scope_may_ptrace(s, cred);
}

/**
 * energy_scope_allows() - Whether the opener may see a process.
 * @s: the scope
 * @p: the process
 *
 * Visibility in the PID namespace is energy_scope_pid()'s to say.
 *
 * Context: RCU read side.
 * Return: true if so.
 */
bool energy_scope_allows(struct energy_scope *s, const struct energy_proc *p)
{
	const struct cred *cred = rcu_dereference(p->cred);

	if (s->cgroup && !energy_cgroup_within(rcu_dereference(p->cgroup), s->cgroup))
		return false;
	if (s->own_only && !energy_scope_is_own_user(s, cred))
		return false;
	return !s->hide || energy_scope_may_access(s, cred);
}
