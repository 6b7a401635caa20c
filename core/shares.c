// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shares: claims of processes on a group's energy, from one good read to the next.
 *
 * Nearly every process runs on one group and in one cgroup only between two samples. Shares
 * come and go with every sample, so they are kept for the next one.
 */
#include <linux/slab.h>

#include "internal.h"

/* So many free shares are kept; more were needed by a crowd that has gone. */
#define FREE_MAX 1024

/*
 * A process's threads can be in as many cgroups as it likes. Beyond this many, the energy of
 * the others counts for one of these, which has the same ancestors but for the last ones.
 */
#define CGROUPS_MAX 32

static struct energy_share *share_find(struct energy_proc *p, const struct energy_cgroup *cg,
				       int group)
{
	struct energy_share *s, *other = NULL;
	unsigned int n = 0;

	for (s = p->shares; s; s = s->more) {
		if (s->group != group)
			continue;
		if (s->cgroup == cg)
			return s;
		other = s;
		n++;
	}
	return n < CGROUPS_MAX ? NULL : other;
}

static struct energy_share *share_get(struct energy_core *core)
{
	struct energy_share *s = core->free_shares;

	if (s) {
		core->free_shares = s->next;
		core->nr_free_shares--;
		return s;
	}
	s = kmalloc(sizeof(*s), GFP_KERNEL | __GFP_NOWARN);
	if (!s)
		core->stats.no_memory++;
	return s;
}

static struct energy_share *share_add(struct energy_core *core, struct energy_proc *p,
				      struct energy_cgroup *cg, int group)
{
	struct energy_group *g = &core->groups[group];
	struct energy_share *s = share_get(core);

	if (!s)
		return NULL;
	s->next = g->shares;
	s->more = p->shares;
	s->proc = p;
	s->cgroup = cg;
	s->cpu_ns = 0;
	s->score_pj = 0;
	s->group = group;
	energy_cgroup_use(cg);
	g->shares = s;
	p->shares = s;
	return s;
}

/**
 * energy_share_lost() - Claim a group's energy for nobody
 * @core: the core
 * @group: the group's number, or ENERGY_NO_GROUP
 * @cpu_ns: time that some process without a record ran
 * @score_pj: its score
 *
 * Its part goes to the account unattributed, not to those that happen to be known.
 *
 * Context: core->lock held.
 */
void energy_share_lost(struct energy_core *core, int group, u64 cpu_ns, u64 score_pj)
{
	struct energy_group *g;

	if (group == ENERGY_NO_GROUP)
		return;
	g = &core->groups[group];
	g->busy_ns += cpu_ns;
	g->score_pj = energy_sat_add(g->score_pj, score_pj);
	g->lost_ns += cpu_ns;
	g->lost_score_pj = energy_sat_add(g->lost_score_pj, score_pj);
}

/**
 * energy_share_charge() - Claim a group's energy for a process
 * @core: the core
 * @p: the process
 * @cg: the cgroup in which it ran
 * @group: the group's number, or ENERGY_NO_GROUP
 * @cpu_ns: time it ran there
 * @score_pj: its score
 *
 * Context: core->lock held; may sleep.
 */
void energy_share_charge(struct energy_core *core, struct energy_proc *p,
			 struct energy_cgroup *cg, int group, u64 cpu_ns, u64 score_pj)
{
	struct energy_group *g;
	struct energy_share *s;

	if (group == ENERGY_NO_GROUP)
		return;
	s = share_find(p, cg, group) ?: share_add(core, p, cg, group);
	if (!s) {
		energy_share_lost(core, group, cpu_ns, score_pj);
		return;
	}
	g = &core->groups[group];
	g->busy_ns += cpu_ns;
	g->score_pj = energy_sat_add(g->score_pj, score_pj);
	s->cpu_ns += cpu_ns;
	s->score_pj = energy_sat_add(s->score_pj, score_pj);
}

static void share_release(struct energy_core *core, struct energy_share *s)
{
	struct energy_share **link = &s->proc->shares;

	while (*link != s)
		link = &(*link)->more;
	*link = s->more;
	energy_cgroup_unuse(s->cgroup);
	if (core->nr_free_shares == FREE_MAX) {
		kfree(s);
		return;
	}
	s->next = core->free_shares;
	core->free_shares = s;
	core->nr_free_shares++;
}

/**
 * energy_shares_drop() - Begin a group's claims anew
 * @core: the core
 * @g: the group
 *
 * Context: core->lock held.
 */
void energy_shares_drop(struct energy_core *core, struct energy_group *g)
{
	struct energy_share *s, *next;

	for (s = g->shares; s; s = next) {
		next = s->next;
		share_release(core, s);
	}
	g->shares = NULL;
	g->lost_score_pj = 0;
	g->lost_ns = 0;
	g->score_pj = 0;
	g->busy_ns = 0;
	g->capacity_ns = 0;
}

/**
 * energy_shares_destroy() - Free the shares that are kept
 * @core: the core; no share is in use any more
 *
 * Context: core->lock held.
 */
void energy_shares_destroy(struct energy_core *core)
{
	struct energy_share *s;

	while ((s = core->free_shares)) {
		core->free_shares = s->next;
		kfree(s);
	}
	core->nr_free_shares = 0;
}
