// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/comm.h"
#include "report/counting.h"

/* Windows that are longer than so many samples are too coarse to show what happened. */
#define LONGEST_WINDOW 20

int energy_tally_init(struct energy_tally *tally, const struct energy_buckets *buckets,
		      struct energy_consumers *processes, struct energy_consumers *cgroups)
{
	int err;

	memset(tally, 0, sizeof(*tally));
	tally->buckets = buckets;
	err = energy_view_init(&tally->processes, buckets, processes);
	return err ?: energy_view_init(&tally->cgroups, buckets, cgroups);
}

static void drop_before(struct energy_before *before)
{
	if (before->has_listing)
		energy_listing_free(&before->listing);
	if (before->has_cgroups)
		energy_cgroups_free(&before->cgroups);
	if (before->has_domains)
		energy_domains_free(&before->domains);
	*before = (struct energy_before){ .at_ns = before->at_ns };
}

void energy_tally_free(struct energy_tally *tally)
{
	drop_before(&tally->before);
	energy_view_free(&tally->processes);
	energy_view_free(&tally->cgroups);
	energy_edges_free(&tally->edges);
	while (tally->nr_domains) {
		struct energy_domain_band *domain = &tally->domains[--tally->nr_domains];

		energy_band_free(&domain->covered);
		energy_band_free(&domain->band);
	}
	free(tally->domains);
}

static bool has_processes(const struct energy_listing *listing)
{
	return listing->nr_records > 1 ||
	       (listing->nr_records == 1 && listing->records[0].pid.value);
}

const struct energy_books *energy_tally_live(const struct energy_header *header)
{
	return energy_books_known(&header->live) ? &header->live : &header->rounded;
}

int energy_tally_edges(struct energy_tally *tally, int64_t from_ns, int64_t to_ns)
{
	int err;

	if (tally->buckets)
		return 0;
	err = energy_edges_add(&tally->edges, from_ns);
	return err ?: energy_edges_add(&tally->edges, to_ns);
}

static int64_t difference(struct energy_number after, struct energy_number before)
{
	return after.value - before.value;
}

int64_t energy_tally_books(struct energy_view *view, int64_t from_ns, int64_t to_ns,
			   const struct energy_books *before, const struct energy_books *after)
{
	int64_t measured_nj = difference(after->measured_nj, before->measured_nj);
	int64_t idle_nj = difference(after->idle_nj, before->idle_nj);
	int64_t unattributed_nj = difference(after->unattributed_nj, before->unattributed_nj);
	int64_t pending_nj = difference(after->pending_nj, before->pending_nj);

	view->books = true;
	energy_view_add(view, ENERGY_ACCOUNT_MEASURED, from_ns, to_ns, measured_nj);
	energy_view_add(view, ENERGY_ACCOUNT_IDLE, from_ns, to_ns, idle_nj);
	energy_view_add(view, ENERGY_ACCOUNT_UNATTRIBUTED, from_ns, to_ns, unattributed_nj);
	energy_view_add(view, ENERGY_ACCOUNT_PENDING, from_ns, to_ns, pending_nj);
	return measured_nj - idle_nj - unattributed_nj - pending_nj;
}

static int find_consumer(struct energy_tally *tally, const struct energy_row *row, bool ended,
			 int64_t from_ns, struct energy_consumer **consumer)
{
	struct energy_view *view = &tally->processes;
	const struct energy_deed deed = {
		.step = view->step,
		.from_ns = from_ns,
		.pid = row->record->pid.value,
		.comm = row->record->comm,
		.ended = ended,
		.total_nj = row->total_nj,
		.delta_nj = row->delta_nj,
	};

	if (tally->by_name)
		return energy_consumers_name(&view->consumers, deed.step, deed.comm, consumer);
	return energy_consumers_process(&view->consumers, &deed, consumer);
}

static int add_row(struct energy_tally *tally, const struct energy_row *row, bool ended,
		   int64_t from_ns, int64_t to_ns)
{
	struct energy_consumer *consumer;

	if (find_consumer(tally, row, ended, from_ns, &consumer))
		return -ENOMEM;
	energy_view_consume(&tally->processes, consumer, from_ns, to_ns, row->delta_nj,
			    row->delta_cpu_ns);
	return 0;
}

static int add_rows(struct energy_tally *tally, const struct energy_interval *interval,
		    int64_t from_ns, int64_t to_ns, int64_t *sum_nj)
{
	size_t i;

	for (i = 0; i < interval->nr_rows; i++) {
		if (add_row(tally, &interval->rows[i], false, from_ns, to_ns))
			return -ENOMEM;
		*sum_nj += interval->rows[i].delta_nj;
	}
	for (i = 0; i < interval->nr_ended; i++) {
		if (add_row(tally, &interval->ended[i], true, from_ns, to_ns))
			return -ENOMEM;
		*sum_nj += interval->ended[i].delta_nj;
	}
	energy_consumers_settle(&tally->processes.consumers);
	return 0;
}

static bool is_listed(const struct energy_consumer *consumer, const void *context)
{
	const struct energy_listing *listing = context;
	size_t low = 0, high = listing->nr_records;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (listing->records[middle].pid.value < consumer->id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < listing->nr_records && listing->records[low].pid.value == consumer->id;
}

static bool has_just_run(const struct energy_consumer *consumer, const void *context)
{
	const struct energy_view *view = context;

	return consumer->last_step == view->step;
}

static int forget_processes(struct energy_tally *tally, const struct energy_listing *listing)
{
	struct energy_consumers *consumers = &tally->processes.consumers;
	size_t from = tally->by_name ? ENERGY_FORGET_NAMES_FROM : ENERGY_FORGET_FROM;

	if (consumers->chosen || consumers->nr < from + 2 * listing->nr_records)
		return 0;
	if (tally->by_name)
		return energy_consumers_forget(consumers, tally->top, has_just_run,
					       &tally->processes);
	return energy_consumers_forget(consumers, tally->top, is_listed, listing);
}

/* Nobody asked: 0 W would be a guess. */
static bool was_without_source(const struct energy_listing *before,
			       const struct energy_listing *now,
			       const struct energy_interval *interval)
{
	return energy_slice_is(before->header.source_kind, "none") &&
	       energy_slice_is(now->header.source_kind, "none") &&
	       interval->flows.known && !interval->flows.measured_nj;
}

static const struct energy_books *books_of(const struct energy_listing *listing,
					   enum energy_basis basis)
{
	return basis == ENERGY_BASIS_WINDOW ? &listing->header.window :
					      energy_tally_live(&listing->header);
}

/* Of those who are not listed at all: of the model it can be less than its parts. */
static int64_t unlisted(const struct energy_interval *interval)
{
	uint64_t listed_nj = 0;
	size_t i;

	for (i = 0; i < interval->nr_ended; i++)
		listed_nj += interval->ended[i].delta_nj;
	return interval->gone.delta_nj > listed_nj ? interval->gone.delta_nj - listed_nj : 0;
}

/*
 * Rows, and what the books have of the processes besides: those who have exited, and what is left,
 * which is nothing in a listing whose header and records are of one instant.
 */
static int count_interval(struct energy_tally *tally, const struct energy_listing *listing,
			  const struct energy_interval *interval)
{
	struct energy_view *view = &tally->processes;
	int64_t to_ns = energy_timeline_place(&tally->timeline, interval->end_ns);
	int64_t from_ns = to_ns - (int64_t)interval->length_ns;
	int64_t exited_nj = unlisted(interval), sum_nj = exited_nj, left_nj;

	if (!energy_range_has(&tally->range, from_ns, to_ns))
		return 0;
	if (was_without_source(&tally->before.listing, listing, interval)) {
		energy_marks_add(&tally->marks, ENERGY_MARK_NO_SOURCE, from_ns, to_ns);
		return energy_tally_edges(tally, from_ns, to_ns);
	}
	energy_view_step(view, from_ns, to_ns);
	if (energy_tally_edges(tally, from_ns, to_ns) ||
	    add_rows(tally, interval, from_ns, to_ns, &sum_nj))
		return -ENOMEM;
	if (!interval->flows.known) {
		energy_view_add(view, ENERGY_ACCOUNT_MEASURED, from_ns, to_ns, sum_nj);
		left_nj = 0;
	} else {
		left_nj = energy_tally_books(view, from_ns, to_ns,
				    books_of(&tally->before.listing, interval->basis),
				    books_of(listing, interval->basis)) - sum_nj;
	}
	if (tally->before.all) {
		energy_view_add(view, ENERGY_ACCOUNT_EXITED, from_ns, to_ns, exited_nj);
		energy_view_add(view, ENERGY_ACCOUNT_DIFFERENCE, from_ns, to_ns, left_nj);
	} else {
		energy_view_add(view, ENERGY_ACCOUNT_REST, from_ns, to_ns, exited_nj + left_nj);
	}
	return forget_processes(tally, listing);
}

static void decide(struct energy_tally *tally, const struct energy_listing *listing)
{
	const struct energy_header *first = &tally->before.listing.header;
	uint64_t spacing_ns = listing->header.timestamp_ns.value - first->timestamp_ns.value;

	if (tally->decided || !spacing_ns)
		return;
	tally->decided = true;
	tally->windows = tally->before.all && energy_books_known(&listing->header.window) &&
			 energy_number_or(listing->header.window_ns, UINT64_MAX) / LONGEST_WINDOW <=
			 spacing_ns;
}

static enum energy_basis basis_for(const struct energy_tally *tally)
{
	if (tally->by_model)
		return ENERGY_BASIS_MODEL;
	return tally->windows ? ENERGY_BASIS_WINDOW : ENERGY_BASIS_LIVE;
}

/* Takes the listing out of the sample. */
static void keep_listing(struct energy_tally *tally, struct energy_listing *listing)
{
	struct energy_before *before = &tally->before;

	if (before->has_listing)
		energy_listing_free(&before->listing);
	before->has_listing = true;
	before->all = has_processes(listing);
	before->listing = *listing;
	*listing = (struct energy_listing){ 0 };
}

static void mark_unknown(struct energy_tally *tally)
{
	int64_t from_ns = tally->before.at_ns, to_ns = tally->timeline.last_at;

	if (energy_range_has(&tally->range, from_ns, to_ns))
		energy_marks_add(&tally->marks, ENERGY_MARK_UNKNOWN, from_ns, to_ns);
	energy_consumers_restart(&tally->processes.consumers);
}

/*
 * Whoever is new used all that it has in the interval: the machine's listings have everybody, and
 * energy counts from when the module was loaded. So any number of CPUs is taken for possible.
 */
static int count_processes(struct energy_tally *tally, struct energy_listing *listing)
{
	struct energy_before *before = &tally->before;
	struct energy_interval interval;
	int outcome;

	if (!before->has_listing) {
		keep_listing(tally, listing);
		return 0;
	}
	if (before->all != has_processes(listing)) {
		mark_unknown(tally);
		tally->decided = false;
		keep_listing(tally, listing);
		return 0;
	}
	decide(tally, listing);
	if (tally->windows && !before->listing.header.window_timestamp_ns.value) {
		keep_listing(tally, listing);
		return 0;
	}
	outcome = energy_interval_fill(&interval, &before->listing, basis_for(tally), listing,
				       basis_for(tally), UINT_MAX);
	if (outcome == ENERGY_NO_TIME_PASSED || outcome < 0)
		return outcome < 0 ? outcome : 0;
	if (outcome == ENERGY_RESTARTED) {
		mark_unknown(tally);
	} else {
		outcome = count_interval(tally, listing, &interval);
		energy_interval_free(&interval);
		if (outcome)
			return outcome;
	}
	keep_listing(tally, listing);
	return 0;
}

static void note_source(struct energy_tally *tally, const struct energy_header *header)
{
	char source[sizeof(tally->source)], kind[sizeof(tally->source_kind)];

	if (!header->source_kind.len || energy_slice_is(header->source_kind, "none"))
		return;
	energy_shown(source, sizeof(source), header->source);
	energy_shown(kind, sizeof(kind), header->source_kind);
	if (tally->source_kind[0] &&
	    (strcmp(tally->source, source) || strcmp(tally->source_kind, kind)))
		tally->sources_differ = true;
	strcpy(tally->source, source);
	strcpy(tally->source_kind, kind);
}

static void mark_pause(struct energy_tally *tally, bool restarted)
{
	int64_t from_ns = tally->before.at_ns, to_ns = tally->timeline.last_at;

	if (!energy_range_has(&tally->range, from_ns, to_ns))
		return;
	if (restarted)
		energy_marks_add(&tally->marks, ENERGY_MARK_RESTART, from_ns, to_ns);
	else if (tally->longest_ns && to_ns - from_ns > (int64_t)tally->longest_ns)
		energy_marks_add(&tally->marks, ENERGY_MARK_GAP, from_ns, to_ns);
	if (to_ns > from_ns && !restarted)
		energy_lengths_add(&tally->lengths, to_ns - from_ns);
}

int energy_tally_sample(struct energy_tally *tally, struct energy_sample *sample, char *why,
			size_t size)
{
	bool first = !tally->timeline.begun;
	int err = 0;

	energy_timeline_step(&tally->timeline, sample->listing.header.timestamp_ns.value,
			     sample->wall_ns, sample->restarted);
	if (!tally->range.resolved) {
		err = energy_range_resolve(&tally->range, tally->timeline.wall_ns, why, size);
		if (err)
			return err;
	}
	tally->nr_samples++;
	tally->any_measured |= energy_basis_of(&sample->listing, 0) != ENERGY_BASIS_MODEL;
	note_source(tally, &sample->listing.header);
	if (!first)
		mark_pause(tally, sample->restarted);
	if (sample->restarted) {
		drop_before(&tally->before);
		energy_consumers_restart(&tally->processes.consumers);
	}
	if (!tally->by_model)
		err = energy_tally_domains(tally, &sample->listing);
	/* The listing goes with the processes. */
	if (!err)
		err = energy_tally_cgroups(tally, sample);
	if (!err)
		err = count_processes(tally, &sample->listing);
	tally->before.at_ns = tally->timeline.last_at;
	if (err)
		snprintf(why, size, "%s", strerror(-err));
	return err;
}
