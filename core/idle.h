/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Idle power: what a domain draws while next to nothing runs, learnt by watching. Pure.
 *
 * A span is some time with its energy and its activity: samples, added up until they are long
 * enough to say something (rule 12). Spans that were nearly idle are candidates. The lowest
 * candidate of the last ENERGY_IDLE_WINDOW_NS is the idle power; as long as no new candidates
 * come, as under constant load, it stays what it was.
 */
#ifndef _ENERGY_IDLE_H
#define _ENERGY_IDLE_H

#include <linux/time64.h>
#include <linux/types.h>

/* Rule 12. Counters advance about once in a millisecond: shorter spans are mostly rounding. */
#define ENERGY_IDLE_SPAN_NS	(20 * (u64)NSEC_PER_MSEC)
/* Leakage changes with temperature: what was seen longer ago is not true any more. */
#define ENERGY_IDLE_WINDOW_NS	(600 * (u64)NSEC_PER_SEC)
/* Nearly idle: less than this part of all CPUs was busy, and less than this part of one. */
#define ENERGY_IDLE_BUSY_PART	50
#define ENERGY_IDLE_BUSY_ONE	4
/* A span whose ends are known less well than to this part of it says nothing. */
#define ENERGY_IDLE_BLUR_PART	20
/* One freak must not decide: the middle one of so many. */
#define ENERGY_IDLE_MEDIAN	3

/**
 * struct energy_span - A stretch of time of a domain
 * @ns: how long, from read to read of the counter
 * @blur_ns: by how much that may be wrong
 * @nj: energy it used
 * @busy_ns: CPU time used
 * @capacity_ns: CPU time that there was
 */
struct energy_span {
	u64 ns;
	u64 blur_ns;
	u64 nj;
	u64 busy_ns;
	u64 capacity_ns;
};

/**
 * struct energy_idle - What is known of a domain's idle power
 * @span: the one that is being added up
 * @last_uw: the last candidates
 * @nr_last: how many have come, in all
 * @low_uw: lowest of the running and of the last half of a window; 0 is none
 * @half_ns: when the running half began
 * @credit_nj: allowance that the last sample left over
 */
struct energy_idle {
	struct energy_span span;
	u32 last_uw[ENERGY_IDLE_MEDIAN];
	u32 nr_last;
	u32 low_uw[2];
	u64 half_ns;
	u64 credit_nj;
};

void energy_idle_observe(struct energy_idle *idle, const struct energy_span *span, u64 now_ns);
void energy_idle_restart(struct energy_idle *idle);
u32 energy_idle_uw(const struct energy_idle *idle);
u64 energy_idle_nj(struct energy_idle *idle, u32 uw, const struct energy_span *span);

#endif /* _ENERGY_IDLE_H */
