// SPDX-License-Identifier: GPL-2.0-only
/* The record format and the header lines: exact text, hostile names, any buffer size. */
#include <kunit/test.h>
#include <linux/string.h>

#include "../export/header.h"
#include "../export/record.h"
#include "fake.h"

struct number_case {
	u64 v;
	const char *text;
};

static const struct number_case number_cases[] = {
	{ 0, "0" },
	{ 1, "1" },
	{ 9, "9" },
	{ 10, "10" },
	{ 99, "99" },
	{ 100, "100" },
	{ 4294967295ULL, "4294967295" },
	{ 4294967296ULL, "4294967296" },
	{ 9999999999999999999ULL, "9999999999999999999" },
	{ 10000000000000000000ULL, "10000000000000000000" },
	{ U64_MAX, "18446744073709551615" },
};

static void number_desc(const struct number_case *c, char *desc)
{
	strscpy(desc, c->text, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(number, number_cases, number_desc);

static void number(struct kunit *test)
{
	const struct number_case *c = test->param_value;
	char buf[ENERGY_U64_DIGITS + 1] = {};
	char *end = energy_put_u64(buf, c->v);

	KUNIT_EXPECT_STREQ(test, buf, c->text);
	KUNIT_EXPECT_PTR_EQ(test, end, buf + strlen(c->text));
}

/* Around every power of ten and of two, against printf. */
static void numbers_like_printf(struct kunit *test)
{
	char want[ENERGY_U64_DIGITS + 1], got[ENERGY_U64_DIGITS + 1];
	u64 ten = 1, v;
	unsigned int i;
	int off;

	for (i = 0; i < 64 + 20; i++) {
		for (off = -2; off <= 2; off++) {
			v = (i < 64 ? 1ULL << i : ten) + off;
			snprintf(want, sizeof(want), "%llu", v);
			*energy_put_u64(got, v) = '\0';
			KUNIT_ASSERT_STREQ(test, got, want);
		}
		if (i >= 64)
			ten *= 10;
	}
}

struct comm_case {
	const char *name;
	const char *comm;
	const char *escaped;
};

static const struct comm_case comm_cases[] = {
	{ "plain", "python3", "python3" },
	{ "empty", "", "" },
	{ "punctuation", "a-b_c.d:e/f[g]", "a-b_c.d:e/f[g]" },
	{ "space", "Web Content", "Web\\040Content" },
	{ "newline", "x\npid=1", "x\\012pid\\0751" },
	{ "a record of its own", "\npid=0 alive=1", "\\012pid\\0750\\040alive\\0751" },
	{ "backslash", "a\\b", "a\\134b" },
	{ "escape of an escape", "\\012", "\\134012" },
	{ "tab and carriage return", "\t\r", "\\011\\015" },
	{ "terminal escape", "\033[31m", "\\033[31m" },
	{ "DEL", "a\177b", "a\\177b" },
	{ "UTF-8", "\303\244", "\\303\\244" },
	{ "beyond ASCII", "\200\377", "\\200\\377" },
	{ "lowest and highest plain", "!~", "!~" },
	{ "unit separator", "\037", "\\037" },
};

FAKE_TABLE(comm, comm_cases);

static void comm_is_escaped(struct kunit *test)
{
	const struct comm_case *c = test->param_value;
	char buf[ENERGY_COMM_ESCAPED_MAX];

	KUNIT_EXPECT_EQ(test, energy_comm_escape(buf, sizeof(buf), c->comm), strlen(c->escaped));
	KUNIT_EXPECT_STREQ(test, buf, c->escaped);
}

/* A buffer that is too small: what fits, whole escapes only, a NUL, and nothing beyond. */
static void comm_is_cut_at_any_size(struct kunit *test)
{
	const struct comm_case *c = test->param_value;
	char buf[ENERGY_COMM_ESCAPED_MAX + 8];
	size_t size, len, full = strlen(c->escaped);

	for (size = 0; size <= full + 4; size++) {
		memset(buf, 0x5a, sizeof(buf));
		len = energy_comm_escape(buf, size, c->comm);
		KUNIT_EXPECT_NULL(test, memchr_inv(buf + size, 0x5a, sizeof(buf) - size));
		if (!size) {
			KUNIT_EXPECT_EQ(test, len, (size_t)0);
			continue;
		}
		KUNIT_ASSERT_LT(test, len, size);
		KUNIT_EXPECT_EQ(test, buf[len], '\0');
		KUNIT_EXPECT_EQ(test, memcmp(buf, c->escaped, len), 0);
		if (size > full)
			KUNIT_EXPECT_EQ(test, len, full);
		/* the rest begins with a character or an escape, not inside one */
		if (len >= 1)
			KUNIT_EXPECT_NE(test, buf[len - 1], '\\');
		if (len >= 2)
			KUNIT_EXPECT_NE(test, buf[len - 2], '\\');
		if (len >= 3)
			KUNIT_EXPECT_NE(test, buf[len - 3], '\\');
	}
}

/* No byte can forge a field or a line, whatever it is. */
static void comm_of_every_byte(struct kunit *test)
{
	char buf[ENERGY_COMM_ESCAPED_MAX], comm[2] = {}, want[8];
	unsigned int c;

	for (c = 1; c < 256; c++) {
		comm[0] = c;
		if (c > ' ' && c < 0x7f && c != '=' && c != '\\')
			snprintf(want, sizeof(want), "%c", c);
		else
			snprintf(want, sizeof(want), "\\%03o", c);
		energy_comm_escape(buf, sizeof(buf), comm);
		KUNIT_EXPECT_STREQ(test, buf, want);
	}
}

static const struct energy_record example = {
	.pid = 3187,
	.alive = 1,
	.values = {
		.use = {
			.cpu_ns = 285931257,
			.instructions = 8952846,
			.wakeups = 14,
			.rx_parts = 22ULL * ENERGY_RX_ONE,
			.tx = 17,
		},
		.mem = 10485760,
		.score_nj = 12457999,
		.energy_nj = 10231999,
	},
	.window_alive = 1,
	.window = {
		.use = {
			.cpu_ns = 1,
			.instructions = 2,
			.wakeups = 3,
			.diski = 4,
			.disko = 5,
			.rx_parts = 6ULL * ENERGY_RX_ONE,
			.tx = 7,
		},
		.mem = 8,
		.score_nj = 9000,
		.energy_nj = 10000,
	},
	.comm = "python3",
};

#define EXAMPLE_FIELDS \
	"pid=3187 energy=12.457 alive=1 kernel=0 cpu_ns=285931257 mem=10485760 " \
	"instructions=8952846 wakeups=14 diski=0 disko=0 rx=22 tx=17 energy_uj=10231 "

static char *buffer(struct kunit *test)
{
	char *buf = kunit_kzalloc(test, 2 * ENERGY_HEADER_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	return buf;
}

static void line(struct kunit *test)
{
	char *buf = buffer(test);
	size_t len = energy_record_format(buf, ENERGY_RECORD_MAX, &example, false);

	KUNIT_EXPECT_STREQ(test, buf, EXAMPLE_FIELDS "comm=python3\n");
	KUNIT_EXPECT_EQ(test, len, strlen(buf));
}

static void line_with_details(struct kunit *test)
{
	char *buf = buffer(test);
	size_t len = energy_record_format(buf, ENERGY_RECORD_DETAIL_MAX, &example, true);

	KUNIT_EXPECT_STREQ(test, buf,
			   EXAMPLE_FIELDS "energy_nj=10231999 window_energy=0.009 "
			   "window_alive=1 window_cpu_ns=1 window_mem=8 window_instructions=2 "
			   "window_wakeups=3 window_diski=4 window_disko=5 window_rx=6 "
			   "window_tx=7 window_energy_uj=10 window_energy_nj=10000 "
			   "comm=python3\n");
	KUNIT_EXPECT_EQ(test, len, strlen(buf));
}

static void line_of_a_hostile_name(struct kunit *test)
{
	struct energy_record r = { .pid = 5, .comm = "x\npid=1 alive=" };
	char *buf = buffer(test);

	energy_record_format(buf, ENERGY_RECORD_MAX, &r, false);
	KUNIT_EXPECT_PTR_EQ(test, strchr(buf, '\n'), buf + strlen(buf) - 1);
	KUNIT_EXPECT_STREQ(test, strstr(buf, "comm="), "comm=x\\012pid\\0751\\040alive\\075\n");
}

struct decimals_case {
	u64 nj;
	const char *name;
};

static const struct decimals_case decimals_cases[] = {
	{ 0, "0.000" },
	{ 999, "0.000" },
	{ 1000, "0.001" },
	{ 10000, "0.010" },
	{ 999999, "0.999" },
	{ 1000000, "1.000" },
	{ 12457000, "12.457" },
	{ U64_MAX, "18446744073709.551" },
};

FAKE_TABLE(decimals, decimals_cases);

static void three_decimals(struct kunit *test)
{
	const struct decimals_case *c = test->param_value;
	struct energy_record r = { .values.score_nj = c->nj };
	char *buf = buffer(test), *field;

	energy_record_format(buf, ENERGY_RECORD_MAX, &r, false);
	field = strstr(buf, " energy=");
	KUNIT_ASSERT_NOT_NULL(test, field);
	field += strlen(" energy=");
	*strchrnul(field, ' ') = '\0';
	KUNIT_EXPECT_STREQ(test, field, c->name);
}

static void packets_are_rounded(struct kunit *test)
{
	static const struct {
		u64 parts;
		const char *field;
	} cases[] = {
		{ 0, " rx=0 " },
		{ ENERGY_RX_ONE / 2 - 1, " rx=0 " },
		{ ENERGY_RX_ONE / 2, " rx=1 " },
		{ 3ULL * ENERGY_RX_ONE - 1, " rx=3 " },
		{ 3ULL * ENERGY_RX_ONE, " rx=3 " },
		{ U64_MAX, " rx=17592186044416 " },
	};
	char *buf = buffer(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct energy_record r = { .values.use.rx_parts = cases[i].parts };

		energy_record_format(buf, ENERGY_RECORD_MAX, &r, false);
		KUNIT_EXPECT_NOT_NULL(test, strstr(buf, cases[i].field));
	}
}

/* Every number at its largest, every character escaped. */
static void longest_line_fits(struct kunit *test)
{
	struct energy_record r;
	char *buf = buffer(test);
	size_t len;

	memset(&r, 0xff, sizeof(r));
	r.comm[TASK_COMM_LEN - 1] = '\0';
	len = energy_record_format(buf, ENERGY_RECORD_MAX, &r, false);
	KUNIT_EXPECT_GT(test, len, (size_t)0);
	KUNIT_EXPECT_LT(test, len, (size_t)ENERGY_RECORD_MAX);
	KUNIT_EXPECT_NULL(test, memchr_inv(buf + ENERGY_RECORD_MAX, 0, ENERGY_HEADER_MAX));
	len = energy_record_format(buf, ENERGY_RECORD_DETAIL_MAX, &r, true);
	KUNIT_EXPECT_GT(test, len, (size_t)0);
	KUNIT_EXPECT_LT(test, len, (size_t)ENERGY_RECORD_DETAIL_MAX);
	KUNIT_EXPECT_NULL(test, memchr_inv(buf + ENERGY_RECORD_DETAIL_MAX, 0, ENERGY_HEADER_MAX));
}

static void line_does_not_fit(struct kunit *test)
{
	char *buf = buffer(test);
	size_t size;

	for (size = 0; size < ENERGY_RECORD_DETAIL_MAX; size++) {
		if (size < ENERGY_RECORD_MAX)
			KUNIT_EXPECT_EQ(test, energy_record_format(buf, size, &example, false),
					(size_t)0);
		KUNIT_EXPECT_EQ(test, energy_record_format(buf, size, &example, true), (size_t)0);
	}
	KUNIT_EXPECT_NULL(test, memchr_inv(buf, 0, ENERGY_HEADER_MAX));
}

static const struct energy_header header_example = {
	.live = {
		.timestamp_ns = 123456789,
		.iterations = 42,
		.books = {
			.measured_nj = 15999, .live_nj = 1, .exited_nj = 2000,
			.unattributed_nj = 3000, .idle_nj = 4000, .pending_nj = 5000,
		},
		.kind_nj = { 10000, 20000, 30000, 40000, 50000, 60000 },
		.kinds = BIT(ENERGY_PACKAGE) | BIT(ENERGY_DRAM),
		.source = "rapl_msr",
		.source_kind = "measured",
		.gen = 7,
	},
	.window = { .timestamp_ns = 123, .gen = 6, .iterations = 41 },
	.sample_ns = 100000000,
	.window_ns = 1000000000,
};

static void header_of_all(struct kunit *test)
{
	char *buf = buffer(test);
	size_t len = energy_header_format(buf, ENERGY_HEADER_MAX, &header_example,
					  ENERGY_HEADER_LIVE);

	KUNIT_EXPECT_STREQ(test, buf,
			   "timestamp=123456789\n"
			   "iterations=42\n"
			   "sample_ns=100000000\n"
			   "window_ns=1000000000\n"
			   "rapl_core_sum_uj=20\n"
			   "rapl_psys_sum_uj=50\n"
			   "rapl_package_sum_uj=10\n"
			   "rapl_uncore_sum_uj=30\n"
			   "rapl_dram_sum_uj=40\n"
			   "vm_sum_uj=60\n"
			   "idle_uj=4\n"
			   "unattributed_uj=3\n"
			   "exited_uj=2\n"
			   "pending_uj=5\n"
			   "measured_uj=15\n"
			   "domains=package,dram\n"
			   "source=rapl_msr\n"
			   "source_kind=measured\n"
			   "window=7\n"
			   "estimated=0\n");
	KUNIT_EXPECT_EQ(test, len, strlen(buf));
}

static void header_of_a_window(struct kunit *test)
{
	char *buf = buffer(test);

	energy_header_format(buf, ENERGY_HEADER_MAX, &header_example, ENERGY_HEADER_WINDOW);
	KUNIT_EXPECT_STREQ(test, buf, "timestamp=123\nwindow_ns=1000000000\nwindow=6\n");
}

static void header_of_nothing(struct kunit *test)
{
	static const struct energy_header none;
	char *buf = buffer(test);

	energy_header_format(buf, ENERGY_HEADER_MAX, &none, ENERGY_HEADER_LIVE);
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, "\ndomains=none\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, "\nsource=none\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, "\nsource_kind=none\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, "\nestimated=0\n"));
}

static void header_of_an_estimate(struct kunit *test)
{
	static const struct energy_header h = {
		.live = { .source_kind = "model", .estimated = 1 },
	};
	char *buf = buffer(test);

	energy_header_format(buf, ENERGY_HEADER_MAX, &h, ENERGY_HEADER_LIVE);
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, "\nestimated=1\n"));
}

static void longest_header_fits(struct kunit *test)
{
	struct energy_header *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	char *buf = buffer(test);
	size_t len;

	KUNIT_ASSERT_NOT_NULL(test, h);
	memset(h, 0xff, sizeof(*h));
	h->live.source_kind = "measured";
	h->window.source_kind = "measured";
	memset(h->live.source, 'x', sizeof(h->live.source));
	len = energy_header_format(buf, ENERGY_HEADER_MAX, h, UINT_MAX);
	KUNIT_EXPECT_GT(test, len, (size_t)0);
	KUNIT_EXPECT_LT(test, len, (size_t)ENERGY_HEADER_MAX);
	KUNIT_EXPECT_NULL(test, memchr_inv(buf + ENERGY_HEADER_MAX, 0, ENERGY_HEADER_MAX));
	KUNIT_EXPECT_EQ(test, energy_header_format(buf, ENERGY_HEADER_MAX - 1, h, UINT_MAX),
			(size_t)0);
}

static void names_of_kinds(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, energy_kind_name(ENERGY_PACKAGE), "package");
	KUNIT_EXPECT_STREQ(test, energy_kind_name(ENERGY_CORE), "core");
	KUNIT_EXPECT_STREQ(test, energy_kind_name(ENERGY_UNCORE), "uncore");
	KUNIT_EXPECT_STREQ(test, energy_kind_name(ENERGY_DRAM), "dram");
	KUNIT_EXPECT_STREQ(test, energy_kind_name(ENERGY_PSYS), "psys");
	KUNIT_EXPECT_STREQ(test, energy_kind_name(ENERGY_VM), "vm");
	KUNIT_EXPECT_STREQ(test, energy_kind_name(ENERGY_NR_KINDS), "?");
}

static struct kunit_case record_cases[] = {
	KUNIT_CASE_PARAM(number, number_gen_params),
	KUNIT_CASE(numbers_like_printf),
	KUNIT_CASE_PARAM(comm_is_escaped, comm_gen_params),
	KUNIT_CASE_PARAM(comm_is_cut_at_any_size, comm_gen_params),
	KUNIT_CASE(comm_of_every_byte),
	KUNIT_CASE(line),
	KUNIT_CASE(line_with_details),
	KUNIT_CASE(line_of_a_hostile_name),
	KUNIT_CASE_PARAM(three_decimals, decimals_gen_params),
	KUNIT_CASE(packets_are_rounded),
	KUNIT_CASE(longest_line_fits),
	KUNIT_CASE(line_does_not_fit),
	KUNIT_CASE(header_of_all),
	KUNIT_CASE(header_of_a_window),
	KUNIT_CASE(header_of_nothing),
	KUNIT_CASE(header_of_an_estimate),
	KUNIT_CASE(longest_header_fits),
	KUNIT_CASE(names_of_kinds),
	{}
};

static struct kunit_suite record_suite = {
	.name = "energy_record",
	.test_cases = record_cases,
};

kunit_test_suite(record_suite);
