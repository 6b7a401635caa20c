// SPDX-License-Identifier: GPL-2.0-only
#include "lib/pairs.h"
#include "tap.h"

static struct energy_slice slice(const char *text)
{
	return (struct energy_slice){ text, strlen(text) };
}

static void lines(bool *good)
{
	struct energy_slice text = slice("a=1\n\nb=2\ntorn"), line;

	CHECK(energy_line_next(&text, &line) && energy_slice_is(line, "a=1"));
	CHECK(energy_line_next(&text, &line) && energy_slice_is(line, ""));
	CHECK(energy_line_next(&text, &line) && energy_slice_is(line, "b=2"));
	CHECK(!energy_line_next(&text, &line));
	CHECK(energy_slice_is(text, "torn"));
}

static void pairs(bool *good)
{
	struct energy_slice line = slice("a=1  b=x=y"), pair, key, value;

	CHECK(energy_pair_next(&line, &pair) && energy_slice_is(pair, "a=1"));
	/* Nothing between two spaces: no pair. */
	CHECK(energy_pair_next(&line, &pair) && energy_slice_is(pair, ""));
	CHECK(!energy_pair_split(pair, &key, &value));
	CHECK(energy_pair_next(&line, &pair) && energy_slice_begins(pair, "b="));
	CHECK(energy_pair_split(pair, &key, &value));
	CHECK(energy_slice_is(key, "b") && energy_slice_is(value, "x=y"));
	CHECK(!energy_pair_next(&line, &pair));
	CHECK(!energy_pair_split(slice("=1"), &key, &value));
}

static void numbers(bool *good)
{
	struct { struct energy_number uj, mj; } to = { 0 };
	static const struct energy_number_key known[] = {
		{ "uj", 0, ENERGY_UJ_TO_NJ },
		{ "mj", sizeof(struct energy_number), ENERGY_MJ_TO_NJ },
		{ NULL, 0, 0 }
	};

	CHECK(energy_number_store(&to, known, slice("uj"), slice("7")));
	CHECK(to.uj.known && to.uj.value == 7000);
	CHECK(energy_number_store(&to, known, slice("other"), slice("x")));
	CHECK(!energy_number_store(&to, known, slice("uj"), slice("7")));
	CHECK(!energy_number_store(&to, known, slice("mj"), slice("-1")));
	CHECK(!to.mj.known);
	CHECK(energy_number_store(&to, known, slice("mj"), slice("12.457")));
	CHECK(to.mj.value == 12457000);
}

static const struct tap_test tests[] = {
	{ "pairs: lines, and a torn one", lines },
	{ "pairs: apart at spaces and the first =", pairs },
	{ "pairs: numbers with their units", numbers },
};

TAP_MAIN(tests)
