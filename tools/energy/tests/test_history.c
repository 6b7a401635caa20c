// SPDX-License-Identifier: GPL-2.0-only
#include "tap.h"
#include "top/history.h"

#define SECOND 1000000000ULL

static struct energy_point used(uint64_t key, uint64_t start_nj, uint64_t delta_nj)
{
	return (struct energy_point){ key, start_nj, start_nj + delta_nj, delta_nj };
}

static const char *shown(const struct energy_track *track)
{
	static char text[512];
	size_t len = 0;

	if (!track)
		return "none";
	*text = '\0';
	for (size_t i = 0; i < track->nr; i++)
		len += snprintf(text + len, sizeof(text) - len, "%.1f ", track->watts[i]);
	return text;
}

static void goes_on(bool *good)
{
	struct energy_history history = { 0 };
	struct energy_point first[] = { used(7, 0, SECOND), used(3, 5, 2 * SECOND) };
	struct energy_point second[] = { used(7, SECOND, 4 * SECOND) };

	CHECK(!energy_history_add(&history, first, 2, SECOND));
	CHECK(!energy_history_add(&history, second, 1, 2 * SECOND));
	CHECK_TEXT(shown(energy_history_find(&history, 7, 5 * SECOND)), "1.0 2.0 ");
	/* Who used nothing is listed by what it had. */
	CHECK_TEXT(shown(energy_history_find(&history, 3, 5 + 2 * SECOND)),
		   "2.0 0.0 ");
	CHECK(!energy_history_find(&history, 4, 0));
	energy_history_free(&history);
	CHECK(!energy_history_find(&history, 7, 5 * SECOND));
}

static void reused_pid(bool *good)
{
	struct energy_history history = { 0 };
	struct energy_point first[] = { used(7, 0, 9 * SECOND) };
	struct energy_point second[] = { used(7, 9 * SECOND, SECOND),
					 used(7, 0, 3 * SECOND) };

	CHECK(!energy_history_add(&history, first, 1, SECOND));
	CHECK(!energy_history_add(&history, second, 2, SECOND));
	CHECK(history.nr_tracks == 2);
	CHECK_TEXT(shown(energy_history_find(&history, 7, 3 * SECOND)), "3.0 ");
	CHECK_TEXT(shown(energy_history_find(&history, 7, 10 * SECOND)), "9.0 1.0 ");
	energy_history_free(&history);
}

static void forgets(bool *good)
{
	struct energy_history history = { 0 };
	struct energy_point point = used(7, 0, SECOND);
	const struct energy_track *track;
	int i;

	CHECK(!energy_history_add(&history, &point, 1, SECOND));
	for (i = 1; i < ENERGY_HISTORY_LEN; i++)
		CHECK(!energy_history_add(&history, NULL, 0, SECOND));
	track = energy_history_find(&history, 7, SECOND);
	CHECK(track && track->nr == ENERGY_HISTORY_LEN && track->watts[0] == 1);
	CHECK(!energy_history_add(&history, NULL, 0, SECOND));
	CHECK(!history.nr_tracks);
	energy_history_free(&history);
}

static void rolls(bool *good)
{
	struct energy_history history = { 0 };
	const struct energy_track *track;
	int i;

	for (i = 1; i <= ENERGY_HISTORY_LEN + 5; i++) {
		struct energy_point point = { .key = 7, .delta_nj = (energy_sum)i * SECOND };

		CHECK(!energy_history_add(&history, &point, 1, SECOND));
	}
	track = energy_history_find(&history, 7, 0);
	CHECK(track && track->nr == ENERGY_HISTORY_LEN && track->watts[0] == 6);
	CHECK(track && track->watts[ENERGY_HISTORY_LEN - 1] == ENERGY_HISTORY_LEN + 5);
	energy_history_free(&history);
}

static const struct tap_test tests[] = {
	{ "history: goes on by key and total", goes_on },
	{ "history: a reused pid is another's", reused_pid },
	{ "history: who is idle for long is forgotten", forgets },
	{ "history: the oldest makes room", rolls },
};

TAP_MAIN(tests)
