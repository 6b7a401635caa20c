// SPDX-License-Identifier: GPL-2.0-only
/* Raw counters to nanojoules: wrap, scale, carried fractions, trust. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/prandom.h>

#include "../core/units.h"
#include "fake.h"

/* RAPL's usual unit: 2^-14 J, or 61035.15625 nJ. */
#define RAPL_MULT	1953125
#define RAPL_SHIFT	5

struct delta_case {
	const char *name;
	u64 last;
	u64 raw;
	u64 wrap_range;
	u64 delta;
};

static const struct delta_case delta_cases[] = {
	{ "did not move", 7, 7, 1ULL << 32, 0 },
	{ "moved on", 7, 19, 1ULL << 32, 12 },
	{ "from 0 to the last value", 0, U32_MAX, 1ULL << 32, U32_MAX },
	{ "2^32: last value to 0", U32_MAX, 0, 1ULL << 32, 1 },
	{ "2^32: across the wrap", 0xfffffff0, 0x10, 1ULL << 32, 0x20 },
	{ "2^32: one less than a whole turn", 5, 4, 1ULL << 32, U32_MAX },
	{ "powercap's modulus: across the wrap", 262143328849ULL, 150, 262143328850ULL, 151 },
	{ "powercap's modulus: to 0", 262143328849ULL, 0, 262143328850ULL, 1 },
	{ "modulus 1000", 999, 998, 1000, 999 },
	{ "modulus 1", 0, 0, 1, 0 },
	{ "modulus 2", 1, 0, 2, 1 },
	{ "modulus 2^63", (1ULL << 63) - 1, 1, 1ULL << 63, 2 },
	{ "modulus 2^64 - 1", U64_MAX - 1, 3, U64_MAX, 4 },
	{ "never wraps: moved on", 5, U64_MAX, 0, U64_MAX - 5 },
	{ "never wraps: went back", 5, 4, 0, 0 },
	{ "never wraps: reset to 0", U64_MAX, 0, 0, 0 },
};

FAKE_TABLE(delta, delta_cases);

static void counter_delta(struct kunit *test)
{
	const struct delta_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, energy_counter_delta(c->last, c->raw, c->wrap_range), c->delta);
}

struct scale_case {
	const char *name;
	u32 mult;
	u32 shift;
	u64 max_step;
};

static const struct scale_case scale_cases[] = {
	{ "one unit is 1 nJ", 1, 0, 1ULL << 40 },
	{ "one unit is 1 uJ", 1000, 0, 1ULL << 40 },
	{ "2^-14 J", RAPL_MULT, RAPL_SHIFT, 1ULL << 32 },
	{ "2^-16 J", 1953125, 7, 1ULL << 32 },
	{ "15.3 uJ", 1002701, 16, 1ULL << 32 },
	{ "a third of a nJ", 1431655765, 32, 1ULL << 31 },
	{ "less than a nJ", 1, 32, 1ULL << 32 },
	{ "largest mult", U32_MAX, 32, 1ULL << 31 },
	{ "odd", 999999937, 31, 1ULL << 33 },
};

FAKE_TABLE(scale, scale_cases);

/* The sum of the parts is the conversion of the sum, not a nanojoule less. */
static void counter_to_nj_keeps_fractions(struct kunit *test)
{
	const struct scale_case *c = test->param_value;
	u64 frac = 0, sum_nj = 0, units = 0;
	u64 left, nj;
	struct rnd_state rnd;
	unsigned int i;

	prandom_seed_state(&rnd, 12);
	/* the sum itself has to be convertible, to compare with */
	left = (U64_MAX - U32_MAX) / c->mult;
	for (i = 0; i < 5000 && left; i++) {
		u64 step = prandom_u32_state(&rnd);

		step = ((step << 32) | prandom_u32_state(&rnd)) % c->max_step;
		step = min(i % 3 ? step % 7 : step, left);
		left -= step;
		units += step;
		KUNIT_ASSERT_TRUE(test,
				  energy_counter_to_nj(step, c->mult, c->shift, &frac, &nj));
		KUNIT_ASSERT_LT(test, frac, 1ULL << c->shift);
		sum_nj += nj;
		KUNIT_ASSERT_EQ(test, sum_nj, (units * c->mult) >> c->shift);
		KUNIT_ASSERT_EQ(test, frac, (units * c->mult) & ((1ULL << c->shift) - 1));
	}
	KUNIT_EXPECT_GT(test, i, 3);
}

/* Single units of less than a nanojoule each: only the fraction carries them. */
static void counter_to_nj_counts_single_units(struct kunit *test)
{
	u64 frac = 0, sum = 0, nj;
	unsigned int i;

	for (i = 0; i < 3 * 1024; i++) {
		KUNIT_ASSERT_TRUE(test, energy_counter_to_nj(1, 1, 10, &frac, &nj));
		sum += nj;
	}
	KUNIT_EXPECT_EQ(test, sum, 3ULL);
	KUNIT_EXPECT_EQ(test, frac, 0ULL);
}

static void counter_to_nj_refuses_overflow(struct kunit *test)
{
	u64 frac = 77, nj = 88;

	KUNIT_EXPECT_FALSE(test, energy_counter_to_nj(U64_MAX, 2, 0, &frac, &nj));
	KUNIT_EXPECT_FALSE(test, energy_counter_to_nj(1ULL << 33, U32_MAX, 32, &frac, &nj));
	/* the product fits, and overflows with what was left over */
	KUNIT_EXPECT_FALSE(test, energy_counter_to_nj(U64_MAX, 1, 32, &frac, &nj));
	KUNIT_EXPECT_EQ(test, frac, 77ULL);
	KUNIT_EXPECT_EQ(test, nj, 88ULL);

	frac = 0;
	KUNIT_EXPECT_TRUE(test, energy_counter_to_nj(U64_MAX, 1, 0, &frac, &nj));
	KUNIT_EXPECT_EQ(test, nj, U64_MAX);
	KUNIT_EXPECT_EQ(test, frac, 0ULL);
}

struct trust_case {
	const char *name;
	u64 wrap_range;
	u32 mult;
	u32 shift;
	u32 max_power_mw;
	u64 trust_ns;
};

static const struct trust_case trust_cases[] = {
	{ "never wraps", 0, 1000, 0, 1000, U64_MAX },
	{ "1000 J at 1 W: half of 1000 s", 1000000, 1000000, 0, 1000, 500000000000ULL },
	{ "1000 J at 2 W: half of 500 s", 1000000, 1000000, 0, 2000, 250000000000ULL },
	{ "unknown power is a kilowatt", 1000000, 1000000, 0, 0, 500000000ULL },
	/* 2^32 x 2^-14 J = 262144 J at 250 W: 1048.576 s */
	{ "RAPL", 1ULL << 32, RAPL_MULT, RAPL_SHIFT, 250000, 524288000000ULL },
	{ "saturates", U64_MAX, 1, 0, 1, U64_MAX },
};

FAKE_TABLE(trust, trust_cases);

static void counter_trust(struct kunit *test)
{
	const struct trust_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, energy_counter_trust_ns(c->wrap_range, c->mult, c->shift,
						      c->max_power_mw), c->trust_ns);
}

struct mul_div_case {
	u64 a;
	u64 b;
	u64 c;
	u64 quotient;
};

static const struct mul_div_case mul_div_cases[] = {
	{ 0, 0, 1, 0 },
	{ 0, 5, 7, 0 },
	{ 5, 0, 7, 0 },
	{ 10, 1, 3, 3 },
	{ 10, 3, 3, 10 },
	{ U64_MAX, 1, 1, U64_MAX },
	{ U64_MAX, U64_MAX, U64_MAX, U64_MAX },
	{ U64_MAX, U64_MAX - 1, U64_MAX, U64_MAX - 1 },
	{ U64_MAX, 1, U64_MAX, 1 },
	{ U64_MAX - 1, 1, U64_MAX, 0 },
	{ U64_MAX, 1ULL << 63, U64_MAX, 1ULL << 63 },
	{ 1000000007, 999999937, 1ULL << 40, 909494 },
};

static void mul_div_desc(const struct mul_div_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%llu * %llu / %llu", c->a, c->b, c->c);
}

KUNIT_ARRAY_PARAM(mul_div, mul_div_cases, mul_div_desc);

static void mul_div(struct kunit *test)
{
	const struct mul_div_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, energy_mul_div(c->a, c->b, c->c), c->quotient);
}

static struct kunit_case units_cases[] = {
	KUNIT_CASE_PARAM(counter_delta, delta_gen_params),
	KUNIT_CASE_PARAM(counter_to_nj_keeps_fractions, scale_gen_params),
	KUNIT_CASE(counter_to_nj_counts_single_units),
	KUNIT_CASE(counter_to_nj_refuses_overflow),
	KUNIT_CASE_PARAM(counter_trust, trust_gen_params),
	KUNIT_CASE_PARAM(mul_div, mul_div_gen_params),
	{}
};

static struct kunit_suite units_suite = {
	.name = "energy_units",
	.test_cases = units_cases,
};

kunit_test_suite(units_suite);
