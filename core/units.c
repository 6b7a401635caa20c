// SPDX-License-Identifier: GPL-2.0-only
/* Raw counters to nanojoules. Pure: values in, values out. */
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/time64.h>

#include "units.h"

/**
 * energy_mul_div() - a * b / c, rounded down, with a 128 bit product
 * @a: factor
 * @b: factor, at most @c
 * @c: divisor, not 0
 *
 * The kernel's mul_u64_u64_div_u64() takes the logarithm of its factors on some
 * architectures and versions, which is not defined for 0. And it is not to be inlined where the
 * compiler may see that @a and @c are equal: x86's (6.12) then has one register for both, which
 * its first instruction overwrites.
 *
 * Context: any.
 * Return: the quotient; it fits in 64 bits because @b <= @c.
 */
noinline u64 energy_mul_div(u64 a, u64 b, u64 c)
{
	if (!a || !b)
		return 0;
	return mul_u64_u64_div_u64(a, b, c);
}

/**
 * energy_counter_delta() - How far a wrapping counter has come
 * @last: earlier value, raw units
 * @raw: later value, raw units
 * @wrap_range: the counter's modulus; 0 if it never wraps
 *
 * A wrap is taken to have happened once at most; energy_counter_trust_ns() says for how long
 * that is sure. A counter that never wraps and yet went back counts as not moved.
 *
 * Context: any.
 * Return: the difference in raw units.
 */
u64 energy_counter_delta(u64 last, u64 raw, u64 wrap_range)
{
	if (raw >= last)
		return raw - last;
	return wrap_range ? wrap_range - last + raw : 0;
}

/**
 * energy_counter_to_nj() - Convert a delta to nanojoules, keeping what is left over
 * @delta: raw units
 * @mult: one raw unit is @mult / 2^@shift nJ
 * @shift: see @mult, at most ENERGY_MAX_SHIFT
 * @frac: in: what earlier calls left over, units of 1 / 2^@shift nJ; out: what is left now
 * @nj: out: whole nanojoules
 *
 * Because of @frac the sum over any series of calls equals the conversion of the sum.
 *
 * Context: any.
 * Return: false, and nothing is changed, if the product overflows 64 bits: no such delta
 * can come from a counter that keeps to the rule in struct energy_domain.
 */
bool energy_counter_to_nj(u64 delta, u32 mult, u32 shift, u64 *frac, u64 *nj)
{
	u64 acc;

	if (check_mul_overflow(delta, (u64)mult, &acc) || check_add_overflow(acc, *frac, &acc))
		return false;
	*nj = acc >> shift;
	*frac = acc & ((1ULL << shift) - 1);
	return true;
}

/**
 * energy_counter_trust_ns() - How long a difference between two reads means something
 * @wrap_range: the counter's modulus; 0 if it never wraps
 * @mult: one raw unit is @mult / 2^@shift nJ
 * @shift: see @mult
 * @max_power_mw: most that the domain can draw, mW; 0 if unknown
 *
 * Half of the time in which the counter could wrap at that power (rule 11).
 *
 * Context: any.
 * Return: nanoseconds; U64_MAX if the counter never wraps.
 */
u64 energy_counter_trust_ns(u64 wrap_range, u32 mult, u32 shift, u32 max_power_mw)
{
	u64 range_nj, us;

	if (!wrap_range)
		return U64_MAX;
	if (check_mul_overflow(wrap_range, (u64)mult, &range_nj))
		range_nj = U64_MAX;
	range_nj >>= shift;
	/* nJ / mW = us */
	us = div_u64(range_nj, max_power_mw ?: ENERGY_DEFAULT_MAX_POWER_MW) / 2;
	return us > U64_MAX / NSEC_PER_USEC ? U64_MAX : us * NSEC_PER_USEC;
}
