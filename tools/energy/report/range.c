// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/arguments.h"
#include "report/range.h"

#define NSEC_PER_SEC 1000000000LL

static bool parse_as(struct energy_limit *limit, const char *format)
{
	const char *end;

	limit->tm = (struct tm){ .tm_isdst = -1 };
	end = strptime(limit->text, format, &limit->tm);
	return end && !*end;
}

bool energy_limit_parse(struct energy_limit *limit, const char *text)
{
	static const char *const dated[] = { "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S",
					     "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M" };
	uint64_t ns;
	size_t i;

	*limit = (struct energy_limit){ .text = text };
	if (energy_argument_seconds(text, 0, &ns)) {
		limit->ns = ns;
		return true;
	}
	limit->is_clock = true;
	if (parse_as(limit, "%H:%M:%S") || parse_as(limit, "%H:%M"))
		return true;
	limit->has_date = true;
	for (i = 0; i < sizeof(dated) / sizeof(dated[0]); i++) {
		if (parse_as(limit, dated[i]))
			return true;
	}
	return false;
}

static bool clocks_show(const struct tm *wanted, int isdst, time_t *at)
{
	struct tm tm = *wanted;

	tm.tm_isdst = isdst;
	*at = mktime(&tm);
	return tm.tm_isdst == isdst && tm.tm_hour == wanted->tm_hour &&
	       tm.tm_min == wanted->tm_min;
}

/* Where summer time ends, an hour comes twice: the first one that is not before @least. */
static time_t time_of(struct tm *tm, time_t least)
{
	time_t summer, winter;

	if (clocks_show(tm, 1, &summer) && summer >= least)
		return summer;
	if (clocks_show(tm, 0, &winter) && winter >= least)
		return winter;
	tm->tm_isdst = -1;
	return mktime(tm);
}

/* Far enough for any recording, and fit to calculate with. */
static int64_t within_reach(__int128 ns)
{
	const int64_t most = INT64_MAX / 2;

	return ns > most ? most : ns < -most ? -most : ns;
}

static int64_t place_of(const struct energy_limit *limit, uint64_t wall_ns)
{
	time_t begin = wall_ns / NSEC_PER_SEC, at;
	struct tm tm = limit->tm, first;

	if (!limit->is_clock)
		return limit->ns;
	if (!limit->has_date) {
		localtime_r(&begin, &first);
		tm.tm_year = first.tm_year;
		tm.tm_mon = first.tm_mon;
		tm.tm_mday = first.tm_mday;
	}
	at = time_of(&tm, begin);
	if (!limit->has_date && at < begin) {
		tm = limit->tm;
		tm.tm_year = first.tm_year;
		tm.tm_mon = first.tm_mon;
		tm.tm_mday = first.tm_mday + 1;
		at = time_of(&tm, begin);
	}
	return within_reach((__int128)at * NSEC_PER_SEC - wall_ns);
}

int energy_range_resolve(struct energy_range *range, uint64_t wall_ns, char *why, size_t size)
{
	const struct energy_limit *limits[] = { &range->from, &range->to };
	size_t i;

	for (i = 0; i < 2; i++) {
		if (limits[i]->text && limits[i]->is_clock && !wall_ns) {
			snprintf(why, size, "the recording has no time of day (instead of %s, give "
				 "seconds from its beginning)", limits[i]->text);
			return -EINVAL;
		}
	}
	range->from_ns = range->from.text ? place_of(&range->from, wall_ns) : INT64_MIN;
	range->to_ns = range->to.text ? place_of(&range->to, wall_ns) : INT64_MAX;
	range->resolved = true;
	if (range->from_ns < range->to_ns)
		return 0;
	snprintf(why, size, "--to %s is not after --from %s", range->to.text ?: "",
		 range->from.text);
	return -EINVAL;
}
