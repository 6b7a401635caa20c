// SPDX-License-Identifier: GPL-2.0-only
/* The bank: which keys share a charge, how full it can get, and what clearing it leaves. */
#include <kunit/test.h>
#include <linux/prandom.h>

#include "../core/bank.h"

static struct energy_bank *bank_new(struct kunit *test)
{
	struct energy_bank *bank = kunit_kzalloc(test, sizeof(*bank), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bank);
	return bank;
}

static void bank_merges_equal_keys(struct kunit *test)
{
	struct energy_key key = { .start_ns = 5, .cgid = 7, .cookie = 0x1000, .tgid = 100 };
	struct energy_bank *bank = bank_new(test);
	struct energy_usage *use = energy_bank_find(bank, &key);
	struct energy_key same = key;

	use->cpu_ns += 10;
	KUNIT_EXPECT_PTR_EQ(test, energy_bank_find(bank, &same), use);
	KUNIT_EXPECT_EQ(test, bank->nr, 1U);
	KUNIT_EXPECT_EQ(test, bank->nr_tails, 0U);
	KUNIT_EXPECT_EQ(test, use->cpu_ns, 10ULL);
}

static void bank_keeps_different_keys_apart(struct kunit *test)
{
	static const struct energy_key keys[] = {
		{ .start_ns = 5, .cgid = 7, .cookie = 0x1000, .tgid = 100 },
		{ .start_ns = 6, .cgid = 7, .cookie = 0x1000, .tgid = 100 },
		{ .start_ns = 5, .cgid = 8, .cookie = 0x1000, .tgid = 100 },
		{ .start_ns = 5, .cgid = 7, .cookie = 0x2000, .tgid = 100 },
		{ .start_ns = 5, .cgid = 7, .cookie = 0x1000, .tgid = 101 },
		{ .start_ns = 0, .cgid = 0, .cookie = 0x1000, .tgid = 100 },
	};
	struct energy_bank *bank = bank_new(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		energy_bank_find(bank, &keys[i])->cpu_ns = 1 + i;
	KUNIT_EXPECT_EQ(test, bank->nr, (unsigned int)ARRAY_SIZE(keys));
	KUNIT_EXPECT_EQ(test, bank->nr_tails, 1U);
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		KUNIT_EXPECT_EQ(test, energy_bank_find(bank, &keys[i])->cpu_ns, 1ULL + i);
	KUNIT_EXPECT_EQ(test, bank->nr, (unsigned int)ARRAY_SIZE(keys));
	KUNIT_EXPECT_EQ(test, bank->nr_lost, 0ULL);
}

/* A process in many cgroups: keys that meet on their walks, and differ in one member. */
static void bank_tells_cgroups_apart(struct kunit *test)
{
	struct energy_key key = { .start_ns = 5, .cookie = 0x1000, .tgid = 100 };
	struct energy_bank *bank = bank_new(test);
	struct energy_usage *use;
	struct rnd_state rnd;
	unsigned int i;

	prandom_seed_state(&rnd, 5);
	for (i = 0; i < ENERGY_BANK_EARLY; i++) {
		key.cgid = prandom_u32_state(&rnd);
		use = energy_bank_find(bank, &key);
		if (use != &bank->lost)
			KUNIT_EXPECT_EQ(test, use->cpu_ns, 0ULL);
		use->cpu_ns = key.cgid;
	}
	KUNIT_EXPECT_EQ(test, bank->nr + bank->nr_lost, (u64)ENERGY_BANK_EARLY);
	for (i = 0; i < bank->nr; i++)
		KUNIT_EXPECT_EQ(test, bank->charge[i].use.cpu_ns, bank->charge[i].key.cgid);
}

/* Every charge of a bank can be used, whatever the keys: none is lost before the last is taken. */
static void bank_fills_to_the_last(struct kunit *test)
{
	struct energy_bank *bank = bank_new(test);
	struct energy_key key = { .cgid = 1 };
	unsigned int i, n, lost = 0, wrong = 0;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 7);
	for (n = 0; n < 2000; n++) {
		for (i = 0; i < ENERGY_BANK_CHARGES; i++) {
			key.cookie = prandom_u32_state(&rnd);
			key.start_ns = 1 + prandom_u32_state(&rnd);
			key.tgid++;
			energy_bank_find(bank, &key)->cpu_ns++;
		}
		lost += bank->nr_lost;
		for (i = 0; i < bank->nr; i++) {
			key = bank->charge[i].key;
			wrong += energy_bank_find(bank, &key) != &bank->charge[i].use;
		}
		energy_bank_clear(bank);
	}
	KUNIT_EXPECT_EQ(test, lost, 0U);
	KUNIT_EXPECT_EQ(test, wrong, 0U);
}

/* Keys that all belong to the same place: the walk stops, the rest is lost but counted. */
static void bank_walk_is_bounded(struct kunit *test)
{
	struct energy_key key = { .start_ns = 5, .cgid = 7, .cookie = 0x1000 };
	struct energy_bank *bank = bank_new(test);
	unsigned int i;

	for (i = 1; i <= ENERGY_BANK_CHAIN + 3; i++) {
		key.tgid = i;
		energy_bank_find(bank, &key)->cpu_ns += i;
	}
	KUNIT_EXPECT_EQ(test, bank->nr, (unsigned int)ENERGY_BANK_CHAIN);
	KUNIT_EXPECT_EQ(test, bank->nr_lost, 3ULL);
	KUNIT_EXPECT_EQ(test, bank->lost.cpu_ns, 3ULL * ENERGY_BANK_CHAIN + 6);
}

/* Who was born at another time, at the same address, is found as fast as its predecessor. */
static void bank_births_have_places_of_their_own(struct kunit *test)
{
	struct energy_key key = { .start_ns = 5000, .cgid = 7, .cookie = 0x1000, .tgid = 100 };
	struct energy_bank *bank = bank_new(test);

	energy_bank_find(bank, &key);
	key.start_ns = 6000;
	energy_bank_find(bank, &key);
	KUNIT_ASSERT_EQ(test, bank->nr, 2U);
	KUNIT_EXPECT_EQ(test, bank->index[bank->charge[1].slot], 1U);
	KUNIT_EXPECT_EQ(test, bank->charge[1].slot,
			energy_bank_slot(key.cookie, key.start_ns, key.cgid));
	KUNIT_EXPECT_NE(test, bank->charge[0].slot, bank->charge[1].slot);
}

/* The charges run out: what is known goes on being charged, the new is lost but counted. */
static void bank_full(struct kunit *test)
{
	struct energy_bank *bank = bank_new(test);
	struct energy_key key = { .start_ns = 1, .cgid = 1 };
	u64 sum = 0, lost = 0, calls = 0;
	unsigned int i;

	while (bank->nr < ENERGY_BANK_CHARGES && calls < 100000) {
		key.cookie += 0x440;
		key.tgid++;
		energy_bank_find(bank, &key)->cpu_ns += 3;
		calls++;
	}
	KUNIT_ASSERT_EQ(test, bank->nr, (unsigned int)ENERGY_BANK_CHARGES);
	lost = bank->nr_lost;
	for (i = 0; i < 50; i++) {
		key.cookie += 0x440;
		key.tgid++;
		KUNIT_EXPECT_PTR_EQ(test, energy_bank_find(bank, &key), &bank->lost);
		bank->lost.cpu_ns += 3;
		calls++;
	}
	KUNIT_EXPECT_EQ(test, bank->nr_lost, lost + 50);
	energy_bank_find(bank, &bank->charge[0].key)->cpu_ns += 3;
	energy_bank_find(bank, &bank->charge[ENERGY_BANK_CHARGES - 1].key)->cpu_ns += 3;
	KUNIT_EXPECT_EQ(test, bank->nr_lost, lost + 50);

	for (i = 0; i < bank->nr; i++)
		sum += bank->charge[i].use.cpu_ns;
	KUNIT_EXPECT_EQ(test, sum + bank->lost.cpu_ns, 3 * (calls + 2));
}

static void bank_clear_leaves_nothing(struct kunit *test)
{
	static const struct energy_usage none;
	struct energy_bank *bank = bank_new(test);
	struct energy_key key = { .start_ns = 1, .cgid = 1 };
	unsigned int i;

	for (i = 0; i < 2 * ENERGY_BANK_CHARGES; i++) {
		key.start_ns = i % 5;
		key.cookie += 0x440;
		energy_bank_find(bank, &key)->cpu_ns += 1;
	}
	bank->system.tx = 4;
	energy_bank_clear(bank);

	KUNIT_EXPECT_EQ(test, bank->nr, 0U);
	KUNIT_EXPECT_EQ(test, bank->nr_tails, 0U);
	KUNIT_EXPECT_EQ(test, bank->nr_lost, 0ULL);
	KUNIT_EXPECT_MEMEQ(test, &bank->lost, &none, sizeof(none));
	KUNIT_EXPECT_MEMEQ(test, &bank->system, &none, sizeof(none));
	/* the index may keep what it has: nothing it leads to is in use, or equals any key */
	for (i = 0; i < ENERGY_BANK_CHARGES; i++) {
		KUNIT_EXPECT_EQ(test, bank->charge[i].key.cookie, 0UL);
		KUNIT_EXPECT_NULL(test, bank->charge[i].proc);
		KUNIT_EXPECT_MEMEQ(test, &bank->charge[i].use, &none, sizeof(none));
	}
	for (i = 0; i < ENERGY_BANK_CHARGES / 2; i++) {
		key.cookie += 0x440;
		KUNIT_EXPECT_MEMEQ(test, energy_bank_find(bank, &key), &none, sizeof(none));
	}
}

static void usage_adds_every_member(struct kunit *test)
{
	struct energy_usage sum = { 1, 2, 3, 4, 5, 6, 7 };
	const struct energy_usage more = { 10, 20, 30, 40, 50, 60, 70 };
	const struct energy_usage want = { 11, 22, 33, 44, 55, 66, 77 };

	energy_usage_add(&sum, &more);
	KUNIT_EXPECT_MEMEQ(test, &sum, &want, sizeof(want));
}

static struct kunit_case bank_cases[] = {
	KUNIT_CASE(bank_merges_equal_keys),
	KUNIT_CASE(bank_keeps_different_keys_apart),
	KUNIT_CASE(bank_tells_cgroups_apart),
	KUNIT_CASE(bank_fills_to_the_last),
	KUNIT_CASE(bank_walk_is_bounded),
	KUNIT_CASE(bank_births_have_places_of_their_own),
	KUNIT_CASE(bank_full),
	KUNIT_CASE(bank_clear_leaves_nothing),
	KUNIT_CASE(usage_adds_every_member),
	{}
};

static struct kunit_suite bank_suite = {
	.name = "energy_bank",
	.test_cases = bank_cases,
};

kunit_test_suite(bank_suite);
