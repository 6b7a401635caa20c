// SPDX-License-Identifier: GPL-2.0-only
/* Slots: the counters that there are, and reading them. */
#include <linux/slab.h>

#include "internal.h"

/* How often to read two counters in turn, see hand_over(). */
#define HAND_OVER_TRIES 8
/* Reading one that takes this long is not done twice: whoever removes it would wait for each. */
#define HAND_OVER_NS NSEC_PER_SEC

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

/* 0, ENERGY_COUNTER_WAIT or a negative errno. */
static int read_counter(struct energy_source *src, const struct energy_domain *dom, u64 *raw,
			bool *reset)
{
	int ret = src->ops->read_domain(src, dom, raw);

	if (ret == ENERGY_COUNTER_WAIT)
		return ret;
	if (ret >= 0 && dom->wrap_range && *raw >= dom->wrap_range)
		ret = -ERANGE;
	if (ret < 0) {
		src->gaps++;
		src->last_error = ret;
		return ret;
	}
	src->reads++;
	/* said once; billing may come to it later */
	*reset |= ret == ENERGY_COUNTER_RESET;
	return 0;
}

static void slot_read(struct energy_slot *s)
{
	int ret = read_counter(s->src, s->dom, &s->raw_now, &s->reset);

	s->read_ok = !ret;
	s->waits = ret == ENERGY_COUNTER_WAIT;
	s->reads += s->read_ok;
	if (ret < 0) {
		s->gaps++;
		s->last_error = ret;
	}
}

/**
 * energy_slot_read_next() - Read the counter that is to be read from now on
 * @core: the core
 * @s: a slot that has a next source
 *
 * Where it begins: whatever there was before does not matter.
 *
 * Context: core->lock held; may sleep.
 */
void energy_slot_read_next(struct energy_core *core, struct energy_slot *s)
{
	struct energy_next *next = &s->next;
	bool reset = false;
	int ret = read_counter(next->src, next->dom, &next->raw, &reset);

	/* read again: it is where it was */
	if (next->read && !next->error && ret == ENERGY_COUNTER_WAIT)
		ret = 0;
	next->error = ret;
	next->ns = core->env->boottime();
	next->read = true;
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

/**
 * energy_slot_domain() - A source's domain for a slot
 * @s: the slot
 * @src: the source
 *
 * Context: core->lock held.
 * Return: the domain, or NULL if it does not offer that.
 */
const struct energy_domain *energy_slot_domain(const struct energy_slot *s,
					       const struct energy_source *src)
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
 * @src: a source; a choice has to follow
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
		dom = energy_slot_domain(s, now);
		if (dom && !same_counter(dom, s->dom))
			dom = NULL;
		s->dom = dom;
		if (!dom)
			s->src = NULL;
	}
}

/*
 * Rule 11: the last read of who is replaced, and the first of who replaces it. Nothing is lost or
 * counted twice if the old counter has not moved while the new one was read; most move once in a
 * millisecond, so that this is soon so. If not, that little is lost. One that cannot be read a
 * second time, or waits for news, or begins anew, has said what it had to say; and so has one that
 * takes its time: @began_ns is when its last read did.
 */
static void hand_over(struct energy_core *core, struct energy_slot *s, u64 began_ns)
{
	unsigned int tries = HAND_OVER_TRIES;
	bool reset = false;
	u64 raw;

	energy_slot_read_next(core, s);
	while (s->read_ok && !s->next.error && tries-- &&
	       core->env->boottime() - began_ns < HAND_OVER_NS) {
		if (read_counter(s->src, s->dom, &raw, &reset) || reset || raw == s->raw_now)
			return;
		s->raw_now = raw;
		energy_slot_read_next(core, s);
	}
}

static bool is_model(const struct energy_source *src)
{
	return src && src->kind == ENERGY_MODEL;
}

static void read_slots(struct energy_core *core, bool models)
{
	struct energy_slot *s;

	list_for_each_entry(s, &core->slots, node) {
		bool next = s->next.moving && s->next.src;
		u64 began_ns = next ? core->env->boottime() : 0;

		if (models != (is_model(s->src) || (next && is_model(s->next.src))))
			continue;
		s->read_ok = false;
		s->waits = false;
		if (s->src)
			slot_read(s);
		if (next)
			hand_over(core, s, began_ns);
	}
}

/**
 * energy_slots_read() - Read all counters of a sample, but for models
 * @core: the core
 * @now_ns: CLOCK_BOOTTIME
 *
 * Only reads: billing decides what a reading means.
 *
 * Context: core->lock held; may sleep.
 */
void energy_slots_read(struct energy_core *core, u64 now_ns)
{
	read_slots(core, false);
	core->read_ns = max(now_ns, core->env->boottime());
	core->read_blur_ns = core->read_ns - now_ns;
}

/**
 * energy_slots_read_models() - Ask models what the sample has used
 * @core: the core; what has been done in the sample is known by now
 *
 * Context: core->lock held; may sleep.
 */
void energy_slots_read_models(struct energy_core *core)
{
	read_slots(core, true);
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
