// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "export/ledger.h"
#include "tap.h"

#define MOST 3
/* So few that the ledger knows all their series. */
#define PROCESSES 16
#define MOST_OF_THESE 8
#define LABELS 2

static struct energy_number known(uint64_t value)
{
	return (struct energy_number){ value, true };
}

static int update(struct energy_ledger *ledger, struct energy_account *accounts, size_t nr,
		  uint64_t attributed_nj)
{
	return energy_ledger_update(ledger, accounts, nr, MOST, known(attributed_nj), false);
}

static void the_most_are_named(bool *good)
{
	struct energy_account accounts[] = {
		{ .id = 1, .total_nj = 50 }, { .id = 2, .total_nj = 0 },
		{ .id = 3, .total_nj = 70 }, { .id = 5, .total_nj = 60 },
		{ .id = 8, .total_nj = 55 },
	};
	struct energy_ledger ledger = { 0 };

	CHECK(!update(&ledger, accounts, 5, 1000));
	CHECK(!accounts[0].named && accounts[2].named && accounts[3].named && accounts[4].named);
	CHECK(accounts[2].shown_nj == 70 && accounts[3].shown_nj == 60);
	/* What was used before the first reading is nobody's growth. */
	CHECK(ledger.rest_nj.known && ledger.rest_nj.value == 0);

	/* One that has not used anything has no series, however much room there is. */
	accounts[0].total_nj = accounts[2].total_nj = accounts[3].total_nj = 0;
	CHECK(!update(&ledger, accounts, 5, 1000));
	CHECK(!accounts[1].named && !accounts[0].named && accounts[4].named);
	energy_ledger_free(&ledger);
}

static void series_are_not_swapped_for_a_little(bool *good)
{
	struct energy_account accounts[] = {
		{ .id = 1, .total_nj = 100 }, { .id = 2, .total_nj = 100 },
		{ .id = 3, .total_nj = 100 }, { .id = 4, .total_nj = 99 },
	};
	struct energy_ledger ledger = { 0 };

	CHECK(!update(&ledger, accounts, 4, 1000));
	accounts[3].total_nj = 124;
	CHECK(!update(&ledger, accounts, 4, 1025));
	CHECK(!accounts[3].named && ledger.rest_nj.value == 25);
	accounts[3].total_nj = 126;
	CHECK(!update(&ledger, accounts, 4, 1027));
	CHECK(accounts[3].named && accounts[3].shown_nj == 126 && ledger.rest_nj.value == 27);
	energy_ledger_free(&ledger);
}

/* It leaves, uses 400 in the rest, and comes back: these are not counted once more. */
static void a_series_goes_on_where_it_ended(bool *good)
{
	struct energy_account accounts[] = {
		{ .id = 1, .total_nj = 1000 }, { .id = 2, .total_nj = 900 },
	};
	struct energy_ledger ledger = { 0 };

	CHECK(!energy_ledger_update(&ledger, accounts, 2, 1, known(1900), false));
	CHECK(accounts[0].named);
	accounts[0].total_nj = 1100;
	accounts[1].total_nj = 5000;
	CHECK(!energy_ledger_update(&ledger, accounts, 2, 1, known(6100), false));
	CHECK(accounts[1].named && accounts[1].shown_nj == 5000);
	CHECK(ledger.rest_nj.value == 4200);
	accounts[0].total_nj = 1400;
	CHECK(!energy_ledger_update(&ledger, accounts, 2, 1, known(6400), false));
	CHECK(ledger.rest_nj.value == 4500);
	accounts[0].total_nj = 10000;
	CHECK(!energy_ledger_update(&ledger, accounts, 2, 1, known(15000), false));
	CHECK(accounts[0].named && accounts[0].shown_nj == 1000);
	CHECK(ledger.rest_nj.value == 13100);
	accounts[0].total_nj = 10500;
	CHECK(!energy_ledger_update(&ledger, accounts, 2, 1, known(15500), false));
	CHECK(accounts[0].shown_nj == 1500 && ledger.rest_nj.value == 13100);
	energy_ledger_free(&ledger);
}

static void the_rest_never_falls(bool *good)
{
	struct energy_account accounts[] = { { .id = 1, .total_nj = 1000 } };
	struct energy_ledger ledger = { 0 };

	CHECK(!update(&ledger, accounts, 1, 2000));
	CHECK(!update(&ledger, accounts, 1, 2500));
	CHECK(ledger.rest_nj.value == 500);
	/* The record is of the next sample already; then the sum has it, too. */
	accounts[0].total_nj = 1300;
	CHECK(!update(&ledger, accounts, 1, 2500));
	CHECK(ledger.rest_nj.value == 500);
	CHECK(!update(&ledger, accounts, 1, 2900));
	CHECK(ledger.rest_nj.value == 600);
	/* Rounded down, a sum can fall by a little. */
	CHECK(!update(&ledger, accounts, 1, 2899));
	CHECK(ledger.rest_nj.value == 600);
	CHECK(!update(&ledger, accounts, 1, 2910));
	CHECK(ledger.rest_nj.value == 610);
	energy_ledger_free(&ledger);
}

static void unknown_sum(bool *good)
{
	struct energy_account accounts[] = { { .id = 1, .total_nj = 1000 } };
	struct energy_number unknown = { 0 };
	struct energy_ledger ledger = { 0 };

	CHECK(!energy_ledger_update(&ledger, accounts, 1, MOST, unknown, false));
	CHECK(accounts[0].named && !ledger.rest_nj.known);
	energy_ledger_free(&ledger);
}

/* A name that changes all the time leaves no more behind than this. */
static void memory_is_bounded(bool *good)
{
	struct energy_account accounts[] = { { .id = 1, .total_nj = 1000 } };
	struct energy_ledger ledger = { 0 };

	for (accounts[0].label = 0; accounts[0].label < 1000; accounts[0].label++)
		CHECK(!update(&ledger, accounts, 1, 1000));
	CHECK(ledger.nr_series <= 5 * MOST);
	energy_ledger_free(&ledger);
}

/* However many had a series meanwhile, who is listed all the time goes on with its own. */
static void who_is_listed_is_known(bool *good)
{
	struct energy_account accounts[40] = { 0 };
	struct energy_ledger ledger = { 0 };
	uint64_t attributed_nj = 0, shown_nj = 0;
	size_t i;

	for (i = 0; i < 40; i++)
		accounts[i].id = i + 1;
	for (i = 0; i < 40; i++) {
		accounts[39 - i].total_nj += 1000ULL << i;
		attributed_nj += 1000ULL << i;
		CHECK(!update(&ledger, accounts, 40, attributed_nj) && accounts[39 - i].named);
		if (accounts[39].named)
			shown_nj = accounts[39].shown_nj;
	}
	CHECK(!accounts[39].named && shown_nj == 1000);
	accounts[39].total_nj += 1000ULL << 41;
	CHECK(!update(&ledger, accounts, 40, attributed_nj + (1000ULL << 41)));
	CHECK(accounts[39].named && accounts[39].shown_nj == shown_nj);
	energy_ledger_free(&ledger);
}

/* A process, and what a reader of its series has last seen and counted. */
struct process {
	uint64_t total_nj, label;
	bool there;
	struct { uint64_t value; bool seen; } series[LABELS];
};

static uint64_t state = 88172645463325252ULL;

/* Xorshift: the same numbers in each run. */
static uint64_t any(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

/* As Prometheus counts: nothing for a first value, all of one that fell. */
static uint64_t counted(struct process *process, uint64_t shown_nj)
{
	uint64_t before = process->series[process->label].value, grown = 0;

	if (process->series[process->label].seen)
		grown = shown_nj >= before ? shown_nj - before : shown_nj;
	process->series[process->label].value = shown_nj;
	process->series[process->label].seen = true;
	return grown;
}

/* Everybody uses energy, changes names, comes and goes; now and then the module is reloaded. */
static uint64_t live(struct process *processes, uint64_t *attributed_nj, bool reload)
{
	uint64_t used_nj = 0;
	size_t i;

	if (reload)
		*attributed_nj = 0;
	for (i = 0; i < PROCESSES; i++) {
		struct process *process = &processes[i];
		uint64_t nj = any(4) ? any(1000) : any(100000);

		if (reload)
			process->total_nj = 0;
		if (process->there && !any(50))
			process->there = false;
		else if (!process->there && !process->total_nj)
			process->there = true;
		if (!process->there)
			continue;
		if (!any(20))
			process->label = any(LABELS);
		process->total_nj += nj;
		used_nj += nj;
	}
	*attributed_nj += used_nj;
	return used_nj;
}

static void nothing_is_lost_or_counted_twice(bool *good)
{
	struct process processes[PROCESSES] = { 0 };
	struct energy_account accounts[PROCESSES];
	struct energy_ledger ledger = { 0 };
	uint64_t attributed_nj = 0, used_nj = 0, seen_nj = 0, rest_nj = 0;
	int turn;

	for (turn = 0; turn < 2000; turn++) {
		bool reload = turn % 500 == 499;
		size_t nr = 0, i;
		uint64_t now_nj = live(processes, &attributed_nj, reload);

		used_nj += turn ? now_nj : 0;
		for (i = 0; i < PROCESSES; i++) {
			if (processes[i].there)
				accounts[nr++] = (struct energy_account){
					.id = i, .label = processes[i].label,
					.total_nj = processes[i].total_nj, .position = i,
				};
		}
		CHECK(!energy_ledger_update(&ledger, accounts, nr, MOST_OF_THESE,
					    known(attributed_nj), reload));
		for (i = 0; i < nr; i++) {
			if (accounts[i].named)
				seen_nj += counted(&processes[accounts[i].position],
						   accounts[i].shown_nj);
		}
		CHECK(ledger.rest_nj.value >= rest_nj);
		seen_nj += ledger.rest_nj.value - rest_nj;
		rest_nj = ledger.rest_nj.value;
		CHECK(seen_nj == used_nj);
		if (!*good)
			break;
	}
	energy_ledger_free(&ledger);
}

static const struct tap_test tests[] = {
	{ "ledger: those that used the most have series", the_most_are_named },
	{ "ledger: series are not swapped for a little", series_are_not_swapped_for_a_little },
	{ "ledger: a series goes on where it ended", a_series_goes_on_where_it_ended },
	{ "ledger: the rest never falls", the_rest_never_falls },
	{ "ledger: without a sum the rest is not known", unknown_sum },
	{ "ledger: its memory is bounded", memory_is_bounded },
	{ "ledger: the series of who is listed are all known", who_is_listed_is_known },
	{ "ledger: all series together grow by what was used", nothing_is_lost_or_counted_twice },
};

TAP_MAIN(tests)
