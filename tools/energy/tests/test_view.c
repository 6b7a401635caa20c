// SPDX-License-Identifier: GPL-2.0-only
#include <locale.h>

#include "tap.h"
#include "top/view.h"

static enum energy_answer press(struct energy_view *view, unsigned int key)
{
	return energy_view_key(view, key, 10, 25);
}

static void type(struct energy_view *view, const char *text)
{
	while (*text)
		press(view, *text++);
}

static void ends(bool *good)
{
	struct energy_view view = { 0 };

	CHECK(press(&view, 'q') == ENERGY_ANSWER_QUIT);
	CHECK(press(&view, ENERGY_KEY_ESCAPE) == ENERGY_ANSWER_QUIT);
	CHECK(press(&view, 'x') == ENERGY_ANSWER_NOTHING);
	CHECK(press(&view, '\n') == ENERGY_ANSWER_NOTHING);
	CHECK(press(&view, ENERGY_KEY_BACKSPACE) == ENERGY_ANSWER_NOTHING);
}

static void looks(bool *good)
{
	struct energy_view view = { 0 };

	CHECK(press(&view, 'c') == ENERGY_ANSWER_DRAW && view.by == ENERGY_BY_CGROUP);
	CHECK(press(&view, 't') == ENERGY_ANSWER_DRAW && view.tree);
	CHECK(press(&view, 't') == ENERGY_ANSWER_DRAW && !view.tree);
	CHECK(press(&view, 'p') == ENERGY_ANSWER_DRAW && view.by == ENERGY_BY_PROCESS);
	CHECK(press(&view, ' ') == ENERGY_ANSWER_DRAW && view.paused);
	CHECK(press(&view, ' ') == ENERGY_ANSWER_DRAW && !view.paused);
}

static void sorts(bool *good)
{
	static const enum energy_sort sorts[] = {
		ENERGY_SORT_WATTS, ENERGY_SORT_JOULES, ENERGY_SORT_CPU, ENERGY_SORT_PID,
		ENERGY_SORT_NAME,
	};
	static const char keys[] = "wjuin";
	struct energy_view view = { .sort = ENERGY_SORT_NAME };
	enum energy_sort parsed;

	for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++) {
		view.offset = 5;
		view.reverse = true;
		CHECK(press(&view, keys[i]) == ENERGY_ANSWER_DRAW);
		CHECK(view.sort == sorts[i] && !view.offset && !view.reverse);
		CHECK(energy_sort_parse(energy_sort_name(sorts[i]), &parsed));
		CHECK(parsed == sorts[i]);
	}
	CHECK(press(&view, 'r') == ENERGY_ANSWER_DRAW && view.reverse);
	CHECK(!energy_sort_parse("height", &parsed));
}

static void help(bool *good)
{
	struct energy_view view = { 0 };

	CHECK(press(&view, 'h') == ENERGY_ANSWER_DRAW && view.helps);
	/* Any key leaves it, and does nothing else. */
	CHECK(press(&view, 'q') == ENERGY_ANSWER_DRAW && !view.helps);
	CHECK(press(&view, '?') == ENERGY_ANSWER_DRAW && view.helps);
	CHECK(press(&view, 'c') == ENERGY_ANSWER_DRAW && view.by == ENERGY_BY_PROCESS);
}

static void scrolls(bool *good)
{
	struct energy_view view = { 0 };

	press(&view, ENERGY_KEY_UP);
	CHECK(view.offset == 0);
	press(&view, ENERGY_KEY_DOWN);
	CHECK(view.offset == 1);
	press(&view, ENERGY_KEY_PAGE_DOWN);
	CHECK(view.offset == 11);
	press(&view, ENERGY_KEY_PAGE_DOWN);
	CHECK(view.offset == 15);
	press(&view, ENERGY_KEY_PAGE_UP);
	CHECK(view.offset == 5);
	press(&view, ENERGY_KEY_PAGE_UP);
	CHECK(view.offset == 0);
	press(&view, ENERGY_KEY_END);
	CHECK(view.offset == 15);
	press(&view, ENERGY_KEY_HOME);
	CHECK(view.offset == 0);
	energy_view_key(&view, ENERGY_KEY_END, 10, 3);
	CHECK(view.offset == 0);
}

static void edits(bool *good)
{
	struct energy_view view = { .offset = 3 };

	type(&view, "/");
	CHECK(view.edits);
	/* What are keys elsewhere are characters here. */
	type(&view, "quit c");
	CHECK_TEXT(view.filter, "quit c");
	CHECK(!view.offset && !view.tree && view.by == ENERGY_BY_PROCESS);
	press(&view, ENERGY_KEY_BACKSPACE);
	press(&view, 0x7f);
	CHECK_TEXT(view.filter, "quit");
	press(&view, ENERGY_KEY_UP);
	press(&view, 1);
	CHECK_TEXT(view.filter, "quit");
	CHECK(press(&view, ENERGY_KEY_ENTER) == ENERGY_ANSWER_DRAW && !view.edits);
	type(&view, "/x");
	CHECK_TEXT(view.filter, "quitx");
	CHECK(press(&view, ENERGY_KEY_ESCAPE) == ENERGY_ANSWER_DRAW && !view.edits);
	CHECK_TEXT(view.filter, "quit");
	type(&view, "/");
	press(&view, 'U' & 0x1f);
	press(&view, '\r');
	CHECK_TEXT(view.filter, "");
}

static void edits_characters(bool *good)
{
	struct energy_view view = { 0 };
	int i;

	CHECK(setlocale(LC_CTYPE, "C.UTF-8"));
	type(&view, "/a");
	press(&view, 0x65e5);
	CHECK_TEXT(view.filter, "a\346\227\245");
	press(&view, ENERGY_KEY_BACKSPACE);
	CHECK_TEXT(view.filter, "a");
	for (i = 0; i < 2 * ENERGY_FILTER_MAX; i++)
		press(&view, 0x65e5);
	/* 1 + 20 x 3 bytes and the end: no part of one more. */
	CHECK(strlen(view.filter) == 61);
	setlocale(LC_CTYPE, "C");
}

static void filters(bool *good)
{
	const char *path = "/system.slice/docker-0123.scope", *label = "docker 0123";

	CHECK(energy_filter_matches("PYTH", "python3", "12", path, label));
	CHECK(energy_filter_matches("12", "python3", "12", NULL, NULL));
	CHECK(!energy_filter_matches("1", "python", "12", NULL, NULL));
	CHECK(energy_filter_matches("docker 01", "python3", "12", path, label));
	CHECK(energy_filter_matches("system.slice", "python3", "12", path, label));
	CHECK(!energy_filter_matches("system.slice", "python3", "12", NULL, NULL));
	CHECK(energy_filter_matches("name:thon", "python3", "12", path, label));
	CHECK(!energy_filter_matches("name:docker", "python3", "12", path, label));
	CHECK(energy_filter_matches("pid:12", "python3", "12", path, label));
	CHECK(!energy_filter_matches("pid:3", "python3", "12", path, label));
	CHECK(energy_filter_matches("cgroup:Docker", "python3", "12", path, label));
	CHECK(!energy_filter_matches("cgroup:python", "python3", "12", path, label));
	CHECK(!energy_filter_matches("cgroup:x", "x", "12", NULL, NULL));
}

static const struct tap_test tests[] = {
	{ "view: q and Esc end, others do not", ends },
	{ "view: processes, cgroups, tree, pause", looks },
	{ "view: sort keys", sorts },
	{ "view: any key leaves the help", help },
	{ "view: scrolling ends at the ends", scrolls },
	{ "view: a filter is typed, kept, given up", edits },
	{ "view: a filter of whole characters", edits_characters },
	{ "view: what a filter lets through", filters },
};

TAP_MAIN(tests)
