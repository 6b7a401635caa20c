// SPDX-License-Identifier: GPL-2.0-only
#include "tap.h"
#include "top/tree.h"

#define NONE ENERGY_NO_PARENT

static const char *ordered(const size_t *parents, const size_t *sorted, size_t nr)
{
	static char text[256];
	size_t order[16], len = 0;
	unsigned int depths[16];

	*text = '\0';
	if (energy_tree_order(parents, sorted, nr, order, depths))
		return "no memory";
	for (size_t i = 0; i < nr; i++)
		len += snprintf(text + len, sizeof(text) - len, "%zu:%u ", order[i],
				depths[order[i]]);
	return text;
}

static void siblings(bool *good)
{
	static const size_t parents[] = { NONE, 0, 0, 1, 1, NONE, 5 };
	static const size_t up[] = { 0, 1, 2, 3, 4, 5, 6 }, down[] = { 6, 5, 4, 3, 2, 1, 0 };

	CHECK_TEXT(ordered(parents, up, 7), "0:0 1:1 3:2 4:2 2:1 5:0 6:1 ");
	CHECK_TEXT(ordered(parents, down, 7), "5:0 6:1 0:0 2:1 1:1 4:2 3:2 ");
	CHECK_TEXT(ordered(parents, up, 0), "");
}

static void circles(bool *good)
{
	/* 1 and 2 are each other's, 3 hangs on them, 4 is its own. */
	static const size_t parents[] = { NONE, 2, 1, 1, 4 };
	static const size_t up[] = { 0, 1, 2, 3, 4 }, down[] = { 4, 3, 2, 1, 0 };

	CHECK_TEXT(ordered(parents, up, 5), "0:0 1:0 2:1 3:1 4:0 ");
	CHECK_TEXT(ordered(parents, down, 5), "0:0 4:0 3:0 2:0 1:1 ");
}

#define DEEP 20000

static void deep(bool *good)
{
	static size_t parents[DEEP], sorted[DEEP], order[DEEP];
	static unsigned int depths[DEEP];

	for (size_t i = 0; i < DEEP; i++) {
		parents[i] = i ? i - 1 : NONE;
		sorted[i] = i;
	}
	CHECK(!energy_tree_order(parents, sorted, DEEP, order, depths));
	CHECK(order[DEEP - 1] == DEEP - 1 && depths[DEEP - 1] == DEEP - 1);
}

static const struct tap_test tests[] = {
	{ "tree: siblings keep their order", siblings },
	{ "tree: nobody is lost in a circle", circles },
	{ "tree: any depth", deep },
};

TAP_MAIN(tests)
