// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/delta.h"

static bool is_system(const struct energy_record *record)
{
	return record->pid.value == 0;
}

static uint64_t record_nj(const struct energy_record *record, enum energy_basis basis)
{
	switch (basis) {
	case ENERGY_BASIS_WINDOW:
		return energy_number_or(record->window_nj, 0);
	case ENERGY_BASIS_MODEL:
		return energy_number_or(record->score_nj, 0);
	default:
		return energy_number_or(record->live_nj, energy_number_or(record->rounded_nj, 0));
	}
}

static uint64_t record_cpu_ns(const struct energy_record *record, enum energy_basis basis)
{
	return energy_number_or(basis == ENERGY_BASIS_WINDOW ? record->window_cpu_ns :
				record->cpu_ns, 0);
}

static uint64_t time_of(const struct energy_listing *listing, enum energy_basis basis)
{
	return basis == ENERGY_BASIS_WINDOW ? listing->header.window_timestamp_ns.value :
					      listing->header.timestamp_ns.value;
}

/* NULL where the basis has no books. */
static const struct energy_books *books_of(const struct energy_listing *listing,
					   enum energy_basis basis)
{
	const struct energy_header *header = &listing->header;
	const struct energy_books *books = &header->rounded;

	if (basis == ENERGY_BASIS_MODEL)
		return NULL;
	if (basis == ENERGY_BASIS_WINDOW)
		books = &header->window;
	else if (energy_books_known(&header->live))
		books = &header->live;
	return energy_books_known(books) ? books : NULL;
}

static bool nothing_is_measured(const struct energy_listing *listing)
{
	struct energy_slice kind = listing->header.source_kind;
	bool has_score = false;
	size_t i;

	if (kind.len)
		return energy_slice_is(kind, "none");
	for (i = 0; i < listing->nr_records; i++) {
		const struct energy_record *record = &listing->records[i];

		if (record_nj(record, ENERGY_BASIS_LIVE))
			return false;
		has_score |= record_nj(record, ENERGY_BASIS_MODEL) != 0;
	}
	return has_score;
}

enum energy_basis energy_basis_of(const struct energy_listing *listing, uint64_t delay_ns)
{
	const struct energy_header *header = &listing->header;

	if (nothing_is_measured(listing))
		return ENERGY_BASIS_MODEL;
	/* A window_timestamp of 0: no window was published yet. */
	if (energy_number_or(header->window_timestamp_ns, 0) &&
	    energy_books_known(&header->window) &&
	    energy_number_or(header->window_ns, UINT64_MAX) <= delay_ns)
		return ENERGY_BASIS_WINDOW;
	return ENERGY_BASIS_LIVE;
}

static bool went_back(struct energy_number before, struct energy_number after)
{
	return after.value < before.value;
}

/* These four only ever grow, for as long as the module stays loaded. */
static bool books_went_back(const struct energy_books *before, const struct energy_books *after)
{
	return went_back(before->measured_nj, after->measured_nj) ||
	       went_back(before->exited_nj, after->exited_nj) ||
	       went_back(before->unattributed_nj, after->unattributed_nj) ||
	       went_back(before->idle_nj, after->idle_nj);
}

static void fill_flows(struct energy_flows *flows, const struct energy_books *before,
		       const struct energy_books *after)
{
	flows->known = true;
	flows->measured_nj = after->measured_nj.value - before->measured_nj.value;
	flows->unattributed_nj = after->unattributed_nj.value - before->unattributed_nj.value;
	flows->idle_nj = after->idle_nj.value - before->idle_nj.value;
	flows->pending_nj = (__int128)after->pending_nj.value - before->pending_nj.value;
}

static bool is_alive(const struct energy_record *record)
{
	return energy_number_or(record->alive, 1);
}

static bool continues(const struct energy_record *before, const struct energy_record *after,
		      enum energy_basis basis)
{
	return (is_alive(before) || !is_alive(after)) &&
	       record_nj(after, basis) >= record_nj(before, basis) &&
	       record_cpu_ns(after, basis) >= record_cpu_ns(before, basis);
}

static bool has_used(const struct energy_record *record, enum energy_basis basis)
{
	return record_nj(record, basis) || record_cpu_ns(record, basis);
}

static bool only_came_in_sight(const struct energy_interval *interval,
			       const struct energy_record *record)
{
	return record_cpu_ns(record, interval->basis) >
	       (energy_sum)interval->length_ns * interval->cpus;
}

/* @before is NULL for a process that was not there before: all it used, it used now. */
static void add_row(struct energy_interval *interval, const struct energy_record *before,
		    const struct energy_record *after)
{
	enum energy_basis basis = interval->basis;
	struct energy_row row = {
		.record = after,
		.total_nj = record_nj(after, basis),
		.delta_nj = record_nj(after, basis),
		.delta_cpu_ns = record_cpu_ns(after, basis),
	};
	bool active;

	/* Listed before it ran, or while the window that is compared had not seen it. */
	if (before && !has_used(before, basis))
		before = NULL;
	if (!before && only_came_in_sight(interval, after))
		before = after;
	if (before) {
		row.delta_nj -= record_nj(before, basis);
		row.delta_cpu_ns -= record_cpu_ns(before, basis);
	}
	active = row.delta_nj || row.delta_cpu_ns;
	interval->nr_listed++;
	if (!is_alive(after) && (!before || !active)) {
		interval->gone.known = true;
		interval->gone.delta_nj += row.delta_nj;
		interval->gone.total_nj += row.total_nj;
		if (row.delta_nj)
			interval->ended[interval->nr_ended++] = row;
		return;
	}
	interval->attributed_nj += row.delta_nj;
	if (active)
		interval->rows[interval->nr_rows++] = row;
}

/*
 * Pairs the records of one pid, of which there is more than one while a pid is reused and
 * the dead process is still shown. They are listed newest first, and it is the oldest that
 * leave: so pair from the end. Returns what those that left had used.
 */
static energy_sum pair_one_pid(struct energy_interval *interval,
			       const struct energy_record *before, size_t nr_before,
			       const struct energy_record *after, size_t nr_after)
{
	energy_sum left_nj = 0;

	while (nr_before) {
		const struct energy_record *old = &before[--nr_before];

		if (nr_after && continues(old, &after[nr_after - 1], interval->basis))
			add_row(interval, old, &after[--nr_after]);
		else
			left_nj += record_nj(old, interval->basis);
	}
	while (nr_after)
		add_row(interval, NULL, &after[--nr_after]);
	return left_nj;
}

static size_t same_pid(const struct energy_listing *listing, size_t from, uint64_t pid)
{
	size_t nr = 0;

	while (from + nr < listing->nr_records && listing->records[from + nr].pid.value == pid)
		nr++;
	return nr;
}

static uint64_t pid_at(const struct energy_listing *listing, size_t at)
{
	return at < listing->nr_records ? listing->records[at].pid.value : UINT64_MAX;
}

/* Both listings are sorted by pid. Returns what the processes that left had used. */
static energy_sum pair_all(struct energy_interval *interval, const struct energy_listing *older,
			   const struct energy_listing *newer)
{
	size_t before = same_pid(older, 0, 0), after = same_pid(newer, 0, 0);
	energy_sum left_nj = 0;

	while (before < older->nr_records || after < newer->nr_records) {
		uint64_t old_pid = pid_at(older, before), new_pid = pid_at(newer, after);
		uint64_t pid = old_pid < new_pid ? old_pid : new_pid;
		size_t nr_before = same_pid(older, before, pid);
		size_t nr_after = same_pid(newer, after, pid);

		left_nj += pair_one_pid(interval, older->records + before, nr_before,
					newer->records + after, nr_after);
		before += nr_before;
		after += nr_after;
	}
	return left_nj;
}

static uint64_t not_below_zero(__int128 nj)
{
	return nj > 0 ? nj : 0;
}

/*
 * What the books gained for exited processes, less what those of them had used that were
 * still listed before. Below zero only where the basis is live and so not of one instant.
 */
static void fill_gone(struct energy_gone *gone, const struct energy_books *before,
		      const struct energy_books *after, energy_sum left_nj)
{
	uint64_t gained_nj = after->exited_nj.value - before->exited_nj.value;

	gone->known = true;
	gone->total_nj += after->exited_nj.value;
	gone->delta_nj += not_below_zero((__int128)gained_nj - (__int128)left_nj);
}

static const struct energy_record *system_record(const struct energy_listing *listing)
{
	bool there = listing->nr_records && is_system(&listing->records[0]);

	return there ? &listing->records[0] : NULL;
}

/* The model keeps no books; but pid 0 is the whole system, so the rest of it is theirs. */
static void fill_gone_by_model(struct energy_interval *interval,
			       const struct energy_listing *older,
			       const struct energy_listing *newer)
{
	const struct energy_record *before = system_record(older), *after = system_record(newer);
	energy_sum listed_nj = 0;
	__int128 system_nj;
	size_t i;

	if (!before || !after)
		return;
	for (i = 0; i < newer->nr_records; i++) {
		if (!is_system(&newer->records[i]))
			listed_nj += record_nj(&newer->records[i], ENERGY_BASIS_MODEL);
	}
	system_nj = (__int128)record_nj(after, ENERGY_BASIS_MODEL) -
		    record_nj(before, ENERGY_BASIS_MODEL);
	interval->gone.known = true;
	interval->gone.total_nj += not_below_zero(record_nj(after, ENERGY_BASIS_MODEL) -
						 (__int128)listed_nj);
	/* Those that exited and are still listed are in this rest already. */
	interval->gone.delta_nj = not_below_zero(system_nj - (__int128)interval->attributed_nj);
}

static int by_energy(const void *a, const void *b)
{
	const struct energy_row *left = a, *right = b;

	if (left->delta_nj != right->delta_nj)
		return left->delta_nj > right->delta_nj ? -1 : 1;
	if (left->delta_cpu_ns != right->delta_cpu_ns)
		return left->delta_cpu_ns > right->delta_cpu_ns ? -1 : 1;
	return left->record < right->record ? -1 : 1;
}

int energy_interval_fill(struct energy_interval *interval, const struct energy_listing *older,
			 enum energy_basis older_basis, const struct energy_listing *newer,
			 enum energy_basis newer_basis, unsigned int cpus)
{
	const struct energy_books *before = books_of(older, older_basis);
	const struct energy_books *after = books_of(newer, newer_basis);
	uint64_t start_ns = time_of(older, older_basis);
	uint64_t end_ns = time_of(newer, newer_basis);
	energy_sum left_nj;

	memset(interval, 0, sizeof(*interval));
	/* A time of 0: nothing was sampled, or no window published, yet. */
	if (!start_ns || older_basis != newer_basis || !before != !after || end_ns < start_ns ||
	    (before && books_went_back(before, after)))
		return ENERGY_RESTARTED;
	if (end_ns == start_ns)
		return ENERGY_NO_TIME_PASSED;

	interval->rows = calloc(newer->nr_records + 1, sizeof(*interval->rows));
	interval->ended = calloc(newer->nr_records + 1, sizeof(*interval->ended));
	if (!interval->rows || !interval->ended) {
		energy_interval_free(interval);
		return -ENOMEM;
	}
	interval->basis = newer_basis;
	interval->end_ns = end_ns;
	interval->length_ns = end_ns - start_ns;
	interval->cpus = cpus;
	left_nj = pair_all(interval, older, newer);
	if (before) {
		fill_flows(&interval->flows, before, after);
		fill_gone(&interval->gone, before, after, left_nj);
	} else if (newer_basis == ENERGY_BASIS_MODEL) {
		fill_gone_by_model(interval, older, newer);
	}
	interval->attributed_nj += interval->gone.delta_nj;
	qsort(interval->rows, interval->nr_rows, sizeof(*interval->rows), by_energy);
	return ENERGY_INTERVAL;
}

void energy_interval_free(struct energy_interval *interval)
{
	free(interval->rows);
	free(interval->ended);
	memset(interval, 0, sizeof(*interval));
}
