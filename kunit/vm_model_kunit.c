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

/* A sample as the source takes it; whether the core is told something. */
static bool sample(struct vm_model *m, const struct vm_model_now *now)
{
	if (vm_model_waits(m, now))
		return false;
	vm_model_advance(m, now, 0);
	return true;
}

/* One CPU that is always busy, half of it stolen: 1 ms samples, a tick every 4 ms. */
static void samples_shorter_than_a_tick(struct kunit *test)
{
	struct vm_model m = {};
	struct vm_model_now now = { .ns = FAKE_S };
	unsigned int told = 0;
	int i;

	KUNIT_EXPECT_TRUE(test, sample(&m, &now));
	for (i = 1; i <= 400; i++) {
		now.model_nj += FAKE_MS;
		now.ns += FAKE_MS;
		if (i % 4 == 0) {
			now.busy_ns += 2 * FAKE_MS;
			now.steal_ns += 2 * FAKE_MS;
		}
		told += sample(&m, &now);
	}
	KUNIT_EXPECT_EQ(test, told, 100U);
	KUNIT_EXPECT_EQ(test, m.nj, 200 * FAKE_MS);
}

/* Where nothing is stolen all of it is billed, only later. */
static void short_samples_are_exact(struct kunit *test)
{
	struct vm_model m = {};
	struct vm_model_now now = { .ns = FAKE_S };
	int i;

	sample(&m, &now);
	for (i = 1; i <= 400; i++) {
		now.model_nj += 1000003;
		now.ns += FAKE_MS;
		now.busy_ns += i % 4 ? 0 : 4 * FAKE_MS;
		sample(&m, &now);
	}
	KUNIT_EXPECT_EQ(test, m.nj, now.model_nj);
}

struct wait_case {
	const char *name;
	struct vm_model_now since;
	bool fresh;
	bool waits;
};

static const struct wait_case wait_cases[] = {
	{ "no tick", { 1, 0, 0, FAKE_MS }, false, true },
	{ "a busy tick", { 1, 1, 0, FAKE_MS }, false, false },
	{ "a stolen tick", { 1, 0, 1, FAKE_MS }, false, false },
	{ "nothing was done", { 0, 0, 0, FAKE_MS }, false, false },
	{ "almost too long", { 1, 0, 0, VM_MODEL_TICK_MAX_NS - 1 }, false, true },
	{ "an idle machine without ticks", { 1, 0, 0, VM_MODEL_TICK_MAX_NS }, false, false },
	{ "the first read", { 1, 0, 0, FAKE_MS }, true, false },
};

FAKE_TABLE(wait, wait_cases);

static void waits(struct kunit *test)
{
	const struct wait_case *c = test->param_value;
	const struct vm_model m = {
		.last = { 1000, 1000, 1000, 1000 },
		.following = !c->fresh,
	};
	const struct vm_model_now now = {
		1000 + c->since.model_nj, 1000 + c->since.busy_ns, 1000 + c->since.steal_ns,
		1000 + c->since.ns,
	};

	KUNIT_EXPECT_EQ(test, vm_model_waits(&m, &now), c->waits);
}

static struct kunit_case vm_model_cases[] = {
	KUNIT_CASE_PARAM(active, active_gen_params),
	KUNIT_CASE(idle_adds_up),
	KUNIT_CASE(idle_of_a_day_at_most),
	KUNIT_CASE(advance),
	KUNIT_CASE(counters_that_go_back),
	KUNIT_CASE(samples_shorter_than_a_tick),
	KUNIT_CASE(short_samples_are_exact),
	KUNIT_CASE_PARAM(waits, wait_gen_params),
	{}
};

static struct kunit_suite vm_model_suite = {
	.name = "energy_vm_model",
	.test_cases = vm_model_cases,
};

kunit_test_suite(vm_model_suite);
