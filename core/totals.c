// SPDX-License-Identifier: GPL-2.0-only
/*
 * What processes did before the module was loaded: the kernel's own totals, in time to the
 * nanosecond.
 *
 * A process goes on running while it is asked for, and the kernel brings the time of one that
 * runs up to date once per tick. So all are asked in turn first; then all CPUs stop, for which
 * they switch away from whatever they run, and those that have run since the last flip are asked
 * again. What the ledgers see from then on is what the totals do not have.
 */
#include <linux/sched/signal.h>
#include <linux/stop_machine.h>

#include "internal.h"

/* What the kernel has counted of a process, its threads that have exited included. */
static void kernel_totals(struct task_struct *leader, struct energy_usage *use)
{
	const struct signal_struct *sig = leader->signal;
	struct task_struct *t;

	use->cpu_ns = sig->sum_sched_runtime;
	use->wakeups = sig->nvcsw;
	use->diski = sig->ioac.read_bytes;
	use->disko = sig->ioac.write_bytes;
	rcu_read_lock();
	for_each_thread(leader, t) {
		use->cpu_ns += t->se.sum_exec_runtime;
		use->wakeups += t->nvcsw;
		use->diski += t->ioac.read_bytes;
		use->disko += t->ioac.write_bytes;
	}
	rcu_read_unlock();
}

/**
 * energy_totals_take() - Begin a record with the kernel's totals
 * @core: the core
 * @leader: thread group leader, kept by the caller
 *
 * Context: core->lock held; the process goes on running.
 */
void energy_totals_take(struct energy_core *core, struct task_struct *leader)
{
	struct energy_proc *p;

	p = energy_proctab_find(core, leader->tgid, leader->start_boottime);
	if (p)
		kernel_totals(leader, &p->now.use);
}

/* Whose charges in drained banks the totals replace; a tail is too short to be missed. */
static bool has_totals(const struct energy_core *core, const struct energy_charge *c)
{
	return c->key.start_ns && c->key.start_ns < core->scan_boot_ns;
}

/*
 * All other CPUs wait, with IRQs off, and nothing but this runs: so it is for those only that
 * have run since the last flip. Who is gone by now keeps what was taken, and has no usage here.
 */
static int take_again(void *data)
{
	struct energy_core *core = data;
	unsigned int cpu, i;

	energy_drain_flip(core, core->env->boottime());
	rcu_read_lock();
	for (cpu = 0; cpu < core->nr_ledgers; cpu++) {
		struct energy_bank *bank = core->drained[cpu];

		for (i = 0; bank && i < bank->nr; i++) {
			struct energy_charge *c = &bank->charge[i];
			struct task_struct *leader;

			if (!has_totals(core, c))
				continue;
			energy_usage_clear(&c->use);
			leader = energy_leader_of(c->key.tgid, c->key.start_ns);
			if (leader)
				kernel_totals(leader, &c->use);
		}
	}
	rcu_read_unlock();
	return 0;
}

/**
 * energy_totals_settle() - Take again the totals of those who have run since the last flip
 * @core: the core; all totals have been taken since then
 *
 * Stops the machine for as long as that takes. What the banks have had until then is to be
 * drained, by energy_drain_process().
 *
 * Context: core->lock held; sleeps.
 */
void energy_totals_settle(struct energy_core *core)
{
	unsigned int cpu, i;

	stop_machine(take_again, core, NULL);
	for (cpu = 0; cpu < core->nr_ledgers; cpu++) {
		const struct energy_bank *bank = core->drained[cpu];

		for (i = 0; bank && i < bank->nr; i++) {
			const struct energy_charge *c = &bank->charge[i];
			struct energy_proc *p;

			if (!has_totals(core, c) || !c->use.cpu_ns)
				continue;
			p = energy_proctab_find(core, c->key.tgid, c->key.start_ns);
			if (p)
				p->now.use = c->use;
		}
	}
}
