// SPDX-License-Identifier: GPL-2.0-only
/* The index by PID: against a plain array, at the edges of its nodes, and beyond its end. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/prandom.h>
#include <linux/rcupdate.h>

#include "../core/pidmap.h"

#define STEPS	20000
/* Some beside each other, some far apart: all edges of nodes, the first and the last one. */
#define NODE	ENERGY_PIDMAP_SLOTS

static const unsigned long edges[] = {
	0, 1, NODE - 1, NODE, NODE + 1, 2 * NODE - 1, 2 * NODE, NODE * NODE - 1, NODE * NODE,
	NODE * NODE + 1, NODE * NODE + NODE, 2 * NODE * NODE, PID_MAX_LIMIT / 2,
	PID_MAX_LIMIT - NODE, PID_MAX_LIMIT - 2, PID_MAX_LIMIT - 1,
};

static int pidmap_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct energy_pidmap), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static void pidmap_exit(struct kunit *test)
{
	struct energy_pidmap *map = test->priv;
	unsigned long pid = 0;

	while (energy_pidmap_next(map, &pid))
		energy_pidmap_clear(map, pid);
}

static void starts_empty(struct kunit *test)
{
	struct energy_pidmap *map = test->priv;
	unsigned long pid = 0;

	KUNIT_EXPECT_TRUE(test, energy_pidmap_empty(map));
	KUNIT_EXPECT_NULL(test, energy_pidmap_next(map, &pid));
	KUNIT_EXPECT_NULL(test, energy_pidmap_get(map, 1));
}

static void nothing_beyond_its_end(struct kunit *test)
{
	struct energy_pidmap *map = test->priv;
	const unsigned long beyond[] = { PID_MAX_LIMIT, PID_MAX_LIMIT + 1, ULONG_MAX };
	unsigned long pid;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, energy_pidmap_set(map, PID_MAX_LIMIT - 1, map), 0);
	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		pid = beyond[i];
		KUNIT_EXPECT_NULL(test, energy_pidmap_get(map, pid));
		KUNIT_EXPECT_NULL(test, energy_pidmap_writer_get(map, pid));
		KUNIT_EXPECT_NULL(test, energy_pidmap_next(map, &pid));
		KUNIT_EXPECT_EQ(test, energy_pidmap_set(map, pid, map), -ERANGE);
	}
}

static void replaces(struct kunit *test)
{
	struct energy_pidmap *map = test->priv;
	int a, b;

	KUNIT_ASSERT_EQ(test, energy_pidmap_set(map, NODE, &a), 0);
	KUNIT_ASSERT_EQ(test, energy_pidmap_set(map, NODE, &b), 0);
	KUNIT_EXPECT_PTR_EQ(test, energy_pidmap_get(map, NODE), (void *)&b);
	energy_pidmap_clear(map, NODE);
	KUNIT_EXPECT_TRUE(test, energy_pidmap_empty(map));
}

/* All that is there, in order, and nothing else. */
static void expect_same(struct kunit *test, const struct energy_pidmap *map, void **want)
{
	unsigned long pid = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		KUNIT_ASSERT_PTR_EQ(test, energy_pidmap_get(map, edges[i]), want[i]);
		if (!want[i])
			continue;
		KUNIT_ASSERT_PTR_EQ(test, energy_pidmap_next(map, &pid), want[i]);
		KUNIT_ASSERT_EQ(test, pid, edges[i]);
		pid++;
	}
	KUNIT_ASSERT_NULL(test, energy_pidmap_next(map, &pid));
}

/* A walk may begin anywhere: a listing goes on behind who may be gone by then. */
static void expect_found_from_anywhere(struct kunit *test, const struct energy_pidmap *map,
				       void **want)
{
	unsigned int i = ARRAY_SIZE(edges), first = i;
	unsigned long pid;

	while (i--) {
		pid = edges[i];
		if (want[i])
			first = i;
		if (first < ARRAY_SIZE(edges)) {
			KUNIT_ASSERT_PTR_EQ(test, energy_pidmap_next(map, &pid), want[first]);
			KUNIT_ASSERT_EQ(test, pid, edges[first]);
		} else {
			KUNIT_ASSERT_NULL(test, energy_pidmap_next(map, &pid));
		}
	}
}

static void as_a_plain_array(struct kunit *test)
{
	struct energy_pidmap *map = test->priv;
	void *want[ARRAY_SIZE(edges)] = {};
	unsigned int step, i, used = 0;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 22);
	for (step = 0; step < STEPS; step++) {
		/* the writer remembers where it was, which may be the node that goes next */
		i = prandom_u32_state(&rnd) % ARRAY_SIZE(edges);
		KUNIT_ASSERT_PTR_EQ(test, energy_pidmap_writer_get(map, edges[i]), want[i]);
		i = prandom_u32_state(&rnd) % ARRAY_SIZE(edges);
		if (want[i]) {
			energy_pidmap_clear(map, edges[i]);
			want[i] = NULL;
			used--;
		} else {
			want[i] = (char *)map + step;
			KUNIT_ASSERT_EQ(test, energy_pidmap_set(map, edges[i], want[i]), 0);
			used++;
		}
		KUNIT_ASSERT_PTR_EQ(test, energy_pidmap_writer_get(map, edges[i]), want[i]);
		KUNIT_ASSERT_EQ(test, energy_pidmap_empty(map), !used);
		expect_same(test, map, want);
		expect_found_from_anywhere(test, map, want);
		/* each clear may leave nodes to be freed */
		if (!(step % 256))
			rcu_barrier();
	}
}

static struct kunit_case pidmap_cases[] = {
	KUNIT_CASE(starts_empty),
	KUNIT_CASE(nothing_beyond_its_end),
	KUNIT_CASE(replaces),
	KUNIT_CASE(as_a_plain_array),
	{}
};

static struct kunit_suite pidmap_suite = {
	.name = "energy_pidmap",
	.init = pidmap_init,
	.exit = pidmap_exit,
	.test_cases = pidmap_cases,
};

kunit_test_suite(pidmap_suite);
