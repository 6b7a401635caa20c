// SPDX-License-Identifier: GPL-2.0-only
/* The choice between sources: what the administrator wants, models, and hosts. */
#include <kunit/test.h>

#include "fake.h"
#include "package.h"

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

/* One that was wanted before stays wanted, and is read. */
static void failed_choice_changes_nothing(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *low, *bad;

	source(test, "high", 300);
	low = source(test, "low", 100);
	bad = source(test, "bad", 50);
	KUNIT_EXPECT_EQ(test, prefer(test, "low"), 0);
	bad->start_error = -EIO;
	KUNIT_EXPECT_EQ(test, prefer(test, "bad"), -EIO);
	KUNIT_EXPECT_STREQ(test, core->params.source, "low");
	KUNIT_EXPECT_PTR_EQ(test, package(test)->src, &low->src);
}

/* Nor is anything unread for a while that the one that fails does not have. */
static void failed_choice_of_one_with_other_domains(struct kunit *test)
{
	struct fake_source *high = source(test, "high", 300);
	struct fake_source *bad = fake_source_new(test, "bad", 50);

	fake_domain_add(bad, ENERGY_DRAM, 0, 0, 4);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, bad), 0);
	/* or it runs already */
	fake_source_unregister(test, high);
	fake_domain_add(high, ENERGY_DRAM, 0, 0, 4);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, high), 0);
	bad->start_error = -EIO;
	KUNIT_EXPECT_EQ(test, prefer(test, "bad"), -EIO);
	KUNIT_EXPECT_PTR_EQ(test, package(test)->src, &high->src);
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

/* A window that ends with the last sample of the one that goes was measured by that one. */
static void window_names_who_goes(struct kunit *test)
{
	struct fake_source *high = source(test, "high", 300);
	struct energy_core *core = test->priv;
	const struct energy_published *pub;

	source(test, "low", 100);
	fake_step(test, 10 * FAKE_S);
	fake.now_ns += 10 * FAKE_S;
	fake_source_use(high, 0, 10);
	fake_source_unregister(test, high);
	pub = &core->published[core->gen & 1];
	KUNIT_EXPECT_EQ(test, pub->timestamp_ns, fake.now_ns);
	KUNIT_EXPECT_STREQ(test, pub->source, "high");
	KUNIT_EXPECT_STREQ(test, pub->source_kind, "measured");
	KUNIT_EXPECT_STREQ(test, core->latest.source, "low");
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
	KUNIT_EXPECT_EQ(test, package(test)->reads, 3ULL);
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
	KUNIT_CASE(failed_choice_changes_nothing),
	KUNIT_CASE(failed_choice_of_one_with_other_domains),
	KUNIT_CASE(counters_come_before_hosts),
	KUNIT_CASE(window_names_who_goes),
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
