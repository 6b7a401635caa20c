// SPDX-License-Identifier: GPL-2.0-only
/* vRAPL lines in the kernel; tools/vrapl/tests has the same header in user space. */
#include <linux/prandom.h>

#include "../sources/vrapl_line.h"
#include "fake.h"

#define HEAD "vrapl=1 seq=42 epoch=9f3c0a1be2d45786 time_ns=123456789000 "
#define GOOD								\
	HEAD "interval_ns=1000000000 energy_uj=617250123 "		\
	"power_w=12.345000 method=attributed confidence=0.950000 "

/* @text has its checksum, "%" stands for the right one. */
struct line_case {
	const char *name;
	const char *text;
	enum vrapl_verdict verdict;
};

#define TAIL " power_w=1 method=m confidence=1 %"
#define ENERGY(value) HEAD "interval_ns=1 energy_uj=" value TAIL
#define POWER(value) HEAD "interval_ns=1 energy_uj=1 power_w=" value " method=m confidence=1 %"
#define METHOD(value) HEAD "interval_ns=1 energy_uj=1 power_w=1 method=" value " confidence=1 %"
#define TRUST(value) HEAD "interval_ns=1 energy_uj=1 power_w=1 method=m confidence=" value " %"

static const struct line_case line_cases[] = {
	{ "the protocol's example", GOOD "crc=cc7acfa4", VRAPL_GOOD },
	{ "the same, checksum made here", GOOD "%", VRAPL_GOOD },
	{ "unknown fields before the checksum", GOOD "zone=a,B:/ x-1=~ %", VRAPL_GOOD },
	{ "no decimals", POWER("12"), VRAPL_GOOD },
	{ "one decimal", POWER("0.5"), VRAPL_GOOD },
	{ "the largest energy", ENERGY("18446744073709551615"), VRAPL_GOOD },
	{ "confidence is sure", TRUST("1.000000"), VRAPL_GOOD },
	{ "nothing", "", VRAPL_SYNTAX },
	{ "something else", "hello", VRAPL_SYNTAX },
	{ "no version", "vrapl= seq=1 %", VRAPL_SYNTAX },
	{ "version 0", "vrapl=0 seq=1 %", VRAPL_UNSUPPORTED },
	{ "version 2, and no more is known of it", "vrapl=2 whatever", VRAPL_UNSUPPORTED },
	{ "version 11", "vrapl=11 seq=1 %", VRAPL_UNSUPPORTED },
	{ "version is negative", "vrapl=-1 seq=1 %", VRAPL_NEGATIVE },
	{ "the version alone", "vrapl=1 %", VRAPL_SYNTAX },
	{ "the version alone, and a space", "vrapl=1  %", VRAPL_SYNTAX },
	{ "wrong checksum", GOOD "crc=cc7acfa5", VRAPL_CHECKSUM },
	{ "checksum in upper case", GOOD "crc=CC7ACFA4", VRAPL_SYNTAX },
	{ "short checksum", GOOD "crc=c7acfa4", VRAPL_SYNTAX },
	{ "no checksum", GOOD, VRAPL_SYNTAX },
	{ "something after it", GOOD "crc=cc7acfa4 ", VRAPL_SYNTAX },
	{ "a carriage return after it", GOOD "crc=cc7acfa4\r", VRAPL_SYNTAX },
	{ "energy is negative", ENERGY("-5"), VRAPL_NEGATIVE },
	{ "power is negative", POWER("-0.5"), VRAPL_NEGATIVE },
	{ "confidence is negative", TRUST("-1"), VRAPL_NEGATIVE },
	{ "a minus alone", ENERGY("-"), VRAPL_SYNTAX },
	{ "a plus", ENERGY("+5"), VRAPL_SYNTAX },
	{ "hexadecimal", ENERGY("0x5"), VRAPL_SYNTAX },
	{ "a leading zero", ENERGY("05"), VRAPL_SYNTAX },
	{ "no number", ENERGY(""), VRAPL_SYNTAX },
	{ "energy beyond 64 bits", ENERGY("18446744073709551616"), VRAPL_SYNTAX },
	{ "far beyond", ENERGY("99999999999999999999999"), VRAPL_SYNTAX },
	{ "energy with decimals", ENERGY("1.5"), VRAPL_SYNTAX },
	{ "seven decimals", POWER("1.0000000"), VRAPL_SYNTAX },
	{ "a point alone", POWER("1."), VRAPL_SYNTAX },
	{ "no digit before the point", POWER(".5"), VRAPL_SYNTAX },
	{ "power that does not fit", POWER("18446744073710"), VRAPL_SYNTAX },
	{ "not a number", POWER("nan"), VRAPL_SYNTAX },
	{ "an exponent", POWER("1e3"), VRAPL_SYNTAX },
	{ "more than sure", TRUST("1.000001"), VRAPL_SYNTAX },
	{ "method in upper case", METHOD("Attributed"), VRAPL_SYNTAX },
	{ "method with a space", METHOD("two words"), VRAPL_SYNTAX },
	{ "no method", METHOD(""), VRAPL_SYNTAX },
	{ "method of 31", METHOD("a234567890123456789012345678901"), VRAPL_GOOD },
	{ "method of 32", METHOD("a2345678901234567890123456789012"), VRAPL_SYNTAX },
	{ "two spaces", "vrapl=1  seq=42 %", VRAPL_SYNTAX },
	{ "a space before", " " GOOD "%", VRAPL_SYNTAX },
	{ "a tab", "vrapl=1\tseq=42 %", VRAPL_SYNTAX },
	{ "fields in another order", "vrapl=1 epoch=9f3c0a1be2d45786 seq=42 %", VRAPL_SYNTAX },
	{ "a field is missing", HEAD "energy_uj=1" TAIL, VRAPL_SYNTAX },
	{ "a field twice", HEAD "interval_ns=1 interval_ns=1 energy_uj=1" TAIL, VRAPL_SYNTAX },
	{ "an unknown field too early", HEAD "x=1 interval_ns=1 energy_uj=1" TAIL, VRAPL_SYNTAX },
	{ "an unknown field without a value", GOOD "x= %", VRAPL_SYNTAX },
	{ "an unknown field without a key", GOOD "=1 %", VRAPL_SYNTAX },
	{ "an unknown word", GOOD "x %", VRAPL_SYNTAX },
	{ "a short epoch", "vrapl=1 seq=42 epoch=9f3c %", VRAPL_SYNTAX },
	{ "bytes beyond ASCII", GOOD "x=\xc3\xa4 %", VRAPL_SYNTAX },
};

FAKE_TABLE(line, line_cases);

/* The text with the right checksum in place of "%". */
static size_t with_crc(char *dst, const char *text)
{
	size_t len = strlen(text);

	memcpy(dst, text, len);
	if (len && dst[len - 1] == '%') {
		unsigned int crc = vrapl_crc(text, len - 1);

		len += snprintf(dst + len - 1, 13, "crc=%08x", crc) - 1;
	}
	return len;
}

static void parse(struct kunit *test)
{
	const struct line_case *c = test->param_value;
	struct vrapl_line line;
	char text[VRAPL_LINE_MAX];
	size_t len = with_crc(text, c->text);

	KUNIT_EXPECT_EQ(test, vrapl_parse(text, len, &line), c->verdict);
}

static void values(struct kunit *test)
{
	struct vrapl_line line;
	char text[VRAPL_LINE_MAX];
	size_t len = with_crc(text, GOOD "%");

	KUNIT_ASSERT_EQ(test, vrapl_parse(text, len, &line), VRAPL_GOOD);
	KUNIT_EXPECT_EQ(test, line.seq, 42ULL);
	KUNIT_EXPECT_EQ(test, line.epoch, 0x9f3c0a1be2d45786ULL);
	KUNIT_EXPECT_EQ(test, line.time_ns, 123456789000ULL);
	KUNIT_EXPECT_EQ(test, line.interval_ns, 1000000000ULL);
	KUNIT_EXPECT_EQ(test, line.energy_uj, 617250123ULL);
	KUNIT_EXPECT_EQ(test, line.power_uw, 12345000ULL);
	KUNIT_EXPECT_EQ(test, line.confidence_ppm, 950000ULL);
	KUNIT_EXPECT_STREQ(test, line.method, "attributed");
}

static void format(struct kunit *test)
{
	char text[VRAPL_LINE_MAX + 1] = "", again[VRAPL_LINE_MAX + 1] = "";
	size_t len = with_crc(text, GOOD "%");
	struct vrapl_line line;

	KUNIT_ASSERT_EQ(test, vrapl_parse(text, len, &line), VRAPL_GOOD);
	text[len] = '\n';
	KUNIT_EXPECT_EQ(test, vrapl_format(again, VRAPL_LINE_MAX, &line), len + 1);
	KUNIT_EXPECT_STREQ(test, again, text);
	KUNIT_EXPECT_EQ(test, vrapl_format(again, len, &line), (size_t)0);
}

static void no_part_is_a_line(struct kunit *test)
{
	char text[VRAPL_LINE_MAX];
	size_t len = with_crc(text, GOOD "%"), cut;
	struct vrapl_line line;

	for (cut = 0; cut < len; cut++) {
		KUNIT_EXPECT_EQ(test, vrapl_parse(text, cut, &line), VRAPL_SYNTAX);
		KUNIT_EXPECT_EQ(test, vrapl_parse(text + len - cut, cut, &line), VRAPL_SYNTAX);
	}
}

/* Unknown fields fill a line up to what it may have. */
static void longest_line(struct kunit *test)
{
	char *text = kunit_kzalloc(test, 2 * VRAPL_LINE_MAX, GFP_KERNEL);
	size_t head = strlen(GOOD), len;
	struct vrapl_line line;

	KUNIT_ASSERT_NOT_NULL(test, text);
	/* the newline counts, but is not there any more */
	for (len = VRAPL_LINE_MAX - 1; len <= VRAPL_LINE_MAX; len++) {
		size_t crc = len - VRAPL_CRC_LEN + 1;

		memset(text, 'x', len);
		memcpy(text, GOOD "x=", head + 2);
		text[crc - 1] = ' ';
		snprintf(text + crc, 13, "crc=%08x", vrapl_crc(text, crc));
		KUNIT_EXPECT_EQ(test, vrapl_parse(text, len, &line),
				len < VRAPL_LINE_MAX ? VRAPL_GOOD : VRAPL_LENGTH);
	}
}

/* Beginnings of a good line, and noise after them. */
static void noise(struct kunit *test)
{
	char *text = kunit_kzalloc(test, VRAPL_LINE_MAX, GFP_KERNEL);
	char good[VRAPL_LINE_MAX];
	size_t whole = with_crc(good, GOOD "%");
	struct rnd_state rnd;
	struct vrapl_line line;
	int round;

	KUNIT_ASSERT_NOT_NULL(test, text);
	prandom_seed_state(&rnd, 1);
	for (round = 0; round < 20000; round++) {
		size_t len = prandom_u32_state(&rnd) % VRAPL_LINE_MAX;
		size_t begin = prandom_u32_state(&rnd) % whole;

		prandom_bytes_state(&rnd, text, len);
		memcpy(text, good, min(begin, len));
		KUNIT_EXPECT_NE(test, vrapl_parse(text, len, &line), VRAPL_GOOD);
	}
}

static struct kunit_case vrapl_cases[] = {
	KUNIT_CASE_PARAM(parse, line_gen_params),
	KUNIT_CASE(values),
	KUNIT_CASE(format),
	KUNIT_CASE(no_part_is_a_line),
	KUNIT_CASE(longest_line),
	KUNIT_CASE(noise),
	{}
};

static struct kunit_suite vrapl_suite = {
	.name = "energy_vrapl",
	.test_cases = vrapl_cases,
};

kunit_test_suite(vrapl_suite);
