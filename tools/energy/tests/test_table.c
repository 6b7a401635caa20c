// SPDX-License-Identifier: GPL-2.0-only
#include "tap.h"
#include "top/table.h"

/* Two in /a, one in /b, one in nobody knows where; by power, as an interval has them. */
static struct energy_record records[] = {
	{ .pid = { 30, true }, .comm = { "zeta", 4 } },
	{ .pid = { 10, true }, .comm = { "Beta", 4 } },
	{ .pid = { 20, true }, .comm = { "kworker", 7 }, .kernel = { 1, true } },
	{ .pid = { 40, true }, .comm = { "alpha", 5 }, .alive = { 0, true } },
};
static struct energy_row rows[] = {
	/* record, total, delta, cpu */
	{ &records[0], 5, 4, 1 }, { &records[1], 9, 3, 2 }, { &records[2], 7, 2, 9 },
	{ &records[3], 8, 1, 3 },
};
static const struct energy_interval interval = {
	.rows = rows, .nr_rows = 4, .length_ns = 5, .attributed_nj = 10,
};
static char a[] = "/a", b[] = "/b";
static struct energy_place place[] = { { 10, a }, { 20, b }, { 30, a } };
static const struct energy_places places = { place, 3 };
static const struct energy_history history;

/* The names from top to bottom, each indented by its depth. */
static const char *listed(struct energy_view view, const struct energy_groups *counted)
{
	static char text[512];
	struct energy_groups summed;
	struct energy_sight sight = {
		.interval = &interval,
		.places = &places,
		.summed = &summed,
		.counted = counted,
		.processes = &history,
		.cgroups = &history,
	};
	struct energy_table table;
	size_t len = 0, i;

	if (energy_groups_sum(&summed, &interval, &places) ||
	    energy_table_fill(&table, &sight, &view))
		return "no memory";
	*text = '\0';
	for (i = 0; i < table.nr_shown; i++) {
		const struct energy_entry *entry = &table.entries[table.shown[i]];

		len += snprintf(text + len, sizeof(text) - len, "%*s%s%s=%d;", entry->depth,
				"", entry->name, entry->remark, (int)entry->delta_nj);
	}
	energy_table_free(&table);
	energy_groups_free(&summed);
	return text;
}

static void sorted(bool *good)
{
	CHECK_TEXT(listed((struct energy_view){ .sort = ENERGY_SORT_WATTS }, NULL),
		   "zeta=4;Beta=3;[kworker]=2;alpha (exited)=1;");
	CHECK_TEXT(listed((struct energy_view){ .sort = ENERGY_SORT_WATTS, .reverse = true }, NULL),
		   "alpha (exited)=1;[kworker]=2;Beta=3;zeta=4;");
	CHECK_TEXT(listed((struct energy_view){ .sort = ENERGY_SORT_JOULES }, NULL),
		   "Beta=3;alpha (exited)=1;[kworker]=2;zeta=4;");
	CHECK_TEXT(listed((struct energy_view){ .sort = ENERGY_SORT_CPU }, NULL),
		   "[kworker]=2;alpha (exited)=1;Beta=3;zeta=4;");
	CHECK_TEXT(listed((struct energy_view){ .sort = ENERGY_SORT_PID }, NULL),
		   "Beta=3;[kworker]=2;zeta=4;alpha (exited)=1;");
	CHECK_TEXT(listed((struct energy_view){ .sort = ENERGY_SORT_NAME }, NULL),
		   "[kworker]=2;alpha (exited)=1;Beta=3;zeta=4;");
}

static void tree(bool *good)
{
	CHECK_TEXT(listed((struct energy_view){ .tree = true }, NULL),
		   "/=9; a=7;  zeta=4;  Beta=3; b=2;  [kworker]=2;"
		   "(cgroup not known)=1; alpha (exited)=1;");
	CHECK_TEXT(listed((struct energy_view){ .tree = true, .reverse = true }, NULL),
		   "(cgroup not known)=1; alpha (exited)=1;"
		   "/=9; b=2;  [kworker]=2; a=7;  Beta=3;  zeta=4;");
}

static void filtered(bool *good)
{
	CHECK_TEXT(listed((struct energy_view){ .filter = "ETA" }, NULL), "zeta=4;Beta=3;");
	CHECK_TEXT(listed((struct energy_view){ .filter = "pid:20" }, NULL), "[kworker]=2;");
	CHECK_TEXT(listed((struct energy_view){ .filter = "cgroup:/b" }, NULL), "[kworker]=2;");
	CHECK_TEXT(listed((struct energy_view){ .filter = "nobody" }, NULL), "");
	/* What it says behind a name is no part of that. */
	CHECK_TEXT(listed((struct energy_view){ .filter = "name:exited" }, NULL), "");
	/* In a tree with those above. */
	CHECK_TEXT(listed((struct energy_view){ .filter = "beta", .tree = true }, NULL),
		   "/=9; a=7;  Beta=3;");
}

static void cgroups(bool *good)
{
	struct energy_view view = { .by = ENERGY_BY_CGROUP };
	char root[] = "/", below[] = "/a";
	/* A removed one below one that is not listed, one that used nothing. */
	struct energy_group group[] = {
		{ .path = root, .parent = ENERGY_NO_PARENT, .known = true, .delta_nj = 90 },
		{ .path = below, .parent = 0, .known = true, .delta_nj = 80, .removed = true },
		{ .parent = 0, .known = false },
		{ .path = b, .parent = 0, .known = true, .total_nj = 5 },
		{ .path = a, .parent = 3, .known = true, .delta_nj = 1 },
	};
	struct energy_groups counted = { .groups = group, .nr_groups = 5, .length_ns = 1 };

	CHECK_TEXT(listed(view, NULL), "/=9;/a=7;/b=2;");
	CHECK_TEXT(listed(view, &counted), "/=90;/a (removed)=80;/a=1;(path not known)=0;");
	view.tree = true;
	CHECK_TEXT(listed(view, &counted), "/=90; a (removed)=80; (path not known)=0;a=1;");
}

static const struct tap_test tests[] = {
	{ "table: sorted by each key", sorted },
	{ "table: processes below their cgroups", tree },
	{ "table: filtered", filtered },
	{ "table: cgroups, counted or summed up", cgroups },
};

TAP_MAIN(tests)
