// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "export/ledger.h"

/* An account, and how it ranks. */
struct candidate {
	struct energy_account *account;
	uint64_t weight;
};

/* What a reader of the series takes it to have grown by. */
static uint64_t growth(uint64_t before_nj, uint64_t after_nj)
{
	return after_nj >= before_nj ? after_nj - before_nj : after_nj;
}

static int compare(uint64_t left, uint64_t right)
{
	return left == right ? 0 : left < right ? -1 : 1;
}

static int by_id(const void *a, const void *b)
{
	const struct energy_series *left = a, *right = b;
	int order = compare(left->id, right->id);

	return order ? order : compare(left->label, right->label);
}

static int by_weight(const void *a, const void *b)
{
	const struct candidate *left = a, *right = b;
	int order = compare(right->weight, left->weight);

	return order ? order : compare(left->account->id, right->account->id);
}

static struct energy_series *find_series(const struct energy_ledger *ledger,
					 const struct energy_account *account)
{
	struct energy_series key = { .id = account->id, .label = account->label };

	if (!ledger->nr_series)
		return NULL;
	return bsearch(&key, ledger->series, ledger->nr_series, sizeof(key), by_id);
}

/* Marks the accounts that get a series; returns how many, or -ENOMEM. */
static ssize_t choose(const struct energy_ledger *ledger, struct energy_account *accounts,
		      size_t nr_accounts, size_t most)
{
	struct candidate *candidates = calloc(nr_accounts + 1, sizeof(*candidates));
	size_t nr = 0, i;

	if (!candidates)
		return -ENOMEM;
	for (i = 0; i < nr_accounts; i++) {
		const struct energy_series *series = find_series(ledger, &accounts[i]);
		uint64_t weight = accounts[i].total_nj;

		accounts[i].named = false;
		if (!weight)
			continue;
		if (series && series->named)
			weight += weight / 4;
		candidates[nr++] = (struct candidate){ &accounts[i], weight };
	}
	qsort(candidates, nr, sizeof(*candidates), by_weight);
	if (nr > most)
		nr = most;
	for (i = 0; i < nr; i++)
		candidates[i].account->named = true;
	free(candidates);
	return nr;
}

/* Goes on with @series, or begins it; returns what it grew by. */
static uint64_t show(struct energy_series *series, bool is_new, struct energy_account *account)
{
	uint64_t before_nj = series->shown_nj;

	if (is_new || (series->named && account->total_nj < series->total_nj))
		series->hidden_nj = 0;
	else if (!series->named)
		series->hidden_nj = account->total_nj - series->shown_nj;
	series->total_nj = account->total_nj;
	series->shown_nj = account->total_nj - series->hidden_nj;
	series->named = true;
	account->shown_nj = series->shown_nj;
	return is_new ? 0 : growth(before_nj, series->shown_nj);
}

static uint64_t show_account(const struct energy_ledger *ledger, struct energy_series *series,
			     struct energy_account *account)
{
	const struct energy_series *old = find_series(ledger, account);

	*series = old ? *old : (struct energy_series){ .id = account->id, .label = account->label };
	return show(series, !old, account);
}

static const struct energy_account *find_account(const struct energy_account *accounts,
						 size_t nr_accounts, uint64_t id)
{
	size_t low = 0, high = nr_accounts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (accounts[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < nr_accounts && accounts[low].id == id ? &accounts[low] : NULL;
}

/*
 * Keeps @old for the case that it gets a series again: who is listed still, and who is not, as
 * a new process with its pid and name would go on with its series. Not who has a series now.
 */
static bool keep(struct energy_series *series, const struct energy_series *old,
		 const struct energy_account *account)
{
	if (account && account->named && account->label == old->label)
		return false;
	*series = *old;
	series->named = false;
	return true;
}

/*
 * Of those that had a series before: all that are listed by the same name, as they may have one
 * again any time and must go on with it, and @most of the others, which may come without end.
 * Returns how many.
 */
static size_t keep_some(const struct energy_ledger *ledger, struct energy_series *series,
			size_t most, const struct energy_account *accounts, size_t nr_accounts)
{
	size_t nr_others = 0, nr = 0, i;

	for (i = 0; i < ledger->nr_series; i++) {
		const struct energy_series *old = &ledger->series[i];
		const struct energy_account *account = find_account(accounts, nr_accounts, old->id);
		bool listed = account && account->label == old->label;

		if ((!listed && nr_others == most) || !keep(&series[nr], old, account))
			continue;
		nr_others += !listed;
		nr++;
	}
	return nr;
}

static void settle(struct energy_ledger *ledger, struct energy_number attributed_nj,
		   __int128 named_nj, bool restarted)
{
	__int128 gain_nj = attributed_nj.value;

	if (!attributed_nj.known) {
		ledger->started = false;
		ledger->rest_nj.known = false;
		return;
	}
	if (!ledger->started) {
		ledger->started = true;
		ledger->attributed_nj = attributed_nj.value;
		ledger->owed_nj = 0;
		ledger->rest_nj.known = true;
		return;
	}
	if (!restarted)
		gain_nj -= ledger->attributed_nj;
	ledger->attributed_nj = attributed_nj.value;
	/*
	 * Below zero where the records are a sample newer than the sum, or the sum was rounded:
	 * later ones make up for it.
	 */
	gain_nj -= named_nj + ledger->owed_nj;
	ledger->owed_nj = gain_nj < 0 ? -gain_nj : 0;
	if (gain_nj > 0)
		ledger->rest_nj.value += gain_nj;
}

int energy_ledger_update(struct energy_ledger *ledger, struct energy_account *accounts,
			 size_t nr_accounts, size_t most, struct energy_number attributed_nj,
			 bool restarted)
{
	ssize_t nr_named = choose(ledger, accounts, nr_accounts, most);
	/* A process may change its name, and so leave series behind, as often as it likes. */
	size_t most_kept = 4 * most, nr = 0, i;
	struct energy_series *series;
	__int128 named_nj = 0;

	if (nr_named < 0)
		return nr_named;
	series = calloc(nr_named + ledger->nr_series + 1, sizeof(*series));
	if (!series)
		return -ENOMEM;
	for (i = 0; i < nr_accounts; i++) {
		if (accounts[i].named)
			named_nj += show_account(ledger, &series[nr++], &accounts[i]);
	}
	nr += keep_some(ledger, &series[nr], most_kept, accounts, nr_accounts);
	qsort(series, nr, sizeof(*series), by_id);
	free(ledger->series);
	ledger->series = series;
	ledger->nr_series = nr;
	settle(ledger, attributed_nj, named_nj, restarted);
	return 0;
}

void energy_ledger_free(struct energy_ledger *ledger)
{
	free(ledger->series);
	memset(ledger, 0, sizeof(*ledger));
}
