// SPDX-License-Identifier: GPL-2.0-only
#include "lib/books.h"
#include "parsed.h"
#include "tap.h"

#define LISTING(measured, first, second)					\
	"timestamp=9\nwindow_measured_nj=" measured "\nwindow_exited_nj=5\n"	\
	"window_unattributed_nj=10\nwindow_idle_nj=50\nwindow_pending_nj=3\n"	\
	"pid=0 window_energy_nj=777 comm=system\n"				\
	"pid=1 energy_nj=9999 window_energy_nj=" first " comm=a\n"		\
	"pid=1 energy_nj=9999 window_energy_nj=" second " comm=b\n"

/* The line that is printed, or why there is none. */
static const char *balance_of(const char *text)
{
	static char line[512];
	struct energy_listing listing;
	struct energy_balance balance;
	const char *problem;
	FILE *out;

	if (parse(&listing, text))
		return "not parsed";
	problem = energy_balance_fill(&balance, &listing);
	if (!problem) {
		memset(line, 0, sizeof(line));
		out = fmemopen(line, sizeof(line), "w");
		energy_balance_print(out, &balance);
		fclose(out);
	}
	energy_listing_free(&listing);
	return problem ? problem : line;
}

static void exact(bool *good)
{
	CHECK_TEXT(balance_of(LISTING("100", "30", "2")),
		   "balance: measured_nj=100 live_nj=32 exited_nj=5 unattributed_nj=10 "
		   "idle_nj=50 pending_nj=3 difference_nj=0\n");
}

static void off_by_one(bool *good)
{
	CHECK(strstr(balance_of(LISTING("101", "30", "2")), " difference_nj=1\n"));
	CHECK(strstr(balance_of(LISTING("99", "30", "2")), " difference_nj=-1\n"));
}

static void beyond_64_bits(bool *good)
{
	CHECK_TEXT(balance_of(LISTING("0", "18446744073709551615", "18446744073709551615")),
		   "balance: measured_nj=0 live_nj=36893488147419103230 exited_nj=5 "
		   "unattributed_nj=10 idle_nj=50 pending_nj=3 "
		   "difference_nj=-36893488147419103298\n");
	/* In 64 bits these two would wrap around to a perfect balance. */
	CHECK(!strstr(balance_of(LISTING("100", "18446744073709551615", "33")),
		      " difference_nj=0\n"));
}

static void not_to_be_done(bool *good)
{
	CHECK_TEXT(balance_of(LISTING("100", "30", "2") "pid=7 window_ener"),
		   "its last line is torn");
	CHECK_TEXT(balance_of(LISTING("100", "30", "2") "what is this\n"),
		   "it has lines that are not understood");
	CHECK_TEXT(balance_of(LISTING("100", "30", "2") "pid=7 energy_nj=0 comm=c\n"),
		   "a record lacks window_energy_nj");
	CHECK_TEXT(balance_of("timestamp=9\nmeasured_nj=0\npid=1 energy_uj=0 comm=a\n"),
		   "it lacks window_*_nj values, which only debugfs energy/all has");
}

static const struct tap_test tests[] = {
	{ "books: exact", exact },
	{ "books: off by one, both ways", off_by_one },
	{ "books: beyond 64 bits", beyond_64_bits },
	{ "books: a listing that cannot be balanced", not_to_be_done },
};

TAP_MAIN(tests)
