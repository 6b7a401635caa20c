// SPDX-License-Identifier: GPL-2.0-only
#include "parsed.h"
#include "tap.h"
#include "top/help.h"
#include "top/page.h"
#include "top/table.h"

#define HEADER "timestamp=%d000\nsource_kind=measured\nmeasured_uj=%d\nexited_uj=0\n"	\
	"unattributed_uj=0\nidle_uj=0\npending_uj=0\n"
#define PROCESSES 30
#define LINES_ABOVE 6	/* header, empty line, names of the columns */

struct seen {
	size_t nr_lines;
	size_t widest;
	char last[2][256];	/* the one before the last, the last */
};

static void see(void *context, enum energy_line kind, const char *line)
{
	struct seen *seen = context;

	(void)kind;
	seen->nr_lines++;
	if (strlen(line) > seen->widest)
		seen->widest = strlen(line);
	memcpy(seen->last[0], seen->last[1], sizeof(seen->last[0]));
	snprintf(seen->last[1], sizeof(seen->last[1]), "%s", line);
}

static void fill(struct energy_listing *listing, int time, bool *good)
{
	static char text[8192];
	size_t len = snprintf(text, sizeof(text), HEADER, time, time * PROCESSES);
	int pid;

	for (pid = 1; pid <= PROCESSES; pid++)
		len += snprintf(text + len, sizeof(text) - len,
				"pid=%d energy_uj=%d cpu_ns=%d comm=process\n", pid, time, time);
	CHECK(!parse(listing, text));
}

static void any_size(bool *good)
{
	struct energy_listing older, newer;
	struct energy_interval interval;
	struct energy_places places = { 0 };
	struct energy_history history = { 0 };
	struct energy_sight sight = {
		.interval = &interval,
		.places = &places,
		.processes = &history,
		.cgroups = &history,
	};
	struct energy_view view = { 0 };
	struct energy_table table;
	struct energy_page page = {
		.path = "x",
		.listing = &newer,
		.interval = &interval,
		.table = &table,
		.view = &view,
	};
	size_t lines, columns;

	fill(&older, 1, good);
	fill(&newer, 2, good);
	CHECK(energy_interval_fill(&interval, &older, ENERGY_BASIS_LIVE, &newer,
				   ENERGY_BASIS_LIVE, 1) == ENERGY_INTERVAL);
	CHECK(!energy_table_fill(&table, &sight, &view));
	page.max_rows = SIZE_MAX;
	for (lines = 0; lines < PROCESSES + LINES_ABOVE + 4; lines++) {
		size_t needed = PROCESSES + LINES_ABOVE + 1;
		size_t expected = lines < needed ? lines : needed;
		struct seen seen = { 0 };

		/* The smallest: no process, the sum of all, and the exited. */
		if (expected < LINES_ABOVE + 2)
			expected = LINES_ABOVE + 2;
		page.columns = 80;
		page.max_lines = lines;
		energy_page_emit(&page, see, &seen);
		if (seen.nr_lines != expected)
			printf("# %zu lines have room, %zu come\n", lines, seen.nr_lines);
		CHECK(seen.nr_lines == expected);
		CHECK(strstr(seen.last[1], "(exited)"));
		CHECK(!!strstr(seen.last[0], " more)") == (lines < needed));
	}
	for (columns = 0; columns <= 80; columns++) {
		struct seen seen = { 0 };

		page.columns = columns;
		energy_page_emit(&page, see, &seen);
		CHECK(seen.widest <= columns);
	}
	energy_table_free(&table);
	energy_interval_free(&interval);
	energy_listing_free(&older);
	energy_listing_free(&newer);
}

/* All lines of a page, each behind its end. */
static void gather(void *context, enum energy_line kind, const char *line)
{
	char *text = context;

	(void)kind;
	strcat(strcat(text, line), "\n");
}

static void all_on_a_small_screen(bool *good)
{
	static char text[8192];
	struct energy_listing older, newer;
	struct energy_interval interval;
	struct energy_places places = { 0 };
	struct energy_history history = { 0 };
	struct energy_power power[] = {
		{ .name = "package-0", .nr_domains = 1, .total = { 10.5, true },
		  .idle = { 2, true } },
		{ .name = "package-1", .nr_domains = 1, .idle = { 1, true } },
		{ .name = "core", .nr_domains = 64, .total = { 7, true }, .idle = { 0, true },
		  .not_billed = true },
	};
	struct energy_powers powers = { power, 3, 2 };
	struct energy_sight sight = {
		.interval = &interval,
		.places = &places,
		.processes = &history,
		.cgroups = &history,
	};
	struct energy_view view = {
		.sort = ENERGY_SORT_PID,
		.reverse = true,
		.filter = "1",
		.paused = true,
		.edits = true,
		.offset = 1000,
	};
	struct energy_table table;
	struct seen seen = { 0 };
	struct energy_page page = {
		.path = "/sys/kernel/debug/energy/all",
		.listing = &newer,
		.interval = &interval,
		.table = &table,
		.view = &view,
		.powers = &powers,
		.columns = 80,
		.max_rows = SIZE_MAX,
		.max_lines = 24,
		.history_columns = 8,
		.has_status = true,
		.warning = "the last line of the listing is torn: reading left out",
		.remark = "cgroups are summed up",
		.why = "no list",
	};

	fill(&older, 1, good);
	fill(&newer, 2, good);
	CHECK(energy_interval_fill(&interval, &older, ENERGY_BASIS_LIVE, &newer,
				   ENERGY_BASIS_LIVE, 1) == ENERGY_INTERVAL);
	CHECK(!energy_table_fill(&table, &sight, &view));
	/* Only process 1 matches. */
	CHECK(table.nr_shown == 1);
	CHECK(energy_page_emit(&page, see, &seen) == 1);
	CHECK(seen.nr_lines <= 24 && seen.widest <= 80);
	*text = '\0';
	energy_page_emit(&page, gather, text);
	CHECK(strstr(text, "\ndomains   2 packages   package-0 10.500 W, 2.000 idle\n"
		     "          package-1 - W, 1.000 idle   core (64) 7.000 W, not billed\n"));
	CHECK(strstr(text, "reading left out\ncgroups are summed up\nno list\n"));
	CHECK(strstr(text, "\nPAUSED   processes by pid, reversed   filter: 1_   h: help\n"));
	CHECK(strstr(text, " (29 not matching)\n"));
	energy_table_free(&table);
	view.filter[0] = '\0';
	CHECK(!energy_table_fill(&table, &sight, &view));
	*text = '\0';
	memset(&seen, 0, sizeof(seen));
	energy_page_emit(&page, see, &seen);
	CHECK(seen.nr_lines == 24);
	/* Scrolled beyond the end: the last page is shown. */
	energy_page_emit(&page, gather, text);
	CHECK(strstr(text, "\n      1 ") && !strstr(text, "\n     30 "));
	/* What does not match has a line, for which there must be room. */
	table.entries[table.shown[--table.nr_shown]].matches = false;
	memset(&seen, 0, sizeof(seen));
	energy_page_emit(&page, see, &seen);
	CHECK(seen.nr_lines == 24);
	energy_table_free(&table);
	energy_interval_free(&interval);
	energy_listing_free(&older);
	energy_listing_free(&newer);
}

static void help_fits(bool *good)
{
	struct seen seen = { 0 };

	energy_help_emit(see, &seen, SIZE_MAX);
	CHECK(seen.nr_lines <= 24 && seen.widest <= 80);
	memset(&seen, 0, sizeof(seen));
	energy_help_emit(see, &seen, 7);
	CHECK(seen.widest == 7);
}

static const struct tap_test tests[] = {
	{ "page: fits any size", any_size },
	{ "page: all there is, on 80x24", all_on_a_small_screen },
	{ "help: fits 80x24", help_fits },
};

TAP_MAIN(tests)
