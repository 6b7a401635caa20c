// SPDX-License-Identifier: GPL-2.0-only
/* Tracepoints: every finished process once, with its last totals; every delta of a domain. */
#include <kunit/test.h>

#include "fake.h"
#include "heard.h"

/* One package of two CPUs, and the platform around it, which is reported only. */
static struct fake_source *machine(struct kunit *test)
{
	struct fake_source *fs = fake_source_new(test, "fake", 300);

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 2);
	fake_domain_add(fs, ENERGY_PSYS, 0, 0, 2);
	fs->dom[0].max_power_mw = 1000;
	fs->dom[1].max_power_mw = 1000;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	return fs;
}

/* As many windows as the dead are kept for, and one more. */
static void let_the_dead_go(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		fake_step(test, FAKE_S);
}

static void exit_is_told_once(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct heard *h = heard_begin(test);
	struct fake_source *fs = machine(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 101, "b");

	a->mem = 4096;
	fake_run(core, 0, a, FAKE_MS);
	fake_charge(core, 0, &a->key)->tx += 7;
	fake_run(core, 1, b, FAKE_MS);
	/* two threads both saw themselves as the last one */
	fake_die(core, 0, a);
	fake_die(core, 1, a);
	fake_source_use(fs, 0, 1000);
	fake_step(test, FAKE_MS);
	/* it may still be charged */
	KUNIT_EXPECT_EQ(test, h->nr_exits, 0ULL);
	let_the_dead_go(test);
	KUNIT_EXPECT_EQ(test, h->nr_exits, 1ULL);
	KUNIT_EXPECT_EQ(test, h->nr_alive, 0ULL);
	KUNIT_EXPECT_EQ(test, h->exit[0].tgid, 100);
	KUNIT_EXPECT_EQ(test, h->exit[0].start_ns, a->key.start_ns);
	KUNIT_EXPECT_EQ(test, h->exit[0].v.use.cpu_ns, FAKE_MS);
	KUNIT_EXPECT_EQ(test, h->exit[0].v.use.tx, 7ULL);
	KUNIT_EXPECT_EQ(test, h->exit[0].v.mem, 4096ULL);
	KUNIT_EXPECT_EQ(test, h->exit[0].v.score_nj, 1000000ULL);
	KUNIT_EXPECT_EQ(test, h->exit[0].v.energy_nj, 500000ULL);
	KUNIT_EXPECT_EQ(test, h->exit_nj, core->books.exited_nj);
	let_the_dead_go(test);
	KUNIT_EXPECT_EQ(test, h->nr_exits, 1ULL);
}

/* It is in the listing no more, but runs on: the totals told are the last ones. */
static void late_charges_are_told(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct heard *h = heard_begin(test);
	struct fake_source *fs = machine(test);
	struct fake_proc *a = fake_proc_new(test, 100, "slow");
	unsigned int i;

	fake_run(core, 0, a, FAKE_S);
	fake_run(core, 1, a, FAKE_S);
	fake_die(core, 0, a);
	for (i = 1; i < 8; i++) {
		fake_source_use(fs, 0, 1000);
		fake_step(test, FAKE_S);
		KUNIT_ASSERT_EQ(test, h->nr_exits, 0ULL);
		fake_run_tail(core, 0, a, FAKE_S);
		fake_run_tail(core, 1, a, FAKE_S);
	}
	fake_source_use(fs, 0, 1000);
	let_the_dead_go(test);
	KUNIT_EXPECT_EQ(test, h->nr_exits, 1ULL);
	KUNIT_EXPECT_EQ(test, h->exit[0].v.use.cpu_ns, 16 * FAKE_S);
	KUNIT_EXPECT_EQ(test, h->exit[0].v.energy_nj, 8000000ULL);
	KUNIT_EXPECT_EQ(test, h->exit_nj, core->books.exited_nj);
}

static void same_pid_is_told_for_each(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct heard *h = heard_begin(test);
	struct fake_proc *fp[3];
	u64 cpu_ns = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fp); i++) {
		fp[i] = fake_proc_new(test, 100, "reused");
		fake_run(core, 0, fp[i], FAKE_MS << i);
		fake_die(core, 0, fp[i]);
	}
	fake_step(test, 7 * FAKE_MS);
	let_the_dead_go(test);
	KUNIT_EXPECT_EQ(test, h->nr_exits, 3ULL);
	for (i = 0; i < ARRAY_SIZE(fp); i++)
		cpu_ns += h->exit[i].v.use.cpu_ns;
	KUNIT_EXPECT_EQ(test, cpu_ns, 7 * FAKE_MS);
}

/* Too many dead to be shown: they leave the table early, but not unheard. */
static void dropped_are_told(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct heard *h = heard_begin(test);
	struct fake_proc *fp = fake_proc_new(test, 1, "many");
	u64 nr = 0;

	fake_step(test, FAKE_MS);
	core->params.window_ns = ENERGY_WINDOW_NS_MAX;
	while (!core->stats.dead_dropped && nr < 100000) {
		unsigned int cpu;

		for (cpu = 0; cpu < FAKE_CPUS; cpu++) {
			struct energy_ledger *l = core->ledgers[cpu];

			while (fake_die(core, cpu, fp))
				fake_proc_replace(fp, 1 + ++nr, "many");
			/* the one that found no room is looked for by a scan of its own */
			l->bank[l->cur]->nr_exits_lost = 0;
			fp->gone = false;
		}
		energy_sampler_step(core, ++fake.now_ns);
	}
	KUNIT_EXPECT_GT(test, core->stats.dead_dropped, 0ULL);
	KUNIT_EXPECT_EQ(test, h->nr_exits, core->stats.dead_dropped);
	KUNIT_EXPECT_EQ(test, h->nr_exits + core->stats.procs, nr);
}

/* Unloading: the dead have not been shown for as long as they should, but they are told. */
static void unloading_tells_of_the_dead(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct heard *h = heard_begin(test);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 101, "b");
	u64 last_ns;

	fake_run(core, 0, a, FAKE_MS);
	fake_run(core, 0, b, FAKE_MS);
	fake_die(core, 0, a);
	fake_step(test, 2 * FAKE_MS);
	last_ns = core->last_ns;
	fake_exit(test);
	KUNIT_EXPECT_EQ(test, h->nr_exits, 1ULL);
	KUNIT_EXPECT_EQ(test, h->nr_alive, 0ULL);
	KUNIT_EXPECT_EQ(test, h->exit[0].tgid, 100);
	KUNIT_EXPECT_EQ(test, h->exit[0].timestamp_ns, last_ns);
}

static void expect_sample(struct kunit *test, const struct heard_sample *s, enum energy_kind kind,
			  u64 delta_ns, u64 delta_nj)
{
	KUNIT_EXPECT_EQ(test, s->kind, kind);
	KUNIT_EXPECT_EQ(test, s->timestamp_ns, fake.now_ns);
	KUNIT_EXPECT_EQ(test, s->delta_ns, delta_ns);
	KUNIT_EXPECT_EQ(test, s->delta_nj, delta_nj);
	KUNIT_EXPECT_EQ(test, s->billed, kind == ENERGY_PACKAGE);
}

static void every_delta_is_told(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct heard *h = heard_begin(test);
	struct fake_source *fs = machine(test);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, h->nr_samples, 0ULL);
	for (i = 1; i <= 5; i++) {
		fake_source_use(fs, 0, 1000 * i);
		fake_source_use(fs, 1, 3000 * i);
		fake_step(test, i * FAKE_MS);
		KUNIT_ASSERT_EQ(test, h->nr_samples, 2ULL * i);
		/* what is reported comes first */
		expect_sample(test, heard_last(h, 1), ENERGY_PSYS, i * FAKE_MS, 3000000ULL * i);
		expect_sample(test, heard_last(h, 0), ENERGY_PACKAGE, i * FAKE_MS, 1000000ULL * i);
	}
	KUNIT_EXPECT_EQ(test, h->nr_unbalanced, 0ULL);
	/* the last read of a source that leaves is a sample as any other */
	fake_source_use(fs, 0, 1000);
	fake.now_ns += FAKE_MS;
	fake_source_unregister(test, fs);
	expect_sample(test, heard_last(h, 1), ENERGY_PSYS, FAKE_MS, 0);
	KUNIT_EXPECT_EQ(test, h->sample_nj, core->books.measured_nj +
			fake_slot(core, ENERGY_PSYS, 0)->account.measured_nj);
	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_EQ(test, h->nr_samples, 12ULL);
}

static void gap_is_heard_as_silence(struct kunit *test)
{
	struct heard *h = heard_begin(test);
	struct fake_source *fs = machine(test);

	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_EQ(test, h->nr_samples, 2ULL);
	fs->error[0] = -EIO;
	fake_source_use(fs, 0, 1000);
	fake_step(test, 2 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, h->nr_samples, 3ULL);
	expect_sample(test, heard_last(h, 0), ENERGY_PSYS, 2 * FAKE_MS, 0);
	fs->error[0] = 0;
	fake_source_use(fs, 0, 1000);
	fake_step(test, 3 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, h->nr_samples, 5ULL);
	expect_sample(test, heard_last(h, 0), ENERGY_PACKAGE, 5 * FAKE_MS, 2000000ULL);
}

/* Nobody knows what it counted meanwhile: a new baseline, which says so. */
static void lost_time_is_told(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct heard *h = heard_begin(test);
	struct fake_source *fs = machine(test);

	fake_source_use(fs, 0, 1000);
	fake_step(test, FAKE_MS);
	expect_sample(test, heard_last(h, 0), ENERGY_PACKAGE, FAKE_MS, 1000000ULL);
	fake_source_use(fs, 0, 1000);
	fake_step(test, fake_slot(core, ENERGY_PACKAGE, 0)->trust_ns + 1);
	expect_sample(test, heard_last(h, 0), ENERGY_PACKAGE, 0, 0);
	fake_source_use(fs, 0, 1000);
	fake_step(test, FAKE_MS);
	expect_sample(test, heard_last(h, 0), ENERGY_PACKAGE, FAKE_MS, 1000000ULL);
	KUNIT_EXPECT_EQ(test, h->sample_nj, core->books.measured_nj);
}

static struct kunit_case trace_cases[] = {
	KUNIT_CASE(exit_is_told_once),
	KUNIT_CASE(late_charges_are_told),
	KUNIT_CASE(same_pid_is_told_for_each),
	KUNIT_CASE(dropped_are_told),
	KUNIT_CASE(unloading_tells_of_the_dead),
	KUNIT_CASE(every_delta_is_told),
	KUNIT_CASE(gap_is_heard_as_silence),
	KUNIT_CASE(lost_time_is_told),
	{}
};

static struct kunit_suite trace_suite = {
	.name = "energy_trace",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = trace_cases,
};

kunit_test_suite(trace_suite);
