// SPDX-License-Identifier: GPL-2.0-only
/* One source hands over to another; and counters that have to be waited for. */
#include <kunit/test.h>

#include "fake.h"
#include "package.h"

struct moving_case {
	const char *name;
	unsigned int nr_steps;
	u64 measured_nj;
};

/*
 * The old counter moves by one with each of its first reads. It is read at least twice, and what
 * it had counted at the last of them is billed.
 */
static const struct moving_case moving_cases[] = {
	{ "stands still", 0, 10000 },
	{ "moves before it is read", 1, 11000 },
	{ "moves once", 2, 12000 },
	{ "moves time and again", 5, 15000 },
	{ "does not rest: the last read is before the other's", 100, 19000 },
};

FAKE_TABLE(moving, moving_cases);

/* Rule 11: nothing is lost between the two, and nothing counted twice. */
static void hand_over_of_a_moving_counter(struct kunit *test)
{
	const struct moving_case *c = test->param_value;
	struct energy_core *core = test->priv;
	struct fake_source *low = source(test, "low", 100), *high = source(test, "high", 300);

	fake_source_use(high, 0, 10);
	high->step[0] = 1;
	high->nr_steps[0] = c->nr_steps;
	fake.now_ns += 100 * FAKE_MS;
	fake_source_unregister(test, high);
	fake_check(test);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, c->measured_nj);
	KUNIT_EXPECT_PTR_EQ(test, package(test)->src, &low->src);
	KUNIT_EXPECT_EQ(test, package(test)->lost_ns, 0ULL);
}

static int read_slowly(struct energy_source *src, const struct energy_domain *dom, u64 *raw)
{
	unsigned int *nr_reads = src->priv;

	fake.now_ns += 2 * NSEC_PER_SEC;
	*raw = (*nr_reads)++;
	return 0;
}

/* Nobody waits for more reads than have to be. */
static void hand_over_of_a_slow_counter(struct kunit *test)
{
	static const struct energy_source_ops slow = { .read_domain = read_slowly };
	struct fake_source *high = fake_source_new(test, "high", 300);
	struct fake_source *low = source(test, "low", 100);
	unsigned int nr_reads = 0;

	fake_domain_add(high, ENERGY_PACKAGE, 0, 0, 4);
	high->src.ops = &slow;
	high->src.priv = &nr_reads;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, high), 0);
	nr_reads = 0;
	low->nr_reads = 0;
	fake_source_unregister(test, high);
	KUNIT_EXPECT_EQ(test, nr_reads, 1U);
	KUNIT_EXPECT_EQ(test, low->nr_reads, 1U);
	fake_check(test);
}

/* What is read last is where the new one begins. */
static void hand_over_to_a_moving_counter(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *high = source(test, "high", 300), *low = source(test, "low", 100);

	low->step[0] = 1;
	low->nr_steps[0] = 100;
	high->step[0] = 1;
	high->nr_steps[0] = 3;
	fake_source_unregister(test, high);
	KUNIT_EXPECT_EQ(test, package(test)->base_raw, low->raw[0]);
	KUNIT_EXPECT_EQ(test, low->nr_reads, 3U);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 3000ULL);
}

/* Good once, and then there is no news. */
static int read_once(struct energy_source *src, const struct energy_domain *dom, u64 *raw)
{
	unsigned int *nr_reads = src->priv;

	*raw = 5;
	return (*nr_reads)++ ? ENERGY_COUNTER_WAIT : 0;
}

/* It has told where it begins, however often it is asked. */
static void hand_over_to_a_counter_that_waits(struct kunit *test)
{
	static const struct energy_source_ops once = { .read_domain = read_once };
	struct fake_source *host = fake_source_new(test, "host", 400);
	struct fake_source *low = source(test, "low", 100);
	unsigned int nr_reads = 0;

	fake_domain_add(host, ENERGY_PACKAGE, 0, 0, 2);
	host->src.kind = ENERGY_HOST;
	host->src.ops = &once;
	host->src.priv = &nr_reads;
	low->step[0] = 1;
	low->nr_steps[0] = 2;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, host), 0);
	KUNIT_EXPECT_EQ(test, nr_reads, 2U);
	KUNIT_EXPECT_EQ(test, package(test)->base_raw, 5ULL);
	KUNIT_EXPECT_NE(test, package(test)->last_ns, 0ULL);
	fake_source_unregister(test, host);
}

/* Another source of the same thing: what idling costs is known already. */
static void idle_power_is_kept(struct kunit *test)
{
	struct fake_source *high = source(test, "high", 300), *host;
	unsigned int i;

	source(test, "low", 100);
	for (i = 0; i < 10; i++) {
		fake_source_use(high, 0, 100000);
		fake_step(test, 100 * FAKE_MS);
	}
	KUNIT_EXPECT_EQ(test, package(test)->idle_uw, 1000000U);
	fake_source_unregister(test, high);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, package(test)->idle_uw, 1000000U);

	/* what a host tells is another thing */
	host = fake_source_new(test, "host", 400);
	fake_domain_add(host, ENERGY_PACKAGE, 0, 0, 4);
	host->src.kind = ENERGY_HOST;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, host), 0);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, package(test)->idle_uw, 0U);
}

/* A counter that moves once in a while: who ran meanwhile pays, and no read was a gap. */
static void counter_that_waits(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = source(test, "slow", 300);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");
	unsigned int cpu;

	fs->error[0] = ENERGY_COUNTER_WAIT;
	for (cpu = 0; cpu < FAKE_CPUS; cpu++)
		fake_run(core, cpu, a, 100 * FAKE_MS);
	fake_step(test, 100 * FAKE_MS);
	for (cpu = 0; cpu < FAKE_CPUS; cpu++)
		fake_run(core, cpu, b, 300 * FAKE_MS);
	fake_step(test, 300 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 0ULL);
	fs->error[0] = 0;
	fake_source_use(fs, 0, 1000);
	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 1000000ULL);
	/* but for what is rounded off; the millisecond was an idle one */
	KUNIT_EXPECT_LE(test, energy_nj(test, b) - 3 * energy_nj(test, a), 3ULL);
	KUNIT_EXPECT_GT(test, energy_nj(test, a), 249000ULL);
	KUNIT_EXPECT_EQ(test, package(test)->gaps, 0ULL);
	KUNIT_EXPECT_EQ(test, fs->src.gaps, 0ULL);
	KUNIT_EXPECT_EQ(test, package(test)->last_error, 0);
	KUNIT_EXPECT_EQ(test, package(test)->lost_ns, 0ULL);
}

/* Longer than a gap would be waited for, but not for ever. */
static void waits_end(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = source(test, "slow", 300);
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	u64 s;

	fs->dom[0].wrap_range = 0;
	fake_source_unregister(test, fs);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	fs->error[0] = ENERGY_COUNTER_WAIT;
	fake_run(core, 0, a, FAKE_S);
	for (s = 0; s < 300; s++)
		fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, package(test)->lost_ns, 0ULL);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, package(test)->lost_ns, 301 * FAKE_S);
	fs->error[0] = 0;
	fake_source_use(fs, 0, 1000);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 0ULL);
	KUNIT_EXPECT_EQ(test, package(test)->lost_ns, 302 * FAKE_S);
}

/* It has nothing to say yet when it is chosen: its first news are where it begins. */
static void wait_at_the_beginning(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = fake_source_new(test, "slow", 300);

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 4);
	fs->error[0] = ENERGY_COUNTER_WAIT;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	KUNIT_EXPECT_EQ(test, package(test)->last_error, 0);
	fake_step(test, FAKE_S);
	fs->error[0] = 0;
	fake_source_use(fs, 0, 77);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 0ULL);
	fake_source_use(fs, 0, 5);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 5000ULL);
	KUNIT_EXPECT_EQ(test, package(test)->gaps, 0ULL);
}

/* Each piece of news is told once. */
static int read_news(struct energy_source *src, const struct energy_domain *dom, u64 *raw)
{
	struct fake_source *fs = src->priv;
	int ret = fs->error[0];

	fs->error[0] = ENERGY_COUNTER_WAIT;
	*raw = fs->raw[0];
	return ret;
}

/* It has told what it had to tell: that is billed, though it has nothing new a moment later. */
static void hand_over_from_a_counter_that_waits(struct kunit *test)
{
	static const struct energy_source_ops news = { .read_domain = read_news };
	struct energy_core *core = test->priv;
	struct fake_source *host = fake_source_new(test, "host", 400);

	source(test, "low", 100);
	fake_domain_add(host, ENERGY_PACKAGE, 0, 0, 4);
	host->src.ops = &news;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, host), 0);
	fake_source_use(host, 0, 10);
	host->error[0] = 0;
	fake.now_ns += 100 * FAKE_MS;
	fake_source_unregister(test, host);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 10000ULL);
	KUNIT_EXPECT_EQ(test, package(test)->lost_ns, 0ULL);
}

/* Somebody else comes while a counter is waited for: who ran before still pays. */
static void choice_keeps_claims(struct kunit *test)
{
	struct fake_source *fs = source(test, "slow", 300);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");
	unsigned int cpu;

	fs->error[0] = ENERGY_COUNTER_WAIT;
	for (cpu = 0; cpu < FAKE_CPUS; cpu++)
		fake_run(test->priv, cpu, a, 300 * FAKE_MS);
	fake_step(test, 300 * FAKE_MS);
	source(test, "bystander", 1);
	for (cpu = 0; cpu < FAKE_CPUS; cpu++)
		fake_run(test->priv, cpu, b, 100 * FAKE_MS);
	fs->error[0] = 0;
	fake_source_use(fs, 0, 1000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 750000ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, b), 250000ULL);
}

/* Memory's counter is waited for when the source goes: the package's has been read all the same. */
static void hand_over_beside_a_gap(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *high = fake_source_new(test, "high", 300);

	source(test, "low", 100);
	fake_domain_add(high, ENERGY_PACKAGE, 0, 0, 4);
	fake_domain_add(high, ENERGY_DRAM, 0, 0, 4);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, high), 0);
	high->error[1] = ENERGY_COUNTER_WAIT;
	fake_source_use(high, 0, 1000);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 0ULL);
	fake_source_unregister(test, high);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 1000000ULL);
	KUNIT_EXPECT_EQ(test, package(test)->lost_ns, 0ULL);
}

/* A gap begins with the last word of the source, even if that was that it has nothing new. */
static void gap_in_a_wait(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = source(test, "slow", 300);
	unsigned int s;

	fs->dom[0].wrap_range = 0;
	fake_source_unregister(test, fs);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	fs->error[0] = ENERGY_COUNTER_WAIT;
	for (s = 0; s < 100; s++)
		fake_step(test, FAKE_S);
	fs->error[0] = -EAGAIN;
	for (s = 0; s < 60; s++)
		fake_step(test, FAKE_S);
	fs->error[0] = 0;
	fake_source_use(fs, 0, 1000);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 1000000ULL);
	fs->error[0] = -EAGAIN;
	for (s = 0; s < 61; s++)
		fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, package(test)->lost_ns, 61 * FAKE_S);
}

static struct kunit_case handover_cases[] = {
	KUNIT_CASE_PARAM(hand_over_of_a_moving_counter, moving_gen_params),
	KUNIT_CASE(hand_over_of_a_slow_counter),
	KUNIT_CASE(hand_over_to_a_moving_counter),
	KUNIT_CASE(hand_over_to_a_counter_that_waits),
	KUNIT_CASE(idle_power_is_kept),
	KUNIT_CASE(counter_that_waits),
	KUNIT_CASE(waits_end),
	KUNIT_CASE(wait_at_the_beginning),
	KUNIT_CASE(hand_over_from_a_counter_that_waits),
	KUNIT_CASE(choice_keeps_claims),
	KUNIT_CASE(hand_over_beside_a_gap),
	KUNIT_CASE(gap_in_a_wait),
	{}
};

static struct kunit_suite handover_suite = {
	.name = "energy_handover",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = handover_cases,
};

kunit_test_suite(handover_suite);
