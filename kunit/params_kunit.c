// SPDX-License-Identifier: GPL-2.0-only
/* The parameters: every edge of every range, and that a refusal changes nothing. */
#include <kunit/test.h>

#include "../core/params.h"
#include "fake.h"

struct range_case {
	const char *name;
	u64 value;
	int ret;
};

static const struct range_case sample_cases[] = {
	{ "0", 0, -ERANGE },
	{ "below 1 ms", 999999, -ERANGE },
	{ "1 ms", 1000000, 0 },
	{ "default", 100000000, 0 },
	{ "10 s", 10000000000ULL, 0 },
	{ "above 10 s", 10000000001ULL, -ERANGE },
	{ "largest", U64_MAX, -ERANGE },
};

FAKE_TABLE(sample, sample_cases);

static const struct range_case window_cases[] = {
	{ "0", 0, -ERANGE },
	{ "below 100 ms", 99999999, -ERANGE },
	{ "100 ms", 100000000, 0 },
	{ "default", 1000000000, 0 },
	{ "1 h", 3600000000000ULL, 0 },
	{ "above 1 h", 3600000000001ULL, -ERANGE },
	{ "largest", U64_MAX, -ERANGE },
};

FAKE_TABLE(window, window_cases);

static const struct range_case weight_cases[] = {
	{ "0", 0, 0 },
	{ "1", 1, 0 },
	{ "largest", ENERGY_WEIGHT_MAX, 0 },
	{ "above", ENERGY_WEIGHT_MAX + 1ULL, -ERANGE },
	{ "beyond 32 bits", 1ULL << 32, -ERANGE },
	{ "beyond 32 bits, low half within", (1ULL << 32) + 5, -ERANGE },
	{ "as -1", U64_MAX, -ERANGE },
};

FAKE_TABLE(weight, weight_cases);

static void defaults(struct kunit *test)
{
	const struct energy_params p = ENERGY_PARAMS_INIT;
	const struct energy_weights w = { .cpu_ns = 1000 };

	KUNIT_EXPECT_EQ(test, p.sample_ns, 100000000ULL);
	KUNIT_EXPECT_EQ(test, p.window_ns, 1000000000ULL);
	KUNIT_EXPECT_MEMEQ(test, &p.weights, &w, sizeof(w));
	KUNIT_EXPECT_EQ(test, energy_params_check(&p), 0);
}

static void sample_ns_range(struct kunit *test)
{
	const struct range_case *c = test->param_value;
	struct energy_params p = ENERGY_PARAMS_INIT, want;

	p.window_ns = ENERGY_WINDOW_NS_MAX;
	want = p;
	if (!c->ret)
		want.sample_ns = c->value;
	KUNIT_EXPECT_EQ(test, energy_params_set_sample_ns(&p, c->value, true), c->ret);
	KUNIT_EXPECT_MEMEQ(test, &p, &want, sizeof(p));
}

static void window_ns_range(struct kunit *test)
{
	const struct range_case *c = test->param_value;
	struct energy_params p = ENERGY_PARAMS_INIT, want;

	p.sample_ns = ENERGY_SAMPLE_NS_MIN;
	want = p;
	if (!c->ret)
		want.window_ns = c->value;
	KUNIT_EXPECT_EQ(test, energy_params_set_window_ns(&p, c->value, true), c->ret);
	KUNIT_EXPECT_MEMEQ(test, &p, &want, sizeof(p));
}

static void weight_range(struct kunit *test)
{
	const struct range_case *c = test->param_value;
	u32 weight = 77;

	KUNIT_EXPECT_EQ(test, energy_params_set_weight(&weight, c->value), c->ret);
	KUNIT_EXPECT_EQ(test, weight, c->ret ? 77 : (u32)c->value);
}

static void window_is_never_shorter_than_a_sample(struct kunit *test)
{
	struct energy_params p = ENERGY_PARAMS_INIT, before;

	KUNIT_EXPECT_EQ(test, energy_params_set_sample_ns(&p, 1000000000, true), 0);
	before = p;
	KUNIT_EXPECT_EQ(test, energy_params_set_sample_ns(&p, 1000000001, true), -ERANGE);
	KUNIT_EXPECT_EQ(test, energy_params_set_window_ns(&p, 999999999, true), -ERANGE);
	KUNIT_EXPECT_MEMEQ(test, &p, &before, sizeof(p));

	KUNIT_EXPECT_EQ(test, energy_params_set_window_ns(&p, 2000000000, true), 0);
	KUNIT_EXPECT_EQ(test, energy_params_set_sample_ns(&p, 2000000000, true), 0);
	KUNIT_EXPECT_EQ(test, energy_params_set_window_ns(&p, 1999999999, true), -ERANGE);
	KUNIT_EXPECT_EQ(test, energy_params_set_sample_ns(&p, 1000000, true), 0);
	KUNIT_EXPECT_EQ(test, energy_params_set_window_ns(&p, 100000000, true), 0);
	KUNIT_EXPECT_EQ(test, p.sample_ns, 1000000ULL);
	KUNIT_EXPECT_EQ(test, p.window_ns, 100000000ULL);
}

/* While a module is loaded its parameters come in any order. */
static void load_checks_the_whole_set(struct kunit *test)
{
	struct energy_params p = ENERGY_PARAMS_INIT;

	KUNIT_EXPECT_EQ(test, energy_params_set_sample_ns(&p, 5000000000ULL, false), 0);
	KUNIT_EXPECT_EQ(test, energy_params_check(&p), -ERANGE);
	KUNIT_EXPECT_EQ(test, energy_params_set_window_ns(&p, 4000000000ULL, false), 0);
	KUNIT_EXPECT_EQ(test, energy_params_check(&p), -ERANGE);
	KUNIT_EXPECT_EQ(test, energy_params_set_window_ns(&p, 5000000000ULL, false), 0);
	KUNIT_EXPECT_EQ(test, energy_params_check(&p), 0);
	/* the ranges hold then too */
	KUNIT_EXPECT_EQ(test, energy_params_set_sample_ns(&p, 1, false), -ERANGE);
	KUNIT_EXPECT_EQ(test, energy_params_set_window_ns(&p, 1, false), -ERANGE);
}

static void weights_are_copied_in_full(struct kunit *test)
{
	struct energy_params p = { .weights = { 1, 2, 3, 4, 5, 6, 7, 8 } };
	struct energy_weights w = {};

	energy_params_weights(&p, &w);
	KUNIT_EXPECT_MEMEQ(test, &w, &p.weights, sizeof(w));
}

struct name_case {
	const char *name;
	const char *source;
	bool ok;
};

static const struct name_case name_cases[] = {
	{ "plain", "rapl_msr", true },
	{ "all that is plain", "A.z-0_9", true },
	{ "longest", "a-name-of-thirty-one-characters", true },
	{ "too long", "a-name-of-thirty-two-characters-", false },
	{ "empty", "", false },
	{ "none", NULL, false },
	{ "comma", "a,b", false },
	{ "equals sign", "a=b", false },
	{ "line end", "a\n", false },
	{ "not ASCII", "\xe9", false },
};

FAKE_TABLE(name, name_cases);

static void names_of_sources(struct kunit *test)
{
	const struct name_case *c = test->param_value;
	struct energy_params p = ENERGY_PARAMS_INIT;

	KUNIT_EXPECT_EQ(test, energy_source_name_ok(c->source), c->ok);
	KUNIT_EXPECT_EQ(test, energy_params_set_source(&p, c->source), c->ok ? 0 : -EINVAL);
	KUNIT_EXPECT_STREQ(test, p.source, c->ok ? c->source : "auto");
}

struct text_case {
	const char *name;
	const char *text;
	int ret;
	u64 value;
};

static const struct text_case text_cases[] = {
	{ "decimal", "200000000", 0, 200000000 },
	{ "with the newline of echo", "200000000\n", 0, 200000000 },
	{ "hexadecimal", "0xbebc200", 0, 200000000 },
	{ "nothing", "", -EINVAL, 0 },
	{ "a newline", "\n", -EINVAL, 0 },
	{ "a unit", "1s", -EINVAL, 0 },
	{ "negative", "-1", -EINVAL, 0 },
	{ "a space behind it", "200000000 ", -EINVAL, 0 },
	{ "more than 64 bits", "18446744073709551616", -ERANGE, 0 },
	{ "too small", "0", -ERANGE, 0 },
	{ "too large", "20000000000000", -ERANGE, 0 },
};

FAKE_TABLE(text, text_cases);

/* What an administrator writes into /sys/module/energy_core/parameters/. */
static void text(struct kunit *test)
{
	const struct text_case *c = test->param_value;
	struct energy_core *core = test->priv;
	const struct kernel_param sample_ns = { .arg = &core->params.sample_ns };
	const struct kernel_param window_ns = { .arg = &core->params.window_ns };
	struct energy_params want = core->params;

	KUNIT_EXPECT_EQ(test, energy_param_sample_ns_ops.set(c->text, &sample_ns), c->ret);
	if (!c->ret)
		want.sample_ns = c->value;
	KUNIT_EXPECT_MEMEQ(test, &core->params, &want, sizeof(want));
	KUNIT_EXPECT_EQ(test, energy_param_window_ns_ops.set(c->text, &window_ns), c->ret);
	if (!c->ret)
		want.window_ns = c->value;
	KUNIT_EXPECT_MEMEQ(test, &core->params, &want, sizeof(want));
}

struct list_case {
	const char *name;
	const char *text;
	int ret;
	const char *shown;
	u32 uw[4];
};

static const struct list_case list_cases[] = {
	{ "one", "5000000", 0, "5000000\n", { 5000000 } },
	{ "with the newline of echo", "5000000\n", 0, "5000000\n", { 5000000 } },
	{ "two", "5000000,6000000", 0, "5000000,6000000\n", { 5000000, 6000000 } },
	{ "the second alone", "0,6000000\n", 0, "0,6000000\n", { 0, 6000000 } },
	{ "hexadecimal", "0x10,1", 0, "16,1\n", { 16, 1 } },
	{ "largest", "0,0,0,1000000000", 0, "0,0,0,1000000000\n", { 0, 0, 0, 1000000000 } },
	{ "none", "0", 0, "0\n", { } },
	{ "too large", "1000000001", -ERANGE },
	{ "too large, behind a good one", "5,1000000001", -ERANGE },
	{ "beyond 32 bits", "4294967301", -ERANGE },
	{ "beyond 64 bits", "18446744073709551616", -ERANGE },
	{ "nothing", "", -EINVAL },
	{ "a newline", "\n", -EINVAL },
	{ "a comma", ",", -EINVAL },
	{ "nothing at the end", "5,", -EINVAL },
	{ "nothing in the middle", "5,,6", -EINVAL },
	{ "negative", "5,-1", -EINVAL },
	{ "a space", "5, 6", -EINVAL },
	{ "a newline in the middle", "5\n6", -EINVAL },
	{ "no number", "5,x", -EINVAL },
	{ "an endless one", "5,000000000000000000000000000000000000001", -EINVAL },
};

FAKE_TABLE(list, list_cases);

static void list_of_idle_powers(struct kunit *test)
{
	const struct list_case *c = test->param_value;
	struct energy_core *core = test->priv;
	const struct kernel_param kp = { .arg = core->params.idle_uw };
	struct energy_params want = core->params;
	char *shown = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, shown);
	want.idle_uw[1] = 77;
	want.idle_uw[3] = 78;
	want.nr_idle_uw = 4;
	KUNIT_EXPECT_EQ(test, energy_param_idle_uw_ops.set("0,77,0,78", &kp), 0);
	KUNIT_EXPECT_MEMEQ(test, &core->params, &want, sizeof(want));

	KUNIT_EXPECT_EQ(test, energy_param_idle_uw_ops.set(c->text, &kp), c->ret);
	if (!c->ret) {
		memcpy(want.idle_uw, c->uw, sizeof(c->uw));
		want.nr_idle_uw = core->params.nr_idle_uw;
	}
	KUNIT_EXPECT_MEMEQ(test, &core->params, &want, sizeof(want));
	KUNIT_EXPECT_EQ(test, energy_param_idle_uw_ops.get(shown, &kp), (int)strlen(shown));
	KUNIT_EXPECT_STREQ(test, shown, c->ret ? "0,77,0,78\n" : c->shown);
}

/* As many packages as there can be, and one more. */
static void longest_list_of_idle_powers(struct kunit *test)
{
	struct energy_core *core = test->priv;
	const struct kernel_param kp = { .arg = core->params.idle_uw };
	char *text = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	char *shown = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	unsigned int i, n = 0;

	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_ASSERT_NOT_NULL(test, shown);
	for (i = 0; i < ENERGY_IDLE_PACKAGES; i++)
		n += scnprintf(text + n, PAGE_SIZE - n, "%s%u", i ? "," : "", 999999900 + i);
	KUNIT_EXPECT_EQ(test, energy_param_idle_uw_ops.set(text, &kp), 0);
	strlcat(text, "\n", PAGE_SIZE);
	energy_param_idle_uw_ops.get(shown, &kp);
	KUNIT_EXPECT_STREQ(test, shown, text);
	strscpy(text + n, ",1", 3);
	KUNIT_EXPECT_EQ(test, energy_param_idle_uw_ops.set(text, &kp), -ERANGE);
	KUNIT_EXPECT_EQ(test, core->params.idle_uw[0], 999999900U);
}

static void text_of_weights(struct kunit *test)
{
	struct energy_core *core = test->priv;
	const struct kernel_param kp = { .arg = &core->params.weights.wakeups };
	struct energy_weights want = core->params.weights;

	KUNIT_EXPECT_EQ(test, energy_param_weight_ops.set("1000000000", &kp), 0);
	want.wakeups = 1000000000;
	KUNIT_EXPECT_MEMEQ(test, &core->params.weights, &want, sizeof(want));
	KUNIT_EXPECT_EQ(test, energy_param_weight_ops.set("1000000001", &kp), -ERANGE);
	KUNIT_EXPECT_EQ(test, energy_param_weight_ops.set("1.5", &kp), -EINVAL);
	KUNIT_EXPECT_EQ(test, energy_param_weight_ops.set("-1", &kp), -EINVAL);
	KUNIT_EXPECT_MEMEQ(test, &core->params.weights, &want, sizeof(want));
}

struct source_case {
	const char *name;
	const char *text;
	int ret;
	const char *shown;
};

static const struct source_case source_cases[] = {
	{ "a name", "rapl_msr", 0, "rapl_msr\n" },
	{ "with the newline of echo", "rapl_msr\n", 0, "rapl_msr\n" },
	{ "auto", "auto\n", 0, "auto\n" },
	{ "longest", "a-name-of-thirty-one-characters", 0, "a-name-of-thirty-one-characters\n" },
	{ "too long", "a-name-of-thirty-two-characters-", -EINVAL, "fs\n" },
	{ "much too long", "a-name-that-is-longer-than-any-buffer-that-it-could-be-put-into",
	  -EINVAL, "fs\n" },
	{ "nothing", "", -EINVAL, "fs\n" },
	{ "a newline", "\n", -EINVAL, "fs\n" },
	{ "two lines", "rapl_msr\nauto", -EINVAL, "fs\n" },
	{ "two newlines", "auto\n\n", -EINVAL, "fs\n" },
};

FAKE_TABLE(source, source_cases);

/* At load, when there are no sources yet, and what is read back then. */
static void source_at_load(struct kunit *test)
{
	const struct source_case *c = test->param_value;
	struct energy_core *core = test->priv;
	const struct kernel_param source = { .arg = core->params.source };
	char *buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, energy_param_source_ops.set("fs", &source), 0);
	KUNIT_EXPECT_EQ(test, energy_param_source_ops.set(c->text, &source), c->ret);
	KUNIT_EXPECT_EQ(test, energy_param_source_ops.get(buf, &source), (int)strlen(c->shown));
	KUNIT_EXPECT_STREQ(test, buf, c->shown);
}

/* Once there are samples it reads as what is read, whatever was asked for. */
static void source_reads_as_what_is_read(struct kunit *test)
{
	struct energy_core *core = test->priv;
	const struct kernel_param source = { .arg = core->params.source };
	struct fake_source *fs = fake_source_new(test, "counters", 300);
	char *buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, FAKE_CPUS);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	fake_step(test, 100 * FAKE_MS);
	core->running = true;
	energy_param_source_ops.get(buf, &source);
	core->running = false;
	KUNIT_EXPECT_STREQ(test, buf, "counters\n");
	KUNIT_EXPECT_STREQ(test, core->params.source, "auto");
}

static struct kunit_case params_cases[] = {
	KUNIT_CASE(defaults),
	KUNIT_CASE_PARAM(sample_ns_range, sample_gen_params),
	KUNIT_CASE_PARAM(window_ns_range, window_gen_params),
	KUNIT_CASE_PARAM(names_of_sources, name_gen_params),
	KUNIT_CASE_PARAM(weight_range, weight_gen_params),
	KUNIT_CASE(window_is_never_shorter_than_a_sample),
	KUNIT_CASE(load_checks_the_whole_set),
	KUNIT_CASE(weights_are_copied_in_full),
	KUNIT_CASE_PARAM(text, text_gen_params),
	KUNIT_CASE(text_of_weights),
	KUNIT_CASE_PARAM(list_of_idle_powers, list_gen_params),
	KUNIT_CASE(longest_list_of_idle_powers),
	KUNIT_CASE_PARAM(source_at_load, source_gen_params),
	KUNIT_CASE(source_reads_as_what_is_read),
	{}
};

static struct kunit_suite params_suite = {
	.name = "energy_params",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = params_cases,
};

kunit_test_suite(params_suite);
