// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shares: claims of processes on a group's energy, from one good read to the next.
 *
 * Nearly every process runs on one group only between two samples, so its record has one
 * share built in; only more than that is allocated.
 */
#include <linux/slab.h>

#include "internal.h"

static struct energy_share *share_find(struct energy_proc *p, int group)
{
	struct energy_share *s;

	for (s = &p->share; s; s = s->more)
		if (s->group == group)
			return s;
	return NULL;
}

static struct energy_share *share_add(struct energy_core *core, struct energy_proc *p, int group)
{
	struct energy_share *s = &p->share;

	if (s->group != ENERGY_NO_GROUP) {
		s = kzalloc(sizeof(*s), GFP_KERNEL | __GFP_NOWARN);
		if (!s) {
			core->stats.no_memory++;
			return NULL;
		}
		s->proc = p;
		s->more = p->share.more;
		p->share.more = s;
	}
	s->group = group;
	s->cpu_ns = 0;
	s->score_pj = 0;
	s->next = core->groups[group].shares;
	core->groups[group].shares = s;
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
	g->lost_ns += cpu_ns;
	g->lost_score_pj = energy_sat_add(g->lost_score_pj, score_pj);
}

/**
 * energy_share_charge() - Claim a group's energy for a process
 * @core: the core
 * @p: the process
 * @group: the group's number, or ENERGY_NO_GROUP
 * @cpu_ns: time it ran there
 * @score_pj: its score
 *
 * Context: core->lock held; may sleep.
 */
void energy_share_charge(struct energy_core *core, struct energy_proc *p, int group,
			 u64 cpu_ns, u64 score_pj)
{
	struct energy_share *s;

	if (group == ENERGY_NO_GROUP)
		return;
	s = share_find(p, group) ?: share_add(core, p, group);
	if (!s) {
		energy_share_lost(core, group, cpu_ns, score_pj);
		return;
	}
	core->groups[group].busy_ns += cpu_ns;
	s->cpu_ns += cpu_ns;
	s->score_pj = energy_sat_add(s->score_pj, score_pj);
}

/**
 * energy_proc_has_share() - Whether a record is still to be paid for
 * @p: the record
 *
 * Context: core->lock held.
 * Return: true if some group holds a share of it.
 */
bool energy_proc_has_share(const struct energy_proc *p)
{
	return p->share.group != ENERGY_NO_GROUP || p->share.more;
}

static void share_release(struct energy_share *s)
{
	struct energy_share **link = &s->proc->share.more;

	if (s == &s->proc->share) {
		s->group = ENERGY_NO_GROUP;
		return;
	}
	while (*link != s)
		link = &(*link)->more;
	*link = s->more;
	kfree(s);
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
		share_release(s);
	}
	g->shares = NULL;
	g->lost_score_pj = 0;
	g->lost_ns = 0;
	g->busy_ns = 0;
	g->capacity_ns = 0;
}
