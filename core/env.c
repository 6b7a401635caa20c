// SPDX-License-Identifier: GPL-2.0-only
/* The real kernel around the core. */
#include <linux/cgroup.h>
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "internal.h"

/**
 * energy_mm_bytes() - Resident memory of an address space
 * @mm: the address space, kept alive by the caller
 *
 * Context: any.
 * Return: bytes; approximate by some pages per CPU since 6.2, as the kernel counts so.
 */
u64 energy_mm_bytes(struct mm_struct *mm)
{
	return (u64)get_mm_rss(mm) << PAGE_SHIFT;
}

/**
 * energy_ident_of() - Fill in what does not depend on memory
 * @leader: thread group leader
 * @cred: credentials, a reference that @id takes over
 * @pid: the process's pid, a reference that @id takes over
 * @id: out
 *
 * Context: any; RCU read side, or @leader kept otherwise.
 */
void energy_ident_of(struct task_struct *leader, const struct cred *cred, struct pid *pid,
		     struct energy_ident *id)
{
	id->pid = pid;
	id->cred = cred;
	id->mem = 0;
	id->mem_known = false;
	id->kernel = leader->flags & PF_KTHREAD;
	id->cgid = cgroup_id(task_dfl_cgroup(leader));
	/* may be torn by a rename at this moment; the next look corrects it */
	memcpy(id->comm, leader->comm, sizeof(id->comm));
	id->comm[sizeof(id->comm) - 1] = 0;
}

/* A leader may exit before its threads: any thread that still has memory will do. */
static bool process_mem(struct task_struct *leader, u64 *mem)
{
	struct task_struct *t;
	bool known = false;

	for_each_thread(leader, t) {
		task_lock(t);
		if (t->mm) {
			known = true;
			*mem = t->flags & PF_KTHREAD ? 0 : energy_mm_bytes(t->mm);
		}
		task_unlock(t);
		if (known)
			break;
	}
	return known;
}

static bool identify(pid_t tgid, u64 start_ns, struct energy_ident *id)
{
	struct task_struct *leader;
	struct pid *pid;
	bool found = false;

	rcu_read_lock();
	pid = find_pid_ns(tgid, &init_pid_ns);
	leader = pid ? pid_task(pid, PIDTYPE_TGID) : NULL;
	if (leader && leader->start_boottime == start_ns &&
	    atomic_read(&leader->signal->live)) {
		energy_ident_of(leader, get_task_cred(leader), get_pid(pid), id);
		id->mem_known = process_mem(leader, &id->mem);
		found = true;
	}
	rcu_read_unlock();
	return found;
}

static int cgroup_info(u64 cgid, struct energy_cgroup_info *info)
{
	struct cgroup *cg, *parent;
	int ret = -ENOMEM;

	cg = cgroup_get_from_id(cgid);
	if (IS_ERR(cg))
		return PTR_ERR(cg);
	info->path = kmalloc(PATH_MAX, GFP_KERNEL | __GFP_NOWARN);
	if (!info->path)
		goto put;
	ret = cgroup_path(cg, info->path, PATH_MAX);
	if (ret < 0) {
		kfree(info->path);
		info->path = NULL;
		goto put;
	}
	parent = cgroup_parent(cg);
	info->parent = parent ? cgroup_id(parent) : 0;
	ret = 0;
put:
	cgroup_put(cg);
	return ret;
}

static bool online(int cpu)
{
	return cpu_online(cpu);
}

static u64 mem_used(void)
{
	struct sysinfo i;

	si_meminfo(&i);
	return (u64)(i.totalram - i.freeram) * i.mem_unit;
}

const struct energy_env energy_env_kernel = {
	.cpu_clock = sched_clock_cpu,
	.identify = identify,
	.cgroup = cgroup_info,
	.cpu_online = online,
	.mem_used = mem_used,
};
