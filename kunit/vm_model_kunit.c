// SPDX-License-Identifier: GPL-2.0-only
/* What a virtual machine is estimated to use. */
#include "../sources/vm_model.h"
#include "fake.h"

struct active_case {
	const char *name;
	u64 nj;
	u64 busy_ns;
	u64 steal_ns;
	u64 active_nj;
};

static const struct active_case active_cases[] = {
	{ "nothing was stolen", 1000001, 123, 0, 1000001 },
	{ "no tick has been", 1000001, 0, 0, 1000001 },
	{ "half was", 1000000, 4000000, 4000000, 500000 },
	{ "a third was, rounded down", 1000000, 8000000, 4000000, 666666 },
	{ "all was", 1000000, 0, 4000000, 0 },
	{ "nothing was done", 0, 4000000, 4000000, 0 },
	{ "large numbers", U64_MAX, U64_MAX / 4, U64_MAX / 4, U64_MAX / 2 },
};

FAKE_TABLE(active, active_cases);

static void active(struct kunit *test)
{
	const struct active_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, vm_model_active_nj(c->nj, c->busy_ns, c->steal_ns), c->active_nj);
}

/* No part of a nanojoule is lost, whatever the steps. */
static void idle_adds_up(struct kunit *test)
{
	u64 rest = 0, nj = 0, ns = 0, step;

	for (step = 1; ns < 10 * FAKE_S; step = step * 3 + 1) {
		nj += vm_model_idle_nj(1234567, step, &rest);
		ns += step;
	}
	KUNIT_EXPECT_EQ(test, nj * VM_MODEL_UW_NS_PER_NJ + rest, ns * 1234567);
	KUNIT_EXPECT_LT(test, rest, (u64)VM_MODEL_UW_NS_PER_NJ);
}

static void idle_of_a_day_at_most(struct kunit *test)
{
	u64 rest = 0;

	KUNIT_EXPECT_EQ(test, vm_model_idle_nj(VM_MODEL_IDLE_UW_MAX, 86400 * FAKE_S, &rest),
			86400 * 1000 * FAKE_S);
	KUNIT_EXPECT_EQ(test, rest, 0ULL);
}

/* It begins where it is first asked, and again where it is told to. */
static void advance(struct kunit *test)
{
	struct vm_model m = {};
	struct vm_model_now now = { 5000000, 300, 200, FAKE_S };

	KUNIT_EXPECT_EQ(test, vm_model_advance(&m, &now, 7), 0ULL);
	now.model_nj += 1000;
	now.busy_ns += 30;
	now.steal_ns += 10;
	KUNIT_EXPECT_EQ(test, vm_model_advance(&m, &now, 7), 750ULL);
	now.ns += FAKE_S;
	KUNIT_EXPECT_EQ(test, vm_model_advance(&m, &now, 7), 7000ULL);
	KUNIT_EXPECT_EQ(test, vm_model_advance(&m, &now, 7), 0ULL);
	KUNIT_EXPECT_EQ(test, m.nj, 7750ULL);

	m.following = false;
	now.model_nj += 1000;
	now.ns += FAKE_S;
	KUNIT_EXPECT_EQ(test, vm_model_advance(&m, &now, 7), 0ULL);
	KUNIT_EXPECT_EQ(test, m.nj, 7750ULL);
}

/* What the kernel counts may be seen to go back a little. */
static void counters_that_go_back(struct kunit *test)
{
	struct vm_model m = {};
	struct vm_model_now now = { 5000, 300, 200, FAKE_S };

	vm_model_advance(&m, &now, 7);
	now = (struct vm_model_now) { 6000, 299, 199, FAKE_S - 1 };
	KUNIT_EXPECT_EQ(test, vm_model_advance(&m, &now, 7), 1000ULL);
}

static struct kunit_case vm_model_cases[] = {
	KUNIT_CASE_PARAM(active, active_gen_params),
	KUNIT_CASE(idle_adds_up),
	KUNIT_CASE(idle_of_a_day_at_most),
	KUNIT_CASE(advance),
	KUNIT_CASE(counters_that_go_back),
	{}
};

static struct kunit_suite vm_model_suite = {
	.name = "energy_vm_model",
	.test_cases = vm_model_cases,
};

kunit_test_suite(vm_model_suite);
