// SPDX-License-Identifier: GPL-2.0-only
#include <locale.h>

#include "tap.h"
#include "top/sparkline.h"

static const char *drawn(const float *values, size_t nr, size_t columns, bool blocks)
{
	static char out[256];

	memset(out, 'X', sizeof(out));
	energy_sparkline(out, sizeof(out), values, nr, columns, blocks);
	return out;
}

static void heights(bool *good)
{
	static const float rise[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	static const float flat[] = { 0, 0, 0 }, same[] = { 5, 5 }, tiny[] = { 1e-6, 1e6 };

	CHECK_TEXT(drawn(rise, 8, 8, false), "_:-=+*##");
	CHECK_TEXT(drawn(flat, 3, 3, false), "___");
	CHECK_TEXT(drawn(same, 2, 2, false), "##");
	/* Little is not nothing. */
	CHECK_TEXT(drawn(tiny, 2, 2, false), ".#");
}

static void places(bool *good)
{
	static const float values[] = { 9, 0, 7 };

	CHECK_TEXT(drawn(values, 3, 5, false), "  #_*");
	/* What is not shown has no say in the scale. */
	CHECK_TEXT(drawn(values, 3, 2, false), "_#");
	CHECK_TEXT(drawn(values, 3, 0, false), "");
	CHECK_TEXT(drawn(NULL, 0, 3, false), "   ");
}

static void blocks(bool *good)
{
	static const float values[] = { 0, 1, 2 };
	char out[5];

	setlocale(LC_CTYPE, "C");
	CHECK(!energy_sparkline_has_blocks());
	CHECK(setlocale(LC_CTYPE, "C.UTF-8"));
	CHECK(energy_sparkline_has_blocks());
	CHECK_TEXT(drawn(values, 3, 4, true), " \342\226\201\342\226\205\342\226\210");
	/* No half of a character. */
	energy_sparkline(out, sizeof(out), values, 3, 3, true);
	CHECK_TEXT(out, "\342\226\201");
	setlocale(LC_CTYPE, "C");
}

static const struct tap_test tests[] = {
	{ "sparkline: heights", heights },
	{ "sparkline: the newest at the right", places },
	{ "sparkline: blocks, where the locale has them", blocks },
};

TAP_MAIN(tests)
