// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups: which CPUs pay for which counters (rule 12).
 *
 * Per set of CPUs that is package + dram; where there is no package core + uncore + dram;
 * where there is only psys, psys. A virtual machine has its share of the host's energy. What
 * is not in a billing set is reported only: it is a part, or a superset, of what is.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "internal.h"

static bool kind_exists(struct energy_core *core, enum energy_kind kind)
{
	struct energy_slot *s;

	list_for_each_entry(s, &core->slots, node)
		if (s->kind == kind && s->src)
			return true;
	return false;
}

/* The kinds that open a group; dram joins one by its CPUs. */
static unsigned int billed_kinds(struct energy_core *core)
{
	if (kind_exists(core, ENERGY_PACKAGE))
		return BIT(ENERGY_PACKAGE) | BIT(ENERGY_DRAM);
	if (kind_exists(core, ENERGY_CORE) || kind_exists(core, ENERGY_UNCORE))
		return BIT(ENERGY_CORE) | BIT(ENERGY_UNCORE) | BIT(ENERGY_DRAM);
	if (kind_exists(core, ENERGY_DRAM))
		return BIT(ENERGY_DRAM);
	if (kind_exists(core, ENERGY_PSYS))
		return BIT(ENERGY_PSYS);
	return BIT(ENERGY_VM);
}

/*
 * A group that overlaps takes the slot in: groups stay disjoint. Bounded by the core's CPUs,
 * of which KUnit has more than the kernel that it runs on.
 */
static struct energy_group *group_for(struct energy_core *core, const struct cpumask *cpus)
{
	unsigned int i;

	for (i = 0; i < core->nr_groups; i++)
		if (bitmap_intersects(cpumask_bits(&core->groups[i].cpus), cpumask_bits(cpus),
				      core->nr_ledgers))
			return &core->groups[i];
	return NULL;
}

static void bill_slot(struct energy_core *core, struct energy_slot *s)
{
	struct energy_group *g = group_for(core, &s->dom->cpus);

	if (!g)
		g = &core->groups[core->nr_groups++];
	bitmap_or(cpumask_bits(&g->cpus), cpumask_bits(&g->cpus), cpumask_bits(&s->dom->cpus),
		  core->nr_ledgers);
	if (g->nr_slots == ENERGY_MAX_BILLED)
		return;
	s->billed = true;
	g->slots[g->nr_slots++] = s;
}

/**
 * energy_groups_build() - Divide the CPUs over what there is to pay
 * @core: the core
 *
 * Claims on energy that was not read before this are dropped; see energy_choice_switch().
 *
 * Context: core->lock held; may sleep.
 * Return: 0 or -ENOMEM, upon which there are no groups.
 */
int energy_groups_build(struct energy_core *core)
{
	unsigned int kinds = billed_kinds(core);
	struct energy_slot *s;
	unsigned int cpu, nr = 0, i;

	energy_groups_drop(core);
	core->ungrouped = false;
	list_for_each_entry(s, &core->slots, node)
		nr++;
	if (!nr)
		return 0;
	core->groups = kvcalloc(nr, sizeof(*core->groups), GFP_KERNEL);
	if (!core->groups) {
		core->ungrouped = true;
		return -ENOMEM;
	}
	/* Slots are ordered by kind: packages open the groups that dram joins. */
	list_for_each_entry(s, &core->slots, node)
		if (s->src && (kinds & BIT(s->kind)))
			bill_slot(core, s);
	for (i = 0; i < core->nr_groups; i++)
		for (cpu = 0; cpu < core->nr_ledgers; cpu++)
			if (cpumask_test_cpu(cpu, &core->groups[i].cpus)) {
				core->cpu_group[cpu] = i;
				core->groups[i].nr_cpus++;
			}
	return 0;
}

/**
 * energy_groups_drop() - Have no groups
 * @core: the core
 *
 * Context: core->lock held.
 */
void energy_groups_drop(struct energy_core *core)
{
	struct energy_slot *s;
	unsigned int i;

	for (i = 0; i < core->nr_groups; i++)
		energy_shares_drop(core, &core->groups[i]);
	kvfree(core->groups);
	core->groups = NULL;
	core->nr_groups = 0;
	for (i = 0; i < core->nr_ledgers; i++)
		core->cpu_group[i] = ENERGY_NO_GROUP;
	list_for_each_entry(s, &core->slots, node) {
		s->billed = false;
		s->idle_uw = 0;
	}
}
