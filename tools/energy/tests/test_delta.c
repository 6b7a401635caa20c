// SPDX-License-Identifier: GPL-2.0-only
#include "lib/delta.h"
#include "parsed.h"
#include "tap.h"

/* One interval of live values in microjoules, header keys and records as given. */
struct pair {
	struct energy_listing older, newer;
	struct energy_interval interval;
	int outcome;
};

#define SOURCE "source_kind=measured\nsource=rapl_msr\n"
#define DELAY_NS 1000000000
#define CPUS 4

static void compare(struct pair *pair, const char *older, const char *newer)
{
	int err = parse(&pair->older, older) | parse(&pair->newer, newer);

	pair->outcome = err;
	if (!err)
		pair->outcome = energy_interval_fill(&pair->interval, &pair->older,
						     energy_basis_of(&pair->older, DELAY_NS),
						     &pair->newer,
						     energy_basis_of(&pair->newer, DELAY_NS),
						     CPUS);
}

static void release(struct pair *pair)
{
	energy_interval_free(&pair->interval);
	energy_listing_free(&pair->older);
	energy_listing_free(&pair->newer);
}

static const struct energy_row *row_of(const struct pair *pair, uint64_t pid)
{
	static const struct energy_row none;
	size_t i;

	for (i = 0; i < pair->interval.nr_rows; i++) {
		if (pair->interval.rows[i].record->pid.value == pid)
			return &pair->interval.rows[i];
	}
	return &none;
}

static void rates(bool *good)
{
	struct pair pair;

	compare(&pair, "timestamp=1000000000\n" SOURCE
		"pid=0 energy_uj=100 comm=system\n"
		"pid=4 energy_uj=10 cpu_ns=100 comm=a\npid=5 energy_uj=7 cpu_ns=5 comm=sleeps\n"
		"pid=6 energy_uj=1 cpu_ns=5 comm=b\n",
		"timestamp=3000000000\n" SOURCE
		"pid=0 energy_uj=900 comm=system\n"
		"pid=4 energy_uj=11 cpu_ns=400 comm=a\npid=5 energy_uj=7 cpu_ns=5 comm=sleeps\n"
		"pid=6 energy_uj=8 cpu_ns=6 comm=b\n");
	CHECK(pair.outcome == ENERGY_INTERVAL && pair.interval.basis == ENERGY_BASIS_LIVE);
	CHECK(pair.interval.length_ns == 2000000000);
	/* Most energy first; neither the system nor who did nothing. */
	CHECK(pair.interval.nr_rows == 2 && pair.interval.nr_listed == 3);
	CHECK(pair.interval.rows[0].record->pid.value == 6);
	CHECK(pair.interval.rows[0].delta_nj == 7000 && pair.interval.rows[0].total_nj == 8000);
	CHECK(pair.interval.rows[1].delta_nj == 1000 && pair.interval.rows[1].delta_cpu_ns == 300);
	CHECK(pair.interval.attributed_nj == 8000);
	CHECK(energy_watts(&pair.interval, 4e9) == 2.0);
	CHECK(!pair.interval.flows.known && !pair.interval.gone.known);
	release(&pair);
}

static void began_and_reused(bool *good)
{
	struct pair pair;

	compare(&pair, "timestamp=1000\n" SOURCE
		"pid=4 energy_uj=50 cpu_ns=100 comm=cpu_back\n"
		"pid=5 energy_uj=50 cpu_ns=100 comm=energy_back\n"
		"pid=6 energy_uj=50 cpu_ns=100 comm=goes_on\n",
		"timestamp=2000\n" SOURCE
		"pid=4 energy_uj=60 cpu_ns=99 comm=cpu_back\n"
		"pid=5 energy_uj=49 cpu_ns=200 comm=energy_back\n"
		"pid=6 energy_uj=60 cpu_ns=100 comm=goes_on\n"
		"pid=7 energy_uj=3 cpu_ns=1 comm=new\n");
	CHECK(row_of(&pair, 4)->delta_nj == 60000 && row_of(&pair, 4)->delta_cpu_ns == 99);
	CHECK(row_of(&pair, 5)->delta_nj == 49000 && row_of(&pair, 5)->delta_cpu_ns == 200);
	CHECK(row_of(&pair, 6)->delta_nj == 10000 && row_of(&pair, 6)->delta_cpu_ns == 0);
	CHECK(row_of(&pair, 7)->delta_nj == 3000);
	release(&pair);
}

/* 1000 ns of 4 CPUs: who has more was somewhere else before. */
static void came_in_sight(bool *good)
{
	struct pair pair;

	compare(&pair, "timestamp=1000\n" SOURCE "pid=1 energy_uj=0 comm=a\n",
		"timestamp=2000\n" SOURCE "pid=1 energy_uj=0 comm=a\n"
		"pid=4 energy_uj=70 cpu_ns=4001 comm=moved\n"
		"pid=5 energy_uj=80 cpu_ns=4000 comm=new\n");
	CHECK(pair.interval.nr_rows == 1 && pair.interval.nr_listed == 3);
	CHECK(row_of(&pair, 5)->delta_nj == 80000 && row_of(&pair, 5)->delta_cpu_ns == 4000);
	CHECK(pair.interval.attributed_nj == 80000);
	release(&pair);
}

/* The dead one is listed for a while beside the new one, the newer first. */
static void both_of_one_pid(bool *good)
{
	struct pair pair;

	compare(&pair, "timestamp=1000\n" SOURCE "pid=4 alive=1 energy_uj=50 cpu_ns=100 comm=old\n",
		"timestamp=2000\n" SOURCE "pid=4 alive=1 energy_uj=70 cpu_ns=200 comm=new\n"
		"pid=4 alive=0 energy_uj=51 cpu_ns=110 comm=old\n");
	CHECK(pair.interval.nr_rows == 2 && pair.interval.nr_listed == 2);
	CHECK(pair.interval.rows[0].delta_nj == 70000);
	CHECK(pair.interval.rows[1].delta_nj == 1000);
	release(&pair);

	compare(&pair, "timestamp=1000\n" SOURCE "pid=4 alive=0 energy_uj=50 cpu_ns=100 comm=old\n",
		"timestamp=2000\n" SOURCE "pid=4 alive=1 energy_uj=70 cpu_ns=200 comm=new\n");
	CHECK(row_of(&pair, 4)->delta_nj == 70000);
	release(&pair);
}

#define BOOKS(measured, exited, unattributed, idle, pending)			\
	SOURCE "measured_uj=" #measured "\nexited_uj=" #exited "\nunattributed_uj=" \
	#unattributed "\nidle_uj=" #idle "\npending_uj=" #pending "\n"

/* 8 ended having used 30, 10 of it before; 20 more were used by processes never listed. */
static void exited(bool *good)
{
	struct pair pair;

	compare(&pair, "timestamp=1000\n" BOOKS(122, 5, 1, 50, 6)
		"pid=4 energy_uj=50 comm=a\npid=8 energy_uj=10 comm=b\n",
		"timestamp=2000\n" BOOKS(248, 55, 2, 120, 1)
		"pid=4 energy_uj=70 comm=a\n");
	CHECK(pair.outcome == ENERGY_INTERVAL);
	CHECK(pair.interval.flows.known && pair.interval.flows.measured_nj == 126000);
	CHECK(pair.interval.flows.unattributed_nj == 1000);
	CHECK(pair.interval.flows.idle_nj == 70000);
	CHECK(pair.interval.flows.pending_nj == -5000);
	CHECK(pair.interval.gone.known && pair.interval.gone.delta_nj == 40000);
	CHECK(pair.interval.gone.total_nj == 55000);
	/* What is measured is what is shown: rows and gone, unattributed, idle, pending. */
	CHECK(pair.interval.attributed_nj == 60000);
	release(&pair);
}

/* 8 was there before and has a row; 9 had not run yet; 10 ended long ago. */
static void listed_and_exited(bool *good)
{
	struct pair pair;

	compare(&pair, "timestamp=1000\n" BOOKS(100, 5, 1, 50, 6)
		"pid=8 alive=1 energy_uj=10 comm=b\npid=9 alive=1 energy_uj=0 comm=c\n"
		"pid=10 alive=0 energy_uj=3 comm=d\n",
		"timestamp=2000\n" BOOKS(140, 6, 1, 50, 6)
		"pid=8 alive=0 energy_uj=30 comm=b\npid=9 alive=0 energy_uj=19 comm=c\n"
		"pid=10 alive=0 energy_uj=3 comm=d\n");
	CHECK(pair.interval.nr_rows == 1 && pair.interval.nr_listed == 3);
	CHECK(row_of(&pair, 8)->delta_nj == 20000);
	CHECK(pair.interval.gone.delta_nj == 20000);
	CHECK(pair.interval.gone.total_nj == 6000 + 19000 + 3000);
	CHECK(pair.interval.nr_ended == 1 && pair.interval.ended[0].record->pid.value == 9);
	CHECK(pair.interval.ended[0].delta_nj == 19000);
	CHECK(pair.interval.attributed_nj == 40000);
	release(&pair);
}

/* Header and records of different samples: never a negative, nor one wrapped around. */
static void exited_of_another_sample(bool *good)
{
	struct pair pair;

	compare(&pair, "timestamp=1000\n" BOOKS(100, 5, 1, 50, 6) "pid=8 energy_uj=10 comm=b\n",
		"timestamp=2000\n" BOOKS(101, 14, 1, 50, 6));
	CHECK(pair.outcome == ENERGY_INTERVAL);
	CHECK(pair.interval.gone.delta_nj == 0 && pair.interval.attributed_nj == 0);
	release(&pair);
}

static void no_time(bool *good)
{
	struct pair pair;

	compare(&pair, "timestamp=5\n" SOURCE "pid=4 energy_uj=50 comm=a\n",
		"timestamp=5\n" SOURCE "pid=4 energy_uj=60 comm=a\n");
	CHECK(pair.outcome == ENERGY_NO_TIME_PASSED && !pair.interval.rows);
	release(&pair);
}

static void restarts(bool *good)
{
	static const char *const newer[] = {
		/* Time, and each of the books that only grows, goes back. */
		"timestamp=1999\n" BOOKS(900, 100, 100, 100, 0),
		"timestamp=3000\n" BOOKS(499, 100, 100, 100, 0),
		"timestamp=3000\n" BOOKS(900, 99, 100, 100, 0),
		"timestamp=3000\n" BOOKS(900, 100, 99, 100, 0),
		"timestamp=3000\n" BOOKS(900, 100, 100, 99, 0),
		/* The books, or the source, are not there any more. */
		"timestamp=3000\n" SOURCE,
		"timestamp=3000\nsource_kind=none\n",
	};
	struct pair pair;
	size_t i;

	for (i = 0; i < sizeof(newer) / sizeof(newer[0]); i++) {
		compare(&pair, "timestamp=2000\n" BOOKS(500, 100, 100, 100, 9), newer[i]);
		CHECK(pair.outcome == ENERGY_RESTARTED);
		release(&pair);
	}
	/* Before the first window. */
	compare(&pair, "timestamp=0\nwindow=0\n", "timestamp=3000\npid=4 energy_uj=5 comm=a\n");
	CHECK(pair.outcome == ENERGY_RESTARTED);
	release(&pair);
	/* A cgroup's listing, when a source comes. */
	compare(&pair, "timestamp=2000\npid=4 energy=1.000 energy_uj=0 comm=a\n",
		"timestamp=3000\npid=4 energy=2.000 energy_uj=1 comm=a\n");
	CHECK(pair.outcome == ENERGY_RESTARTED);
	release(&pair);
	compare(&pair, "timestamp=2000\n" BOOKS(500, 100, 100, 100, 9),
		"timestamp=3000\n" BOOKS(500, 100, 100, 100, 0));
	CHECK(pair.outcome == ENERGY_INTERVAL);
	release(&pair);
}

#define WINDOW(time) \
	"timestamp=9" #time "\nwindow_ns=1000000000\nwindow_timestamp=" #time "\n"	\
	"window_exited_nj=0\nwindow_unattributed_nj=0\nwindow_idle_nj=0\nwindow_pending_nj=0\n"

static void choice_of_values(bool *good)
{
	struct energy_listing listing;
	struct pair pair;

	compare(&pair, SOURCE WINDOW(1000) "window_measured_nj=10\n"
		"pid=4 cpu_ns=5 window_cpu_ns=5 energy_nj=99 window_energy_nj=10 comm=a\n",
		SOURCE WINDOW(2000) "window_measured_nj=13\n"
		"pid=4 cpu_ns=50 window_cpu_ns=7 energy_nj=999 window_energy_nj=13 comm=a\n");
	CHECK(pair.outcome == ENERGY_INTERVAL && pair.interval.basis == ENERGY_BASIS_WINDOW);
	CHECK(pair.interval.length_ns == 1000);
	CHECK(row_of(&pair, 4)->delta_nj == 3 && row_of(&pair, 4)->delta_cpu_ns == 2);
	/* A new window comes too seldom for this reader. */
	CHECK(energy_basis_of(&pair.newer, DELAY_NS - 1) == ENERGY_BASIS_LIVE);
	release(&pair);

	CHECK(!parse(&listing, SOURCE WINDOW(0) "window_measured_nj=0\n"));
	CHECK(energy_basis_of(&listing, DELAY_NS) == ENERGY_BASIS_LIVE);
	energy_listing_free(&listing);
	CHECK(!parse(&listing, "timestamp=1\npid=4 energy=1.000 energy_uj=0 comm=a\n"));
	CHECK(energy_basis_of(&listing, DELAY_NS) == ENERGY_BASIS_MODEL);
	energy_listing_free(&listing);
	CHECK(!parse(&listing, "timestamp=1\npid=4 energy=0.000 energy_uj=0 comm=a\n"));
	CHECK(energy_basis_of(&listing, DELAY_NS) == ENERGY_BASIS_LIVE);
	energy_listing_free(&listing);
	CHECK(!parse(&listing, "timestamp=1\nsource_kind=model\npid=4 energy=1.000 comm=a\n"));
	CHECK(energy_basis_of(&listing, DELAY_NS) == ENERGY_BASIS_LIVE);
	energy_listing_free(&listing);
}

static void model(bool *good)
{
	struct pair pair;

	compare(&pair, "timestamp=1000\nsource_kind=none\npid=0 energy=100.000 comm=system\n"
		"pid=4 energy=1.500 energy_uj=7 comm=a\n",
		"timestamp=2000\nsource_kind=none\npid=0 energy=105.000 comm=system\n"
		"pid=4 energy=3.500 energy_uj=9 comm=a\n");
	CHECK(pair.interval.basis == ENERGY_BASIS_MODEL);
	CHECK(row_of(&pair, 4)->delta_nj == 2000000);
	CHECK(pair.interval.gone.known && pair.interval.gone.delta_nj == 3000000);
	CHECK(pair.interval.gone.total_nj == 101500000);
	CHECK(pair.interval.attributed_nj == 5000000 && !pair.interval.flows.known);
	release(&pair);

	compare(&pair, "timestamp=1000\nsource_kind=none\npid=0 energy=100.000 comm=system\n",
		"timestamp=2000\nsource_kind=none\npid=0 energy=105.000 comm=system\n"
		"pid=4 alive=0 energy=2.000 comm=short\n");
	CHECK(pair.interval.gone.delta_nj == 5000000);
	CHECK(pair.interval.gone.total_nj == 105000000);
	CHECK(pair.interval.attributed_nj == 5000000);
	release(&pair);
}

static void sums_beyond_64_bits(bool *good)
{
	struct pair pair;

	compare(&pair, "timestamp=1\n" SOURCE "pid=1 energy_nj=0 comm=a\n",
		"timestamp=2\n" SOURCE "pid=1 energy_nj=18446744073709551615 comm=a\n"
		"pid=2 energy_nj=18446744073709551615 comm=b\n"
		"pid=18446744073709551615 energy_nj=2 comm=c\n");
	CHECK(pair.interval.nr_rows == 3);
	CHECK(pair.interval.attributed_nj == (unsigned __int128)2 * UINT64_MAX + 2);
	release(&pair);
}

static const struct tap_test tests[] = {
	{ "delta: rates, order and who is shown", rates },
	{ "delta: a pid whose counters go back is a new process", began_and_reused },
	{ "delta: a process that only came in sight", came_in_sight },
	{ "delta: the dead and the new process of one pid", both_of_one_pid },
	{ "delta: what exited processes used, exactly", exited },
	{ "delta: exited and still listed", listed_and_exited },
	{ "delta: exited is never below zero", exited_of_another_sample },
	{ "delta: no time between two readings", no_time },
	{ "delta: a restart is no interval", restarts },
	{ "delta: window, live or model values", choice_of_values },
	{ "delta: the model's energy without a source", model },
	{ "delta: sums beyond 64 bits", sums_beyond_64_bits },
};

TAP_MAIN(tests)
