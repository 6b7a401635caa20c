// SPDX-License-Identifier: GPL-2.0-only
/* The real kernel around the core. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cgroup.h>
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/vmstat.h>

#include "internal.h"
#include "metering.h"

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

/*
 * A leader may exit before its threads, and then knows neither the memory nor the cgroup any
 * more: any thread that lives will do.
 */
static void ask_live_thread(struct task_struct *leader, struct energy_ident *id)
{
	struct task_struct *t;

	energy_for_each_thread(leader, t) {
		/* data_race(): as good an answer as a moment ago; who exits then has no mm below */
		if (data_race(t->flags) & PF_EXITING)
			continue;
		id->cgid = cgroup_id(task_dfl_cgroup(t));
		task_lock(t);
		if (t->mm) {
			id->mem_known = true;
			id->mem = id->kernel ? 0 : energy_mm_bytes(t->mm);
		}
		task_unlock(t);
		return;
	}
}

/* The leader that a struct pid has, if it is this process's and not reaped; RCU read side. */
static struct task_struct *leader_at(struct pid *pid, u64 start_ns)
{
	struct task_struct *leader = pid_task(pid, PIDTYPE_TGID);

	return leader && leader->start_boottime == start_ns ? leader : NULL;
}

/**
 * energy_leader_of() - The thread group leader of a process
 * @tgid: its id in the initial PID namespace
 * @start_ns: its start_boottime
 *
 * Context: RCU read side; any.
 * Return: the task, or NULL if it has been reaped.
 */
struct task_struct *energy_leader_of(pid_t tgid, u64 start_ns)
{
	return leader_at(find_pid_ns(tgid, &init_pid_ns), start_ns);
}

static bool identify(pid_t tgid, u64 start_ns, struct energy_ident *id)
{
	struct task_struct *leader;
	bool found = false;
	struct pid *pid;

	rcu_read_lock();
	pid = find_pid_ns(tgid, &init_pid_ns);
	leader = leader_at(pid, start_ns);
	if (leader && atomic_read(&leader->signal->live)) {
		/* not task_tgid(): it is NULL once the leader has been reaped, which may be now */
		energy_ident_of(id, leader, pid, cgroup_id(task_dfl_cgroup(leader)));
		id->cred = get_task_cred(leader);
		ask_live_thread(leader, id);
		found = true;
	}
	rcu_read_unlock();
	return found;
}

static bool may_run(pid_t tgid, u64 start_ns)
{
	struct task_struct *leader, *t;
	bool ret = false;

	rcu_read_lock();
	leader = energy_leader_of(tgid, start_ns);
	if (leader)
		energy_for_each_thread(leader, t)
			ret |= energy_task_state(t) != TASK_DEAD;
	rcu_read_unlock();
	return ret;
}

/*
 * kernfs makes a path at a cost that grows with the square of the depth, with IRQs off; and
 * who has a subtree of its own decides how deep it is.
 */
#define PATH_LEVELS 64

static int cgroup_path_of(struct cgroup *cg, char **path)
{
	char *buf;
	int ret;

	if (cg->level > PATH_LEVELS)
		return 0;
	buf = kmalloc(PATH_MAX, GFP_KERNEL | __GFP_NOWARN);
	if (!buf)
		return -ENOMEM;
	ret = cgroup_path(cg, buf, PATH_MAX);
	/* rows live long: keep what the path needs, not what it could need */
	if (ret >= 0) {
		*path = kstrdup(buf, GFP_KERNEL | __GFP_NOWARN);
		ret = *path ? 0 : -ENOMEM;
	}
	kfree(buf);
	return ret;
}

static int cgroup_info(u64 cgid, struct energy_cgroup_info *info)
{
	struct cgroup *cg = cgroup_get_from_id(cgid), *parent;
	int ret = 0;

	/* kernels before 6.1 return NULL, and may find one that is only pinned any more */
	if (IS_ERR_OR_NULL(cg))
		return cg ? PTR_ERR(cg) : -ENOENT;
	if (!(cg->self.flags & CSS_ONLINE)) {
		ret = -ENOENT;
	} else if (info) {
		parent = cgroup_parent(cg);
		info->parent = parent ? cgroup_id(parent) : 0;
		ret = cgroup_path_of(cg, &info->path);
	}
	cgroup_put(cg);
	return ret;
}

static u64 root_cgroup(void)
{
	return cgroup_id(&cgrp_dfl_root.cgrp);
}

static u64 boottime(void)
{
	return ktime_get_boottime_ns();
}

/* Whether controllers are mounted the old way: not so on a machine that is still starting. */
static bool cgroup_v1_in_use(void)
{
	bool used = false;
	int i;

	rcu_read_lock();
	for (i = 0; i < CGROUP_SUBSYS_COUNT; i++)
		used |= task_css(&init_task, i)->cgroup->root != &cgrp_dfl_root;
	rcu_read_unlock();
	return used;
}

/**
 * energy_env_report() - Tell the administrator what the core cannot do on this machine
 *
 * Where there are no cgroups but v1's, the default hierarchy has nothing but its root
 * (rule 18).
 *
 * Context: process context, at load.
 */
void energy_env_report(void)
{
	if (cgroup_v1_in_use() && !READ_ONCE(cgrp_dfl_root.cgrp.nr_descendants))
		pr_notice("cgroup v2 is not in use: /proc/energy/cgroup shows users their own processes, and cgroup.stat is for root\n");
}

static bool online(int cpu)
{
	return cpu_online(cpu);
}

static u64 mem_used(void)
{
	/* not si_meminfo(): that also walks all block devices */
	return (u64)(totalram_pages() - global_zone_page_state(NR_FREE_PAGES)) << PAGE_SHIFT;
}

static void settle_here(void *data)
{
	struct energy_core *core = data;
	struct energy_ledger *l = core->ledgers[smp_processor_id()];

	energy_meter_settle(l, sched_clock_cpu(l->cpu));
}

static void settle(struct energy_core *core, const struct cpumask *cpus)
{
	on_each_cpu_mask(cpus, settle_here, core, true);
}

const struct energy_env energy_env_kernel = {
	.boottime = boottime,
	.cpu_clock = sched_clock_cpu,
	.identify = identify,
	.may_run = may_run,
	.cgroup = cgroup_info,
	.root_cgroup = root_cgroup,
	.online = online,
	.mem_used = mem_used,
	.settle = settle,
};
