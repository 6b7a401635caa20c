/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of single cores, read as one. */
#ifndef _ENERGY_RAPL_CORES_H
#define _ENERGY_RAPL_CORES_H

#include <linux/cpumask.h>
#include <linux/types.h>

#include "rapl_core.h"

/**
 * struct rapl_cores_env - What is asked of the machine
 * @siblings: the CPUs of a CPU's core that are online
 * @busy: whether a CPU can be read without waking it
 * @read: read a register on a CPU; 0 or a negative errno, -ENXIO if it is offline
 * @boottime_ns: CLOCK_BOOTTIME
 * @slept_ns: how much of that the machine has been suspended
 */
struct rapl_cores_env {
	const struct cpumask *(*siblings)(unsigned int cpu);
	bool (*busy)(unsigned int cpu);
	int (*read)(unsigned int cpu, u32 msr, u64 *val);
	u64 (*boottime_ns)(void);
	u64 (*slept_ns)(void);
};

/**
 * struct rapl_cpu - A CPU, and its core if it leads one
 * @core: the core's counter; of the leader only
 * @pass: the last pass that read it
 * @slept_ns: how long the machine had been suspended by then
 * @leader: the CPU that stands for this one's core
 */
struct rapl_cpu {
	struct rapl_core core;
	u64 pass;
	u64 slept_ns;
	unsigned int leader;
};

/**
 * struct rapl_cores - All cores of the machine
 * @env: the machine
 * @nr: number of possible CPUs
 * @cpus: one for each
 * @ready: CPUs that can be read, and whose leader is known
 * @returned: leaders of cores that were offline
 * @pass: of rapl_cores_read()
 * @all: idle ones are read too
 *
 * Leaders, @ready and @returned are set by hotplug; all else is the sampler's, under its mutex.
 */
struct rapl_cores {
	const struct rapl_cores_env *env;
	unsigned int nr;
	struct rapl_cpu *cpus;
	struct cpumask ready;
	struct cpumask returned;
	u64 pass;
	bool all;
};

int rapl_cores_setup(struct rapl_cores *cores, unsigned int nr, const struct rapl_cores_env *env);
void rapl_cores_teardown(struct rapl_cores *cores);
void rapl_cores_online(struct rapl_cores *cores, unsigned int cpu);
void rapl_cores_offline(struct rapl_cores *cores, unsigned int cpu);
void rapl_cores_begin(struct rapl_cores *cores);
void rapl_cores_read_all(struct rapl_cores *cores);
int rapl_cores_read(struct rapl_cores *cores, const struct cpumask *cpus, u32 msr,
		    const struct rapl_core_limits *lim, u64 *units);

#endif /* _ENERGY_RAPL_CORES_H */
