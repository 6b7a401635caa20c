// SPDX-License-Identifier: GPL-2.0-only
/* Windows: generations, what a reader that is bound to one sees, and how long the dead stay. */
#include <kunit/test.h>

#include "fake.h"

/* What a reader of window @gen sees of a process; false if it is not listed there. */
static bool see(struct kunit *test, const struct fake_proc *fp, u32 gen,
		struct energy_values *v, bool *alive)
{
	struct energy_proc *p = fake_find(test->priv, fp);
	bool listed;

	if (!p)
		return false;
	rcu_read_lock();
	listed = energy_window_proc(p, gen, v, alive);
	rcu_read_unlock();
	return listed;
}

static bool listed(struct kunit *test, const struct fake_proc *fp, u32 gen)
{
	struct energy_values v;
	bool alive;

	return see(test, fp, gen, &v, &alive);
}

/* The process's CPU time in a window, ms; 9999 if it is not listed. */
static u64 cpu_ms(struct kunit *test, const struct fake_proc *fp, u32 gen)
{
	struct energy_values v;
	bool alive;

	return see(test, fp, gen, &v, &alive) ? v.use.cpu_ns / FAKE_MS : 9999;
}

static void run_and_publish(struct kunit *test, const struct fake_proc *fp, u64 ms)
{
	fake_run(test->priv, 0, fp, ms * FAKE_MS);
	fake_step(test, FAKE_S);
}

static void no_window_yet(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_published pub;

	KUNIT_EXPECT_EQ(test, energy_window_begin(core), 0U);
	KUNIT_EXPECT_FALSE(test, energy_window_valid(core, 0));
	KUNIT_EXPECT_FALSE(test, energy_window_header(core, 0, &pub));
}

static void windows_come_at_their_time(struct kunit *test)
{
	struct energy_core *core = test->priv;
	unsigned int i;

	/* the first sample ends the first window, and then it is one per second */
	for (i = 0; i < 31; i++) {
		fake_step(test, 100 * FAKE_MS);
		KUNIT_EXPECT_EQ(test, energy_window_begin(core), 1 + i / 10);
	}
	core->params.window_ns = 300 * FAKE_MS;
	for (i = 1; i < 10; i++) {
		fake_step(test, 100 * FAKE_MS);
		KUNIT_EXPECT_EQ(test, energy_window_begin(core), 4 + i / 3);
	}
	/* a sample that is longer than a window ends one window, not several */
	fake_step(test, 10 * FAKE_S);
	KUNIT_EXPECT_EQ(test, energy_window_begin(core), 8U);
}

static void reader_keeps_its_window_for_one_more(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	u32 gen;

	run_and_publish(test, a, 1);
	gen = energy_window_begin(core);
	KUNIT_EXPECT_EQ(test, gen, 1U);
	KUNIT_EXPECT_TRUE(test, energy_window_valid(core, gen));
	KUNIT_EXPECT_EQ(test, cpu_ms(test, a, gen), 1ULL);

	run_and_publish(test, a, 10);
	KUNIT_EXPECT_EQ(test, energy_window_begin(core), gen + 1);
	KUNIT_EXPECT_TRUE(test, energy_window_valid(core, gen));
	KUNIT_EXPECT_EQ(test, cpu_ms(test, a, gen), 1ULL);
	KUNIT_EXPECT_EQ(test, cpu_ms(test, a, gen + 1), 11ULL);

	run_and_publish(test, a, 100);
	KUNIT_EXPECT_FALSE(test, energy_window_valid(core, gen));
	KUNIT_EXPECT_TRUE(test, energy_window_valid(core, gen + 1));
	KUNIT_EXPECT_EQ(test, cpu_ms(test, a, gen + 1), 11ULL);
	KUNIT_EXPECT_EQ(test, cpu_ms(test, a, gen + 2), 111ULL);
	/* one that is not published yet */
	KUNIT_EXPECT_FALSE(test, energy_window_valid(core, gen + 3));
}

/* A window ends while the next one is being made: not even a part of it may be used. */
static void window_that_is_being_made(struct kunit *test)
{
	struct energy_core *core = test->priv;

	fake_publish(test);
	fake_publish(test);
	/* as in the middle of energy_window_publish() */
	core->publishing = 3;
	KUNIT_EXPECT_FALSE(test, energy_window_valid(core, 1));
	KUNIT_EXPECT_TRUE(test, energy_window_valid(core, 2));
	core->publishing = 2;
	KUNIT_EXPECT_TRUE(test, energy_window_valid(core, 1));
}

static void values_between_windows_are_not_shown(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 101, "b");
	u32 gen;

	run_and_publish(test, a, 1);
	gen = energy_window_begin(core);
	fake_run(core, 0, a, 50 * FAKE_MS);
	fake_run(core, 0, b, 50 * FAKE_MS);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, energy_window_begin(core), gen);
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.use.cpu_ns, 51 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, cpu_ms(test, a, gen), 1ULL);
	/* born since then */
	KUNIT_EXPECT_FALSE(test, listed(test, b, gen));
	fake_publish(test);
	KUNIT_EXPECT_EQ(test, cpu_ms(test, a, gen + 1), 51ULL);
	KUNIT_EXPECT_EQ(test, cpu_ms(test, b, gen + 1), 50ULL);
	KUNIT_EXPECT_FALSE(test, listed(test, b, gen));
}

static void sleeper_keeps_its_values(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "sleeper");
	struct fake_proc *b = fake_proc_new(test, 101, "runner");
	u32 gen;

	run_and_publish(test, a, 7);
	for (gen = 2; gen < 20; gen++) {
		run_and_publish(test, b, 1);
		KUNIT_ASSERT_EQ(test, energy_window_begin(core), gen);
		KUNIT_EXPECT_EQ(test, cpu_ms(test, a, gen), 7ULL);
		KUNIT_EXPECT_EQ(test, cpu_ms(test, a, gen - 1), 7ULL);
		KUNIT_EXPECT_EQ(test, cpu_ms(test, b, gen), gen - 1ULL);
	}
	run_and_publish(test, a, 1);
	KUNIT_EXPECT_EQ(test, cpu_ms(test, a, gen), 8ULL);
	KUNIT_EXPECT_EQ(test, cpu_ms(test, a, gen - 1), 7ULL);
}

static void dead_are_shown_in_one_full_window(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	struct energy_values v;
	bool alive = false;
	u32 gen;

	run_and_publish(test, a, 1);
	gen = energy_window_begin(core);
	KUNIT_EXPECT_TRUE(test, see(test, a, gen, &v, &alive));
	KUNIT_EXPECT_TRUE(test, alive);

	/* it dies in the middle of a window */
	fake_run(core, 0, a, 5 * FAKE_MS);
	fake_die(core, 0, a);
	fake_step(test, 300 * FAKE_MS);
	KUNIT_EXPECT_TRUE(test, see(test, a, gen, &v, &alive));
	KUNIT_EXPECT_TRUE(test, alive);
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->dead_gen, 0U);

	fake_publish(test);
	KUNIT_EXPECT_TRUE(test, see(test, a, gen + 1, &v, &alive));
	KUNIT_EXPECT_FALSE(test, alive);
	KUNIT_EXPECT_EQ(test, v.use.cpu_ns, 6 * FAKE_MS);
	KUNIT_EXPECT_TRUE(test, fake_record(test, a)->listed);

	/* it is closing files, say */
	fake.dying = true;
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_FALSE(test, listed(test, a, gen + 2));
	/* a reader may still be bound to the window that shows it */
	KUNIT_EXPECT_TRUE(test, energy_window_valid(core, gen + 1));
	KUNIT_EXPECT_TRUE(test, see(test, a, gen + 1, &v, &alive));
	KUNIT_EXPECT_FALSE(test, alive);
	KUNIT_EXPECT_FALSE(test, fake_record(test, a)->listed);

	/* it stays as long as it may still run */
	fake_step(test, FAKE_S);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_NOT_NULL(test, fake_find(core, a));
	KUNIT_EXPECT_FALSE(test, fake_record(test, a)->listed);

	/* and for one more window */
	fake.dying = false;
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_NOT_NULL(test, fake_find(core, a));
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_NULL(test, fake_find(core, a));
	KUNIT_EXPECT_EQ(test, core->stats.procs, 0ULL);
}

/* Nobody has to be asked whether one that is over may run. */
static void dead_that_are_over_are_not_asked_about(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "over");
	struct fake_proc *b = fake_proc_new(test, 101, "dying");
	unsigned int i;

	fake_step(test, FAKE_S);
	fake.dying = true;
	fake_run(core, 0, a, FAKE_MS);
	fake_run(core, 0, b, FAKE_MS);
	fake_die(core, 0, a);
	fake_die(core, 0, b);
	core->ledgers[0]->bank[core->ledgers[0]->cur]->exit[0].over = true;
	for (i = 0; i < 4; i++)
		fake_step(test, FAKE_S);
	KUNIT_EXPECT_NULL(test, fake_find(core, a));
	KUNIT_EXPECT_NOT_NULL(test, fake_find(core, b));
}

static void header_is_of_the_windows_end(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = fake_source_new(test, "fake", 300);
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	struct energy_published first, again, second, live;
	u32 gen;

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 1);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	fake_source_use(fs, 0, 1000);
	run_and_publish(test, a, 1000);
	gen = energy_window_begin(core);
	KUNIT_ASSERT_TRUE(test, energy_window_header(core, gen, &first));
	KUNIT_EXPECT_EQ(test, first.gen, gen);
	KUNIT_EXPECT_EQ(test, first.timestamp_ns, fake.now_ns);
	KUNIT_EXPECT_EQ(test, first.iterations, core->stats.samples);
	KUNIT_EXPECT_EQ(test, first.books.measured_nj, 1000000ULL);
	KUNIT_EXPECT_EQ(test, first.sys.use.cpu_ns, FAKE_S);
	KUNIT_EXPECT_STREQ(test, first.source_kind, "measured");

	fake_source_use(fs, 0, 500);
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_step(test, 100 * FAKE_MS);
	energy_latest(core, &live);
	KUNIT_EXPECT_EQ(test, live.books.measured_nj, 1500000ULL);
	KUNIT_EXPECT_EQ(test, live.gen, gen);
	KUNIT_EXPECT_TRUE(test, energy_window_header(core, gen, &again));
	KUNIT_EXPECT_MEMEQ(test, &again, &first, sizeof(first));

	run_and_publish(test, a, 900);
	KUNIT_EXPECT_TRUE(test, energy_window_header(core, gen + 1, &second));
	KUNIT_EXPECT_EQ(test, second.books.measured_nj, 1500000ULL);
	KUNIT_EXPECT_EQ(test, second.gen, gen + 1);
	KUNIT_EXPECT_TRUE(test, energy_window_header(core, gen, &again));
	KUNIT_EXPECT_MEMEQ(test, &again, &first, sizeof(first));
	energy_latest(core, &live);
	KUNIT_EXPECT_EQ(test, live.gen, gen + 1);

	run_and_publish(test, a, 1);
	KUNIT_EXPECT_FALSE(test, energy_window_header(core, gen, &again));
}

/* Sources come and go; the header says what the numbers are. */
static void header_names_sources(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *model = fake_source_new(test, "model", 100);
	struct fake_source *real = fake_source_new(test, "real", 300);
	struct energy_published pub;

	fake_domain_add(model, ENERGY_PACKAGE, 0, 0, 2);
	model->src.kind = ENERGY_MODEL;
	fake_domain_add(real, ENERGY_PACKAGE, 0, 0, 2);
	fake_domain_add(real, ENERGY_PSYS, 0, 0, 4);

	fake_step(test, FAKE_S);
	energy_latest(core, &pub);
	KUNIT_EXPECT_STREQ(test, pub.source, "none");
	KUNIT_EXPECT_STREQ(test, pub.source_kind, "none");
	KUNIT_EXPECT_EQ(test, pub.kinds, 0U);

	KUNIT_ASSERT_EQ(test, fake_source_register(test, model), 0);
	energy_latest(core, &pub);
	KUNIT_EXPECT_STREQ(test, pub.source, "model");
	KUNIT_EXPECT_STREQ(test, pub.source_kind, "model");
	KUNIT_EXPECT_EQ(test, pub.estimated, 1U);

	KUNIT_ASSERT_EQ(test, fake_source_register(test, real), 0);
	energy_latest(core, &pub);
	KUNIT_EXPECT_STREQ(test, pub.source, "real");
	KUNIT_EXPECT_STREQ(test, pub.source_kind, "measured");
	KUNIT_EXPECT_EQ(test, pub.kinds, (unsigned int)(BIT(ENERGY_PACKAGE) | BIT(ENERGY_PSYS)));

	fake_source_unregister(test, real);
	energy_latest(core, &pub);
	KUNIT_EXPECT_STREQ(test, pub.source, "model");
	KUNIT_EXPECT_STREQ(test, pub.source_kind, "model");
	fake_source_unregister(test, model);
	energy_latest(core, &pub);
	KUNIT_EXPECT_STREQ(test, pub.source, "none");
	KUNIT_EXPECT_STREQ(test, pub.source_kind, "none");
}

/* One package is estimated, one measured: the whole is not presented as measured. */
static void weakest_kind_of_source_counts(struct kunit *test)
{
	static const struct {
		enum energy_source_kind kind;
		const char *name;
	} kinds[] = {
		{ ENERGY_MEASURED, "measured" },
		{ ENERGY_HOST, "host" },
		{ ENERGY_MODEL, "model" },
	};
	struct energy_core *core = test->priv;
	struct energy_published pub;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct fake_source *fs = fake_source_new(test, kinds[i].name, 100);

		fs->src.kind = kinds[i].kind;
		fake_domain_add(fs, ENERGY_PACKAGE, i, i, 1);
		KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
		energy_latest(core, &pub);
		KUNIT_EXPECT_STREQ(test, pub.source_kind, kinds[i].name);
		KUNIT_EXPECT_EQ(test, pub.estimated, kinds[i].kind == ENERGY_MODEL);
	}
	KUNIT_EXPECT_STREQ(test, pub.source, "measured,host,model");
}

/* What is only reported says nothing about the numbers that are billed. */
static void kind_of_what_is_only_reported(struct kunit *test)
{
	struct fake_source *measured = fake_source_new(test, "measured", 100);
	struct fake_source *model = fake_source_new(test, "model", 100);
	struct energy_published pub;

	fake_domain_add(measured, ENERGY_PACKAGE, 0, 0, 1);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, measured), 0);
	model->src.kind = ENERGY_MODEL;
	fake_domain_add(model, ENERGY_PSYS, 0, 0, 1);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, model), 0);
	energy_latest(test->priv, &pub);
	KUNIT_EXPECT_STREQ(test, pub.source, "measured,model");
	KUNIT_EXPECT_STREQ(test, pub.source_kind, "measured");
}

/* More sources than fit: cut off, never beyond the end. */
static void long_list_of_sources(struct kunit *test)
{
	static const char *const names[] = {
		"a-name-of-thirty-one-characters", "b-name-of-thirty-one-characters",
		"c-name-of-thirty-one-characters", "d-name-of-thirty-one-characters",
	};
	struct energy_core *core = test->priv;
	struct energy_published pub;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		struct fake_source *fs = fake_source_new(test, names[i], 100);

		fake_domain_add(fs, ENERGY_PACKAGE, i, i, 1);
		KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	}
	energy_latest(core, &pub);
	KUNIT_EXPECT_EQ(test, strnlen(pub.source, sizeof(pub.source)), sizeof(pub.source) - 1);
	KUNIT_EXPECT_STREQ(test, pub.source_kind, "measured");
}

static struct kunit_case window_cases[] = {
	KUNIT_CASE(no_window_yet),
	KUNIT_CASE(windows_come_at_their_time),
	KUNIT_CASE(reader_keeps_its_window_for_one_more),
	KUNIT_CASE(window_that_is_being_made),
	KUNIT_CASE(values_between_windows_are_not_shown),
	KUNIT_CASE(sleeper_keeps_its_values),
	KUNIT_CASE(dead_are_shown_in_one_full_window),
	KUNIT_CASE(dead_that_are_over_are_not_asked_about),
	KUNIT_CASE(header_is_of_the_windows_end),
	KUNIT_CASE(header_names_sources),
	KUNIT_CASE(weakest_kind_of_source_counts),
	KUNIT_CASE(kind_of_what_is_only_reported),
	KUNIT_CASE(long_list_of_sources),
	{}
};

static struct kunit_suite window_suite = {
	.name = "energy_window",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = window_cases,
};

kunit_test_suite(window_suite);
