/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rooms of energy_core share: the one context, and who may touch what.
 *
 * LOCK MAP, outermost first
 *
 *   the kernel's parameter lock	writes of core->params, but of the choice of a source,
 *				which is core->lock's
 *   core->errand_lock (mutex)	who waits for a change of the sources. Held until the
 *				sampler has made it, so over core->lock
 *   core->meter_lock (mutex)	which meter there is. Held over starting and stopping it on CPUs,
 *				so over the kernel's cpu_hotplug_lock; not together with
 *				core->lock
 *   core->lock (mutex)			the sampler's side: PID table (writes), slots, groups,
 *					sources, books, values of the system, windows (writes).
 *					Held over a whole sample, so over reads of sources too:
 *					whoever holds it knows that no source is being read.
 *   a CPU's device_lock()		keeps it online while rapl_powercap reads: under
 *					core->lock. Lockdep does not look at it: nobody who is
 *					called under it, as callbacks of CPU hotplug are, may
 *					wait for core->lock
 *   the kernel's cpu_hotplug_lock	taken at load, to stop all CPUs, and by the kernel's RAPL
 *					driver when rapl_powercap reads: under core->lock, so
 *					nobody who holds it, such as callbacks of CPU hotplug,
 *					may wait for core->lock
 *   pmu_instr's pmu_lock (mutex)	the CPUs' events: under cpu_hotplug_lock
 *   core->cgroups.xa_lock (spinlock)	rows coming and going, their lists of children, the
 *					list of unresolved rows
 *   core->rmdir.lock (raw)		removals of cgroups that are noted. Innermost, as the next
 *   ledger->lock (raw, one per CPU)	the current bank and the running interval. Taken with
 *					IRQs off; innermost: nothing is taken under it,
 *					nothing is woken, nothing allocated. The owner CPU
 *					takes it in the probes, the sampler only to flip, in
 *					constant time; so does, at load, a CPU that has all
 *					others stopped, for the one who holds core->lock.
 *
 * core->packets needs no lock: each CPU adds to its own with this_cpu_add(), and whoever charges
 * the difference remembers, under ledger->lock, what has been charged.
 *
 * While they list, readers of /proc and debugfs take none of these (but debugfs's lines about
 * domains take core->lock): they walk the PID table under RCU, copy core->latest under its
 * seqcount, and are bound to a window's generation. Opening and closing a file takes and gives
 * back a cgroup's row, so core->cgroups.xa_lock.
 *
 * LIFETIME
 *
 *   struct energy_proc		removed by the sampler; after a grace period freed, or used again
 *   struct energy_cgroup	counted, freed after a grace period
 *   struct energy_slot		from the first source that has it until unload
 *   struct energy_source	the provider's; see energy_source_unregister()
 */
#ifndef _ENERGY_INTERNAL_H
#define _ENERGY_INTERNAL_H

#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/wait.h>
#include <linux/xarray.h>

#include "books.h"
#include "cgroups.h"
#include "compat.h"
#include "env.h"
#include "ledger.h"
#include "params.h"
#include "pidmap.h"
#include "proctab.h"
#include "recycle.h"
#include "rmdir.h"
#include "slots.h"
#include "window.h"

struct cred;
struct dentry;
struct energy_errand;
struct energy_meter;
struct proc_dir_entry;
struct task_struct;

/**
 * struct energy_stats - The core's own health, monotonic counters
 * @samples: samples taken
 * @drains: early drains, between samples
 * @late: samples left out because the sampler came too late
 * @drift_ns: how late the sampler's samples were, summed
 * @drift_max_ns: how late the latest of them was
 * @charges_lost: charges that fitted no bank
 * @charges_unmatched: charges whose process could not be found
 * @exits_lost: exits that found no room to be recorded in, or no charge
 * @procs: records in the table now
 * @no_memory: allocations that failed in the sampler
 * @unbalanced: samples after which the books did not balance: a bug, if it is not 0
 * @dead: records of the dead in the table now
 * @spare: records in memory that are in no table: to be used again, or to be freed
 * @dead_dropped: dead processes that were never shown, because there were too many
 * @removals_lost: removed cgroups that could not be noted, and were looked for
 * @cgroups_dropped: removed cgroups that were never shown as such, because there were too many
 */
struct energy_stats {
	u64 samples;
	u64 drains;
	u64 late;
	u64 drift_ns;
	u64 drift_max_ns;
	u64 charges_lost;
	u64 charges_unmatched;
	u64 exits_lost;
	u64 procs;
	u64 no_memory;
	u64 unbalanced;
	u64 dead;
	u64 spare;
	u64 dead_dropped;
	u64 removals_lost;
	u64 cgroups_dropped;
};

/**
 * struct energy_core - Everything that energy_core knows
 * @params: what the administrator set
 * @env: the kernel around it
 * @lock: see the lock map
 * @packets: per CPU what was sent and received
 * @ledgers: one per possible CPU
 * @drained: per ledger the bank that the drain in progress took from it
 * @nr_ledgers: nr_cpu_ids
 * @procs: PID table, by PID
 * @recycle: where its records come from, and go
 * @dirty: records that changed since the last window
 * @died: records of the dead that no window has shown as such yet
 * @shown: those that the last window has shown
 * @leaving: those that no window shows any more
 * @free_shares: shares that are not in use, to be used again
 * @nr_free_shares: how many
 * @cgroups: rows by cgroup id
 * @recent: the row that a drain has asked for last; a reference
 * @recent_cred: the credentials that a drain has adopted last; a reference
 * @root: counted row of the root of the default hierarchy
 * @rmdir: removals of cgroups
 * @fold: rows whose ancestors do not know yet what they used
 * @changed: rows that changed since the last window; each is a reference
 * @gone: rows whose cgroups are gone, which are still to be shown as such
 * @nr_gone: how many
 * @members_moved: a process goes from one row's list to another one's; under @lock
 * @unresolved: rows to be resolved, under @cgroups.xa_lock
 * @sources: registered sources
 * @slots: all slots
 * @groups: the groups
 * @nr_groups: how many
 * @ungrouped: there are none for want of memory
 * @cpu_group: per CPU its group's number, or ENERGY_NO_GROUP
 * @books: the accounts
 * @sys: the system as a whole, pid 0, since load
 * @sys_score_rem_pj: what @sys.score_nj leaves over
 * @latest: the system as of the last sample, for readers without a lock
 * @latest_seq: makes copies of @latest consistent; written under @lock
 * @published: the last two windows
 * @gen: generation of the last window published; 0 is none
 * @publishing: generation of the last window begun
 * @last_ns: time of the last sample
 * @window_start_ns: time of the last window
 * @last_drain_ns: time of the last drain
 * @drain_dt_ns: how long the last drain looks back
 * @drain_seq: number of the last drain
 * @read_ns: when the last sample's counters had been read
 * @read_blur_ns: how long that may have been after they were
 * @stats: health
 * @scan_all: an exit was missed: look for dead processes in the whole table
 * @scanning: at load: who has begun with the kernel's totals is not charged yet (see totals.c)
 * @errand_lock: see the lock map
 * @errand: what the sampler is to do, or NULL
 * @meter_lock: see the lock map
 * @meter: who counts instructions, or NULL; under @meter_lock, or while CPUs come and go
 * @meter_state: its state of CPU hotplug
 * @meter_runs: it has been started; under @meter_lock
 * @meter_paused: it is not to be: the machine is being suspended; under @meter_lock
 * @busy: CPUs that energy_meters_settle() has found busy; under @lock
 * @drain_wanted: a ledger asks for an early drain
 * @params_changed: the sampler has to recompute its deadline
 * @parked: no samples: the machine is being suspended; under @lock
 * @asleep: what this sample bills was used by a machine that slept; under @lock
 * @pm_notifier: follows suspend and resume
 * @own_zones: powercap control types of our own, by their device's address; locks itself
 * @running: parameters may be checked against each other, and the sampler be woken
 * @sampler: the thread; NULL when there is none (KUnit)
 * @proc_dir: /proc/energy
 * @debug_dir: debugfs energy
 */
struct energy_core {
	struct energy_params params;
	const struct energy_env *env;
	struct mutex lock;

	struct energy_packets __percpu *packets;
	struct energy_ledger **ledgers;
	struct energy_bank **drained;
	unsigned int nr_ledgers;

	struct energy_pidmap procs;
	struct energy_recycle recycle;
	struct energy_proc *dirty;
	struct energy_proc *died;
	struct energy_proc *shown;
	struct energy_proc *leaving;

	struct energy_share *free_shares;
	unsigned int nr_free_shares;

	struct xarray cgroups;
	struct energy_cgroup *recent;
	const struct cred *recent_cred;
	struct energy_cgroup *root;
	struct energy_rmdir rmdir;
	struct energy_cgroup *fold;
	struct energy_cgroup *changed;
	struct energy_cgroup *gone;
	unsigned int nr_gone;
	seqcount_t members_moved;
	struct list_head unresolved;

	struct list_head sources;
	struct list_head slots;
	struct energy_group *groups;
	unsigned int nr_groups;
	bool ungrouped;
	int *cpu_group;

	struct energy_books books;
	struct energy_values sys;
	u16 sys_score_rem_pj;
	struct energy_published latest;
	seqcount_mutex_t latest_seq;
	struct energy_published published[2];
	u32 gen;
	u32 publishing;

	u64 last_ns;
	u64 window_start_ns;
	u64 last_drain_ns;
	u64 drain_dt_ns;
	u32 drain_seq;
	u64 read_ns;
	u64 read_blur_ns;
	struct energy_stats stats;
	bool scan_all;
	bool scanning;

	struct mutex errand_lock;
	struct energy_errand *errand;
	struct mutex meter_lock;
	struct energy_meter *meter;
	int meter_state;
	bool meter_runs;
	bool meter_paused;
	struct cpumask busy;

	bool drain_wanted;
	bool params_changed;
	bool parked;
	bool asleep;
	struct notifier_block pm_notifier;
	struct xarray own_zones;
	bool running;
	struct task_struct *sampler;

	struct proc_dir_entry *proc_dir;
	struct dentry *debug_dir;
};

/* The one instance; KUnit makes its own. */
extern struct energy_core energy_core;

/* core.c: a core without probes, thread or files, as KUnit uses it */
int energy_core_setup(struct energy_core *core, unsigned int nr_cpus,
		      const struct energy_env *env);
void energy_core_teardown(struct energy_core *core);

/**
 * energy_proc_mark_dirty() - Have the next window publish a record
 * @core: the core
 * @p: the record
 *
 * Context: core->lock held.
 */
static inline void energy_proc_mark_dirty(struct energy_core *core, struct energy_proc *p)
{
	if (p->dirty)
		return;
	p->dirty = true;
	p->dirty_next = core->dirty;
	core->dirty = p;
}

/**
 * energy_proc_died() - A process is known to have exited
 * @core: the core
 * @p: its record
 *
 * May be called again (rule 5).
 *
 * Context: core->lock held.
 */
static inline void energy_proc_died(struct energy_core *core, struct energy_proc *p)
{
	if (!p->alive)
		return;
	WRITE_ONCE(p->alive, false);
	p->dead_next = core->died;
	core->died = p;
	core->stats.dead++;
	energy_proc_mark_dirty(core, p);
}

/**
 * energy_cgroup_recent() - As energy_cgroup_get(), for those who often ask for the same row
 * @core: the core
 * @id: the kernel's cgroup id in the default hierarchy
 *
 * Context: core->lock held; may sleep.
 * Return: a row, the caller's to look at until another one is asked for; or NULL without
 * memory.
 */
static inline struct energy_cgroup *energy_cgroup_recent(struct energy_core *core, u64 id)
{
	struct energy_cgroup *cg = core->recent;

	return likely(cg && cg->id == id) ? cg : energy_cgroup_recent_slow(core, id);
}

/**
 * energy_breathe() - Let others run, on a walk of many short steps
 * @step: how many have been made
 *
 * To ask with each would cost as much as a step.
 *
 * Context: may sleep.
 */
static inline void energy_breathe(unsigned int step)
{
	if (!(step % 32))
		cond_resched();
}

/* How much a wake-up of the sampler may be late to join another one. */
static inline u64 energy_slack_ns(u64 sample_ns)
{
	return sample_ns >> 6;
}

/* step.c */
u64 energy_core_time(const struct energy_core *core, u64 now_ns);
void energy_sampler_step(struct energy_core *core, u64 now_ns);
void energy_sampler_step_locked(struct energy_core *core, u64 now_ns);
void energy_sampler_drain(struct energy_core *core, u64 now_ns);

/* sampler.c */
int energy_sampler_start(struct energy_core *core);
void energy_sampler_stop(struct energy_core *core);
void energy_sampler_kick(struct energy_core *core);

/* reap.c */
void energy_reap_dead(struct energy_core *core);
void energy_reap_excess(struct energy_core *core);

/* drain.c */
void energy_drain_flip(struct energy_core *core, u64 now_ns);
void energy_drain_process(struct energy_core *core);

/* scan.c */
int energy_scan_processes(struct energy_core *core);
void energy_scan_dead(struct energy_core *core);

/* totals.c */
void energy_totals_take(struct energy_proc *p, struct task_struct *leader);
void energy_totals_settle(struct energy_core *core);

/* probes.c */
int energy_probes_register(struct energy_core *core);
void energy_probes_unregister(struct energy_core *core);

/* pm.c */
int energy_pm_register(struct energy_core *core);
void energy_pm_park(struct energy_core *core, u64 now_ns);
void energy_pm_unpark(struct energy_core *core, u64 now_ns, bool off);
void energy_pm_unregister(struct energy_core *core);

/* errand.c */
void energy_errand_do(struct energy_core *core);
int energy_errand_add(struct energy_core *core, struct energy_source *src);
int energy_errand_update(struct energy_core *core, struct energy_source *src,
			 const struct energy_source *now);
void energy_errand_remove(struct energy_core *core, struct energy_source *src);
int energy_errand_prefer(struct energy_core *core, const char *name);

/* meter.c */
bool energy_meters_settle(struct energy_core *core);
void energy_meters_pause(struct energy_core *core, bool pause);

/* cpus.c */
int energy_cpus_preferred(struct energy_core *core, const struct cpumask *cpus);
bool energy_cpus_busy(struct energy_core *core, unsigned int cpu);

/* registry.c */
int energy_registry_add(struct energy_core *core, struct energy_source *src, u64 now_ns);
int energy_registry_update(struct energy_core *core, struct energy_source *src,
			   const struct energy_source *now, u64 now_ns);
void energy_registry_remove(struct energy_core *core, struct energy_source *src, u64 now_ns);
int energy_registry_prefer(struct energy_core *core, const char *name, u64 now_ns);

/* export/ */
int energy_procfs_create(struct energy_core *core);
void energy_procfs_remove(struct energy_core *core);
void energy_debugfs_create(struct energy_core *core);
void energy_debugfs_remove(struct energy_core *core);

#endif /* _ENERGY_INTERNAL_H */
