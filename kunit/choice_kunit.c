// SPDX-License-Identifier: GPL-2.0-only
/* The choice between sources: what the administrator wants, models, hosts, and handing over. */
#include <kunit/test.h>

#include "fake.h"

static struct fake_source *source(struct kunit *test, const char *name, int rating)
{
	struct fake_source *fs = fake_source_new(test, name, rating);

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 4);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	return fs;
}

static struct energy_slot *package(struct kunit *test)
{
	return fake_slot(test->priv, ENERGY_PACKAGE, 0);
}

static u64 energy_nj(struct kunit *test, const struct fake_proc *fp)
{
	return fake_record(test, fp)->now.energy_nj;
}

static int prefer(struct kunit *test, const char *name)
{
	return energy_registry_prefer(test->priv, name, fake.now_ns);
}

static void administrator_chooses(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *high = source(test, "high", 300), *low = source(test, "low", 100);
	struct energy_published pub;

	fake_source_use(high, 0, 3);
	fake.now_ns += FAKE_MS;
	KUNIT_EXPECT_EQ(test, prefer(test, "low"), 0);
	KUNIT_EXPECT_PTR_EQ(test, package(test)->src, &low->src);
	/* what the other one had counted stays */
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 3000ULL);
	energy_latest(core, &pub);
	KUNIT_EXPECT_STREQ(test, pub.source, "low");
	KUNIT_EXPECT_EQ(test, high->nr_stops, 1U);

	/* a better one that comes is not asked */
	source(test, "higher", 400);
	KUNIT_EXPECT_PTR_EQ(test, package(test)->src, &low->src);

	KUNIT_EXPECT_EQ(test, prefer(test, "none-such"), -ENODEV);
	KUNIT_EXPECT_STREQ(test, core->params.source, "low");
	KUNIT_EXPECT_PTR_EQ(test, package(test)->src, &low->src);

	KUNIT_EXPECT_EQ(test, prefer(test, "auto"), 0);
	KUNIT_EXPECT_STREQ(test, package(test)->src->name, "higher");
	KUNIT_EXPECT_EQ(test, low->nr_bad_calls + high->nr_bad_calls, 0U);
}

/* No domain of any other source: what it does not have is not measured. */
static void choice_is_for_all_domains(struct kunit *test)
{
	struct fake_source *high = fake_source_new(test, "high", 300);

	fake_domain_add(high, ENERGY_PACKAGE, 0, 0, 4);
	fake_domain_add(high, ENERGY_DRAM, 0, 0, 4);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, high), 0);
	source(test, "low", 100);
	KUNIT_EXPECT_EQ(test, prefer(test, "low"), 0);
	KUNIT_EXPECT_NULL(test, fake_slot(test->priv, ENERGY_DRAM, 0)->src);
	KUNIT_EXPECT_FALSE(test, high->started);
}

/* Who is wanted and goes is replaced, and read again when it is back. */
static void choice_outlives_its_source(struct kunit *test)
{
	struct fake_source *high = source(test, "high", 300), *low = source(test, "low", 100);

	KUNIT_EXPECT_EQ(test, prefer(test, "low"), 0);
	fake_source_unregister(test, low);
	KUNIT_EXPECT_PTR_EQ(test, package(test)->src, &high->src);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, low), 0);
	KUNIT_EXPECT_PTR_EQ(test, package(test)->src, &low->src);

	/* the same if it was wanted before it came, as by a parameter at load */
	fake_source_unregister(test, low);
	low->start_error = -EIO;
	KUNIT_EXPECT_EQ(test, fake_source_register(test, low), -EIO);
	KUNIT_EXPECT_PTR_EQ(test, package(test)->src, &high->src);
	KUNIT_EXPECT_EQ(test, low->nr_bad_calls + high->nr_bad_calls, 0U);
}

static void wanted_source_that_does_not_start(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *high = source(test, "high", 300), *low = source(test, "low", 100);

	low->start_error = -EIO;
	KUNIT_EXPECT_EQ(test, prefer(test, "low"), -EIO);
	KUNIT_EXPECT_STREQ(test, core->params.source, "auto");
	KUNIT_EXPECT_PTR_EQ(test, package(test)->src, &high->src);
	low->start_error = 0;
	KUNIT_EXPECT_EQ(test, prefer(test, "low"), 0);
	KUNIT_EXPECT_PTR_EQ(test, package(test)->src, &low->src);
}

/* The host, and the model, are asked for as long as there is nothing better. */
static void counters_come_before_hosts(struct kunit *test)
{
	struct fake_source *host = fake_source_new(test, "host", 500), *counters;
	struct energy_core *core = test->priv;

	fake_domain_add(host, ENERGY_VM, 0, 0, 4);
	host->src.kind = ENERGY_HOST;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, host), 0);
	KUNIT_EXPECT_PTR_EQ(test, fake_slot(core, ENERGY_VM, 0)->src, &host->src);
	counters = source(test, "counters", 1);
	KUNIT_EXPECT_NULL(test, fake_slot(core, ENERGY_VM, 0)->src);
	KUNIT_EXPECT_FALSE(test, host->started);
	KUNIT_EXPECT_EQ(test, prefer(test, "host"), 0);
	KUNIT_EXPECT_PTR_EQ(test, fake_slot(core, ENERGY_VM, 0)->src, &host->src);
	KUNIT_EXPECT_NULL(test, package(test)->src);
	KUNIT_EXPECT_EQ(test, prefer(test, "auto"), 0);
	fake_source_unregister(test, counters);
	KUNIT_EXPECT_PTR_EQ(test, fake_slot(core, ENERGY_VM, 0)->src, &host->src);
	KUNIT_EXPECT_EQ(test, host->nr_bad_calls, 0U);
}

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

static struct fake_source *model(struct kunit *test)
{
	struct fake_source *fs = fake_source_new(test, "model", 100);

	fake_domain_add(fs, ENERGY_VM, 0, 0, 4);
	fs->src.kind = ENERGY_MODEL;
	fs->dom[0].wrap_range = 0;
	fs->dom[0].mult = 1;
	fs->model = test->priv;
	return fs;
}

/* A model knows the sample that it is asked about: each has its score, neither more nor less. */
static void model_gives_each_its_score(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = model(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");
	unsigned int i;

	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	for (i = 1; i < 20; i++) {
		fake_run(core, i % FAKE_CPUS, i & 2 ? a : b, i * FAKE_MS);
		fake_step(test, 100 * FAKE_MS);
		fake_check(test);
		KUNIT_EXPECT_EQ(test, core->books.measured_nj, core->sys.score_nj);
	}
	KUNIT_EXPECT_GT(test, energy_nj(test, a), 0ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), fake_record(test, a)->now.score_nj);
	KUNIT_EXPECT_EQ(test, energy_nj(test, b), fake_record(test, b)->now.score_nj);
	KUNIT_EXPECT_EQ(test, core->books.idle_nj, 0ULL);
}

/* And says by itself what of it is idling. */
static void model_says_what_is_idle(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = model(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");

	fs->model = NULL;
	fs->dom[0].idle_uw = 1000;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_source_use(fs, 0, 1000 * 100 + 777);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.idle_nj, 100000ULL);
	KUNIT_EXPECT_EQ(test, energy_nj(test, a), 777ULL);
}

/* From a model to counters and back: each begins where it is. */
static void model_hands_over(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *host = fake_source_new(test, "host", 200), *fs = model(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a");

	fake_domain_add(host, ENERGY_VM, 0, 0, 4);
	host->src.kind = ENERGY_HOST;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake.now_ns += 100 * FAKE_MS;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, host), 0);
	/* 1 W */
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 100000000ULL);
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_source_use(host, 0, 5);
	fake.now_ns += 100 * FAKE_MS;
	fake_source_unregister(test, host);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 100005000ULL);
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 200005000ULL);
	fake_check(test);
}

static void source_counts_its_reads(struct kunit *test)
{
	struct fake_source *high = source(test, "high", 300), *low = source(test, "low", 100);

	fake_step(test, FAKE_S);
	high->error[0] = -EIO;
	fake_step(test, FAKE_S);
	/* when each of the two came, and in the first step */
	KUNIT_EXPECT_EQ(test, high->src.reads, 3ULL);
	KUNIT_EXPECT_EQ(test, high->src.gaps, 1ULL);
	KUNIT_EXPECT_EQ(test, high->src.last_error, -EIO);
	KUNIT_EXPECT_EQ(test, low->src.reads, 0ULL);
	high->error[0] = 0;
	fake_source_unregister(test, high);
	KUNIT_EXPECT_EQ(test, low->src.gaps, 0ULL);
	/* whoever comes again begins anew */
	KUNIT_ASSERT_EQ(test, fake_source_register(test, high), 0);
	KUNIT_EXPECT_EQ(test, high->src.gaps, 0ULL);
	KUNIT_EXPECT_EQ(test, high->src.last_error, 0);
}

static struct kunit_case choice_cases[] = {
	KUNIT_CASE(administrator_chooses),
	KUNIT_CASE(choice_is_for_all_domains),
	KUNIT_CASE(choice_outlives_its_source),
	KUNIT_CASE(wanted_source_that_does_not_start),
	KUNIT_CASE(counters_come_before_hosts),
	KUNIT_CASE_PARAM(hand_over_of_a_moving_counter, moving_gen_params),
	KUNIT_CASE(hand_over_to_a_moving_counter),
	KUNIT_CASE(hand_over_to_a_counter_that_waits),
	KUNIT_CASE(idle_power_is_kept),
	KUNIT_CASE(counter_that_waits),
	KUNIT_CASE(waits_end),
	KUNIT_CASE(wait_at_the_beginning),
	KUNIT_CASE(model_gives_each_its_score),
	KUNIT_CASE(model_says_what_is_idle),
	KUNIT_CASE(model_hands_over),
	KUNIT_CASE(source_counts_its_reads),
	{}
};

static struct kunit_suite choice_suite = {
	.name = "energy_choice",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = choice_cases,
};

kunit_test_suite(choice_suite);
