// SPDX-License-Identifier: GPL-2.0-only
/*
 * RAPL by MSR: the energy counters of Intel processors, read from their registers.
 *
 * One domain per package (or die, where a package has several) and kind that exists there.
 * A register is taken as not there when reading it faults or gives 0: hypervisors answer 0.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <asm/msr.h>
#include <asm/processor.h>

#include <energy/source.h>
#include "compat.h"
#include "rapl_units.h"

/* Counters advance about every millisecond; this many of them without is standing still. */
#define STILL_MS 100

/**
 * struct rapl_register - A RAPL energy status register
 * @msr: its number, Intel SDM vol. 4
 * @kind: what it counts
 * @name: "%u" is the package
 * @once: one for the whole machine, seen on any package
 */
struct rapl_register {
	u32 msr;
	enum energy_kind kind;
	const char *name;
	bool once;
};

static const struct rapl_register registers[] = {
	{ MSR_PKG_ENERGY_STATUS, ENERGY_PACKAGE, "package-%u", false },
	{ MSR_PP0_ENERGY_STATUS, ENERGY_CORE, "core-%u", false },
	{ MSR_PP1_ENERGY_STATUS, ENERGY_UNCORE, "uncore-%u", false },
	{ MSR_DRAM_ENERGY_STATUS, ENERGY_DRAM, "dram-%u", false },
	{ MSR_PLATFORM_ENERGY_STATUS, ENERGY_PSYS, "psys", true },
};

/**
 * struct rapl_counter - How to read a domain
 * @msr: its register
 * @cpus: the CPUs that can read it: those of one package, even for the whole machine's
 */
struct rapl_counter {
	u32 msr;
	struct cpumask cpus;
};

/**
 * struct rapl - What was found
 * @domains: for the core
 * @counters: per domain how to read it
 * @nr: how many
 */
struct rapl {
	struct energy_domain *domains;
	struct rapl_counter *counters;
	unsigned int nr;
};

static int rapl_read(struct energy_source *src, const struct energy_domain *dom, u64 *raw)
{
	const struct rapl *rapl = src->priv;
	const struct rapl_counter *c = &rapl->counters[dom - rapl->domains];
	int cpu = energy_source_preferred_cpu(&c->cpus);
	u64 val;
	int ret;

	if (cpu < 0)
		return cpu;
	ret = rdmsrq_safe_on_cpu(cpu, c->msr, &val);
	if (ret)
		return ret;
	*raw = val & (RAPL_WRAP_RANGE - 1);
	return 0;
}

static const struct energy_source_ops rapl_ops = {
	.read_domain = rapl_read,
};

static struct rapl rapl;
static struct energy_source rapl_source = {
	.name = "rapl_msr",
	.rating = 300,
	.kind = ENERGY_MEASURED,
	.ops = &rapl_ops,
	.priv = &rapl,
};

static bool kind_found(const struct rapl *r, enum energy_kind kind)
{
	unsigned int i;

	for (i = 0; i < r->nr; i++)
		if (r->domains[i].kind == kind)
			return true;
	return false;
}

static void add_register(struct rapl *r, const struct rapl_register *reg, u64 unit,
			 unsigned int package, unsigned int cpu)
{
	unsigned int quirks = rapl_quirks(boot_cpu_data.x86, boot_cpu_data.x86_model);
	struct energy_domain *dom = &r->domains[r->nr];
	struct rapl_counter *c = &r->counters[r->nr];
	u64 val;

	if (reg->once && kind_found(r, reg->kind))
		return;
	if (rdmsrq_safe_on_cpu(cpu, reg->msr, &val) || !(val & (RAPL_WRAP_RANGE - 1)))
		return;
	if (!rapl_scale(unit, quirks, reg->kind == ENERGY_DRAM, reg->kind == ENERGY_PSYS,
			&dom->mult, &dom->shift))
		return;
	snprintf(dom->name, sizeof(dom->name), reg->name, package);
	dom->kind = reg->kind;
	dom->instance = reg->once ? 0 : package;
	dom->wrap_range = RAPL_WRAP_RANGE;
	c->msr = reg->msr;
	cpumask_copy(&c->cpus, topology_die_cpumask(cpu));
	cpumask_copy(&dom->cpus, reg->once ? cpu_online_mask : &c->cpus);
	r->nr++;
}

static int find_package(struct rapl *r, unsigned int package, unsigned int cpu)
{
	unsigned int i;
	u64 unit;

	if (rdmsrq_safe_on_cpu(cpu, MSR_RAPL_POWER_UNIT, &unit)) {
		pr_info("CPU %u has no RAPL: its unit register cannot be read\n", cpu);
		return -ENODEV;
	}
	if (!unit) {
		pr_info("no RAPL here: the energy unit is 0, as in most virtual machines\n");
		return -ENODEV;
	}
	for (i = 0; i < ARRAY_SIZE(registers); i++)
		add_register(r, &registers[i], unit, package, cpu);
	return 0;
}

/* The lowest CPU of each package. */
static bool stands_for_package(unsigned int cpu)
{
	return cpu == cpumask_first(topology_die_cpumask(cpu));
}

/* Under cpus_read_lock(), until the packages have been found. */
static int rapl_alloc(struct rapl *r)
{
	unsigned int cpu, max = 0;

	for_each_online_cpu(cpu)
		if (stands_for_package(cpu))
			max += ARRAY_SIZE(registers);
	r->domains = kvcalloc(max, sizeof(*r->domains), GFP_KERNEL);
	r->counters = kvcalloc(max, sizeof(*r->counters), GFP_KERNEL);
	return r->domains && r->counters ? 0 : -ENOMEM;
}

static int find_packages(struct rapl *r)
{
	unsigned int cpu, package = 0;
	int ret;

	cpus_read_lock();
	ret = rapl_alloc(r);
	if (ret)
		goto unlock;
	for_each_online_cpu(cpu) {
		if (!stands_for_package(cpu))
			continue;
		ret = find_package(r, package++, cpu);
		if (ret)
			break;
	}
unlock:
	cpus_read_unlock();
	if (ret)
		return ret;
	if (!r->nr) {
		pr_info("no RAPL here: all energy counters are 0\n");
		return -ENODEV;
	}
	return 0;
}

/* Counters that stand still measure nothing, whatever they say. */
static int check_moving(struct rapl *r)
{
	unsigned int cpu = cpumask_first(&r->counters[0].cpus);
	u64 first, val;
	int ret, ms;

	ret = rdmsrq_safe_on_cpu(cpu, r->counters[0].msr, &first);
	for (ms = 0; !ret && ms < STILL_MS; ms++) {
		usleep_range(1000, 2000);
		ret = rdmsrq_safe_on_cpu(cpu, r->counters[0].msr, &val);
		if (!ret && val != first)
			return 0;
	}
	if (ret)
		return ret;
	pr_info("no RAPL here: %s stands still\n", r->domains[0].name);
	return -ENODEV;
}

static void rapl_free(struct rapl *r)
{
	kvfree(r->domains);
	kvfree(r->counters);
}

static int __init energy_rapl_msr_init(void)
{
	int ret;

	if (boot_cpu_data.x86_vendor != X86_VENDOR_INTEL) {
		pr_info("not an Intel processor\n");
		return -ENODEV;
	}
	ret = find_packages(&rapl);
	if (!ret)
		ret = check_moving(&rapl);
	if (!ret) {
		rapl_source.domains = rapl.domains;
		rapl_source.nr_domains = rapl.nr;
		ret = energy_source_register(&rapl_source);
	}
	if (ret)
		rapl_free(&rapl);
	return ret;
}

static void __exit energy_rapl_msr_exit(void)
{
	energy_source_unregister(&rapl_source);
	rapl_free(&rapl);
}

module_init(energy_rapl_msr_init);
module_exit(energy_rapl_msr_exit);

MODULE_DESCRIPTION("Energy readings from RAPL by MSR");
MODULE_AUTHOR("The energy meter's maintainers");
MODULE_LICENSE("GPL");
MODULE_ALIAS("rapl_msr");
ENERGY_IMPORT_NS();
