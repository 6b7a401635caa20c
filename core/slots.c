// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slots: which source reads which counter, and the reading itself.
 *
 * The choice is made anew whenever a source comes or goes: per (kind, instance) the highest
 * rating wins.
 */
#include <linux/slab.h>

#include "internal.h"
#include "units.h"

static struct energy_slot *slot_find(struct energy_core *core, enum energy_kind kind,
				     unsigned int instance)
{
	struct energy_slot *s;

	list_for_each_entry(s, &core->slots, node)
		if (s->kind == kind && s->instance == instance)
			return s;
	return NULL;
}

static int slot_add(struct energy_core *core, const struct energy_domain *dom)
{
	struct energy_slot *s, *after;

	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	s->kind = dom->kind;
	s->instance = dom->instance;
	strscpy(s->name, dom->name, sizeof(s->name));
	list_for_each_entry(after, &core->slots, node)
		if (after->kind > s->kind ||
		    (after->kind == s->kind && after->instance > s->instance))
			break;
	list_add_tail(&s->node, &after->node);
	return 0;
}

/**
 * energy_slots_add() - Have a slot for each domain of a source
 * @core: the core
 * @src: the source
 *
 * Context: core->lock held; may sleep.
 * Return: 0 or -ENOMEM; slots added until then stay, unused.
 */
int energy_slots_add(struct energy_core *core, const struct energy_source *src)
{
	unsigned int i;
	int ret;

	for (i = 0; i < src->nr_domains; i++) {
		const struct energy_domain *dom = &src->domains[i];

		if (slot_find(core, dom->kind, dom->instance))
			continue;
		ret = slot_add(core, dom);
		if (ret)
			return ret;
	}
	return 0;
}

static int source_start(struct energy_source *src)
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

/* The best source that offers this slot and starts. */
static const struct energy_domain *slot_choose(struct energy_core *core,
					       const struct energy_slot *s,
					       struct energy_source **best)
{
	const struct energy_domain *dom;
	struct energy_source *src;
	unsigned int i;

again:
	dom = NULL;
	*best = NULL;
	list_for_each_entry(src, &core->sources, node) {
		if (src->failed || (*best && src->rating <= (*best)->rating))
			continue;
		for (i = 0; i < src->nr_domains; i++) {
			if (src->domains[i].kind != s->kind ||
			    src->domains[i].instance != s->instance)
				continue;
			dom = &src->domains[i];
			*best = src;
		}
	}
	if (*best && source_start(*best))
		goto again;
	return dom;
}

static int slot_read(struct energy_slot *s, u64 *raw)
{
	int ret = s->src->ops->read_domain(s->src, s->dom, raw);

	if (ret < 0)
		return ret;
	if (s->dom->wrap_range && *raw >= s->dom->wrap_range)
		return -ERANGE;
	/* said once; billing may come to it later */
	s->reset |= ret == ENERGY_COUNTER_RESET;
	return 0;
}

/**
 * energy_slot_lose() - Follow a counter no longer: the next read is a baseline
 * @s: the slot
 * @now_ns: CLOCK_BOOTTIME
 *
 * What it counts from its last good read to that baseline is never known.
 *
 * Context: core->lock held.
 */
void energy_slot_lose(struct energy_slot *s, u64 now_ns)
{
	if (s->last_ns)
		s->lost_ns += now_ns - s->last_ns;
	else if (s->blind_ns)
		s->lost_ns += now_ns - s->blind_ns;
	s->last_ns = 0;
	s->blind_ns = now_ns;
}

/* A new reader begins with a baseline: there is no delta across sources (rule 11). */
static void slot_take_over(struct energy_core *core, struct energy_slot *s,
			   struct energy_source *src, const struct energy_domain *dom, u64 now_ns)
{
	s->src = src;
	s->dom = dom;
	s->frac = 0;
	s->wraps = 0;
	energy_slot_lose(s, now_ns);
	s->idle = (struct energy_idle) {};
	s->idle_uw = 0;
	s->reset = false;
	s->slept = false;
	if (!src) {
		s->blind_ns = 0;
		return;
	}
	strscpy(s->name, dom->name, sizeof(s->name));
	s->trust_ns = energy_counter_trust_ns(dom->wrap_range, dom->mult, dom->shift,
					      dom->max_power_mw);
	s->last_error = slot_read(s, &s->raw);
	if (s->last_error) {
		s->gaps++;
		return;
	}
	/* whatever there was before: this is where it begins */
	s->reset = false;
	s->reads++;
	s->base_raw = s->raw;
	s->blind_ns = 0;
	s->last_ns = now_ns;
	s->read_ns = core->env->boottime();
	s->blur_ns = 0;
}

static bool source_in_use(struct energy_core *core, const struct energy_source *src)
{
	struct energy_slot *s;

	list_for_each_entry(s, &core->slots, node)
		if (s->src == src)
			return true;
	return false;
}

/**
 * energy_slots_select() - Choose a source for each slot, and build the groups anew
 * @core: the core
 * @now_ns: CLOCK_BOOTTIME
 *
 * The caller has just taken a sample: what the losers counted is in the books.
 *
 * Context: core->lock held; may sleep.
 * Return: 0, or -ENOMEM, upon which nothing is billed until the next selection.
 */
int energy_slots_select(struct energy_core *core, u64 now_ns)
{
	struct energy_source *src;
	struct energy_slot *s;

	now_ns = energy_core_time(core, now_ns);
	list_for_each_entry(s, &core->slots, node) {
		const struct energy_domain *dom = slot_choose(core, s, &src);

		if (src != s->src)
			slot_take_over(core, s, src, dom, now_ns);
	}
	list_for_each_entry(src, &core->sources, node) {
		if (!src->started || source_in_use(core, src))
			continue;
		if (src->ops->stop)
			src->ops->stop(src);
		src->started = false;
	}
	return energy_groups_build(core);
}

static const struct energy_domain *domain_of(const struct energy_source *src,
					     const struct energy_slot *s)
{
	unsigned int i;

	for (i = 0; i < src->nr_domains; i++)
		if (src->domains[i].kind == s->kind && src->domains[i].instance == s->instance)
			return &src->domains[i];
	return NULL;
}

static bool same_counter(const struct energy_domain *a, const struct energy_domain *b)
{
	return a->wrap_range == b->wrap_range && a->mult == b->mult && a->shift == b->shift &&
	       a->max_power_mw == b->max_power_mw;
}

/**
 * energy_slots_replace() - Go over to other descriptions of the same counters
 * @core: the core
 * @src: a source; energy_slots_select() has to follow
 * @now: what its domains are from now on
 *
 * A counter that is in both goes on: no baseline, nothing lost.
 *
 * Context: core->lock held.
 */
void energy_slots_replace(struct energy_core *core, const struct energy_source *src,
			  const struct energy_source *now)
{
	const struct energy_domain *dom;
	struct energy_slot *s;

	list_for_each_entry(s, &core->slots, node) {
		if (s->src != src)
			continue;
		dom = domain_of(now, s);
		if (dom && !same_counter(dom, s->dom))
			dom = NULL;
		s->dom = dom;
		if (!dom)
			s->src = NULL;
	}
}

/**
 * energy_slots_read() - Read all counters of a sample
 * @core: the core
 * @now_ns: CLOCK_BOOTTIME
 *
 * Only reads: billing decides what a reading means.
 *
 * Context: core->lock held; may sleep.
 */
void energy_slots_read(struct energy_core *core, u64 now_ns)
{
	struct energy_slot *s;

	list_for_each_entry(s, &core->slots, node) {
		int ret;

		s->read_ok = false;
		if (!s->src)
			continue;
		ret = slot_read(s, &s->raw_now);
		if (ret) {
			s->gaps++;
			s->last_error = ret;
			continue;
		}
		s->reads++;
		s->read_ok = true;
	}
	core->read_ns = max(now_ns, core->env->boottime());
	core->read_blur_ns = core->read_ns - now_ns;
}

/**
 * energy_slots_slept() - Say that the machine has been suspended
 * @core: the core
 *
 * Rule 16: a counter that is found to have gone back was reset then.
 *
 * Context: core->lock held.
 */
void energy_slots_slept(struct energy_core *core)
{
	struct energy_slot *s;

	list_for_each_entry(s, &core->slots, node)
		s->slept = true;
}

/**
 * energy_slots_forget() - Begin anew with all counters
 * @core: the core
 * @now_ns: CLOCK_BOOTTIME
 *
 * They may have been reset: the next read is a baseline, and no delta reaches back beyond it.
 *
 * Context: core->lock held.
 */
void energy_slots_forget(struct energy_core *core, u64 now_ns)
{
	struct energy_slot *s;
	unsigned int i;

	list_for_each_entry(s, &core->slots, node)
		if (s->last_ns)
			energy_slot_lose(s, now_ns);
	for (i = 0; i < core->nr_groups; i++)
		energy_shares_drop(core, &core->groups[i]);
}

/**
 * energy_slots_destroy() - Free all slots
 * @core: the core; no source is left
 *
 * Context: core->lock held.
 */
void energy_slots_destroy(struct energy_core *core)
{
	struct energy_slot *s, *tmp;

	energy_groups_drop(core);
	list_for_each_entry_safe(s, tmp, &core->slots, node) {
		list_del(&s->node);
		kfree(s);
	}
}
