// SPDX-License-Identifier: GPL-2.0-only
/*
 * From RAPL's powercap zones to the core's domains: which CPUs a zone goes with, what its number
 * is, and which of several zones of one counter is read.
 */
#include <linux/cpu.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <asm/processor.h>

#include "powercap_find.h"
#include "rapl_package.h"

/* Where CPUs are, learnt as they come online. */
static struct pcap_cpu *pcap_cpus;

/*
 * What was last read of each domain that there ever was. It is not the finding's: while one is
 * replaced by the next the core reads both.
 */
struct pcap_followed {
	struct list_head node;
	enum energy_kind kind;
	unsigned int instance;
	struct pcap_last last;
};

static LIST_HEAD(pcap_followed);

/**
 * pcap_find_begin() - Make room for what is learnt
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int pcap_find_begin(void)
{
	pcap_cpus = kvcalloc(nr_cpu_ids, sizeof(*pcap_cpus), GFP_KERNEL);
	return pcap_cpus ? 0 : -ENOMEM;
}

/**
 * pcap_find_end() - Forget it
 *
 * Context: may sleep.
 */
void pcap_find_end(void)
{
	struct pcap_followed *f, *tmp;

	list_for_each_entry_safe(f, tmp, &pcap_followed, node) {
		list_del(&f->node);
		kfree(f);
	}
	kvfree(pcap_cpus);
}

/**
 * pcap_find_free() - Free what was found
 * @p: what pcap_find_zones() has returned, or NULL
 *
 * Context: may sleep.
 */
void pcap_find_free(struct pcap *p)
{
	if (!p)
		return;
	kvfree(p->domains);
	kvfree(p->counters);
	kfree(p);
}

static struct pcap *pcap_alloc(unsigned int max)
{
	struct pcap *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
	p->domains = kvcalloc(max, sizeof(*p->domains), GFP_KERNEL);
	p->counters = kvcalloc(max, sizeof(*p->counters), GFP_KERNEL);
	if (p->domains && p->counters)
		return p;
	pcap_find_free(p);
	return NULL;
}

/* A CPU does not move; one that goes offline only stops telling where it is. */
static void learn_cpus(void)
{
	unsigned int cpu;

	cpus_read_lock();
	for_each_online_cpu(cpu)
		pcap_cpus[cpu] = (struct pcap_cpu) {
			.known = true,
			.package = topology_physical_package_id(cpu),
			.die = topology_die_id(cpu),
			.instance = rapl_package_of(cpu),
		};
	cpus_read_unlock();
}

static int find_domain(const struct pcap *p, const struct energy_domain *dom)
{
	unsigned int i;

	for (i = 0; i < p->nr; i++)
		if (p->domains[i].kind == dom->kind && p->domains[i].instance == dom->instance)
			return i;
	return -1;
}

/*
 * The zone's CPUs, with the last of which it goes; those of its counter, which may be more; and the
 * counter's number, for a package that of its first die. False for what cannot be accounted.
 */
static bool place_zone(const struct pcap_zone *zone, struct energy_domain *dom,
		       struct pcap_counter *c)
{
	int instance = INT_MAX;
	unsigned int cpu;

	cpumask_clear(&c->cpus);
	cpumask_clear(&dom->cpus);
	/*
	 * AMD counts each core by itself, and the driver's zone shows one core, not the package's:
	 * any of them, for it goes on with another when that one goes offline.
	 */
	if (zone->name.kind == ENERGY_CORE && boot_cpu_data.x86_vendor != X86_VENDOR_INTEL)
		return false;
	for_each_possible_cpu(cpu) {
		if (pcap_covers(&zone->name, &pcap_cpus[cpu]))
			cpumask_set_cpu(cpu, &c->cpus);
		if (!pcap_covers(&c->counter, &pcap_cpus[cpu]))
			continue;
		cpumask_set_cpu(cpu, &dom->cpus);
		instance = min(instance, pcap_cpus[cpu].instance);
	}
	if (cpumask_empty(&c->cpus) || instance < 0)
		return false;
	dom->kind = zone->name.kind;
	if (dom->kind == ENERGY_PSYS) {
		dom->instance = 0;
		cpumask_copy(&dom->cpus, cpu_possible_mask);
	} else {
		dom->instance = instance;
	}
	return true;
}

static void describe(const struct pcap_zone *zone, struct energy_domain *dom)
{
	static const char * const names[ENERGY_NR_KINDS] = {
		[ENERGY_PACKAGE] = "package-%u",
		[ENERGY_CORE] = "core-%u",
		[ENERGY_UNCORE] = "uncore-%u",
		[ENERGY_DRAM] = "dram-%u",
		[ENERGY_PSYS] = "psys",
	};

	snprintf(dom->name, sizeof(dom->name), names[dom->kind], dom->instance);
	dom->wrap_range = zone->wrap_range;
	dom->mult = PCAP_NJ_PER_UJ;
}

/*
 * What a zone's files say, once both are read: a zone that has been read can be read, and a read
 * that fails later is a gap.
 */
static int probe(struct pcap_zone *zone, const struct pcap_counter *c)
{
	u64 uj, max_uj;
	int ret;

	if (zone->probed)
		return 0;
	ret = pcap_zone_read(zone, &c->cpus, &uj);
	if (ret)
		return ret;
	ret = pcap_zone_read_max(zone, &max_uj);
	if (!pcap_max_is_known(ret))
		return ret;
	zone->wrap_range = ret ? 0 : pcap_wrap_range(max_uj);
	zone->probed = true;
	return 0;
}

/* Take a zone into what was found, in the next place or in that of one that is not as good. */
static void add_zone(struct pcap *p, struct pcap_zone *zone)
{
	struct energy_domain *dom = &p->domains[p->nr];
	struct pcap_counter *c = &p->counters[p->nr];
	int ret, same;

	c->zone = zone;
	c->counter = pcap_counter(&zone->name, rapl_per_die());
	if (!place_zone(zone, dom, c))
		return;
	same = find_domain(p, dom);
	if (same >= 0 && !pcap_better(zone->type, &zone->name, p->counters[same].zone->type,
				      &p->counters[same].zone->name))
		return;
	ret = probe(zone, c);
	if (ret == -ENOMEM)
		p->no_memory = true;
	else if (ret)
		p->error = ret;
	if (ret)
		return;
	describe(zone, dom);
	if (same < 0) {
		p->nr++;
		return;
	}
	p->domains[same] = *dom;
	p->counters[same] = *c;
}

static struct pcap_last *last_read(const struct energy_domain *dom)
{
	struct pcap_followed *f;

	list_for_each_entry(f, &pcap_followed, node)
		if (f->kind == dom->kind && f->instance == dom->instance)
			return &f->last;
	f = kzalloc(sizeof(*f), GFP_KERNEL);
	if (!f)
		return NULL;
	f->kind = dom->kind;
	f->instance = dom->instance;
	list_add_tail(&f->node, &pcap_followed);
	return &f->last;
}

static bool follow_counters(struct pcap *p)
{
	unsigned int i;

	for (i = 0; i < p->nr; i++) {
		p->counters[i].last = last_read(&p->domains[i]);
		if (!p->counters[i].last)
			return false;
	}
	return true;
}

/**
 * pcap_find_zones() - What there is now
 *
 * Context: a kernel thread; may sleep, and waits for CPU hotplug. While the core reads what was
 * found before, but never twice at the same time.
 * Return: what was found, maybe nothing; or NULL without memory.
 */
struct pcap *pcap_find_zones(void)
{
	struct pcap_zone **zones;
	unsigned int i, nr;
	struct pcap *p;

	learn_cpus();
	zones = pcap_zones_get(&nr);
	/* add_zone() looks at the last one in the place behind all others */
	p = zones ? pcap_alloc(nr + 1) : NULL;
	for (i = 0; p && i < nr && p->nr < ENERGY_MAX_DOMAINS; i++)
		add_zone(p, zones[i]);
	kvfree(zones);
	if (p && !follow_counters(p)) {
		pcap_find_free(p);
		return NULL;
	}
	return p;
}

/**
 * pcap_find_same() - Whether there is nothing new
 * @was: what was found before
 * @p: what was found now
 *
 * Context: any.
 * Return: whether the core knows all that there is to know already.
 */
bool pcap_find_same(const struct pcap *was, const struct pcap *p)
{
	unsigned int i;

	for (i = 0; i < was->nr && i < p->nr; i++)
		if (was->counters[i].zone != p->counters[i].zone ||
		    !cpumask_equal(&was->counters[i].cpus, &p->counters[i].cpus) ||
		    !cpumask_equal(&was->domains[i].cpus, &p->domains[i].cpus))
			return false;
	return was->nr == p->nr;
}

/**
 * pcap_find_use() - Say whether zones may be read, and so must not be freed
 * @p: by which they were found
 * @used: whether they may
 *
 * Context: never at the same time as pcap_zones_reap().
 */
void pcap_find_use(const struct pcap *p, bool used)
{
	unsigned int i;

	for (i = 0; i < p->nr; i++)
		p->counters[i].zone->used = used;
}
