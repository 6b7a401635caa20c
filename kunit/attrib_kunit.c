// SPDX-License-Identifier: GPL-2.0-only
/* Who pays: scores, the idle split, shares of a sum. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/prandom.h>

#include "../core/attrib.h"
#include "../core/ledger.h"
#include "fake.h"

#define SECOND 1000000000ULL

struct score_case {
	const char *name;
	struct energy_weights w;
	struct energy_usage use;
	u64 pj;
};

/* Everything that a process can do, each a different prime. */
#define ALL_USE { \
	.cpu_ns = 3, .instructions = 5, .wakeups = 7, .diski = 11, .disko = 13, \
	.rx_parts = 17 * ENERGY_RX_ONE, .tx = 19, \
}

static const struct score_case score_cases[] = {
	{ "no weights", {}, ALL_USE, 0 },
	{ "no usage", { 1, 1, 1, 1, 1, 1, 1, 1 }, {}, 0 },
	{ "cpu_ns", { .cpu_ns = 1000 }, ALL_USE, 3000 },
	{ "instructions", { .instructions = 1000 }, ALL_USE, 5000 },
	{ "wakeups", { .wakeups = 1000 }, ALL_USE, 7000 },
	{ "disk_read_bytes", { .disk_read_bytes = 1000 }, ALL_USE, 11000 },
	{ "disk_write_bytes", { .disk_write_bytes = 1000 }, ALL_USE, 13000 },
	{ "net_rx_packets", { .net_rx_packets = 1000 }, ALL_USE, 17000 },
	{ "net_tx_packets", { .net_tx_packets = 1000 }, ALL_USE, 19000 },
	{ "memory is scored elsewhere", { .mem_bytes = 1000 }, ALL_USE, 0 },
	{ "half a packet", { .net_rx_packets = 1000 },
	  { .rx_parts = ENERGY_RX_ONE / 2 }, 500 },
	{ "all", { 1, 1, 1, 1, 1, 1, 1, 1 }, ALL_USE, 3 + 5 + 7 + 11 + 13 + 17 + 19 },
	{ "a watt for an hour", { .cpu_ns = 1000 }, { .cpu_ns = 3600 * SECOND },
	  3600 * SECOND * 1000 },
	{ "one product saturates", { .cpu_ns = 2 }, { .cpu_ns = 1ULL << 63 }, U64_MAX },
	{ "the sum saturates", { .cpu_ns = 1, .instructions = 1 },
	  { .cpu_ns = U64_MAX - 1, .instructions = 2 }, U64_MAX },
	{ "saturated stays so", { .cpu_ns = 1, .net_tx_packets = 1 },
	  { .cpu_ns = U64_MAX, .tx = U64_MAX }, U64_MAX },
	{ "the largest that fits", { .cpu_ns = 1 }, { .cpu_ns = U64_MAX }, U64_MAX },
};

FAKE_TABLE(score, score_cases);

static void score(struct kunit *test)
{
	const struct score_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, energy_score_pj(&c->w, &c->use), c->pj);
}

static void score_of_memory(struct kunit *test)
{
	struct energy_weights w = { .mem_bytes = 3 };
	struct energy_weights none = { .cpu_ns = 1000 };

	/* 1 MiB for 1 s at 3 pJ per byte and second */
	KUNIT_EXPECT_EQ(test, energy_score_mem_pj(&w, 1 << 20, SECOND), 3ULL << 20);
	KUNIT_EXPECT_EQ(test, energy_score_mem_pj(&w, 1 << 20, 2 * SECOND), 6ULL << 20);
	KUNIT_EXPECT_EQ(test, energy_score_mem_pj(&w, 2 << 20, SECOND), 6ULL << 20);
	KUNIT_EXPECT_EQ(test, energy_score_mem_pj(&w, 0, SECOND), 0ULL);
	KUNIT_EXPECT_EQ(test, energy_score_mem_pj(&w, 1 << 20, 0), 0ULL);
	KUNIT_EXPECT_EQ(test, energy_score_mem_pj(&none, 1 << 20, SECOND), 0ULL);
	/* a terabyte over the longest sample is still exact, more saturates */
	KUNIT_EXPECT_EQ(test, energy_score_mem_pj(&w, 1ULL << 40, 10 * SECOND), 30ULL << 40);
	w.mem_bytes = ENERGY_WEIGHT_MAX;
	KUNIT_EXPECT_EQ(test, energy_score_mem_pj(&w, U64_MAX, 10 * SECOND), U64_MAX);
}

static void score_of_memory_is_close(struct kunit *test)
{
	static const u64 mem[] = { 1 << 20, 10485760, 1ULL << 30, 5ULL << 33 };
	static const u64 dt[] = { 1000000, 100000000, 333333333, 10 * SECOND };
	struct energy_weights w = { .mem_bytes = 1 };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(mem); i++) {
		for (j = 0; j < ARRAY_SIZE(dt); j++) {
			/* these products fit where the unit is a microsecond */
			u64 exact = mem[i] * (dt[j] / 1000) / 1000000;
			u64 pj = energy_score_mem_pj(&w, mem[i], dt[j]);

			KUNIT_EXPECT_LE(test, exact - exact / 500 - 2, pj);
			KUNIT_EXPECT_LE(test, pj, exact + exact / 500 + 2);
		}
	}
}

static void sat_add(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, energy_sat_add(0, 0), 0ULL);
	KUNIT_EXPECT_EQ(test, energy_sat_add(1, 2), 3ULL);
	KUNIT_EXPECT_EQ(test, energy_sat_add(U64_MAX, 0), U64_MAX);
	KUNIT_EXPECT_EQ(test, energy_sat_add(U64_MAX - 1, 1), U64_MAX);
	KUNIT_EXPECT_EQ(test, energy_sat_add(U64_MAX, 1), U64_MAX);
	KUNIT_EXPECT_EQ(test, energy_sat_add(1ULL << 63, 1ULL << 63), U64_MAX);
}

struct active_case {
	const char *name;
	u64 delta_nj;
	u64 busy_ns;
	u64 capacity_ns;
	u64 active_nj;
};

static const struct active_case active_cases[] = {
	{ "nobody ran", 1000, 0, 100, 0 },
	{ "all CPUs busy", 1000, 100, 100, 1000 },
	{ "half busy", 1000, 50, 100, 500 },
	{ "rounds down", 1000, 1, 3, 333 },
	{ "clocks differ: more than all", 1000, 101, 100, 1000 },
	{ "no CPU, nobody ran", 1000, 0, 0, 0 },
	{ "no CPU is left that ran", 1000, 5, 0, 1000 },
	{ "no energy", 0, 50, 100, 0 },
	{ "one nanosecond", 1000, 1, SECOND, 0 },
	{ "all but one nanosecond", 1000, SECOND - 1, SECOND, 999 },
	{ "large", U64_MAX, U64_MAX / 2, U64_MAX, U64_MAX / 2 },
};

FAKE_TABLE(active, active_cases);

static void active(struct kunit *test)
{
	const struct active_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, energy_active_nj(c->delta_nj, c->busy_ns, c->capacity_ns),
			c->active_nj);
}

/* Whatever the claims, what is given out is never more than there is, nor much less. */
static void parts_never_exceed(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned int round;

	prandom_seed_state(&rnd, 7);
	for (round = 0; round < 2000; round++) {
		unsigned int n = 1 + prandom_u32_state(&rnd) % 16, i;
		u64 active_nj = prandom_u32_state(&rnd);
		u64 claim[16], total = 0, given = 0;

		if (round % 4 == 0)
			active_nj = U64_MAX - active_nj;
		for (i = 0; i < n; i++) {
			claim[i] = prandom_u32_state(&rnd) >> prandom_u32_state(&rnd) % 32;
			if (round % 3 == 0)
				claim[i] <<= 27;
			total += claim[i];
		}
		if (!total)
			continue;
		for (i = 0; i < n; i++) {
			u64 part = energy_part_nj(active_nj, claim[i], total);

			KUNIT_ASSERT_LE(test, part, active_nj - given);
			given += part;
		}
		KUNIT_ASSERT_LT(test, active_nj - given, (u64)n);
	}
}

static void parts_at_the_edges(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, energy_part_nj(1000, 0, 5), 0ULL);
	KUNIT_EXPECT_EQ(test, energy_part_nj(0, 5, 5), 0ULL);
	KUNIT_EXPECT_EQ(test, energy_part_nj(1000, 5, 5), 1000ULL);
	KUNIT_EXPECT_EQ(test, energy_part_nj(1000, 1, 3), 333ULL);
	KUNIT_EXPECT_EQ(test, energy_part_nj(1000, 2, 3), 666ULL);
	KUNIT_EXPECT_EQ(test, energy_part_nj(1, U64_MAX - 1, U64_MAX), 0ULL);
	KUNIT_EXPECT_EQ(test, energy_part_nj(U64_MAX, U64_MAX, U64_MAX), U64_MAX);
}

static struct kunit_case attrib_cases[] = {
	KUNIT_CASE_PARAM(score, score_gen_params),
	KUNIT_CASE(score_of_memory),
	KUNIT_CASE(score_of_memory_is_close),
	KUNIT_CASE(sat_add),
	KUNIT_CASE_PARAM(active, active_gen_params),
	KUNIT_CASE(parts_never_exceed),
	KUNIT_CASE(parts_at_the_edges),
	{}
};

static struct kunit_suite attrib_suite = {
	.name = "energy_attrib",
	.test_cases = attrib_cases,
};

kunit_test_suite(attrib_suite);
