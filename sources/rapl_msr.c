// SPDX-License-Identifier: GPL-2.0-only
/*
 * RAPL by MSR: the energy counters of Intel, AMD and Hygon processors, read from their registers.
 *
 * One domain per package (or die, where dies have their own) and kind that exists there.
 * A register is taken as not there when reading it faults or gives 0: hypervisors answer 0.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/workqueue.h>
#include <asm/msr.h>
#include <asm/processor.h>

#include <energy/source.h>
#include "compat.h"
#include "rapl_cores.h"
#include "rapl_package.h"
#include "rapl_registers.h"
#include "rapl_units.h"

/* Counters advance about every millisecond; this many of them without is standing still. */
#define STILL_MS 100
/* Without memory it is tried again. */
#define RETRY_DELAY HZ

/**
 * struct rapl_counter - How to read a domain
 * @reg: its register
 * @package: where it was found
 * @cpus: the CPUs that can read it: those of one package, even for the whole machine's
 * @lim: of a register that each core has
 */
struct rapl_counter {
	const struct rapl_register *reg;
	unsigned int package;
	struct cpumask cpus;
	struct rapl_core_limits lim;
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

static const struct cpumask *siblings(unsigned int cpu)
{
	return topology_sibling_cpumask(cpu);
}

static int read_on(unsigned int cpu, u32 msr, u64 *val)
{
	return rdmsrq_safe_on_cpu(cpu, msr, val);
}

/* Changes with each suspend, and at no other time. */
static u64 slept_ns(void)
{
	return ktime_to_ns(ktime_mono_to_any(0, TK_OFFS_BOOT));
}

static const struct rapl_cores_env rapl_cores_kernel = {
	.siblings = siblings,
	.busy = energy_source_cpu_busy,
	.read = read_on,
	.boottime_ns = ktime_get_boottime_ns,
	.slept_ns = slept_ns,
};

static struct rapl_cores rapl_cores;

static int rapl_read(struct energy_source *src, const struct energy_domain *dom, u64 *raw)
{
	const struct rapl *rapl = src->priv;
	const struct rapl_counter *c = &rapl->counters[dom - rapl->domains];
	u64 val;
	int cpu, ret;

	if (c->reg->scope == RAPL_CORE)
		return rapl_cores_read(&rapl_cores, &c->cpus, c->reg->msr, &c->lim, raw);
	cpu = energy_source_preferred_cpu(&c->cpus);
	/* a package all of whose CPUs are offline: a gap, until one comes back */
	if (cpu < 0)
		return cpu;
	ret = rdmsrq_safe_on_cpu(cpu, c->reg->msr, &val);
	if (ret)
		return ret;
	*raw = val & (RAPL_WRAP_RANGE - 1);
	return 0;
}

static int rapl_start(struct energy_source *src)
{
	rapl_cores_begin(&rapl_cores);
	return 0;
}

static const struct energy_source_ops rapl_ops = {
	.start = rapl_start,
	.read_domain = rapl_read,
};

/* Whose processors these are; set once. */
static const struct rapl_vendor *rapl_vendor;
/* What the core was told; changed by the one who registers, then by rapl_work alone. */
static struct rapl *rapl;
static struct energy_source rapl_source = {
	.version = ENERGY_SOURCE_VERSION,
	.name = "rapl_msr",
	.rating = 300,
	.kind = ENERGY_MEASURED,
	.ops = &rapl_ops,
};

static enum cpuhp_state rapl_cpuhp;

static bool kind_found(const struct rapl *r, enum energy_kind kind)
{
	unsigned int i;

	for (i = 0; i < r->nr; i++)
		if (r->domains[i].kind == kind)
			return true;
	return false;
}

static unsigned int model_quirks(void)
{
	if (!rapl_vendor->quirks)
		return 0;
	return rapl_vendor->quirks(boot_cpu_data.x86, boot_cpu_data.x86_model);
}

static void add_register(struct rapl *r, const struct rapl_register *reg, u64 unit,
			 unsigned int package, unsigned int cpu)
{
	bool once = reg->scope == RAPL_MACHINE;
	struct energy_domain *dom = &r->domains[r->nr];
	struct rapl_counter *c = &r->counters[r->nr];
	u64 val;

	if (once && kind_found(r, reg->kind))
		return;
	if (rdmsrq_safe_on_cpu(cpu, reg->msr, &val) || !(val & (RAPL_WRAP_RANGE - 1)))
		return;
	if (!rapl_scale(unit, model_quirks(), reg->kind == ENERGY_DRAM, reg->kind == ENERGY_PSYS,
			&dom->mult, &dom->shift))
		return;
	snprintf(dom->name, sizeof(dom->name), reg->name, package);
	dom->kind = reg->kind;
	dom->instance = once ? 0 : package;
	/* what cores have counted together is kept in 64 bits */
	dom->wrap_range = reg->scope == RAPL_CORE ? 0 : RAPL_WRAP_RANGE;
	rapl_core_limits_init(&c->lim, dom->mult, dom->shift);
	c->reg = reg;
	c->package = package;
	cpumask_copy(&c->cpus, rapl_package_cpus(cpu));
	cpumask_copy(&dom->cpus, once ? cpu_possible_mask : &c->cpus);
	r->nr++;
}

static int find_package(struct rapl *r, unsigned int package, unsigned int cpu)
{
	unsigned int i;
	u64 unit;

	if (rdmsrq_safe_on_cpu(cpu, rapl_vendor->unit_msr, &unit)) {
		pr_info("CPU %u has no RAPL: its unit register (MSR 0x%x) cannot be read\n", cpu,
			rapl_vendor->unit_msr);
		return -ENODEV;
	}
	if (!unit) {
		pr_info("no RAPL here: the energy unit is 0 (MSR 0x%x), as in most virtual machines\n",
			rapl_vendor->unit_msr);
		return -ENODEV;
	}
	for (i = 0; i < rapl_vendor->nr_registers; i++)
		add_register(r, &rapl_vendor->registers[i], unit, package, cpu);
	return 0;
}

/* The lowest CPU of each package. */
static bool stands_for_package(unsigned int cpu)
{
	return cpu == cpumask_first(rapl_package_cpus(cpu));
}

/* CPUs of a package that were offline until now. */
static bool extend_package(struct rapl *r, unsigned int package, unsigned int cpu)
{
	const struct cpumask *cpus = rapl_package_cpus(cpu);
	bool found = false;
	unsigned int i;

	for (i = 0; i < r->nr; i++) {
		if (r->counters[i].package != package)
			continue;
		cpumask_or(&r->counters[i].cpus, &r->counters[i].cpus, cpus);
		cpumask_or(&r->domains[i].cpus, &r->domains[i].cpus, cpus);
		found = true;
	}
	return found;
}

static void rapl_free(struct rapl *r)
{
	if (!r)
		return;
	kvfree(r->domains);
	kvfree(r->counters);
	kfree(r);
}

/* Room for what is known already, and for all that may be found; under cpus_read_lock(). */
static struct rapl *rapl_alloc(const struct rapl *known)
{
	unsigned int cpu, max = known ? known->nr : 0;
	struct rapl *r;

	for_each_online_cpu(cpu)
		if (stands_for_package(cpu))
			max += rapl_vendor->nr_registers;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return NULL;
	r->domains = kvcalloc(max, sizeof(*r->domains), GFP_KERNEL);
	r->counters = kvcalloc(max, sizeof(*r->counters), GFP_KERNEL);
	if (!r->domains || !r->counters) {
		rapl_free(r);
		return NULL;
	}
	if (known) {
		memcpy(r->domains, known->domains, known->nr * sizeof(*r->domains));
		memcpy(r->counters, known->counters, known->nr * sizeof(*r->counters));
		r->nr = known->nr;
	}
	return r;
}

/*
 * What there is, with what is known already: a package all of whose CPUs are offline is still
 * there.
 */
static struct rapl *find_packages(const struct rapl *known)
{
	unsigned int cpu, package;
	struct rapl *r;
	int ret = 0;

	cpus_read_lock();
	for_each_possible_cpu(cpu) {
		if (cpu_online(cpu))
			rapl_cores_online(&rapl_cores, cpu);
		else
			rapl_cores_offline(&rapl_cores, cpu);
	}
	r = rapl_alloc(known);
	if (!r)
		ret = -ENOMEM;
	for_each_online_cpu(cpu) {
		if (ret || !stands_for_package(cpu))
			continue;
		package = rapl_package_of(cpu);
		if (!extend_package(r, package, cpu))
			ret = find_package(r, package, cpu);
	}
	cpus_read_unlock();
	if (!ret && !r->nr) {
		pr_info("no RAPL here: all energy counters are 0\n");
		ret = -ENODEV;
	}
	if (!ret)
		return r;
	rapl_free(r);
	return ERR_PTR(ret);
}

/* Counters that stand still measure nothing, whatever they say. */
static int check_moving(struct rapl *r)
{
	unsigned int cpu = cpumask_first(&r->counters[0].cpus);
	u64 first, val;
	int ret, ms;

	ret = rdmsrq_safe_on_cpu(cpu, r->counters[0].reg->msr, &first);
	for (ms = 0; !ret && ms < STILL_MS; ms++) {
		usleep_range(1000, 2000);
		ret = rdmsrq_safe_on_cpu(cpu, r->counters[0].reg->msr, &val);
		if (!ret && val != first)
			return 0;
	}
	if (ret)
		return ret;
	pr_info("no RAPL here: %s stands still\n", r->domains[0].name);
	return -ENODEV;
}

static bool all_known(const struct rapl *known, const struct rapl *r)
{
	unsigned int i;

	for (i = 0; i < known->nr; i++)
		if (!cpumask_equal(&known->domains[i].cpus, &r->domains[i].cpus) ||
		    !cpumask_equal(&known->counters[i].cpus, &r->counters[i].cpus))
			return false;
	return known->nr == r->nr;
}

static void rapl_look_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(rapl_work, rapl_look_again);
/* There was no memory for what has come; the log says so. rapl_work's. */
static bool rapl_short;

/* Nobody tells when there is some again. */
static void try_without_memory(bool short_of_it)
{
	if (short_of_it && !rapl_short)
		pr_warn("no memory for new CPUs: not all are accounted\n");
	else if (!short_of_it && rapl_short)
		pr_info("there is memory for all CPUs again\n");
	rapl_short = short_of_it;
	if (short_of_it)
		queue_delayed_work(system_power_efficient_wq, &rapl_work, RETRY_DELAY);
}

/* Have the core know what was found, which is this function's from now on. */
static int take(struct rapl *r)
{
	struct energy_source now = rapl_source;
	int ret;

	if (all_known(rapl, r)) {
		rapl_free(r);
		return 0;
	}
	now.domains = r->domains;
	now.nr_domains = r->nr;
	now.priv = r;
	ret = energy_source_update(&rapl_source, &now);
	if (ret) {
		rapl_free(r);
		return ret;
	}
	rapl_free(rapl);
	rapl = r;
	return 0;
}

/* To which package a CPU belongs is not known before it comes online for the first time. */
static void rapl_look_again(struct work_struct *work)
{
	struct rapl *r = find_packages(rapl);
	int ret = PTR_ERR_OR_ZERO(r);

	if (!ret)
		ret = take(r);
	if (ret && ret != -ENOMEM)
		pr_warn("new CPUs are not accounted: %d\n", ret);
	try_without_memory(ret == -ENOMEM);
}

/* In the middle of hotplug: the core waits for reads, and those for CPUs. */
static int rapl_cpu_online(unsigned int cpu)
{
	rapl_cores_online(&rapl_cores, cpu);
	/* now, even if want of memory has it wait */
	mod_delayed_work(system_power_efficient_wq, &rapl_work, 0);
	return 0;
}

static int rapl_cpu_offline(unsigned int cpu)
{
	rapl_cores_offline(&rapl_cores, cpu);
	return 0;
}

static const struct rapl_vendor *find_vendor(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rapl_vendors); i++)
		if (rapl_vendors[i].id == boot_cpu_data.x86_vendor)
			return &rapl_vendors[i];
	return NULL;
}

static int __init energy_rapl_msr_init(void)
{
	int ret;

	rapl_vendor = find_vendor();
	if (!rapl_vendor) {
		pr_info("no RAPL here that is known: %s is neither Intel, AMD nor Hygon\n",
			boot_cpu_data.x86_vendor_id);
		return -ENODEV;
	}
	ret = rapl_cores_setup(&rapl_cores, nr_cpu_ids, &rapl_cores_kernel);
	if (ret)
		return ret;
	rapl = find_packages(NULL);
	if (IS_ERR(rapl)) {
		ret = PTR_ERR(rapl);
		goto teardown;
	}
	ret = check_moving(rapl);
	if (ret)
		goto free;
	rapl_source.domains = rapl->domains;
	rapl_source.nr_domains = rapl->nr;
	rapl_source.priv = rapl;
	ret = energy_source_register(&rapl_source);
	if (ret)
		goto free;
	ret = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "energy/rapl_msr:online",
					rapl_cpu_online, rapl_cpu_offline);
	if (ret < 0)
		goto unregister;
	rapl_cpuhp = ret;
	/* for those that came since find_packages() */
	mod_delayed_work(system_power_efficient_wq, &rapl_work, 0);
	return 0;

unregister:
	energy_source_unregister(&rapl_source);
free:
	rapl_free(rapl);
teardown:
	rapl_cores_teardown(&rapl_cores);
	return ret;
}

static void __exit energy_rapl_msr_exit(void)
{
	cpuhp_remove_state_nocalls(rapl_cpuhp);
	cancel_delayed_work_sync(&rapl_work);
	rapl_cores_read_all(&rapl_cores);
	energy_source_unregister(&rapl_source);
	rapl_free(rapl);
	rapl_cores_teardown(&rapl_cores);
}

module_init(energy_rapl_msr_init);
module_exit(energy_rapl_msr_exit);

MODULE_DESCRIPTION("Energy readings from RAPL by MSR");
MODULE_AUTHOR("The energy meter's maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(ENERGY_VERSION);
MODULE_ALIAS("rapl_msr");
ENERGY_IMPORT_NS();
