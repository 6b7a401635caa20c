// SPDX-License-Identifier: GPL-2.0-only
/*
 * What processes did before the module was loaded: the kernel's own totals.
 *
 * A process goes on running while it is asked for, and the kernel brings the time of one that
 * runs up to date once per tick. So all are asked in turn first; then all CPUs stop, for which
 * they switch away from whatever they run, and those that have run since the last flip are asked
 * again. The totals have what the ledgers saw until then, and nothing of what they see later.
 *
 * Not exact: who loads the module on a kernel without SMP, which stops nothing and switches
 * nowhere, by up to a tick; and, by as much as a load takes, processes beyond THREADS_MAX.
 * Packets are in no totals of the kernel's: they are counted from the stop on.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/printk.h>
#include <linux/sched/signal.h>
#include <linux/seqlock.h>
#include <linux/stop_machine.h>

#include "internal.h"

/* So many are asked with all CPUs stopped, which takes some milliseconds at the most. */
#define THREADS_MAX 16384

/* What the kernel has counted of a process, its threads that have exited included. */
static void add_up(struct task_struct *leader, struct energy_usage *use)
{
	const struct signal_struct *sig = leader->signal;
	struct task_struct *t;

	use->cpu_ns = sig->sum_sched_runtime;
	use->wakeups = sig->nvcsw;
	use->diski = sig->ioac.read_bytes;
	use->disko = sig->ioac.write_bytes;
	energy_for_each_thread(leader, t) {
		use->cpu_ns += t->se.sum_exec_runtime;
		use->wakeups += t->nvcsw;
		use->diski += t->ioac.read_bytes;
		use->disko += t->ioac.write_bytes;
	}
}

static void add_up_locked(struct task_struct *leader, struct energy_usage *use)
{
	seqlock_t *lock = &leader->signal->stats_lock;
	unsigned long flags;

	read_seqlock_excl_irqsave(lock, flags);
	add_up(leader, use);
	read_sequnlock_excl_irqrestore(lock, flags);
}

/**
 * energy_totals_take() - Begin a record with the kernel's totals
 * @p: the record, made by the scan
 * @leader: its thread group leader, kept by the caller
 *
 * In the manner of thread_group_cputime(): a thread that exits is on the list or in the sums,
 * never in both.
 *
 * Context: core->lock held; the process goes on running.
 */
void energy_totals_take(struct energy_proc *p, struct task_struct *leader)
{
	struct signal_struct *sig = leader->signal;
	unsigned int seq;

	rcu_read_lock();
	seq = read_seqbegin(&sig->stats_lock);
	add_up(leader, &p->now.use);
	if (read_seqretry(&sig->stats_lock, seq))
		add_up_locked(leader, &p->now.use);
	rcu_read_unlock();
	p->totals = ENERGY_TOTALS_TAKEN;
}

/* What goes on while all CPUs stand still. */
struct stop {
	struct energy_core *core;
	unsigned int nr_threads;
	unsigned int nr_left;
};

/*
 * With the machine stopped only PREEMPT_RT can have a thread in the middle of its exit: that
 * process stays as it was.
 */
static bool thread_exits(const struct signal_struct *sig)
{
	return READ_ONCE(sig->stats_lock.seqcount.seqcount.sequence) & 1;
}

static void take_again(struct stop *stop, struct energy_proc *p)
{
	struct task_struct *leader = energy_leader_of(p->tgid, p->start_ns);

	if (!leader) {
		/* its sums are final, and those who keep the task can read them */
		p->totals = ENERGY_TOTALS_REAPED;
		return;
	}
	p->totals = ENERGY_TOTALS_AGAIN;
	stop->nr_threads += get_nr_threads(leader);
	if (stop->nr_threads > THREADS_MAX || thread_exits(leader->signal))
		stop->nr_left++;
	else
		add_up(leader, &p->now.use);
}

static void take_drained(struct stop *stop, const struct energy_bank *bank)
{
	struct energy_core *core = stop->core;
	struct energy_proc *p;
	unsigned int i;

	for (i = 0; i < bank->nr; i++) {
		const struct energy_key *key = &bank->charge[i].key;

		p = key->start_ns ? energy_proctab_find(core, key->tgid, key->start_ns)
				  : energy_proctab_find_cookie(core, key->tgid, key->cookie);
		/* once for all CPUs and cgroups that it ran in */
		if (p && p->totals == ENERGY_TOTALS_TAKEN)
			take_again(stop, p);
	}
}

/* All other CPUs wait with IRQs off; core->lock is held for us by who waits for this. */
static int stopped(void *data)
{
	struct stop *stop = data;
	struct energy_core *core = stop->core;
	unsigned int cpu;

	energy_drain_flip(core, core->env->boottime());
	rcu_read_lock();
	for (cpu = 0; cpu < core->nr_ledgers; cpu++)
		if (core->drained[cpu])
			take_drained(stop, core->drained[cpu]);
	rcu_read_unlock();
	return 0;
}

/**
 * energy_totals_settle() - Take again the totals of those who have run since the last flip
 * @core: the core; all totals have been taken since then
 *
 * Stops the machine for as long as that takes: once for each process that has run. Flips the
 * ledgers: their banks are to be drained, by energy_drain_process(). Records of processes that
 * have been reaped are left as ENERGY_TOTALS_REAPED, to be taken from the task.
 *
 * Context: core->lock held; sleeps, and takes cpus_read_lock().
 */
void energy_totals_settle(struct energy_core *core)
{
	struct stop stop = { .core = core };

	/* it cannot fail but for what it calls */
	stop_machine(stopped, &stop, NULL);
	if (stop.nr_left)
		pr_notice("%u processes may lack some milliseconds of before\n", stop.nr_left);
}
