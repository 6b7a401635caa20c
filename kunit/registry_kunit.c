// SPDX-License-Identifier: GPL-2.0-only
/* Sources: which are refused, which is chosen, and how one hands over to another. */
#include <kunit/test.h>

#include "../core/units.h"
#include "fake.h"

static struct fake_source *source(struct kunit *test, const char *name, int rating)
{
	struct fake_source *fs = fake_source_new(test, name, rating);

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 2);
	return fs;
}

static struct energy_source *chosen(struct kunit *test, enum energy_kind kind)
{
	struct energy_slot *s = fake_slot(test->priv, kind, 0);

	KUNIT_ASSERT_NOT_NULL(test, s);
	return s->src;
}

/* A source's whole life was in order. */
static void expect_calls(struct kunit *test, const struct fake_source *fs, unsigned int starts,
			 unsigned int stops)
{
	KUNIT_EXPECT_EQ(test, fs->nr_starts, starts);
	KUNIT_EXPECT_EQ(test, fs->nr_stops, stops);
	KUNIT_EXPECT_EQ(test, fs->nr_bad_calls, 0U);
}

enum flaw {
	NO_VERSION, NEWER_VERSION,
	NO_NAME, EMPTY_NAME, COMMA_IN_NAME, SPACE_IN_NAME,
	LONG_NAME, AUTO_NAME,
	NO_OPS, NO_READ, BAD_SOURCE_KIND,
	NO_DOMAINS, ZERO_DOMAINS, MANY_DOMAINS,
	EMPTY_DOMAIN_NAME, ENDLESS_DOMAIN_NAME, BAD_KIND, NEGATIVE_KIND,
	NO_CPUS, ZERO_MULT, LARGE_SHIFT, LARGE_RANGE, SAME_TWICE,
};

static void spoil(struct fake_source *fs, enum flaw flaw)
{
	static const struct energy_source_ops no_ops;
	struct energy_source *src = &fs->src;
	struct energy_domain *dom = &fs->dom[1];

	switch (flaw) {
	case NO_VERSION:
		src->version = 0;
		break;
	case NEWER_VERSION:
		src->version = ENERGY_SOURCE_VERSION + 1;
		break;
	case NO_NAME:
		src->name = NULL;
		break;
	case EMPTY_NAME:
		src->name = "";
		break;
	case COMMA_IN_NAME:
		src->name = "a,b";
		break;
	case SPACE_IN_NAME:
		src->name = "a b";
		break;
	case LONG_NAME:
		src->name = "a-name-of-thirty-two-characters-";
		break;
	case AUTO_NAME:
		src->name = "auto";
		break;
	case NO_OPS:
		src->ops = NULL;
		break;
	case NO_READ:
		src->ops = &no_ops;
		break;
	case BAD_SOURCE_KIND:
		src->kind = ENERGY_MODEL + 1;
		break;
	case NO_DOMAINS:
		src->domains = NULL;
		break;
	case ZERO_DOMAINS:
		src->nr_domains = 0;
		break;
	case MANY_DOMAINS:
		src->nr_domains = ENERGY_MAX_DOMAINS + 1;
		break;
	case EMPTY_DOMAIN_NAME:
		dom->name[0] = '\0';
		break;
	case ENDLESS_DOMAIN_NAME:
		memset(dom->name, 'x', sizeof(dom->name));
		break;
	case BAD_KIND:
		dom->kind = ENERGY_NR_KINDS;
		break;
	case NEGATIVE_KIND:
		dom->kind = -1;
		break;
	case NO_CPUS:
		memset(&dom->cpus, 0, sizeof(dom->cpus));
		break;
	case ZERO_MULT:
		dom->mult = 0;
		break;
	case LARGE_SHIFT:
		dom->shift = ENERGY_MAX_SHIFT + 1;
		break;
	case LARGE_RANGE:
		dom->wrap_range = 1ULL << 62;
		break;
	case SAME_TWICE:
		dom->kind = fs->dom[0].kind;
		break;
	}
}

struct bad_case {
	const char *name;
	enum flaw flaw;
};

static const struct bad_case bad_cases[] = {
	{ "no version", NO_VERSION },
	{ "a newer version", NEWER_VERSION },
	{ "no name", NO_NAME },
	{ "empty name", EMPTY_NAME },
	{ "comma in name", COMMA_IN_NAME },
	{ "space in name", SPACE_IN_NAME },
	{ "a name that is too long", LONG_NAME },
	{ "the name that stands for none", AUTO_NAME },
	{ "no ops", NO_OPS },
	{ "no read_domain", NO_READ },
	{ "unknown source kind", BAD_SOURCE_KIND },
	{ "no domains", NO_DOMAINS },
	{ "zero domains", ZERO_DOMAINS },
	{ "too many domains", MANY_DOMAINS },
	{ "empty domain name", EMPTY_DOMAIN_NAME },
	{ "endless domain name", ENDLESS_DOMAIN_NAME },
	{ "unknown kind", BAD_KIND },
	{ "negative kind", NEGATIVE_KIND },
	{ "no CPUs", NO_CPUS },
	{ "mult 0", ZERO_MULT },
	{ "shift above 32", LARGE_SHIFT },
	{ "range beyond 64 bits", LARGE_RANGE },
	{ "same kind and instance twice", SAME_TWICE },
};

FAKE_TABLE(bad, bad_cases);

static void bad_source_is_refused(struct kunit *test)
{
	const struct bad_case *c = test->param_value;
	struct energy_core *core = test->priv;
	struct fake_source *fs = source(test, "bad", 300);

	fake_domain_add(fs, ENERGY_DRAM, 0, 0, 2);
	spoil(fs, c->flaw);
	KUNIT_EXPECT_EQ(test, fake_source_register(test, fs), -EINVAL);
	KUNIT_EXPECT_TRUE(test, list_empty(&core->sources));
	KUNIT_EXPECT_TRUE(test, list_empty(&core->slots));
	expect_calls(test, fs, 0, 0);
	KUNIT_EXPECT_EQ(test, fs->nr_reads, 0U);
}

static void limits_that_are_allowed(struct kunit *test)
{
	struct fake_source *fs = source(test, "limits", -5);

	fake_domain_add(fs, ENERGY_DRAM, UINT_MAX, 0, 1);
	fs->dom[0].shift = 32;
	fs->dom[0].mult = U32_MAX;
	fs->dom[0].wrap_range = 1ULL << 32;
	fs->dom[1].wrap_range = U64_MAX;
	fs->dom[1].mult = 1;
	memset(fs->dom[1].name, 'x', sizeof(fs->dom[1].name) - 1);
	KUNIT_EXPECT_EQ(test, fake_source_register(test, fs), 0);
	fake_step(test, FAKE_S);
}

static void name_can_be_taken_once(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *first = source(test, "name", 100), *second = source(test, "name", 300);

	KUNIT_ASSERT_EQ(test, fake_source_register(test, first), 0);
	KUNIT_EXPECT_EQ(test, fake_source_register(test, second), -EBUSY);
	KUNIT_EXPECT_EQ(test, fake_source_register(test, first), -EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, chosen(test, ENERGY_PACKAGE), &first->src);
	expect_calls(test, second, 0, 0);
	KUNIT_EXPECT_TRUE(test, list_is_singular(&core->sources));
	fake_source_unregister(test, first);
	KUNIT_EXPECT_EQ(test, fake_source_register(test, second), 0);
}

static void highest_rating_wins(struct kunit *test)
{
	struct fake_source *low = source(test, "low", 100);
	struct fake_source *high = source(test, "high", 300);
	struct fake_source *middle = source(test, "middle", 200);

	KUNIT_ASSERT_EQ(test, fake_source_register(test, low), 0);
	KUNIT_EXPECT_PTR_EQ(test, chosen(test, ENERGY_PACKAGE), &low->src);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, high), 0);
	KUNIT_EXPECT_PTR_EQ(test, chosen(test, ENERGY_PACKAGE), &high->src);
	expect_calls(test, low, 1, 1);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, middle), 0);
	KUNIT_EXPECT_PTR_EQ(test, chosen(test, ENERGY_PACKAGE), &high->src);
	/* a loser is neither started nor read */
	expect_calls(test, middle, 0, 0);
	KUNIT_EXPECT_EQ(test, middle->nr_reads, 0U);

	fake_source_unregister(test, high);
	KUNIT_EXPECT_PTR_EQ(test, chosen(test, ENERGY_PACKAGE), &middle->src);
	expect_calls(test, high, 1, 1);
	fake_source_unregister(test, middle);
	KUNIT_EXPECT_PTR_EQ(test, chosen(test, ENERGY_PACKAGE), &low->src);
	expect_calls(test, middle, 1, 1);
	expect_calls(test, low, 2, 1);
	fake_source_unregister(test, low);
	KUNIT_EXPECT_NULL(test, chosen(test, ENERGY_PACKAGE));
	expect_calls(test, low, 2, 2);
}

static void first_of_equals_stays(struct kunit *test)
{
	struct fake_source *first = source(test, "first", 300);
	struct fake_source *second = source(test, "second", 300);

	KUNIT_ASSERT_EQ(test, fake_source_register(test, first), 0);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, second), 0);
	KUNIT_EXPECT_PTR_EQ(test, chosen(test, ENERGY_PACKAGE), &first->src);
	expect_calls(test, second, 0, 0);
}

static void choice_is_per_domain(struct kunit *test)
{
	struct fake_source *high = source(test, "high", 300);
	struct fake_source *low = source(test, "low", 200);

	fake_domain_add(low, ENERGY_PSYS, 0, 0, 4);
	fake_domain_add(high, ENERGY_DRAM, 0, 0, 2);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, low), 0);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, high), 0);
	KUNIT_EXPECT_PTR_EQ(test, chosen(test, ENERGY_PACKAGE), &high->src);
	KUNIT_EXPECT_PTR_EQ(test, chosen(test, ENERGY_DRAM), &high->src);
	KUNIT_EXPECT_PTR_EQ(test, chosen(test, ENERGY_PSYS), &low->src);
	expect_calls(test, low, 1, 0);
	fake_step(test, FAKE_S);
	fake_source_unregister(test, high);
	KUNIT_EXPECT_PTR_EQ(test, chosen(test, ENERGY_PACKAGE), &low->src);
	KUNIT_EXPECT_NULL(test, chosen(test, ENERGY_DRAM));
	expect_calls(test, low, 1, 0);
	fake_step(test, FAKE_S);
	/* what is gone is not read */
	expect_calls(test, high, 1, 1);
}

/* Last read of the loser, first of the winner, in one step; no delta between the two. */
static void hand_over_to_a_better_one(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *old = source(test, "old", 100), *new = source(test, "new", 300);
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	struct energy_books before;

	fake.offline[1] = true;
	old->raw[0] = 1000000;
	new->raw[0] = 5;
	new->dom[0].mult = 7000;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, old), 0);
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_source_use(old, 0, 30);
	fake_source_use(new, 0, 999);
	fake_step(test, 100 * FAKE_MS);
	fake_run(core, 0, a, 50 * FAKE_MS);
	fake_source_use(old, 0, 20);
	fake.now_ns += 50 * FAKE_MS;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, new), 0);
	fake_check(test);
	/* what the old one had counted until then is in the books */
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 50000ULL);
	KUNIT_EXPECT_EQ(test, core->books.live_nj, 50000ULL);
	before = core->books;

	fake_source_use(old, 0, 1000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_MEMEQ(test, &core->books, &before, sizeof(before));
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_source_use(new, 0, 1);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 57000ULL);
	expect_calls(test, old, 1, 1);
	expect_calls(test, new, 1, 0);
}

static void hand_over_when_one_goes(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *low = source(test, "low", 100), *high = source(test, "high", 300);
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	struct energy_slot *s;
	struct energy_books before;

	fake.offline[1] = true;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, low), 0);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, high), 0);
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_source_use(high, 0, 40);
	fake_source_use(low, 0, 12345);
	fake.now_ns += 100 * FAKE_MS;
	fake_source_unregister(test, high);
	fake_check(test);
	/* never loses joules that were counted */
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 40000ULL);
	KUNIT_EXPECT_EQ(test, core->books.live_nj, 40000ULL);
	s = fake_slot(core, ENERGY_PACKAGE, 0);
	KUNIT_EXPECT_EQ(test, s->base_raw, 12345ULL);
	before = core->books;
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_MEMEQ(test, &core->books, &before, sizeof(before));

	/* the last one goes: nobody measures, and what was measured stays */
	fake_source_use(low, 0, 2);
	fake.now_ns += 100 * FAKE_MS;
	fake_source_unregister(test, low);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 42000ULL);
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_source_use(low, 0, 1000);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 42000ULL);
	KUNIT_EXPECT_EQ(test, s->account.measured_nj, 42000ULL);
	KUNIT_EXPECT_NULL(test, s->src);

	/* and it may come back, to the same account */
	KUNIT_ASSERT_EQ(test, fake_source_register(test, low), 0);
	KUNIT_EXPECT_PTR_EQ(test, fake_slot(core, ENERGY_PACKAGE, 0), s);
	fake_source_use(low, 0, 3);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, s->account.measured_nj, 45000ULL);
	expect_calls(test, low, 3, 2);
}

/* A gap is open at the hand-over: what it used is lost, and nothing else. */
static void hand_over_in_a_gap(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *low = source(test, "low", 100), *high = source(test, "high", 300);
	struct fake_proc *a = fake_proc_new(test, 100, "a");

	fake.offline[1] = true;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, high), 0);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, low), 0);
	high->error[0] = -EIO;
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_source_use(high, 0, 40);
	fake_step(test, 100 * FAKE_MS);
	fake_source_unregister(test, high);
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 0)->lost_ns, 100 * FAKE_MS);
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_source_use(low, 0, 5);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 5000ULL);
	KUNIT_EXPECT_EQ(test, core->books.live_nj, 5000ULL);
}

/* The successor's first read fails: what the other one read is no baseline for it (rule 11). */
static void hand_over_to_one_that_fails(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *low = source(test, "low", 100), *high = source(test, "high", 300);

	KUNIT_ASSERT_EQ(test, fake_source_register(test, low), 0);
	high->raw[0] = 5000;
	high->error[0] = -EIO;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, high), 0);
	KUNIT_ASSERT_PTR_EQ(test, chosen(test, ENERGY_PACKAGE), &high->src);
	high->error[0] = 0;
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 0ULL);
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 0)->lost_ns, 100 * FAKE_MS);
	fake_source_use(high, 0, 7);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 7000ULL);
}

/* Less than a nanojoule in units of the one may be many in those of the other. */
static void hand_over_leaves_no_fraction(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *low = source(test, "low", 100), *high = source(test, "high", 300);

	low->dom[0].mult = 1;
	low->dom[0].shift = 10;
	low->dom[0].max_power_mw = 1;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, low), 0);
	fake_source_use(low, 0, 1023);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 0ULL);
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 0)->frac, 1023ULL);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, high), 0);
	fake_source_use(high, 0, 1);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 1000ULL);
}

static void source_that_does_not_start(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *good = source(test, "good", 100), *bad = source(test, "bad", 300);

	KUNIT_ASSERT_EQ(test, fake_source_register(test, good), 0);
	bad->start_error = -ENODEV;
	KUNIT_EXPECT_EQ(test, fake_source_register(test, bad), -EIO);
	KUNIT_EXPECT_PTR_EQ(test, chosen(test, ENERGY_PACKAGE), &good->src);
	KUNIT_EXPECT_TRUE(test, list_is_singular(&core->sources));
	expect_calls(test, bad, 1, 0);
	KUNIT_EXPECT_EQ(test, bad->nr_reads, 0U);
	expect_calls(test, good, 1, 0);
	fake_step(test, FAKE_S);
	/* it may try again */
	bad->start_error = 0;
	KUNIT_EXPECT_EQ(test, fake_source_register(test, bad), 0);
	KUNIT_EXPECT_PTR_EQ(test, chosen(test, ENERGY_PACKAGE), &bad->src);
	expect_calls(test, bad, 2, 0);
}

/* The next best does not start when it is needed: the one after it does. */
static void successor_that_does_not_start(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *high = source(test, "high", 300);
	struct fake_source *middle = source(test, "middle", 200);
	struct fake_source *low = source(test, "low", 100);

	KUNIT_ASSERT_EQ(test, fake_source_register(test, high), 0);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, middle), 0);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, low), 0);
	middle->start_error = -EBUSY;
	fake_source_unregister(test, high);
	KUNIT_EXPECT_PTR_EQ(test, chosen(test, ENERGY_PACKAGE), &low->src);
	expect_calls(test, middle, 1, 0);
	fake_source_use(low, 0, 9);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 9000ULL);
	fake_source_unregister(test, middle);
	expect_calls(test, middle, 1, 0);
	fake_source_unregister(test, low);
	fake_step(test, FAKE_S);
}

/* start() and stop() are optional. */
static void source_without_start_and_stop(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = source(test, "plain", 300);
	const struct energy_source_ops ops = { .read_domain = fs->src.ops->read_domain };

	fs->src.ops = &ops;
	fs->started = true;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	fake_source_use(fs, 0, 3);
	fake_step(test, FAKE_S);
	fake_source_unregister(test, fs);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 3000ULL);
}

/* More CPUs and more domains: what was there goes on, without a baseline. */
static void source_grows(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = source(test, "fs", 300), *more = source(test, "more", 300);
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 200, "b");
	struct energy_slot *s;

	fake_domain_add(more, ENERGY_PACKAGE, 1, 3, 1);
	__set_bit(2, cpumask_bits(&more->dom[0].cpus));
	more->raw[1] = 12345;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	s = fake_slot(core, ENERGY_PACKAGE, 0);
	fake_run(core, 0, a, 100 * FAKE_MS);
	fake_run(core, 1, a, 100 * FAKE_MS);
	fake_run(core, 2, b, 100 * FAKE_MS);
	fake_source_use(fs, 0, 40);
	fake_source_use(more, 0, 40);
	fake.now_ns += 100 * FAKE_MS;
	more->started = true;
	KUNIT_EXPECT_EQ(test, energy_registry_update(core, &fs->src, &more->src, fake.now_ns), 0);
	fake_check(test);
	/* what ran until then is settled as it was: CPU 2 had no counter */
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.energy_nj, 40000ULL);
	KUNIT_EXPECT_EQ(test, fake_record(test, b)->now.energy_nj, 0ULL);
	KUNIT_EXPECT_PTR_EQ(test, s->dom, &more->dom[0]);

	fake_run(core, 2, b, 100 * FAKE_MS);
	fake_run(core, 3, a, 100 * FAKE_MS);
	fake_source_use(more, 0, 30);
	fake_source_use(more, 1, 7);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, fake_record(test, b)->now.energy_nj, 10000ULL);
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.energy_nj, 47000ULL);
	KUNIT_EXPECT_EQ(test, s->account.measured_nj, 70000ULL);
	KUNIT_EXPECT_EQ(test, s->base_raw, 0ULL);
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 1)->base_raw, 12345ULL);
	KUNIT_EXPECT_PTR_EQ(test, fake_slot(core, ENERGY_PACKAGE, 1)->src, &fs->src);
	expect_calls(test, fs, 1, 0);
}

/* A domain that goes, and one whose scale changes, end there; both have their energy. */
static void source_shrinks_and_changes(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = source(test, "fs", 300), *less = source(test, "less", 300);

	fake_domain_add(fs, ENERGY_DRAM, 0, 0, 2);
	less->dom[0].mult = 2000;
	less->raw[0] = 777;
	less->started = true;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	fake_source_use(fs, 0, 40);
	fake_source_use(fs, 1, 5);
	KUNIT_EXPECT_EQ(test, energy_registry_update(core, &fs->src, &less->src, fake.now_ns), 0);
	fake_check(test);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 45000ULL);
	KUNIT_EXPECT_NULL(test, chosen(test, ENERGY_DRAM));
	KUNIT_EXPECT_PTR_EQ(test, chosen(test, ENERGY_PACKAGE), &fs->src);
	KUNIT_EXPECT_EQ(test, fake_slot(core, ENERGY_PACKAGE, 0)->base_raw, 777ULL);
	fake_source_use(less, 0, 1);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 47000ULL);
}

static void bad_update_changes_nothing(struct kunit *test)
{
	const struct bad_case *c = test->param_value;
	struct energy_core *core = test->priv;
	struct fake_source *fs = source(test, "fs", 300), *bad = source(test, "bad", 300);
	const struct energy_source before = fs->src;

	fake_domain_add(bad, ENERGY_DRAM, 0, 0, 2);
	spoil(bad, c->flaw);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	KUNIT_EXPECT_EQ(test, energy_registry_update(core, &fs->src, &bad->src, fake.now_ns),
			-EINVAL);
	KUNIT_EXPECT_PTR_EQ(test, fs->src.domains, before.domains);
	KUNIT_EXPECT_PTR_EQ(test, fs->src.priv, before.priv);
	KUNIT_EXPECT_EQ(test, fs->src.nr_domains, before.nr_domains);
	KUNIT_EXPECT_TRUE(test, list_is_singular(&core->slots));
	fake_source_use(fs, 0, 1);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 1000ULL);
}

static void slots_are_in_order(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = fake_source_new(test, "fs", 300);
	struct energy_slot *s, *last = NULL;
	unsigned int n = 0;

	fake_domain_add(fs, ENERGY_PSYS, 0, 0, 4);
	fake_domain_add(fs, ENERGY_PACKAGE, 1, 2, 2);
	fake_domain_add(fs, ENERGY_DRAM, 1, 2, 2);
	fake_domain_add(fs, ENERGY_CORE, 0, 0, 2);
	fake_domain_add(fs, ENERGY_DRAM, 0, 0, 2);
	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 2);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	list_for_each_entry(s, &core->slots, node) {
		if (last && last->kind == s->kind)
			KUNIT_EXPECT_LT(test, last->instance, s->instance);
		else if (last)
			KUNIT_EXPECT_LT(test, last->kind, s->kind);
		last = s;
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, 6U);
	KUNIT_EXPECT_STREQ(test, fake_slot(core, ENERGY_DRAM, 1)->name, "dram-1");
	KUNIT_EXPECT_EQ(test, core->nr_groups, 2U);
	KUNIT_EXPECT_EQ(test, core->cpu_group[0], core->cpu_group[1]);
	KUNIT_EXPECT_EQ(test, core->cpu_group[2], core->cpu_group[3]);
	KUNIT_EXPECT_NE(test, core->cpu_group[0], core->cpu_group[2]);
}

static struct kunit_case registry_cases[] = {
	KUNIT_CASE_PARAM(bad_source_is_refused, bad_gen_params),
	KUNIT_CASE(limits_that_are_allowed),
	KUNIT_CASE(name_can_be_taken_once),
	KUNIT_CASE(highest_rating_wins),
	KUNIT_CASE(first_of_equals_stays),
	KUNIT_CASE(choice_is_per_domain),
	KUNIT_CASE(hand_over_to_a_better_one),
	KUNIT_CASE(hand_over_when_one_goes),
	KUNIT_CASE(hand_over_in_a_gap),
	KUNIT_CASE(hand_over_to_one_that_fails),
	KUNIT_CASE(hand_over_leaves_no_fraction),
	KUNIT_CASE(source_that_does_not_start),
	KUNIT_CASE(successor_that_does_not_start),
	KUNIT_CASE(source_without_start_and_stop),
	KUNIT_CASE(source_grows),
	KUNIT_CASE(source_shrinks_and_changes),
	KUNIT_CASE_PARAM(bad_update_changes_nothing, bad_gen_params),
	KUNIT_CASE(slots_are_in_order),
	{}
};

static struct kunit_suite registry_suite = {
	.name = "energy_registry",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = registry_cases,
};

kunit_test_suite(registry_suite);
