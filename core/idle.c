// SPDX-License-Identifier: GPL-2.0-only
/* Idle power, learnt and used. Pure: values in, values out. */
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>

#include "attrib.h"
#include "idle.h"
#include "units.h"

static void span_add(struct energy_span *to, const struct energy_span *span)
{
	/* not the sum: between two samples the one's loss is the other's gain */
	to->blur_ns = max(to->blur_ns, span->blur_ns);
	to->ns += span->ns;
	to->nj += span->nj;
	to->busy_ns += span->busy_ns;
	to->capacity_ns += span->capacity_ns;
}

static bool nearly_idle(const struct energy_span *span)
{
	return span->capacity_ns && span->busy_ns <= span->capacity_ns / ENERGY_IDLE_BUSY_PART &&
	       span->busy_ns <= span->ns / ENERGY_IDLE_BUSY_ONE;
}

/* What little ran has its part by the busy-time ratio: never less than before it was known. */
static u32 span_uw(const struct energy_span *span)
{
	u64 nj = span->nj - energy_active_nj(span->nj, span->busy_ns, span->capacity_ns);

	return clamp_t(u64, energy_mul_div(nj, USEC_PER_SEC, span->ns), 1, U32_MAX);
}

static u32 median(const u32 *uw)
{
	return max(min(uw[0], uw[1]), min(max(uw[0], uw[1]), uw[2]));
}

static void take_candidate(struct energy_idle *idle, u32 uw, u64 now_ns)
{
	idle->last_uw[idle->nr_last++ % ENERGY_IDLE_MEDIAN] = uw;
	if (idle->nr_last < ENERGY_IDLE_MEDIAN)
		return;
	uw = median(idle->last_uw);
	if (idle->low_uw[0] && now_ns - idle->half_ns < ENERGY_IDLE_WINDOW_NS / 2) {
		idle->low_uw[0] = min(idle->low_uw[0], uw);
		return;
	}
	idle->low_uw[1] = idle->low_uw[0];
	idle->low_uw[0] = uw;
	idle->half_ns = now_ns;
}

/**
 * energy_idle_observe() - Learn from a sample
 * @idle: what is known
 * @span: the sample
 * @now_ns: when it ended
 *
 * Context: any.
 */
void energy_idle_observe(struct energy_idle *idle, const struct energy_span *span, u64 now_ns)
{
	struct energy_span *sum = &idle->span;

	span_add(sum, span);
	if (sum->ns < ENERGY_IDLE_SPAN_NS || !sum->nj)
		return;
	if (nearly_idle(sum) && sum->blur_ns <= sum->ns / ENERGY_IDLE_BLUR_PART)
		take_candidate(idle, span_uw(sum), now_ns);
	*sum = (struct energy_span) {};
}

/**
 * energy_idle_restart() - Forget what is being added up, not what is known
 * @idle: what is known
 *
 * For a counter that cannot be followed from the last sample to this one.
 *
 * Context: any.
 */
void energy_idle_restart(struct energy_idle *idle)
{
	idle->span = (struct energy_span) {};
	idle->credit_nj = 0;
}

/**
 * energy_idle_uw() - The idle power
 * @idle: what is known
 *
 * Context: any.
 * Return: uW; 0 if it is not known.
 */
u32 energy_idle_uw(const struct energy_idle *idle)
{
	return idle->low_uw[1] ? min(idle->low_uw[0], idle->low_uw[1]) : idle->low_uw[0];
}

/* Power x time, rounded down; saturates. */
static u64 power_nj(u32 uw, u64 ns)
{
	u64 ms, nj;
	u32 rest_ns;

	ms = div_u64_rem(ns, NSEC_PER_MSEC, &rest_ns);
	if (check_mul_overflow(ms, (u64)uw, &nj))
		return U64_MAX;
	return energy_sat_add(nj, div_u64((u64)uw * rest_ns, NSEC_PER_MSEC));
}

/**
 * energy_idle_nj() - How much of a sample's energy is idling
 * @idle: what is known
 * @uw: the idle power, uW
 * @span: the sample
 *
 * min(energy, power x time) (rule 12). A counter that has not advanced yet, or was read earlier
 * than is known, makes up for that in the next sample, which must not look like activity: what
 * is left of the allowance is added to the next one, but no more of it than a span can have, and
 * the time by which the sample's own may be wrong.
 *
 * Context: any.
 * Return: nJ, at most that of @span.
 */
u64 energy_idle_nj(struct energy_idle *idle, u32 uw, const struct energy_span *span)
{
	u64 budget_nj = energy_sat_add(power_nj(uw, span->ns), idle->credit_nj);
	u64 most_ns = energy_sat_add(ENERGY_IDLE_SPAN_NS, span->blur_ns);
	u64 nj = min(span->nj, budget_nj);

	idle->credit_nj = min(budget_nj - nj, power_nj(uw, most_ns));
	return nj;
}
