/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A core's own energy counter: followed over wraps and resets, and when to read it.
 * Pure, and free of x86 headers, so that KUnit reaches it on any architecture.
 *
 * AMD and Hygon count each core by itself, in 32 bits (AMD's PPR for family 17h, MSRC001_029A,
 * Core::X86::Msr::CORE_ENERGY_STAT). Reading a core's counter interrupts it, so one that idles is
 * left alone, but not for so long that its counter could have wrapped unseen:
 *
 *	a counter in 2^-16 J, as they all are, wraps after 65536 J;
 *	no core draws RAPL_CORE_MAX_W, and at that power this takes 262 s;
 *	a difference is believed for half of that, 131 s, as the core does (rule 11);
 *	a counter is read every RAPL_CORE_DUE_NS at least, which leaves room for several of the
 *	longest samples (10 s).
 *
 * A finer unit makes all of these shorter; see rapl_core_limits_init().
 */
#ifndef _ENERGY_RAPL_CORE_H
#define _ENERGY_RAPL_CORE_H

#include <linux/bits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>
#include <linux/types.h>

/*
 * More than any core draws, several times: the largest processors are rated 500 W for over a
 * hundred cores (EPYC 9965: 192), those with the fewest some 20 W a core (EPYC 72F3: 180 W for 8).
 */
#define RAPL_CORE_MAX_W		250
#define RAPL_CORE_DUE_NS	(60 * (u64)NSEC_PER_SEC)
/* A counter is up to date to about a millisecond; so a difference may be of that much more. */
#define RAPL_CORE_SLACK_NS	(10 * (u64)NSEC_PER_MSEC)

/**
 * struct rapl_core_limits - What a core's counter can do
 * @mult: one unit is @mult / 2^@shift nJ; @mult at most 10^9
 * @shift: see @mult
 * @trust_ns: how long a difference between two reads means something
 * @due_ns: how long a core may be left alone
 */
struct rapl_core_limits {
	u32 mult;
	u32 shift;
	u64 trust_ns;
	u64 due_ns;
};

/**
 * struct rapl_core - A core's counter
 * @units: what it has counted since it is followed; never falls
 * @read_ns: CLOCK_BOOTTIME, not later than the last read
 * @raw: what that gave
 * @known: it has been read; else the next read is where it begins
 */
struct rapl_core {
	u64 units;
	u64 read_ns;
	u32 raw;
	bool known;
};

/**
 * struct rapl_core_reading - A read of a core's counter
 * @from_ns: CLOCK_BOOTTIME before it
 * @to_ns: CLOCK_BOOTTIME after it
 * @raw: what it gave
 * @may_be_reset: the core was offline since the last one, or the machine suspended
 */
struct rapl_core_reading {
	u64 from_ns;
	u64 to_ns;
	u32 raw;
	bool may_be_reset;
};

/**
 * rapl_core_limits_init() - What a core's counter of a given unit can do
 * @lim: out
 * @mult: one unit is @mult / 2^@shift nJ; at most 10^9
 * @shift: see @mult
 */
static inline void rapl_core_limits_init(struct rapl_core_limits *lim, u32 mult, u32 shift)
{
	/* nJ / W = ns */
	lim->trust_ns = div_u64((BIT_ULL(31) * mult) >> shift, RAPL_CORE_MAX_W);
	lim->due_ns = min(RAPL_CORE_DUE_NS, lim->trust_ns / 2);
	lim->mult = mult;
	lim->shift = shift;
}

/**
 * rapl_core_due() - Whether a core's counter has to be read, idle or not
 * @c: the core
 * @now_ns: CLOCK_BOOTTIME
 * @lim: of its counter
 *
 * Return: true if it has.
 */
static inline bool rapl_core_due(const struct rapl_core *c, u64 now_ns,
				 const struct rapl_core_limits *lim)
{
	return !c->known || now_ns - c->read_ns >= lim->due_ns;
}

/* Whether a core can have used this much in that time. */
static inline bool rapl_core_plausible(u32 delta, u64 elapsed_ns,
				       const struct rapl_core_limits *lim)
{
	return ((u64)delta * lim->mult) >> lim->shift <=
	       (elapsed_ns + RAPL_CORE_SLACK_NS) * RAPL_CORE_MAX_W;
}

/**
 * rapl_core_count() - Add what a core's counter has counted since it was last read
 * @c: the core
 * @r: the read
 * @lim: of its counter
 *
 * A counter that went back where it may have been reset did not wrap (rule 16); and one that
 * came further than a core can in that time was reset, whatever the reason.
 *
 * Return: false if that is not known, and nothing was added: the counter begins anew.
 */
static inline bool rapl_core_count(struct rapl_core *c, const struct rapl_core_reading *r,
				   const struct rapl_core_limits *lim)
{
	u64 elapsed_ns = r->to_ns - c->read_ns;
	bool back = r->raw < c->raw;
	u32 delta = r->raw - c->raw;
	bool known = c->known;

	c->read_ns = r->from_ns;
	c->raw = r->raw;
	c->known = true;
	/* nothing is missing where it begins for the first time */
	if (!known)
		return true;
	if (elapsed_ns > lim->trust_ns || (back && r->may_be_reset) ||
	    !rapl_core_plausible(delta, elapsed_ns, lim))
		return false;
	c->units += delta;
	return true;
}

#endif /* _ENERGY_RAPL_CORE_H */
