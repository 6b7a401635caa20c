// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of single cores, read as one: the cores of a package together never wrap.
 *
 * Each is read on one of its CPUs, and on one that is awake. An idle core is left alone until it
 * runs again or rapl_core_due(): what it uses while it idles, which is little, is known a minute
 * late at most. No CPU is looked at as one of the kernel's, so that KUnit can have more of them.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <energy/source.h>
#include "rapl_cores.h"

/**
 * rapl_cores_setup() - Get ready to follow cores
 * @cores: zeroed
 * @nr: number of possible CPUs
 * @env: the machine
 *
 * Return: 0 or -ENOMEM.
 */
int rapl_cores_setup(struct rapl_cores *cores, unsigned int nr, const struct rapl_cores_env *env)
{
	unsigned int cpu;

	cores->cpus = kvcalloc(nr, sizeof(*cores->cpus), GFP_KERNEL);
	if (!cores->cpus)
		return -ENOMEM;
	for (cpu = 0; cpu < nr; cpu++)
		cores->cpus[cpu].leader = cpu;
	cores->nr = nr;
	cores->env = env;
	return 0;
}

/**
 * rapl_cores_teardown() - Follow cores no longer
 * @cores: nobody uses them any more
 */
void rapl_cores_teardown(struct rapl_cores *cores)
{
	kvfree(cores->cpus);
}

/**
 * rapl_cores_online() - A CPU can be read
 * @cores: the cores
 * @cpu: a CPU that is online
 *
 * It joins the core of a sibling that can be read already. So in whatever order they come, a
 * core is followed once; and it keeps its leader while that is offline.
 *
 * Context: CPU hotplug, or under cpus_read_lock().
 */
void rapl_cores_online(struct rapl_cores *cores, unsigned int cpu)
{
	const unsigned long *siblings = cpumask_bits(cores->env->siblings(cpu));
	unsigned long *ready = cpumask_bits(&cores->ready);
	unsigned int sibling, leader = cores->cpus[cpu].leader;

	if (test_bit(cpu, ready))
		return;
	if (bitmap_intersects(siblings, ready, cores->nr)) {
		for_each_set_bit(sibling, siblings, cores->nr)
			if (test_bit(sibling, ready))
				leader = cores->cpus[sibling].leader;
		WRITE_ONCE(cores->cpus[cpu].leader, leader);
	} else {
		set_bit(leader, cpumask_bits(&cores->returned));
	}
	/* who sees the CPU has to see its leader; pairs with the one in read_some() */
	smp_wmb();
	set_bit(cpu, ready);
}

/**
 * rapl_cores_offline() - A CPU can soon be read no longer
 * @cores: the cores
 * @cpu: the CPU
 *
 * Context: CPU hotplug, or under cpus_read_lock().
 */
void rapl_cores_offline(struct rapl_cores *cores, unsigned int cpu)
{
	clear_bit(cpu, cpumask_bits(&cores->ready));
}

/**
 * rapl_cores_begin() - Begin with all cores
 * @cores: the cores
 *
 * The next read is a baseline, and interrupts each core once.
 *
 * Context: the sampler's mutex held.
 */
void rapl_cores_begin(struct rapl_cores *cores)
{
	unsigned int cpu;

	for (cpu = 0; cpu < cores->nr; cpu++)
		cores->cpus[cpu].core.known = false;
}

/**
 * rapl_cores_read_all() - From now on read idle cores too
 * @cores: the cores
 *
 * For the last read of all: what they used is in the books then.
 */
void rapl_cores_read_all(struct rapl_cores *cores)
{
	WRITE_ONCE(cores->all, true);
}

static u64 sum_of_cores(const struct rapl_cores *cores, const struct cpumask *cpus)
{
	unsigned int cpu;
	u64 units = 0;

	for_each_set_bit(cpu, cpumask_bits(cpus), cores->nr)
		units += cores->cpus[cpu].core.units;
	return units;
}

/* Returns 0, ENERGY_COUNTER_RESET, or a negative errno. */
static int read_core(struct rapl_cores *cores, unsigned int cpu, unsigned int leader, u32 msr,
		     const struct rapl_core_limits *lim)
{
	struct rapl_core_reading r = { .from_ns = cores->env->boottime_ns() };
	u64 val, slept_ns = cores->env->slept_ns();
	struct rapl_cpu *c = &cores->cpus[leader];
	int ret;

	ret = cores->env->read(cpu, msr, &val);
	if (ret)
		return ret;
	r.to_ns = cores->env->boottime_ns();
	r.raw = val;
	r.may_be_reset = test_and_clear_bit(leader, cpumask_bits(&cores->returned));
	r.may_be_reset |= slept_ns != c->slept_ns;
	c->slept_ns = slept_ns;
	c->pass = cores->pass;
	return rapl_core_count(&c->core, &r, lim) ? 0 : ENERGY_COUNTER_RESET;
}

static bool wanted(struct rapl_cores *cores, unsigned int cpu, unsigned int leader, bool due,
		   const struct rapl_core_limits *lim)
{
	if (cores->cpus[leader].pass == cores->pass)
		return false;
	if (!due)
		return cores->env->busy(cpu);
	return READ_ONCE(cores->all) ||
	       rapl_core_due(&cores->cpus[leader].core, cores->env->boottime_ns(), lim);
}

/*
 * Read the cores that have a busy CPU, on that; or those that are due, on any. If a CPU goes
 * offline meanwhile, a sibling will do, or the next time.
 */
static int read_some(struct rapl_cores *cores, const struct cpumask *cpus, bool due, u32 msr,
		     const struct rapl_core_limits *lim)
{
	unsigned int cpu, leader;
	int ret, result = 0;

	for_each_set_bit(cpu, cpumask_bits(cpus), cores->nr) {
		if (!test_bit(cpu, cpumask_bits(&cores->ready)))
			continue;
		/* pairs with the one in rapl_cores_online() */
		smp_rmb();
		leader = READ_ONCE(cores->cpus[cpu].leader);
		if (!wanted(cores, cpu, leader, due, lim))
			continue;
		ret = read_core(cores, cpu, leader, msr, lim);
		if (ret < 0 && ret != -ENXIO)
			return ret;
		if (ret > 0)
			result = ret;
	}
	return result;
}

/**
 * rapl_cores_read() - What the cores of a package have counted together
 * @cores: the cores
 * @cpus: the package's CPUs
 * @msr: each core's counter
 * @lim: of these counters
 * @units: out: since they are followed, in their units; never falls
 *
 * Where one core's counter begins anew, the energy core is told so of all. What the others have
 * counted since the last read it gets with the next one.
 *
 * Context: the sampler's mutex held; sleeps.
 * Return: 0, ENERGY_COUNTER_RESET, or a negative errno: -ENODEV if all CPUs are offline.
 */
int rapl_cores_read(struct rapl_cores *cores, const struct cpumask *cpus, u32 msr,
		    const struct rapl_core_limits *lim, u64 *units)
{
	u64 before = sum_of_cores(cores, cpus);
	int busy, due;

	if (!bitmap_intersects(cpumask_bits(cpus), cpumask_bits(&cores->ready), cores->nr))
		return -ENODEV;
	cores->pass++;
	busy = read_some(cores, cpus, false, msr, lim);
	due = read_some(cores, cpus, true, msr, lim);
	if (busy < 0 || due < 0)
		return min(busy, due);
	*units = busy || due ? before : sum_of_cores(cores, cpus);
	return busy ?: due;
}
