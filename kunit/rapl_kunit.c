// SPDX-License-Identifier: GPL-2.0-only
/* RAPL's units and the models that depart from them. */
#include "../sources/rapl_units.h"
#include "fake.h"

struct scale_case {
	const char *name;
	unsigned int family;
	unsigned int model;
	u64 unit_msr;
	bool is_dram;
	bool is_psys;
	u32 mult;
	u32 shift;
};

/* 0xA0E03 is what most processors have: ESU 14, between other units. */
static const struct scale_case scale_cases[] = {
	{ "package, 2^-14 J", 6, 0x55, 0xa0e03, false, false, 1953125, 5 },
	{ "package, 2^-16 J", 6, 0x2a, 0xa1003, false, false, 1953125, 7 },
	{ "client's dram follows the register", 6, 0x9e, 0xa0e03, true, false, 1953125, 5 },
	{ "server's dram is 15.3 uJ", 6, 0x55, 0xa0e03, true, false, 1953125, 7 },
	{ "Haswell-EP's too", 6, 0x3f, 0xa0e03, true, false, 1953125, 7 },
	{ "Sapphire Rapids' psys is in joules", 6, 0x8f, 0xa0e03, false, true, 1000000000, 0 },
	{ "its dram follows the register", 6, 0x8f, 0xa0e03, true, false, 1953125, 5 },
	{ "other psys follows the register", 6, 0x55, 0xa0e03, false, true, 1953125, 5 },
	{ "Granite Rapids' too", 6, 0xad, 0xa0e03, false, true, 1000000000, 0 },
	{ "Sierra Forest's follows the register", 6, 0xaf, 0xa0e03, false, true, 1953125, 5 },
	{ "Broadwell-D's dram is a server's", 6, 0x56, 0xa0e03, true, false, 1953125, 7 },
	{ "AMD: 2^-16 J", 0x19, 0x01, 0xa1003, false, false, 1953125, 7 },
	{ "Avoton: an ordinary unit", 6, 0x4d, 0xa0e03, false, false, 1953125, 5 },
	{ "2^-3 J: nothing is left to reduce", 6, 0x55, 0x00300, false, false, 125000000, 0 },
	{ "2^-31 J", 6, 0x55, 0x01f00, false, false, 1953125, 22 },
	{ "Bay Trail: 2^5 uJ", 6, 0x37, 0x00505, false, false, 32000, 0 },
	{ "quirks are the family's", 15, 0x55, 0xa0e03, true, false, 1953125, 5 },
};

FAKE_TABLE(scale, scale_cases);

static void scale(struct kunit *test)
{
	const struct scale_case *c = test->param_value;
	u32 mult = 0, shift = 0;

	KUNIT_ASSERT_TRUE(test, rapl_scale(c->unit_msr, rapl_quirks(c->family, c->model),
					   c->is_dram, c->is_psys, &mult, &shift));
	KUNIT_EXPECT_EQ(test, mult, c->mult);
	KUNIT_EXPECT_EQ(test, shift, c->shift);
	/* what struct energy_domain asks of a counter that wraps */
	KUNIT_EXPECT_LE(test, (u64)mult, U64_MAX / RAPL_WRAP_RANGE);
}

/* 2^21 uJ and more do not fit, and no counter has that. */
static void absurd_unit_is_refused(struct kunit *test)
{
	u32 mult, shift;

	KUNIT_EXPECT_TRUE(test, rapl_scale(20 << 8, RAPL_ATOM_UNIT, false, false, &mult, &shift));
	KUNIT_EXPECT_FALSE(test, rapl_scale(21 << 8, RAPL_ATOM_UNIT, false, false, &mult, &shift));
}

static struct kunit_case rapl_cases[] = {
	KUNIT_CASE_PARAM(scale, scale_gen_params),
	KUNIT_CASE(absurd_unit_is_refused),
	{}
};

static struct kunit_suite rapl_suite = {
	.name = "energy_rapl",
	.test_cases = rapl_cases,
};

kunit_test_suite(rapl_suite);
