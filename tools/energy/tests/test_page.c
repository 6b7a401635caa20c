// SPDX-License-Identifier: GPL-2.0-only
#include "parsed.h"
#include "tap.h"
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

static const struct tap_test tests[] = {
	{ "page: fits any size", any_size },
};

TAP_MAIN(tests)
