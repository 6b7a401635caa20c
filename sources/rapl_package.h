/* SPDX-License-Identifier: GPL-2.0-only */
/* Which CPUs share RAPL's counters, and what number they have: the same in each provider. */
#ifndef _ENERGY_RAPL_PACKAGE_H
#define _ENERGY_RAPL_PACKAGE_H

#include <linux/cpumask.h>
#include <linux/topology.h>
#include <linux/types.h>
#include <asm/processor.h>

/**
 * rapl_per_die() - Whether each die of a package has counters of its own
 *
 * So it is on Intel (Cascade Lake-AP). On AMD and Hygon they are the package's, and kernels from
 * 6.9 on call a CCD a die; arch/x86/events/rapl.c (6.12), rapl_pmu_is_pkg_scope().
 *
 * Context: any.
 * Return: whether it is so here.
 */
static inline bool rapl_per_die(void)
{
	return boot_cpu_data.x86_vendor == X86_VENDOR_INTEL;
}

/**
 * rapl_package_cpus() - The CPUs that share a CPU's counters
 * @cpu: the CPU
 *
 * Context: under cpus_read_lock().
 * Return: those of them that are online.
 */
static inline const struct cpumask *rapl_package_cpus(unsigned int cpu)
{
	/* the kernel's name for a package's is the core mask */
	return rapl_per_die() ? topology_die_cpumask(cpu) : topology_core_cpumask(cpu);
}

/**
 * rapl_package_of() - The number of the counters that a CPU has
 * @cpu: a CPU that has been online
 *
 * It is the kernel's, so that it is the same in whatever order CPUs come.
 *
 * Context: any.
 * Return: the number; negative if the kernel has none.
 */
static inline int rapl_package_of(unsigned int cpu)
{
	return rapl_per_die() ? topology_logical_die_id(cpu) : topology_logical_package_id(cpu);
}

#endif /* _ENERGY_RAPL_PACKAGE_H */
