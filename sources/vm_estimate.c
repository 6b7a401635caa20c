// SPDX-License-Identifier: GPL-2.0-only
/* The estimate: the core's model as a source of readings, less what the hypervisor stole. */
#include <linux/cpumask.h>
#include <linux/kernel_stat.h>
#include <linux/ktime.h>

#include "vm_fallback.h"
#include "vm_model.h"

/* Guest time of nested machines is in user and nice already. */
static const enum cpu_usage_stat busy_stats[] = {
	CPUTIME_USER, CPUTIME_NICE, CPUTIME_SYSTEM, CPUTIME_IRQ, CPUTIME_SOFTIRQ,
};

/* CPUs that are offline too: what they did counts, and does not go away. */
static void look_at_cpus(struct vm_model_now *now)
{
	struct kernel_cpustat stat;
	unsigned int cpu, i;

	for_each_possible_cpu(cpu) {
		kcpustat_cpu_fetch(&stat, cpu);
		for (i = 0; i < ARRAY_SIZE(busy_stats); i++)
			now->busy_ns += stat.cpustat[busy_stats[i]];
		now->steal_ns += stat.cpustat[CPUTIME_STEAL];
	}
}

/* The core's sampler alone calls these, one at a time. */
static struct energy_domain domain;
static struct vm_model model;

/* What was done while another source was read is that one's. */
static int estimate_start(struct energy_source *src)
{
	model.following = false;
	return 0;
}

static int estimate_read(struct energy_source *src, const struct energy_domain *dom, u64 *raw)
{
	struct vm_model_now now = {
		.model_nj = energy_source_model_nj(),
		.ns = ktime_get_ns(),
	};

	look_at_cpus(&now);
	/* who runs until then pays a part of it: to say 0 would give it all to who runs last */
	if (vm_model_waits(&model, &now))
		return ENERGY_COUNTER_WAIT;
	vm_zone_add(vm_model_advance(&model, &now, dom->idle_uw));
	*raw = model.nj;
	return 0;
}

static const struct energy_source_ops estimate_ops = {
	.start = estimate_start,
	.read_domain = estimate_read,
};

static struct energy_source estimate = {
	.version = ENERGY_SOURCE_VERSION,
	.name = "vm_fallback",
	.rating = 100,
	.kind = ENERGY_MODEL,
	.ops = &estimate_ops,
	.domains = &domain,
	.nr_domains = 1,
};

/**
 * vm_estimate_register() - Offer the estimate to the core
 * @idle_uw: what the machine draws idle, uW
 *
 * Context: process context, may sleep.
 * Return: as energy_source_register().
 */
int vm_estimate_register(u32 idle_uw)
{
	vm_domain_init(&domain, 1);
	domain.idle_uw = idle_uw;
	return energy_source_register(&estimate);
}

/**
 * vm_estimate_unregister() - Take it back
 *
 * Context: process context, may sleep.
 */
void vm_estimate_unregister(void)
{
	energy_source_unregister(&estimate);
}
