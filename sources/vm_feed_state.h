/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of the host's feed: which lines count, what they add up to, when it is quiet, and
 * what a reader of the sum is told. Pure: lines and times are given.
 */
#ifndef _VM_FEED_STATE_H
#define _VM_FEED_STATE_H

#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>
#include <linux/types.h>

#include <energy/source.h>
#include "vrapl_line.h"

/* The core waits that long for news of who has run. */
#define VM_FEED_QUIET_MAX_NS	(300 * (u64)NSEC_PER_SEC)
/* No single line tells more than that much time at full power. */
#define VM_FEED_SPAN_MAX_NS	(86400 * (u64)NSEC_PER_SEC)
/* With which a day's energy in nanojoules fits in 64 bits. */
#define VM_FEED_MAX_W		100000
#define VM_FEED_MAX_QUIET	100

/**
 * struct vm_feed_limits - What the administrator allows
 * @max_w: power above this cannot be, 1 .. VM_FEED_MAX_W
 * @quiet_intervals: so many of a line's intervals later the feed is quiet, 1 .. VM_FEED_MAX_QUIET
 */
struct vm_feed_limits {
	u32 max_w;
	u32 quiet_intervals;
};

/**
 * struct vm_feed_state - What is known of the feed
 * @last: the last line that counted
 * @last_ns: when it came
 * @quiet_ns: how long after that the feed is quiet
 * @best_ns: when the line came that was on its way for the shortest time
 * @best_time_ns: and what its time was
 * @old_epoch: the epoch before this one
 * @known: there has been a line that counted
 * @has_old_epoch: @old_epoch is one
 * @live: lines come
 * @broken: a new epoch has begun that the reader has not been told of
 * @following: the reader has been told @told_uj
 * @total_uj: energy that lines have told, from each first one on
 * @break_uj: @total_uj when the new epoch began
 * @told_uj: what the reader was told last
 * @lines: by verdict, how many
 */
struct vm_feed_state {
	struct vrapl_line last;
	u64 last_ns;
	u64 quiet_ns;
	u64 best_ns;
	u64 best_time_ns;
	u64 old_epoch;
	bool known;
	bool has_old_epoch;
	bool live;
	bool broken;
	bool following;
	u64 total_uj;
	u64 break_uj;
	u64 told_uj;
	u64 lines[VRAPL_NR_VERDICTS];
};

/* The most that can have been used in some time, uJ. */
static inline u64 vm_feed_most_uj(const struct vm_feed_limits *limits, u64 ns)
{
	return div_u64(min(ns, VM_FEED_SPAN_MAX_NS) * limits->max_w, 1000);
}

/* How long after a line the feed is quiet. */
static inline u64 vm_feed_patience_ns(const struct vm_feed_limits *limits,
				      const struct vrapl_line *line)
{
	return min_t(u64, line->interval_ns * limits->quiet_intervals, VM_FEED_QUIET_MAX_NS);
}

static inline enum vrapl_verdict vm_feed_check_alone(const struct vm_feed_limits *limits,
						     const struct vrapl_line *line)
{
	if (!line->interval_ns || line->interval_ns > VRAPL_INTERVAL_MAX_NS ||
	    line->power_uw > (u64)limits->max_w * VRAPL_MILLIONTHS)
		return VRAPL_ABSURD;
	return VRAPL_GOOD;
}

/*
 * By how much a line was longer on its way than the quickest one, ns. Clocks of host and guest
 * have no common zero; that they do not go at the same pace is no delay.
 */
static inline u64 vm_feed_delay_ns(const struct vm_feed_state *s, const struct vrapl_line *line,
				   u64 now_ns)
{
	u64 here_ns = now_ns - s->best_ns;
	u64 there_ns = line->time_ns - s->best_time_ns + here_ns / 1024;

	return here_ns > there_ns ? here_ns - there_ns : 0;
}

/* After the line before, of the same epoch. */
static inline enum vrapl_verdict vm_feed_check_next(const struct vm_feed_state *s,
						    const struct vm_feed_limits *limits,
						    const struct vrapl_line *line, u64 now_ns)
{
	if (line->seq <= s->last.seq)
		return VRAPL_SEQUENCE;
	if (line->time_ns <= s->last.time_ns)
		return VRAPL_LATE;
	if (s->live && vm_feed_delay_ns(s, line, now_ns) > vm_feed_patience_ns(limits, line))
		return VRAPL_LATE;
	if (line->energy_uj < s->last.energy_uj)
		return VRAPL_NEGATIVE;
	if (s->live && line->energy_uj - s->last.energy_uj >
		       vm_feed_most_uj(limits, line->time_ns - s->last.time_ns))
		return VRAPL_ABSURD;
	return VRAPL_GOOD;
}

static inline enum vrapl_verdict vm_feed_check(const struct vm_feed_state *s,
					       const struct vm_feed_limits *limits,
					       const struct vrapl_line *line, u64 now_ns)
{
	enum vrapl_verdict verdict = vm_feed_check_alone(limits, line);

	if (verdict || !s->known)
		return verdict;
	if (line->epoch == s->last.epoch)
		return vm_feed_check_next(s, limits, line, now_ns);
	/* one that was overtaken by a new epoch's, or a second daemon: no epoch for each line */
	if (s->live && s->has_old_epoch && line->epoch == s->old_epoch)
		return VRAPL_SEQUENCE;
	return VRAPL_GOOD;
}

/* Count from here: what was used before this line nobody tells, or somebody else did. */
static inline void vm_feed_begin(struct vm_feed_state *s, const struct vrapl_line *line)
{
	if (s->known && line->epoch != s->last.epoch) {
		s->old_epoch = s->last.epoch;
		s->has_old_epoch = true;
	}
	s->broken = s->following;
	s->break_uj = s->total_uj;
	s->live = true;
	s->known = true;
}

/**
 * vm_feed_count() - Count a line's verdict
 * @s: the feed
 * @verdict: the verdict
 *
 * Context: any.
 * Return: @verdict.
 */
static inline enum vrapl_verdict vm_feed_count(struct vm_feed_state *s, enum vrapl_verdict verdict)
{
	s->lines[verdict]++;
	return verdict;
}

/**
 * vm_feed_accept() - Take in a line that vrapl_parse() found good
 * @s: the feed
 * @limits: what is allowed
 * @line: the line
 * @now_ns: when it came, CLOCK_MONOTONIC
 *
 * Context: any.
 * Return: VRAPL_GOOD, or what is wrong with it; then nothing has changed but the count of those.
 */
static inline enum vrapl_verdict vm_feed_accept(struct vm_feed_state *s,
						const struct vm_feed_limits *limits,
						const struct vrapl_line *line, u64 now_ns)
{
	enum vrapl_verdict verdict = vm_feed_check(s, limits, line, now_ns);
	bool first = !s->live || line->epoch != s->last.epoch;

	if (verdict)
		return vm_feed_count(s, verdict);
	if (first)
		vm_feed_begin(s, line);
	else
		s->total_uj += line->energy_uj - s->last.energy_uj;
	if (first || !vm_feed_delay_ns(s, line, now_ns)) {
		s->best_ns = now_ns;
		s->best_time_ns = line->time_ns;
	}
	s->last = *line;
	s->last_ns = now_ns;
	s->quiet_ns = vm_feed_patience_ns(limits, line);
	return vm_feed_count(s, VRAPL_GOOD);
}

/**
 * vm_feed_left_ns() - How long until the feed is quiet, if no line comes
 * @s: a feed that is live
 * @now_ns: CLOCK_MONOTONIC
 *
 * Context: any.
 * Return: ns; 0 if it is quiet.
 */
static inline u64 vm_feed_left_ns(const struct vm_feed_state *s, u64 now_ns)
{
	u64 since_ns = now_ns - s->last_ns;

	return since_ns < s->quiet_ns ? s->quiet_ns - since_ns : 0;
}

/**
 * vm_feed_hush() - See whether the feed has gone quiet
 * @s: the feed
 * @now_ns: CLOCK_MONOTONIC
 *
 * Context: any.
 * Return: whether lines come.
 */
static inline bool vm_feed_hush(struct vm_feed_state *s, u64 now_ns)
{
	if (s->live && !vm_feed_left_ns(s, now_ns))
		s->live = false;
	return s->live;
}

/**
 * vm_feed_restart() - The next read is where a reader begins
 * @s: the feed
 *
 * Context: any.
 */
static inline void vm_feed_restart(struct vm_feed_state *s)
{
	s->following = false;
	s->broken = false;
}

/**
 * vm_feed_read() - Read the feed as a counter
 * @s: the feed
 * @uj: in: what was read last; out: energy that lines have told, uJ. Never falls
 *
 * What an epoch has told is read before its end is: nothing of it is lost, however seldom this
 * is asked.
 *
 * Context: any.
 * Return: 0, ENERGY_COUNTER_RESET where an epoch has begun, or ENERGY_COUNTER_WAIT, with @uj left
 * alone, where nothing has been told since the last read.
 */
static inline int vm_feed_read(struct vm_feed_state *s, u64 *uj)
{
	u64 now_uj = s->broken ? s->break_uj : s->total_uj;

	if (!s->following) {
		s->following = true;
		s->told_uj = s->total_uj;
		*uj = s->told_uj;
		return 0;
	}
	if (now_uj == s->told_uj && !s->broken)
		return ENERGY_COUNTER_WAIT;
	*uj = now_uj;
	if (now_uj == s->told_uj) {
		s->broken = false;
		return ENERGY_COUNTER_RESET;
	}
	s->told_uj = now_uj;
	return 0;
}

#endif /* _VM_FEED_STATE_H */
