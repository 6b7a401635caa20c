// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scans of all processes: once at load, to find those that sleep, with the kernel's totals
 * since they started; and after an exit could not be recorded, to find who is gone.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "internal.h"

static int scan_one(struct energy_core *core, struct task_struct *leader)
{
	struct energy_key key = {
		.start_ns = leader->start_boottime,
		.cookie = (unsigned long)leader->signal,
		.tgid = leader->tgid,
	};
	struct energy_ident id = {};
	struct energy_proc *p;

	if (!core->env->identify(key.tgid, key.start_ns, &id))
		return 0;
	p = energy_proctab_get(core, &key);
	if (!p) {
		energy_ident_put(&id);
		return -ENOMEM;
	}
	energy_proc_adopt(core, p, &id);
	p->totals = ENERGY_TOTALS_TAKEN;
	return 0;
}

static struct energy_proc *record_of(struct energy_core *core, const struct task_struct *leader)
{
	return energy_proctab_find(core, leader->tgid, leader->start_boottime);
}

static void take_totals(struct energy_core *core, struct task_struct **tasks, unsigned int n)
{
	struct energy_proc *p;
	unsigned int i;

	/* empties the banks: who has a charge in the end has run since its totals were taken */
	energy_drain_flip(core, ktime_get_boottime_ns());
	energy_drain_process(core);
	for (i = 0; i < n; i++) {
		p = record_of(core, tasks[i]);
		if (p && p->totals)
			energy_totals_take(p, tasks[i]);
		energy_breathe(i + 1);
	}
	energy_totals_settle(core);
	for (i = 0; i < n; i++) {
		p = record_of(core, tasks[i]);
		if (p && p->totals == ENERGY_TOTALS_REAPED)
			energy_totals_take(p, tasks[i]);
		energy_breathe(i + 1);
	}
	energy_drain_process(core);
}

static unsigned int count_processes(void)
{
	struct task_struct *p;
	unsigned int n = 0;

	rcu_read_lock();
	for_each_process(p)
		n++;
	rcu_read_unlock();
	return n;
}

/**
 * energy_scan_processes() - Make a record of each process there is
 * @core: the core; the probes are on, nothing has been drained yet
 *
 * Processes that are born while this runs may be left out: they have records as soon as they
 * run. Of those found here the kernel's totals have all that the ledgers see until the machine
 * stops, and drains leave it out until then (core->scanning).
 *
 * Context: core->lock held; may sleep.
 * Return: 0 or -ENOMEM.
 */
int energy_scan_processes(struct energy_core *core)
{
	unsigned int max = count_processes() + 64, n = 0, i;
	struct task_struct **tasks, *p;
	int ret = 0;

	tasks = kvcalloc(max, sizeof(*tasks), GFP_KERNEL);
	if (!tasks)
		return -ENOMEM;
	rcu_read_lock();
	for_each_process(p) {
		if (n == max)
			break;
		get_task_struct(p);
		tasks[n++] = p;
	}
	rcu_read_unlock();

	for (i = 0; i < n && !ret; i++)
		ret = scan_one(core, tasks[i]);
	energy_cgroup_forget(core);
	energy_proc_forget_cred(core);
	core->scanning = true;
	if (!ret)
		take_totals(core, tasks, n);
	core->scanning = false;
	for (i = 0; i < n; i++)
		put_task_struct(tasks[i]);
	kvfree(tasks);
	return ret;
}

/**
 * energy_scan_dead() - Find processes whose exit was not recorded
 * @core: the core
 *
 * Costs what exists: only after an exit was lost.
 *
 * Context: core->lock held; may sleep.
 */
void energy_scan_dead(struct energy_core *core)
{
	struct energy_procpos pos = {};
	struct energy_ident id = {};
	struct energy_proc *p;

	core->scan_all = false;
	for (;;) {
		rcu_read_lock();
		p = energy_proctab_at(core, &pos);
		rcu_read_unlock();
		/* under core->lock records stay without RCU */
		if (!p)
			return;
		pos.nth++;
		cond_resched();
		if (!p->alive)
			continue;
		if (core->env->identify(p->tgid, p->start_ns, &id))
			energy_ident_put(&id);
		else
			energy_proc_died(core, p);
	}
}
