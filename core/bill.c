// SPDX-License-Identifier: GPL-2.0-only
/*
 * Billing: what the counters say, split over who ran.
 *
 * RULE (conservation): after every call here, per domain and in total, measured == given to
 * processes + unattributed + idle + pending. Each nanojoule is added to one account at the
 * moment when it leaves another.
 */
#include <linux/minmax.h>
#include <linux/time64.h>

#include "energy_trace.h"
#include "internal.h"
#include "units.h"

/* How long claims wait for a counter that cannot be read. */
#define ENERGY_GAP_MAX_NS (60 * (u64)NSEC_PER_SEC)
/* And for one that says that it has nothing new. */
#define ENERGY_WAIT_MAX_NS (300 * (u64)NSEC_PER_SEC)

/* The counter cannot be followed across this: begin anew, and say how long is unknown. */
static void slot_rebaseline(struct energy_slot *s, u64 now_ns, u64 lost_ns)
{
	energy_idle_restart(&s->idle);
	s->reset = false;
	s->slept = false;
	s->read_ns = 0;
	s->lost_ns += lost_ns;
	s->base_raw = s->raw_now;
	s->raw = s->raw_now;
	s->frac = 0;
	s->wraps = 0;
	s->blind_ns = 0;
	s->last_ns = now_ns;
	s->delta_nj = 0;
	s->delta_ns = 0;
}

/* What the slot's counter has counted since the last good read, nJ; s->raw_now is good. */
static u64 slot_count(struct energy_slot *s, u64 now_ns)
{
	u64 elapsed_ns = now_ns - s->last_ns;
	u64 delta, nj;

	if (!s->last_ns) {
		slot_rebaseline(s, now_ns, s->blind_ns ? now_ns - s->blind_ns : 0);
		return 0;
	}
	/* rule 16: what went back over a suspend did not wrap */
	if (s->reset || (s->slept && s->raw_now < s->raw)) {
		slot_rebaseline(s, now_ns, elapsed_ns);
		return 0;
	}
	delta = energy_counter_delta(s->raw, s->raw_now, s->dom->wrap_range);
	if (elapsed_ns > s->trust_ns ||
	    !energy_counter_to_nj(delta, s->dom->mult, s->dom->shift, &s->frac, &nj)) {
		slot_rebaseline(s, now_ns, elapsed_ns);
		return 0;
	}
	if (s->raw_now < s->raw)
		s->wraps++;
	s->raw = s->raw_now;
	s->last_ns = now_ns;
	s->delta_nj = nj;
	s->delta_ns = elapsed_ns;
	s->slept = false;
	s->account.measured_nj += nj;
	return nj;
}

/* The same, with the time that it took to the point: from read to read. */
static struct energy_span slot_advance(struct energy_core *core, struct energy_slot *s,
				       u64 now_ns)
{
	struct energy_span span = { .nj = slot_count(s, now_ns) };

	if (s->read_ns) {
		span.ns = core->read_ns - s->read_ns;
		span.blur_ns = core->read_blur_ns + s->blur_ns;
	}
	s->read_ns = core->read_ns;
	s->blur_ns = core->read_blur_ns;
	return span;
}

static void pay_idle(struct energy_core *core, struct energy_slot *s, u64 nj)
{
	s->account.idle_nj += nj;
	core->books.idle_nj += nj;
}

static void pay_nobody(struct energy_core *core, struct energy_slot *s, u64 nj)
{
	s->account.unattributed_nj += nj;
	core->books.unattributed_nj += nj;
}

static void pay_share(struct energy_core *core, const struct energy_share *share, u64 nj)
{
	struct energy_proc *p = share->proc;

	WRITE_ONCE(p->now.energy_nj, p->now.energy_nj + nj);
	if (p->listed)
		core->books.live_nj += nj;
	else
		core->books.exited_nj += nj;
	energy_proc_mark_dirty(core, p);
	energy_cgroup_pay(core, share->cgroup, nj);
}

static u64 take_pending(struct energy_core *core, struct energy_slot *s)
{
	u64 nj = s->account.pending_nj;

	s->account.pending_nj = 0;
	core->books.pending_nj -= nj;
	return nj;
}

static void leave_pending(struct energy_core *core, struct energy_slot *s, u64 nj)
{
	s->account.pending_nj = nj;
	core->books.pending_nj += nj;
}

/* Split by score; where all scores are zero, or beyond counting, by time on the CPU. */
struct claims {
	bool by_time;
	u64 total;
};

static struct claims group_claims(const struct energy_group *g)
{
	bool by_time = !g->score_pj || g->score_pj == U64_MAX;

	return (struct claims) { by_time, by_time ? g->busy_ns : g->score_pj };
}

/* A claim's part of @pot_nj, at most @left_nj: what is left. */
static u64 take_part(const struct claims *c, u64 pot_nj, u64 *left_nj, u64 ns, u64 score_pj)
{
	/* mul_u64_u64_div_u64() may round up on kernels before 6.11 */
	u64 nj = min(*left_nj, energy_part_nj(pot_nj, c->by_time ? ns : score_pj, c->total));

	*left_nj -= nj;
	return nj;
}

/* Nobody's part comes first. What a slot's active energy leaves is for processes, @s->pot_nj. */
static void begin_split(struct energy_core *core, const struct energy_group *g,
			struct energy_slot *s, const struct claims *c, u64 active_nj)
{
	u64 nj = active_nj + take_pending(core, s);

	if (c->total) {
		s->pot_nj = nj;
		nj = take_part(c, nj, &s->pot_nj, g->lost_ns, g->lost_score_pj);
	} else {
		s->pot_nj = 0;
	}
	pay_nobody(core, s, nj);
}

/* A slot's part of what rounding has left of the sum waits for the next sample. */
static void end_split(struct energy_core *core, struct energy_slot *s, u64 *left_nj)
{
	u64 nj = min(s->pot_nj, *left_nj);

	*left_nj -= nj;
	leave_pending(core, s, nj);
	s->account.attributed_nj += s->pot_nj - nj;
}

/*
 * Each process is paid once, from the sum of what the group's counters have for processes: what
 * it gets of which is not told, so the accounts of the counters share it as they like.
 */
static u64 pay_shares(struct energy_core *core, const struct energy_group *g, struct claims c,
		      u64 pot_nj)
{
	const struct energy_share *share;
	u64 left_nj = pot_nj;

	c.total -= c.by_time ? g->lost_ns : g->lost_score_pj;
	if (!pot_nj || !c.total)
		return left_nj;
	for (share = g->shares; share; share = share->next) {
		u64 nj = take_part(&c, pot_nj, &left_nj, share->cpu_ns, share->score_pj);

		if (nj)
			pay_share(core, share, nj);
	}
	return left_nj;
}

/* The idle power to be used: the administrator's for packages, else what was learnt. */
static u32 idle_power_uw(struct energy_core *core, const struct energy_slot *s)
{
	u32 uw = 0;

	if (s->kind == ENERGY_PACKAGE && s->instance < ENERGY_IDLE_PACKAGES)
		uw = READ_ONCE(core->params.idle_uw[s->instance]);
	return uw ?: energy_idle_uw(&s->idle);
}

/* How much of what a slot has just measured is idling. */
static u64 idle_part(struct energy_core *core, const struct energy_group *g,
		     struct energy_slot *s, struct energy_span *span)
{
	span->busy_ns = g->busy_ns;
	span->capacity_ns = g->capacity_ns;
	/* a machine that sleeps, or a package without a CPU, says nothing about one that idles */
	if (core->asleep || g->offline)
		energy_idle_restart(&s->idle);
	else if (span->ns)
		energy_idle_observe(&s->idle, span, core->read_ns);
	s->idle_uw = idle_power_uw(core, s);
	if (core->asleep)
		return span->nj;
	if (s->src->kind == ENERGY_MODEL) {
		s->idle_uw = s->dom->idle_uw;
		return energy_idle_nj(&s->idle, s->idle_uw, span);
	}
	if (s->idle_uw)
		return energy_idle_nj(&s->idle, s->idle_uw, span);
	return span->nj - energy_active_nj(span->nj, g->busy_ns, g->capacity_ns);
}

static void bill_group(struct energy_core *core, struct energy_group *g, u64 now_ns)
{
	struct claims c = group_claims(g);
	u64 pot_nj = 0, left_nj;
	unsigned int i;

	for (i = 0; i < g->nr_slots; i++) {
		struct energy_slot *s = g->slots[i];
		struct energy_span span;
		u64 idle_nj;

		if (!s->read_ok)
			continue;
		span = slot_advance(core, s, now_ns);
		idle_nj = idle_part(core, g, s, &span);
		core->books.measured_nj += span.nj;
		pay_idle(core, s, idle_nj);
		begin_split(core, g, s, &c, span.nj - idle_nj);
		pot_nj += s->pot_nj;
	}
	left_nj = pay_shares(core, g, c, pot_nj);
	for (i = 0; i < g->nr_slots; i++) {
		if (!g->slots[i]->read_ok)
			continue;
		end_split(core, g->slots[i], &left_nj);
		trace_energy_sample(g->slots[i]);
	}
	energy_shares_drop(core, g);
	g->offline = false;
}

/*
 * Rule 11: the energy of a short gap was really used; claims add up until the next good
 * read. A long one is given up, so that they do not add up for ever: the slot has no
 * baseline then, and nobody waits for it. While none of its CPUs is online nothing adds up,
 * and a counter is followed for as long as it can be trusted. A source that only waits for news
 * gets more time.
 */
static bool in_short_gap(struct energy_slot *s, u64 now_ns, bool online)
{
	u64 elapsed_ns = now_ns - s->last_ns;
	u64 gap_ns;

	if (s->read_ok || !s->last_ns)
		return false;
	if (s->waits)
		s->heard_ns = now_ns;
	gap_ns = now_ns - max(s->heard_ns, s->last_ns);
	if (elapsed_ns <= s->trust_ns &&
	    (!online || (elapsed_ns <= ENERGY_WAIT_MAX_NS && gap_ns <= ENERGY_GAP_MAX_NS)))
		return true;
	energy_slot_lose(s, now_ns);
	return false;
}

/*
 * Whether to wait with the group's bill for a slot that may come back: not when a source goes,
 * what it has counted is billed now or never.
 */
static bool group_waits(struct energy_group *g, u64 now_ns)
{
	bool waits = false, goes = false;
	unsigned int i;

	for (i = 0; i < g->nr_slots; i++) {
		waits |= in_short_gap(g->slots[i], now_ns, g->nr_online);
		goes |= g->slots[i]->next.moving;
	}
	return waits && !goes;
}

/* CPUs that are offline are no capacity, unless all are: a package of such is an idle one. */
static void add_capacity(struct energy_core *core, u64 dt_ns)
{
	unsigned int i;

	for (i = 0; i < core->nr_groups; i++)
		core->groups[i].nr_online = 0;
	for (i = 0; i < core->nr_ledgers; i++)
		if (core->cpu_group[i] != ENERGY_NO_GROUP && core->env->online(i))
			core->groups[core->cpu_group[i]].nr_online++;
	for (i = 0; i < core->nr_groups; i++) {
		struct energy_group *g = &core->groups[i];

		g->offline |= !g->nr_online;
		g->capacity_ns += dt_ns * (g->nr_online ?: g->nr_cpus);
	}
}

/**
 * energy_bill() - Bring a sample's readings into the books
 * @core: the core; energy_slots_read() and a drain have been done
 * @now_ns: CLOCK_BOOTTIME
 * @dt_ns: time since the last sample
 *
 * A group is billed when all its counters could be read, but for those that have failed for
 * so long that nobody waits for them any more.
 *
 * Context: core->lock held.
 */
void energy_bill(struct energy_core *core, u64 now_ns, u64 dt_ns)
{
	struct energy_slot *s;
	unsigned int i;

	if (core->ungrouped)
		energy_groups_build(core);
	add_capacity(core, dt_ns);
	list_for_each_entry(s, &core->slots, node) {
		if (s->billed || !s->read_ok)
			continue;
		s->account.reported_nj += slot_advance(core, s, now_ns).nj;
		trace_energy_sample(s);
	}

	for (i = 0; i < core->nr_groups; i++)
		if (!group_waits(&core->groups[i], now_ns))
			bill_group(core, &core->groups[i], now_ns);
}
