// SPDX-License-Identifier: GPL-2.0-only
/*
 * The choice: which source reads which slot. Made anew whenever a source comes or goes, and when
 * the administrator wants another one.
 *
 * Per (kind, instance) the highest rating wins. In two steps, with a sample in between: the plan
 * says who comes next, the sample reads who goes for the last time and who comes for the first,
 * and the switch makes it so. Without that sample the one who comes is read in the switch.
 */
#include <linux/string.h>

#include "internal.h"
#include "units.h"

/**
 * energy_choice_start() - Start a source, if it does not run yet
 * @src: the source
 *
 * Context: core->lock held; may sleep.
 * Return: 0, or what its start() returned; then it is not chosen any more.
 */
int energy_choice_start(struct energy_source *src)
{
	int ret;

	if (src->started)
		return 0;
	ret = src->ops->start ? src->ops->start(src) : 0;
	if (ret) {
		pr_warn("energy: source %s does not start: %d\n", src->name, ret);
		src->failed = true;
		return ret;
	}
	src->started = true;
	return 0;
}

/* The source that the administrator wants, if it is there and works; then no other is read. */
static const struct energy_source *wanted(const struct energy_core *core)
{
	struct energy_source *src;

	list_for_each_entry(src, &core->sources, node)
		if (!src->leaving && !src->failed && !strcmp(src->name, core->params.source) &&
		    !energy_choice_start(src))
			return src;
	return NULL;
}

/* The best source that offers this slot and starts; @only that one, if it is not NULL. */
static void slot_choose(struct energy_core *core, const struct energy_slot *s,
			const struct energy_source *only, struct energy_next *next)
{
	const struct energy_domain *dom;
	struct energy_source *src;

	do {
		next->src = NULL;
		next->dom = NULL;
		list_for_each_entry(src, &core->sources, node) {
			if (src->leaving || src->failed || (only && src != only) ||
			    (next->src && src->rating <= next->src->rating))
				continue;
			dom = energy_slot_domain(s, src);
			if (!dom)
				continue;
			next->src = src;
			next->dom = dom;
		}
	} while (next->src && energy_choice_start(next->src));
}

/**
 * energy_choice_plan() - Choose a source for each slot
 * @core: the core
 *
 * Starts those that come. What a virtual machine's host says of it, or an estimate, is not asked
 * for where this machine has counters of its own. A sample may follow, and
 * energy_choice_switch() has to.
 *
 * Context: core->lock held; may sleep.
 */
void energy_choice_plan(struct energy_core *core)
{
	const struct energy_source *only = wanted(core);
	bool counters = false;
	struct energy_slot *s;

	list_for_each_entry(s, &core->slots, node) {
		s->next = (struct energy_next) {};
		/* slots are ordered by kind, ENERGY_VM is the last */
		if (s->kind != ENERGY_VM || !counters)
			slot_choose(core, s, only, &s->next);
		s->next.moving = s->next.src != s->src;
		counters |= s->next.src && s->next.src->kind == ENERGY_MEASURED;
	}
}

/* A new reader begins with a baseline: there is no delta across sources (rule 11). */
static void slot_switch(struct energy_core *core, struct energy_slot *s, u64 now_ns)
{
	struct energy_next *next = &s->next;
	const struct energy_domain *dom = next->dom;

	if (next->src && !next->read)
		energy_slot_read_next(core, s);
	/* what idling costs is learnt; but of the same thing all counters say the same */
	if (!s->src || !next->src || s->src->kind != next->src->kind) {
		s->idle = (struct energy_idle) {};
		s->idle_uw = 0;
	} else {
		energy_idle_restart(&s->idle);
	}
	s->src = next->src;
	s->dom = dom;
	s->frac = 0;
	s->wraps = 0;
	energy_slot_lose(s, now_ns);
	s->reset = false;
	s->slept = false;
	s->waits = false;
	if (!s->src) {
		s->blind_ns = 0;
		return;
	}
	strscpy(s->name, dom->name, sizeof(s->name));
	s->trust_ns = energy_counter_trust_ns(dom->wrap_range, dom->mult, dom->shift,
					      dom->max_power_mw);
	s->last_error = min(next->error, 0);
	if (next->error) {
		s->gaps += next->error < 0;
		return;
	}
	s->reads++;
	s->raw = next->raw;
	s->base_raw = next->raw;
	s->blind_ns = 0;
	s->last_ns = now_ns;
	s->read_ns = next->ns;
	s->blur_ns = 0;
}

static void count_users(struct energy_core *core)
{
	struct energy_source *src;
	struct energy_slot *s;

	list_for_each_entry(src, &core->sources, node)
		src->used = 0;
	list_for_each_entry(s, &core->slots, node)
		if (s->src)
			s->src->used++;
}

/**
 * energy_choice_switch() - Go over to what has been chosen
 * @core: the core
 * @now_ns: CLOCK_BOOTTIME
 * @regroup: domains may have other CPUs than before
 *
 * Groups are built anew only where something has changed: a group that waits for its counters
 * keeps the claims on what they will show.
 *
 * Context: core->lock held; may sleep.
 * Return: 0, or -ENOMEM, upon which nothing is billed until there is memory.
 */
int energy_choice_switch(struct energy_core *core, u64 now_ns, bool regroup)
{
	struct energy_source *src;
	struct energy_slot *s;

	list_for_each_entry(s, &core->slots, node) {
		regroup |= s->next.moving;
		if (s->next.moving)
			slot_switch(core, s, now_ns);
		s->next = (struct energy_next) {};
	}
	count_users(core);
	list_for_each_entry(src, &core->sources, node) {
		if (!src->started || src->used)
			continue;
		if (src->ops->stop)
			src->ops->stop(src);
		src->started = false;
	}
	return regroup || core->ungrouped ? energy_groups_build(core) : 0;
}
