// SPDX-License-Identifier: GPL-2.0-only
/* vRAPL lines in user space: the same header that the kernel compiles. */
#include <stdlib.h>

#include "tap.h"
#include "vrapl_line.h"

/* What PROTOCOL.md shows; its checksum is zlib's. */
#define EXAMPLE									\
	"vrapl=1 seq=42 epoch=9f3c0a1be2d45786 time_ns=123456789000 "		\
	"interval_ns=1000000000 energy_uj=617250123 power_w=12.345000 "		\
	"method=attributed confidence=0.950000 crc=" EXAMPLE_CRC "\n"
#define EXAMPLE_CRC "cc7acfa4"

static const struct vrapl_line example = {
	.seq = 42,
	.epoch = 0x9f3c0a1be2d45786,
	.time_ns = 123456789000,
	.interval_ns = 1000000000,
	.energy_uj = 617250123,
	.power_uw = 12345000,
	.confidence_ppm = 950000,
	.method = "attributed",
};

static bool same(const struct vrapl_line *a, const struct vrapl_line *b)
{
	return a->seq == b->seq && a->epoch == b->epoch && a->time_ns == b->time_ns &&
	       a->interval_ns == b->interval_ns && a->energy_uj == b->energy_uj &&
	       a->power_uw == b->power_uw && a->confidence_ppm == b->confidence_ppm &&
	       !strcmp(a->method, b->method);
}

static void the_example(bool *good)
{
	char text[VRAPL_LINE_MAX + 1] = "";
	struct vrapl_line line;
	size_t len;

	len = vrapl_format(text, VRAPL_LINE_MAX, &example);
	CHECK_TEXT(text, EXAMPLE);
	CHECK(len == strlen(EXAMPLE));
	CHECK(vrapl_parse(EXAMPLE, strlen(EXAMPLE) - 1, &line) == VRAPL_GOOD);
	CHECK(same(&line, &example));
}

/* CRC-32's own check value. */
static void checksum(bool *good)
{
	CHECK(vrapl_crc("123456789", 9) == 0xcbf43926);
	CHECK(vrapl_crc("", 0) == 0);
}

static void extremes(bool *good)
{
	const struct vrapl_line least = { .method = "a" };
	const struct vrapl_line most = {
		.seq = ~0ULL, .epoch = ~0ULL, .time_ns = ~0ULL, .interval_ns = ~0ULL,
		.energy_uj = ~0ULL, .power_uw = ~0ULL - ~0ULL % VRAPL_MILLIONTHS - 1,
		.confidence_ppm = VRAPL_MILLIONTHS, .method = "a23456789-123456789_12345678901",
	};
	const struct vrapl_line *both[] = { &least, &most };
	char text[VRAPL_LINE_MAX];
	struct vrapl_line line;
	size_t i, len;

	for (i = 0; i < 2; i++) {
		len = vrapl_format(text, sizeof(text), both[i]);
		CHECK(len && vrapl_parse(text, len - 1, &line) == VRAPL_GOOD);
		CHECK(same(&line, both[i]));
		CHECK(!vrapl_format(text, len - 1, both[i]));
	}
}

/* What would not be read is not written. */
static void no_bad_line_is_written(bool *good)
{
	struct vrapl_line line = example;
	char text[VRAPL_LINE_MAX];

	line.confidence_ppm = VRAPL_MILLIONTHS + 1;
	CHECK(!vrapl_format(text, sizeof(text), &line));
	line = example;
	strcpy(line.method, "two words");
	CHECK(!vrapl_format(text, sizeof(text), &line));
	strcpy(line.method, "");
	CHECK(!vrapl_format(text, sizeof(text), &line));
}

/* Each line in memory of its own size, so that a byte read beyond it is found. */
static enum vrapl_verdict parse_exactly(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);
	struct vrapl_line line;
	enum vrapl_verdict verdict;

	memcpy(copy, text, len);
	verdict = vrapl_parse(copy, len, &line);
	free(copy);
	return verdict;
}

static void truncations(bool *good)
{
	size_t len = strlen(EXAMPLE) - 1, cut;

	for (cut = 0; cut < len; cut++) {
		CHECK(parse_exactly(EXAMPLE, cut) == VRAPL_SYNTAX);
		CHECK(parse_exactly(EXAMPLE + len - cut, cut) == VRAPL_SYNTAX);
	}
}

/* Its right checksum right after the version, whose space is the checksum's as well. */
static void nothing_but_a_checksum(bool *good)
{
	static const char head[] = "vrapl=1 ";
	char text[VRAPL_LINE_MAX];
	size_t len;

	len = snprintf(text, sizeof(text), "%scrc=%08x", head, vrapl_crc(head, strlen(head)));
	CHECK(parse_exactly(text, len) == VRAPL_SYNTAX);
	text[len - 1] ^= 1;
	CHECK(parse_exactly(text, len) != VRAPL_GOOD);
}

/* CRC-32 finds every burst of up to 32 bits. */
static void any_changed_byte_is_found(bool *good)
{
	size_t len = strlen(EXAMPLE) - 1, at;
	char text[VRAPL_LINE_MAX];
	int c;

	for (at = 0; at < len; at++)
		for (c = 0; c < 256; c++) {
			memcpy(text, EXAMPLE, len);
			text[at] = c;
			if (text[at] != EXAMPLE[at])
				CHECK(parse_exactly(text, len) != VRAPL_GOOD);
		}
}

static void noise(bool *good)
{
	static const char alphabet[] = "vrapl=1 seq0123456789-.abcdef\n\t\377";
	char text[2 * VRAPL_LINE_MAX];
	int round;
	size_t i;

	srand(1);
	for (round = 0; round < 20000; round++) {
		size_t len = rand() % sizeof(text), begin = rand() % sizeof(EXAMPLE);

		for (i = 0; i < len; i++)
			text[i] = rand() % 8 ? alphabet[rand() % (sizeof(alphabet) - 1)] : rand();
		memcpy(text, EXAMPLE, begin < len ? begin : len);
		if (len != strlen(EXAMPLE) - 1 || begin < len)
			CHECK(parse_exactly(text, len) != VRAPL_GOOD);
	}
}

static const struct tap_test tests[] = {
	{ "the protocol's example is written and read", the_example },
	{ "the checksum is CRC-32", checksum },
	{ "the least and the most that a line can say", extremes },
	{ "what would not be read is not written", no_bad_line_is_written },
	{ "no part of a line is a line", truncations },
	{ "a version and a checksum are no line", nothing_but_a_checksum },
	{ "any changed byte is found", any_changed_byte_is_found },
	{ "noise is none", noise },
};

TAP_MAIN(tests)
