// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "report/axis.h"
#include "report/html.h"
#include "report/range.h"
#include "tap.h"

#define S 1000000000LL

static void text(bool *good)
{
	char *is;
	size_t len;
	FILE *out = open_memstream(&is, &len);

	energy_html_text(out, "</script><b a=\"1\" c='2'>&amp;");
	fclose(out);
	CHECK_TEXT(is, "&lt;/script&gt;&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
	free(is);
}

static void check_digits(bool *good, energy_total value, const char *expected)
{
	char is[ENERGY_DIGITS_MAX];

	energy_html_digits(is, value);
	CHECK_TEXT(is, expected);
}

static void digits(bool *good)
{
	energy_total most = ~(unsigned __int128)0 >> 1;

	check_digits(good, 0, "0");
	check_digits(good, -12, "-12");
	check_digits(good, UINT64_MAX, "18446744073709551615");
	check_digits(good, most, "170141183460469231731687303715884105727");
	check_digits(good, -most - 1, "-170141183460469231731687303715884105728");
}

static void check_si(bool *good, double value, const char *expected)
{
	char is[ENERGY_SI_MAX];

	energy_html_si(is, value, "J");
	CHECK_TEXT(is, expected);
}

static void prefixes(bool *good)
{
	check_si(good, 0, "0 J");
	check_si(good, 1e-9, "1.000 nJ");
	check_si(good, 2.5e-5, "25.00 \302\265J");
	check_si(good, 0.9994, "999.4 mJ");
	check_si(good, 0.99996, "1.000 J");
	check_si(good, 9.9996, "10.00 J");
	check_si(good, -12345, "-12.35 kJ");
	check_si(good, 5e17, "500000 TJ");
}

static void check_duration(bool *good, uint64_t ns, const char *expected)
{
	char is[ENERGY_SI_MAX];

	energy_html_duration(is, ns);
	CHECK_TEXT(is, expected);
}

static void durations(bool *good)
{
	check_duration(good, 0, "0 s");
	check_duration(good, 1234567890, "1.23 s");
	check_duration(good, 100000, "0.0001 s");
	check_duration(good, 12345, "12.35 \302\265s");
	check_duration(good, 60 * S, "00:01:00");
	check_duration(good, 86399 * S, "23:59:59");
	check_duration(good, 3 * 86400 * S + 61 * S, "3 d 00:01:01");
}

static bool near(double is, double expected)
{
	return is > expected * (1 - 1e-12) && is < expected * (1 + 1e-12);
}

static void steps(bool *good)
{
	CHECK(near(energy_axis_step(100, 5), 20) && near(energy_axis_step(101, 5), 50));
	CHECK(near(energy_axis_step(0.25, 5), 0.05) && near(energy_axis_step(26, 5), 10));
	CHECK(energy_axis_step(0, 5) == 1);
	CHECK(energy_axis_time_step(8 * S, 8) == S);
	CHECK(energy_axis_time_step(S / 10, 8) == S / 50);
	CHECK(energy_axis_time_step(100 * S, 8) == 15 * S);
	CHECK(energy_axis_time_step(3600 * S, 8) == 600 * S);
	CHECK(energy_axis_time_step(365 * 86400 * S, 8) == 46 * 86400 * S);
}

static void check_label(bool *good, int64_t at_ns, int64_t step_ns, uint64_t wall_ns,
			const char *expected)
{
	char is[ENERGY_AXIS_LABEL];

	energy_axis_label(is, at_ns, step_ns, wall_ns);
	CHECK_TEXT(is, expected);
}

/* 2026-11-28 12:00:07 UTC */
#define WALL (1795867207 * S)

static void labels(bool *good)
{
	setenv("TZ", "UTC0", 1);
	tzset();
	check_label(good, 50 * S, 10 * S, 0, "50 s");
	check_label(good, S / 4, S / 20, 0, "0.25 s");
	check_label(good, 3900 * S, 300 * S, 0, "1:05 h");
	check_label(good, 53 * S, 60 * S, WALL, "12:01");
	check_label(good, 3 * S, 10 * S, WALL, "12:00:10");
	check_label(good, 43193 * S, 86400 * S, WALL, "Nov 29");
	CHECK(energy_axis_first(0, 60 * S, WALL) == 53 * S);
	CHECK(energy_axis_first(53 * S, 60 * S, WALL) == 53 * S);
	CHECK(energy_axis_first(-5 * S, 10 * S, 0) == 0 && energy_axis_first(3, 10, 0) == 10);
	/* Midnight is where the clock has it. */
	setenv("TZ", "XST-5:30", 1);
	tzset();
	CHECK(energy_axis_first(0, 86400 * S, WALL) == (86400 - 17 * 3600 - 1800 - 7) * S);
}

/* The lines of days, and of six hours, stay at midnight when clocks go back or forward. */
static void summer_time(bool *good)
{
	static const struct {
		uint64_t wall_s;	/* midnight */
		int64_t hours;		/* of the day */
		int64_t whole_days;	/* after it, so that more than 50 have passed */
	} days[] = { { 1792879200, 25, 49 }, { 1774738800, 23, 50 } };
	const int64_t day_ns = 86400 * S, hour_ns = 3600 * S;
	size_t i;

	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	for (i = 0; i < 2; i++) {
		uint64_t wall_ns = days[i].wall_s * S;
		int64_t end_ns = days[i].hours * hour_ns, at_ns = 0;

		CHECK(energy_axis_first(0, day_ns, wall_ns) == 0);
		CHECK(energy_axis_next(0, day_ns, wall_ns) == end_ns);
		CHECK(energy_axis_first(1, day_ns, wall_ns) == end_ns);
		/* From a place that is far from where the recording began. */
		CHECK(energy_axis_first(50 * day_ns, day_ns, wall_ns) ==
		      days[i].whole_days * day_ns + end_ns);
		while (at_ns < end_ns)
			at_ns = energy_axis_next(at_ns, 6 * hour_ns, wall_ns);
		CHECK(at_ns == end_ns);
	}
	CHECK(energy_axis_next(6 * S, S, 0) == 7 * S);
	check_label(good, -3900 * S, 300 * S, 0, "-1:05 h");
}

static void limits(bool *good)
{
	static const char *const wrong[] = { "", "noon", "-1", "25:00", "10:30x", "2026-11-28",
					     "nan", "10:30:61:2" };
	struct energy_limit limit;
	size_t i;

	CHECK(energy_limit_parse(&limit, "90.5") && !limit.is_clock && limit.ns == 90500000000);
	CHECK(energy_limit_parse(&limit, "10:30") && limit.is_clock && !limit.has_date);
	CHECK(energy_limit_parse(&limit, "10:30:15") && limit.tm.tm_sec == 15);
	CHECK(energy_limit_parse(&limit, "2026-11-28 10:30") && limit.has_date);
	CHECK(energy_limit_parse(&limit, "2026-11-28T10:30:01") && limit.tm.tm_mday == 28);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(!energy_limit_parse(&limit, wrong[i]));
}

static int resolve(struct energy_range *range, const char *from, const char *to,
		   uint64_t wall_ns)
{
	char why[256];

	memset(range, 0, sizeof(*range));
	if (from)
		energy_limit_parse(&range->from, from);
	if (to)
		energy_limit_parse(&range->to, to);
	return energy_range_resolve(range, wall_ns, why, sizeof(why));
}

static void ranges(bool *good)
{
	struct energy_range range;

	setenv("TZ", "UTC0", 1);
	tzset();
	CHECK(!resolve(&range, NULL, NULL, 0) && energy_range_has(&range, -5, INT64_MAX));
	CHECK(!resolve(&range, "5", "6.5", 0));
	CHECK(energy_range_has(&range, 5 * S, 6500000000));
	CHECK(!energy_range_has(&range, 5 * S - 1, 6 * S));
	CHECK(!energy_range_has(&range, 5 * S, 6500000001));
	CHECK(!resolve(&range, "12:01", "2026-11-28 12:02:00", WALL));
	CHECK(range.from_ns == 53 * S && range.to_ns == 113 * S);
	/* The next day's. */
	CHECK(!resolve(&range, NULL, "11:00", WALL) && range.to_ns == (23 * 3600 - 7) * S);
	CHECK(resolve(&range, "12:01", NULL, 0) && resolve(&range, "6", "6", 0));
}

/* 2026-10-25, where clocks go from 03:00 back to 02:00; the recording begins in the second hour. */
static void hour_that_comes_twice(bool *good)
{
	const uint64_t second_0215_ns = 1792890900 * S;
	struct energy_range range;

	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	CHECK(!resolve(&range, "02:30", "2026-10-25 02:45", second_0215_ns));
	CHECK(range.from_ns == 900 * S && range.to_ns == 1800 * S);
	CHECK(!resolve(&range, "02:30", "03:10", second_0215_ns - 3600 * S));
	CHECK(range.from_ns == 900 * S && range.to_ns == (55 * 60 + 3600) * S);
	CHECK(!resolve(&range, "02:10", NULL, second_0215_ns));
	CHECK(range.from_ns == (86400 - 300) * S);
	/* Where they go forward, that hour is missing. */
	CHECK(!resolve(&range, "2026-03-29 03:00", NULL, 1774746000 * S) && !range.from_ns);
}

static void far_away(bool *good)
{
	struct energy_range range;

	setenv("TZ", "UTC0", 1);
	tzset();
	CHECK(!resolve(&range, "9999-12-31 00:00", NULL, WALL));
	CHECK(!energy_range_has(&range, 0, S));
	CHECK(!resolve(&range, "0001-01-01 00:00", "9999-12-31 00:00", WALL));
	CHECK(energy_range_has(&range, 0, S));
}

static const struct tap_test tests[] = {
	{ "report: text is no markup", text },
	{ "report: all digits", digits },
	{ "report: prefixes of units", prefixes },
	{ "report: durations", durations },
	{ "report: distances of lines", steps },
	{ "report: labels of time", labels },
	{ "report: lines where summer time begins and ends", summer_time },
	{ "report: --from and --to", limits },
	{ "report: a part of a recording", ranges },
	{ "report: a part that begins in the hour that comes twice", hour_that_comes_twice },
	{ "report: a part that begins in another age", far_away },
};

TAP_MAIN(tests)
