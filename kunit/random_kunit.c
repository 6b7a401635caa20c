// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever happens, in whatever order: after every step the books balance, nothing that ran is
 * missing, and windows are consistent in themselves. A failure prints its seed and step.
 */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/prandom.h>

#include "../core/units.h"
#include "fake.h"
#include "heard.h"

/* By ten seeds and two worlds: 100,000 in all. */
#define STEPS	5000
#define PIDS	12
#define PLACES	24

/* A thread group's life as this test knows it; index as in fake.proc[]. */
struct life {
	u64 ran_ns;
	bool ran;
	bool exited;
	u64 exited_step;
};

/**
 * struct meter - A counter of the first source as this test knows it
 * @units: what it has counted; less than before, where it was reset while the machine slept
 * @seen_units: @units when the core last followed it
 * @seen_raw: what it showed then
 * @seen_ns: when that was
 * @base_units: @units when the core last began anew
 * @past_nj: what was measured before that
 * @slept: the machine was suspended since the core last followed it
 * @unknown: it was reset since then, in a way that the core is told
 * @lost: there was a time whose energy is not known
 */
struct meter {
	u64 units;
	u64 seen_units;
	u64 seen_raw;
	u64 seen_ns;
	u64 base_units;
	u64 past_nj;
	bool slept;
	bool unknown;
	bool lost;
};

/**
 * struct world - What has happened so far
 * @rnd: where everything comes from
 * @life: per place
 * @steady: no source comes or goes, and counters are trusted for as long as it takes
 * @step: number of the step
 * @ran_ns: all CPU time
 * @tx: all packets sent
 * @fs: sources; the first is always there
 * @has: which of them are registered
 * @other: the first source's domains, a second time: it goes from one to the other
 * @meter: per domain of the first source
 * @seen: the books after the last step
 * @heard: what the tracepoints told
 * @nr_finished: how many processes have exited, but for those of which nobody heard
 */
struct world {
	struct rnd_state rnd;
	struct life life[PLACES];
	bool steady;
	u64 step;
	u64 ran_ns;
	u64 tx;
	struct fake_source *fs[3];
	bool has[3];
	struct energy_domain other[FAKE_DOMAINS];
	struct meter meter[FAKE_DOMAINS];
	struct energy_books seen;
	struct heard *heard;
	u64 nr_finished;
};

static u32 below(struct world *w, u32 n)
{
	return prandom_u32_state(&w->rnd) % n;
}

static u64 below64(struct world *w, u64 n)
{
	return ((u64)prandom_u32_state(&w->rnd) << 32 | prandom_u32_state(&w->rnd)) % n;
}

static bool once_in(struct world *w, u32 n)
{
	return !below(w, n);
}

/* A number of exactly so many bits. */
static u64 of_bits(struct world *w, unsigned int bits)
{
	u64 top = 1ULL << (bits - 1);

	return top + (bits > 1 ? below64(w, top) : 0);
}

/*
 * Any width from three bits to all, any scale that goes with it. A turn of the counter is
 * about a joule at least: at a milliwatt that can be trusted for longer than any gap here.
 */
static void scale(struct world *w, struct energy_domain *dom)
{
	unsigned int width, bits, shift;

	do {
		width = 3 + below(w, 62);
		shift = below(w, ENERGY_MAX_SHIFT + 1);
		bits = 1 + below(w, 32);
	} while (width + bits > 64 || width + bits < 32 + shift);
	dom->wrap_range = once_in(w, 2) && width < 64 ? 1ULL << (width - 1) : of_bits(w, width);
	dom->mult = of_bits(w, bits);
	dom->shift = shift;
}

/* Near its end as often as not. */
static u64 anywhere(struct world *w, const struct energy_domain *dom)
{
	u64 range = dom->wrap_range ?: 1ULL << 40;

	return once_in(w, 2) ? below64(w, range) : range - 1 - below64(w, min(range, 1000ULL));
}

static struct fake_source *package_source(struct kunit *test, struct world *w, const char *name,
					  int rating)
{
	struct fake_source *fs = fake_source_new(test, name, rating);
	unsigned int i;

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 2);
	fake_domain_add(fs, ENERGY_PACKAGE, 1, 2, 2);
	fake_domain_add(fs, ENERGY_DRAM, 0, 0, 2);
	fake_domain_add(fs, ENERGY_CORE, 0, 0, 2);
	fake_domain_add(fs, ENERGY_PSYS, 0, 0, 4);
	for (i = 0; i < fs->src.nr_domains; i++) {
		fs->dom[i].max_power_mw = 1;
		scale(w, &fs->dom[i]);
		fs->raw[i] = anywhere(w, &fs->dom[i]);
	}
	/* one as they are, so that there is energy in the world */
	fs->dom[0].mult = 1953125;
	fs->dom[0].shift = 5;
	fs->dom[0].wrap_range = 262143328850ULL >> 10;
	fs->raw[0] = anywhere(w, &fs->dom[0]);
	fs->dom[3].wrap_range = 0;
	return fs;
}

static void world_begin(struct kunit *test, struct world *w, u32 seed, bool steady)
{
	unsigned int i;

	*w = (struct world) { .steady = steady, .heard = heard_begin(test) };
	prandom_seed_state(&w->rnd, seed);
	fake_cgroup_new(test, 1, "a");
	fake_cgroup_new(test, 2, "b");
	fake_cgroup_new(test, 1, "c");
	fake.cgroup[3].error = -ENOENT;
	for (i = 0; i < PLACES; i++)
		fake_proc_new(test, 1 + below(w, PIDS), "born");
	w->fs[0] = package_source(test, w, "always", 200);
	w->fs[1] = package_source(test, w, "better", 300);
	w->fs[2] = package_source(test, w, "worse", 100);
	/* one that has less than the others: the billing set changes with it */
	w->fs[1]->src.nr_domains = 2;
	if (!steady)
		for (i = 0; i < w->fs[0]->src.nr_domains; i++)
			w->fs[0]->dom[i].max_power_mw = 1000000000;
	memcpy(w->other, w->fs[0]->dom, sizeof(w->other));
	for (i = 0; i < w->fs[0]->src.nr_domains; i++)
		w->meter[i].seen_raw = w->fs[0]->raw[i];
	KUNIT_ASSERT_EQ(test, fake_source_register(test, w->fs[0]), 0);
	w->has[0] = true;
}

static void use_anything(struct world *w, struct energy_usage *use, u64 ns)
{
	use->cpu_ns += ns;
	w->ran_ns += ns;
	use->instructions += below(w, 1000000);
	use->wakeups += below(w, 3);
	use->diski += once_in(w, 10) ? below(w, 1 << 20) : 0;
	use->disko += once_in(w, 10) ? below(w, 1 << 20) : 0;
	use->rx_parts += below(w, ENERGY_RX_ONE);
	if (once_in(w, 4)) {
		use->tx++;
		w->tx++;
	}
}

static void somebody_runs(struct energy_core *core, struct world *w, u64 dt_ns)
{
	unsigned int i = below(w, PLACES), cpu = below(w, FAKE_CPUS);
	struct fake_proc *fp = &fake.proc[i];
	struct energy_key key = fp->key;
	u64 ns = below(w, dt_ns) >> below(w, 20);

	if (w->life[i].exited) {
		key.start_ns = 0;
		key.cgid = 0;
	} else {
		key.cgid = fp->cgid;
		w->life[i].ran = true;
	}
	use_anything(w, fake_charge(core, cpu, &key), ns);
	w->life[i].ran_ns += ns;
}

static void somebody_dies(struct energy_core *core, struct world *w)
{
	unsigned int i = below(w, PLACES);
	bool known = w->life[i].ran;

	if (w->life[i].exited)
		return;
	if (once_in(w, 8)) {
		/* as if the bank had been full of exits */
		core->ledgers[0]->bank[core->ledgers[0]->cur]->nr_exits_lost++;
		fake.proc[i].gone = true;
	} else {
		known |= fake_die(core, below(w, FAKE_CPUS), &fake.proc[i]);
	}
	if (once_in(w, 8))
		known |= fake_die(core, below(w, FAKE_CPUS), &fake.proc[i]);
	w->life[i].exited = true;
	w->life[i].exited_step = w->step;
	w->nr_finished += known;
}

static void somebody_is_born(struct world *w)
{
	unsigned int i = below(w, PLACES);

	if (!w->life[i].exited)
		return;
	fake_proc_replace(&fake.proc[i], 1 + below(w, PIDS), "born");
	fake.proc[i].mem = below(w, 1 << 30);
	w->life[i] = (struct life) {};
}

static void nobody_runs(struct energy_core *core, struct world *w, u64 dt_ns)
{
	struct energy_ledger *l = core->ledgers[below(w, FAKE_CPUS)];
	struct energy_bank *bank = l->bank[l->cur];

	if (once_in(w, 2)) {
		bank->nr_lost++;
		use_anything(w, &bank->lost, below(w, dt_ns));
	} else {
		bank->system.tx++;
		w->tx++;
	}
}

/* How much a domain uses: half a joule at most, and less than a turn since it was read last. */
static u64 some_units(struct world *w, const struct fake_source *fs, unsigned int d)
{
	const struct energy_domain *dom = &fs->dom[d];
	const struct meter *m = &w->meter[d];
	s64 unread = fs == w->fs[0] ? m->units - m->seen_units : 0;
	u64 units = div_u64(1ULL << (29 + dom->shift), dom->mult);

	if (dom->wrap_range)
		units = min(units, dom->wrap_range - 1 - max(unread, 0LL));
	return below64(w, units + 1) >> below(w, 23);
}

/* A register that only its package's CPUs can read; the platform's can be read on any. */
static bool none_online(const struct energy_domain *dom)
{
	unsigned int first = dom->kind == ENERGY_PSYS ? 0 : 2 * dom->instance;
	unsigned int nr = dom->kind == ENERGY_PSYS ? FAKE_CPUS : 2;

	while (nr--)
		if (!fake.offline[first + nr])
			return false;
	return true;
}

static void counter_moves(struct world *w, struct fake_source *fs, unsigned int d)
{
	u64 units = some_units(w, fs, d);

	fake_source_use(fs, d, units);
	if (fs == w->fs[0])
		w->meter[d].units += units;
	fs->error[d] = once_in(w, 20) ? -EIO : once_in(w, 20) ? ENERGY_COUNTER_WAIT : 0;
	if (none_online(&fs->dom[d]))
		fs->error[d] = -ENODEV;
	if (once_in(w, 500)) {
		fs->raw[d] = anywhere(w, &fs->dom[d]);
		fs->reset[d] = true;
		w->meter[d].unknown |= fs == w->fs[0];
	}
}

static void counters_move(struct world *w)
{
	unsigned int i, d;

	for (i = 0; i < ARRAY_SIZE(w->fs); i++)
		for (d = 0; d < w->fs[i]->src.nr_domains; d++)
			counter_moves(w, w->fs[i], d);
}

static void package_changes(struct world *w)
{
	unsigned int first = 2 * below(w, 2);
	bool off = once_in(w, 2);

	fake.offline[first] = off;
	fake.offline[first + 1] = off;
}

static void idle_power_changes(struct kunit *test, struct world *w)
{
	struct energy_core *core = test->priv;
	char list[32];

	snprintf(list, sizeof(list), "%u,%u", below(w, 3) ? 0 : below(w, 1000000000),
		 below(w, 3) ? 0 : below(w, 5000000));
	KUNIT_EXPECT_EQ(test, energy_params_set_idle_uw(&core->params, list), 0);
}

static void weights_change(struct energy_core *core, struct world *w)
{
	u32 *weight = (u32 *)&core->params.weights;
	unsigned int i;

	for (i = 0; i < sizeof(core->params.weights) / sizeof(u32); i++)
		weight[i] = once_in(w, 2) ? 0 : below(w, 2000) << (once_in(w, 9) ? 18 : 0);
}

static void source_changes(struct kunit *test, struct world *w)
{
	unsigned int i = 1 + below(w, 2);

	if (w->steady)
		return;
	if (w->has[i])
		fake_source_unregister(test, w->fs[i]);
	else
		KUNIT_ASSERT_EQ(test, fake_source_register(test, w->fs[i]), 0);
	w->has[i] = !w->has[i];
	fake_check(test);
}

static void administrator_chooses(struct kunit *test, struct world *w)
{
	unsigned int i = below(w, 4);
	bool there = i == 3 || !i || w->has[i];

	if (w->steady)
		return;
	KUNIT_ASSERT_EQ(test, energy_registry_prefer(test->priv, i == 3 ? ENERGY_SOURCE_AUTO :
						     w->fs[i]->src.name, fake.now_ns),
			there ? 0 : -ENODEV);
	fake_check(test);
}

static void something_happens(struct kunit *test, struct world *w, u64 dt_ns)
{
	struct energy_core *core = test->priv;
	unsigned int n;

	for (n = below(w, 12); n; n--)
		somebody_runs(core, w, dt_ns);
	if (once_in(w, 3))
		somebody_dies(core, w);
	if (once_in(w, 2))
		somebody_is_born(w);
	if (once_in(w, 10))
		nobody_runs(core, w, dt_ns);
	if (once_in(w, 10))
		fake.proc[below(w, PLACES)].cgid = 1 + below(w, 5);
	if (once_in(w, 50))
		fake.offline[below(w, FAKE_CPUS)] ^= true;
	if (once_in(w, 50))
		package_changes(w);
	if (once_in(w, 50))
		administrator_chooses(test, w);
	if (once_in(w, 200))
		idle_power_changes(test, w);
	if (once_in(w, 100))
		weights_change(core, w);
	if (once_in(w, 30))
		core->params.window_ns = ENERGY_WINDOW_NS_MIN * (1 + below(w, 10));
	if (once_in(w, 10)) {
		energy_sampler_drain(core, fake.now_ns);
		fake_check(test);
	}
	if (once_in(w, 40))
		source_changes(test, w);
	fake.late_ns = once_in(w, 10) ? below(w, dt_ns) : 0;
	counters_move(w);
}

/* What ran is all there: per process that is still known, and in total. */
static void check_usage(struct kunit *test, const struct world *w)
{
	struct energy_core *core = test->priv;
	const struct energy_proc *p;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, core->sys.use.cpu_ns, w->ran_ns);
	KUNIT_EXPECT_EQ(test, core->sys.use.tx, w->tx);
	for (i = 0; i < PLACES; i++) {
		p = fake_find(core, &fake.proc[i]);
		if (w->life[i].exited)
			continue;
		KUNIT_EXPECT_EQ(test, p ? p->now.use.cpu_ns : 0, w->life[i].ran_ns);
		if (p)
			KUNIT_EXPECT_TRUE(test, p->alive);
	}
}

static void check_accounts(struct kunit *test, struct world *w)
{
	struct energy_core *core = test->priv;
	const struct energy_books *b = &core->books, *seen = &w->seen;

	KUNIT_EXPECT_GE(test, b->measured_nj, seen->measured_nj);
	KUNIT_EXPECT_GE(test, b->exited_nj, seen->exited_nj);
	KUNIT_EXPECT_GE(test, b->unattributed_nj, seen->unattributed_nj);
	KUNIT_EXPECT_GE(test, b->idle_nj, seen->idle_nj);
	KUNIT_EXPECT_GE(test, b->live_nj + b->exited_nj, seen->live_nj + seen->exited_nj);
	/* remainders only: less than a nanojoule per claim and domain */
	KUNIT_EXPECT_LT(test, b->pending_nj, 1000ULL);
	w->seen = *b;
}

/* To the nanojoule: what a counter has counted, but for times in which nobody can know. */
static void check_meter(struct kunit *test, struct world *w, unsigned int d)
{
	struct energy_core *core = test->priv;
	const struct energy_domain *dom = &w->fs[0]->dom[d];
	const struct energy_slot *s = fake_slot(core, dom->kind, dom->instance);
	struct meter *m = &w->meter[d];
	u64 raw = w->fs[0]->raw[d];

	if (s->last_ns == core->last_ns) {
		if (m->unknown || (m->slept && raw < m->seen_raw)) {
			m->past_nj += mul_u64_u32_shr(m->seen_units - m->base_units, dom->mult,
						      dom->shift);
			m->base_units = m->units;
			m->lost = true;
		}
		m->seen_units = m->units;
		m->seen_raw = raw;
		m->seen_ns = fake.now_ns;
		m->slept = false;
		m->unknown = false;
	}
	/* the machine slept several times in one gap: that was too long */
	if (!s->last_ns && !m->unknown) {
		KUNIT_EXPECT_GT(test, fake.now_ns - m->seen_ns, 60 * FAKE_S);
		m->unknown = true;
	}
	KUNIT_EXPECT_EQ(test, s->account.measured_nj,
			m->past_nj + mul_u64_u32_shr(m->seen_units - m->base_units, dom->mult,
						     dom->shift));
	if (!m->lost && !m->unknown)
		KUNIT_EXPECT_EQ(test, s->lost_ns, 0ULL);
}

static void check_meters(struct kunit *test, struct world *w)
{
	unsigned int d;

	for (d = 0; d < w->fs[0]->src.nr_domains && w->steady; d++)
		check_meter(test, w, d);
}

/* Whoever recorded the tracepoints has all: the energy of the dead, and each domain's. */
static void check_heard(struct kunit *test, const struct world *w)
{
	struct energy_core *core = test->priv;
	u64 measured_nj = 0, there_nj = 0;
	struct energy_procpos pos = {};
	const struct energy_proc *p;
	struct energy_slot *s;

	rcu_read_lock();
	for (; (p = energy_proctab_at(core, &pos)); pos.nth++)
		there_nj += p->now.energy_nj;
	rcu_read_unlock();
	list_for_each_entry(s, &core->slots, node)
		measured_nj += s->account.measured_nj;
	KUNIT_EXPECT_EQ(test, w->heard->exit_nj + there_nj,
			core->books.live_nj + core->books.exited_nj);
	KUNIT_EXPECT_EQ(test, w->heard->sample_nj, measured_nj);
	KUNIT_EXPECT_EQ(test, w->heard->nr_alive, 0ULL);
	KUNIT_EXPECT_EQ(test, w->heard->nr_unbalanced, 0ULL);
}

static void check_window(struct kunit *test, u32 gen)
{
	struct energy_core *core = test->priv;
	struct energy_procpos pos = {};
	struct energy_published pub;
	const struct energy_proc *p;
	struct energy_values v;
	u64 live_nj = 0;
	bool alive;

	if (!energy_window_header(core, gen, &pub))
		return;
	rcu_read_lock();
	for (; (p = energy_proctab_at(core, &pos)); pos.nth++)
		if (energy_window_proc(p, gen, &v, &alive))
			live_nj += v.energy_nj;
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, pub.gen, gen);
	KUNIT_EXPECT_EQ(test, energy_books_difference(&pub.books), 0LL);
	KUNIT_EXPECT_EQ(test, pub.books.live_nj, live_nj);
}

static void check_everything(struct kunit *test, struct world *w)
{
	struct energy_core *core = test->priv;

	check_usage(test, w);
	check_accounts(test, w);
	check_meters(test, w);
	check_heard(test, w);
	check_window(test, core->gen);
	check_window(test, core->gen - 1);
}

/* The first source learns of other CPUs; its counters stay. */
static void description_changes(struct kunit *test, struct world *w)
{
	struct fake_source *fs = w->fs[0];
	struct energy_source now = fs->src;
	struct energy_domain *doms = fs->src.domains == fs->dom ? w->other : fs->dom;
	unsigned int d, first;

	for (d = 0; d < fs->src.nr_domains; d++) {
		first = doms[d].instance * 2;
		memset(&doms[d].cpus, 0, sizeof(doms[d].cpus));
		__set_bit(first + below(w, 2), cpumask_bits(&doms[d].cpus));
		if (!once_in(w, 4))
			bitmap_set(cpumask_bits(&doms[d].cpus), first, 2);
	}
	now.domains = doms;
	counters_move(w);
	fake.now_ns++;
	KUNIT_ASSERT_EQ(test, energy_registry_update(test->priv, &fs->src, &now, fake.now_ns), 0);
	fake_check(test);
	check_everything(test, w);
}

/* The machine sleeps; what it used is idling, but for remainders that find an owner. */
static void machine_sleeps(struct kunit *test, struct world *w)
{
	struct energy_core *core = test->priv;
	bool off = once_in(w, 4), reset = once_in(w, 2);
	struct fake_source *fs = w->fs[0];
	struct energy_books before;
	unsigned int d;

	energy_pm_park(core, fake.now_ns);
	fake_check(test);
	check_everything(test, w);
	before = core->books;
	somebody_runs(core, w, FAKE_S);
	counters_move(w);
	for (d = 0; d < fs->src.nr_domains; d++) {
		struct meter *m = &w->meter[d];

		if (reset && m->seen_raw) {
			fs->raw[d] = below64(w, m->seen_raw);
			m->units = m->seen_units - (m->seen_raw - fs->raw[d]);
		}
		m->slept = true;
		m->unknown |= off;
	}
	fake.now_ns += 1 + below64(w, 20 * FAKE_S);
	energy_pm_unpark(core, fake.now_ns, off);
	fake_check(test);
	check_everything(test, w);
	KUNIT_EXPECT_LE(test, core->books.live_nj + core->books.exited_nj +
			core->books.unattributed_nj - before.live_nj - before.exited_nj -
			before.unattributed_nj, before.pending_nj);
}

static bool still_right(struct kunit *test, const struct world *w, u32 seed)
{
	if (READ_ONCE(test->status) != KUNIT_FAILURE)
		return true;
	kunit_err(test, "seed %u, step %llu", seed, w->step);
	return false;
}

/* Everybody dies: in the end nothing is left but the sums. */
static void world_ends(struct kunit *test, struct world *w)
{
	struct energy_core *core = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(w->fs); i++)
		memset(w->fs[i]->error, 0, sizeof(w->fs[i]->error));
	for (i = 0; i < PLACES; i++)
		if (!w->life[i].exited)
			w->nr_finished += fake_die(core, i % FAKE_CPUS, &fake.proc[i]);
	for (i = 0; i < 5; i++)
		fake_step(test, ENERGY_WINDOW_NS_MAX);
	KUNIT_EXPECT_EQ(test, core->stats.procs, 0ULL);
	KUNIT_EXPECT_TRUE(test, energy_pidmap_empty(&core->procs));
	KUNIT_EXPECT_EQ(test, core->books.live_nj, 0ULL);
	KUNIT_EXPECT_EQ(test, core->root->total.energy_nj, core->books.exited_nj);
	KUNIT_EXPECT_EQ(test, w->heard->nr_exits, w->nr_finished);
	KUNIT_EXPECT_EQ(test, w->heard->exit_nj, core->books.exited_nj);
	KUNIT_EXPECT_EQ(test, core->stats.no_memory, 0ULL);
	for (i = 0; i < ARRAY_SIZE(w->fs); i++)
		KUNIT_EXPECT_EQ(test, w->fs[i]->nr_bad_calls, 0U);
	/* it was not all for nothing */
	KUNIT_EXPECT_GT(test, core->books.exited_nj, 1000000000ULL);
	KUNIT_EXPECT_GT(test, core->books.idle_nj, 1000000000ULL);
	KUNIT_EXPECT_GT(test, core->books.unattributed_nj, 1000000ULL);
	KUNIT_EXPECT_GT(test, core->gen, 100U);
}

static void live_through(struct kunit *test, u32 seed, bool steady)
{
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	world_begin(test, w, seed, steady);
	for (w->step = 0; w->step < STEPS; w->step++) {
		u64 dt_ns = FAKE_MS * (1 + below(w, 200));

		something_happens(test, w, dt_ns);
		fake_step(test, dt_ns);
		check_everything(test, w);
		fake.now_ns += fake.late_ns;
		fake.late_ns = 0;
		if (once_in(w, 100))
			description_changes(test, w);
		if (once_in(w, 100))
			machine_sleeps(test, w);
		if (!still_right(test, w, seed))
			return;
	}
	world_ends(test, w);
}

struct seed_case {
	const char *name;
	u32 seed;
};

static const struct seed_case seed_cases[] = {
	{ "seed 1", 1 },
	{ "seed 2", 2 },
	{ "seed 3", 3 },
	{ "seed 4", 4 },
	{ "seed 5", 5 },
	{ "seed 6", 6 },
	{ "seed 7", 7 },
	{ "seed 8", 8 },
	{ "seed 9", 9 },
	{ "seed 20260101", 20260101 },
};

FAKE_TABLE(seed, seed_cases);

/* One source that is always there: each nanojoule that it counted is found again. */
static void steady_source(struct kunit *test)
{
	const struct seed_case *c = test->param_value;

	live_through(test, c->seed, true);
}

/* Sources come and go, and counters cannot be trusted for long. */
static void anything_goes(struct kunit *test)
{
	const struct seed_case *c = test->param_value;

	live_through(test, c->seed, false);
}

static struct kunit_case random_cases[] = {
	KUNIT_CASE_PARAM(steady_source, seed_gen_params),
	KUNIT_CASE_PARAM(anything_goes, seed_gen_params),
	{}
};

static struct kunit_suite random_suite = {
	.name = "energy_random",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = random_cases,
};

kunit_test_suite(random_suite);
