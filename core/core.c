// SPDX-License-Identifier: GPL-2.0-only
/* Making and unmaking a core: memory only; no probes, no thread, no files. */
#include <linux/percpu.h>
#include <linux/slab.h>

#include "internal.h"

static int ledgers_new(struct energy_core *core, unsigned int nr_cpus)
{
	unsigned int cpu;

	/* in a line of its own: the kernel's neighbours are read from afar */
	core->packets = __alloc_percpu(sizeof(*core->packets), SMP_CACHE_BYTES);
	core->ledgers = kcalloc(nr_cpus, sizeof(*core->ledgers), GFP_KERNEL);
	core->drained = kcalloc(nr_cpus, sizeof(*core->drained), GFP_KERNEL);
	core->cpu_group = kmalloc_array(nr_cpus, sizeof(*core->cpu_group), GFP_KERNEL);
	if (!core->packets || !core->ledgers || !core->drained || !core->cpu_group)
		return -ENOMEM;
	core->nr_ledgers = nr_cpus;
	for (cpu = 0; cpu < nr_cpus; cpu++) {
		core->cpu_group[cpu] = ENERGY_NO_GROUP;
		/* a number that no CPU can ever have needs no ledger */
		if (nr_cpus == nr_cpu_ids && !cpu_possible(cpu))
			continue;
		core->ledgers[cpu] = energy_ledger_new(core, cpu);
		if (!core->ledgers[cpu])
			return -ENOMEM;
	}
	return 0;
}

/**
 * energy_core_setup() - Make a core
 * @core: zeroed but for its parameters
 * @nr_cpus: how many ledgers
 * @env: the kernel around it
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM, upon which nothing is left to undo.
 */
int energy_core_setup(struct energy_core *core, unsigned int nr_cpus,
		      const struct energy_env *env)
{
	core->env = env;
	mutex_init(&core->lock);
	mutex_init(&core->errand_lock);
	mutex_init(&core->meter_lock);
	seqcount_mutex_init(&core->latest_seq, &core->lock);
	xa_init(&core->cgroups);
	xa_init(&core->own_zones);
	INIT_LIST_HEAD(&core->unresolved);
	INIT_LIST_HEAD(&core->sources);
	INIT_LIST_HEAD(&core->slots);
	seqcount_init(&core->members_moved);
	core->latest.source_kind = "none";
	if (energy_recycle_init(core) || energy_rmdir_init(core) || ledgers_new(core, nr_cpus))
		goto teardown;
	core->root = energy_cgroup_get(core, env->root_cgroup());
	if (!core->root)
		goto teardown;
	return 0;

teardown:
	energy_core_teardown(core);
	return -ENOMEM;
}

/**
 * energy_core_teardown() - Unmake a core
 * @core: nothing uses it any more: no probe, thread, file or source
 *
 * Context: may sleep.
 */
void energy_core_teardown(struct energy_core *core)
{
	unsigned int cpu;

	mutex_lock(&core->lock);
	energy_proctab_destroy(core);
	energy_shares_destroy(core);
	energy_slots_destroy(core);
	for (cpu = 0; cpu < core->nr_ledgers; cpu++)
		energy_ledger_destroy(core->ledgers[cpu]);
	mutex_unlock(&core->lock);
	energy_rmdir_destroy(core);
	energy_cgroups_destroy(core);
	/* rule 15: call_rcu() callbacks use the cache and this module's code */
	rcu_barrier();
	energy_recycle_destroy(core);
	xa_destroy(&core->own_zones);
	kfree(core->cpu_group);
	kfree(core->drained);
	kfree(core->ledgers);
	free_percpu(core->packets);
	core->nr_ledgers = 0;
	mutex_destroy(&core->meter_lock);
	mutex_destroy(&core->errand_lock);
	mutex_destroy(&core->lock);
}
