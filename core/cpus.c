// SPDX-License-Identifier: GPL-2.0-only
/* On which CPU to do something, so that it wakes and disturbs as little as can be. */
#include <linux/cpumask.h>
#include <linux/limits.h>
#include <linux/sched/isolation.h>
#include <linux/smp.h>

#include "internal.h"

/* Better ones first: not isolated and busy, not isolated, any. */
static unsigned int reluctance(const struct energy_core *core, unsigned int cpu)
{
	if (!housekeeping_test_cpu(cpu, HK_TYPE_MISC))
		return 2;
	return !core->ledgers[cpu] || !energy_ledger_is_busy(core->ledgers[cpu]);
}

/**
 * energy_cpus_busy() - Whether a CPU can be interrupted without waking or disturbing it
 * @core: the core
 * @cpu: the CPU
 *
 * Context: process context.
 * Return: true if it is this one, or runs something and is not isolated from the kernel's work.
 */
bool energy_cpus_busy(struct energy_core *core, unsigned int cpu)
{
	return cpu == raw_smp_processor_id() || !reluctance(core, cpu);
}

/**
 * energy_cpus_preferred() - A CPU to read a counter on
 * @core: the core
 * @cpus: where it can be read
 *
 * This CPU if it will do; else one that is busy, because an idle one should not be woken; an
 * idle one only where all are, and one that is isolated from the kernel's work last of all.
 *
 * Context: process context.
 * Return: a CPU that was online a moment ago, or -ENODEV.
 */
int energy_cpus_preferred(struct energy_core *core, const struct cpumask *cpus)
{
	unsigned int cpu = raw_smp_processor_id(), least = UINT_MAX;
	int best = -ENODEV;

	if (cpumask_test_cpu(cpu, cpus))
		return cpu;
	for_each_cpu_and(cpu, cpus, cpu_online_mask) {
		unsigned int r = reluctance(core, cpu);

		if (r < least) {
			least = r;
			best = cpu;
		}
	}
	return best;
}
