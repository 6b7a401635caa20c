// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "report/counting.h"
#include "report/shares.h"

static void keep_cgroups(struct energy_tally *tally, struct energy_cgroup_list *cgroups,
			 const struct energy_header *header)
{
	struct energy_before *before = &tally->before;

	if (before->has_cgroups)
		energy_cgroups_free(&before->cgroups);
	before->has_cgroups = true;
	before->cgroups = *cgroups;
	before->books = *energy_tally_live(header);
	before->books_ns = header->timestamp_ns.value;
	before->no_source = energy_slice_is(header->source_kind, "none");
	*cgroups = (struct energy_cgroup_list){ 0 };
}

static int add_shares(struct energy_view *view, const struct energy_shares *shares,
		      int64_t from_ns, int64_t to_ns)
{
	size_t i;

	for (i = 0; i < shares->nr; i++) {
		const struct energy_share *share = &shares->shares[i];
		struct energy_consumer *consumer;

		if (!share->nj && !share->cpu_ns)
			continue;
		if (energy_consumers_cgroup(&view->consumers, share->id, share->path, &consumer))
			return -ENOMEM;
		energy_view_consume(view, consumer, from_ns, to_ns, share->nj, share->cpu_ns);
	}
	energy_consumers_settle(&view->consumers);
	return 0;
}

static bool is_any(const struct energy_consumer *consumer, const void *context)
{
	const struct energy_cgroup_list *list = context;
	size_t i;

	if (!consumer->name[0])
		return energy_cgroups_find(list, consumer->id);
	for (i = 0; i < list->nr_cgroups; i++) {
		if (list->cgroups[i].path && !strcmp(list->cgroups[i].path, consumer->name))
			return true;
	}
	return false;
}

static int forget_cgroups(struct energy_tally *tally, const struct energy_cgroup_list *list)
{
	struct energy_consumers *consumers = &tally->cgroups.consumers;

	if (consumers->chosen || consumers->nr < ENERGY_FORGET_NAMES_FROM + 2 * list->nr_cgroups)
		return 0;
	return energy_consumers_forget(consumers, tally->top, is_any, list);
}

/* As with the processes: nobody asked. */
static bool was_without_source(const struct energy_before *before,
			       const struct energy_header *header,
			       const struct energy_books *books)
{
	return before->no_source && energy_slice_is(header->source_kind, "none") &&
	       energy_books_known(books) && energy_books_known(&before->books) &&
	       books->measured_nj.value == before->books.measured_nj.value;
}

/* The books are those of the listing's time, the shares of the list's, which was read after it. */
static int count_shares(struct energy_tally *tally, const struct energy_sample *sample,
			const struct energy_shares *shares)
{
	struct energy_view *view = &tally->cgroups;
	const struct energy_before *before = &tally->before;
	const struct energy_books *books = energy_tally_live(&sample->listing.header);
	const struct energy_timeline *line = &tally->timeline;
	uint64_t now_ns = sample->listing.header.timestamp_ns.value;
	int64_t from_ns = energy_timeline_place(line, before->books_ns);
	int64_t to_ns = energy_timeline_place(line, now_ns);
	int64_t first_ns = energy_timeline_place(line, before->cgroups.timestamp_ns.value);
	int64_t last_ns = energy_timeline_place(line, sample->cgroups.timestamp_ns.value);

	if (from_ns >= to_ns || !energy_range_has(&tally->range, from_ns, to_ns) ||
	    (!tally->by_model && was_without_source(before, &sample->listing.header, books)))
		return 0;
	energy_view_step(view, from_ns, to_ns);
	if (energy_tally_edges(tally, from_ns, to_ns) ||
	    energy_tally_edges(tally, first_ns, last_ns) ||
	    add_shares(view, shares, first_ns, last_ns))
		return -ENOMEM;
	if (tally->by_model || !energy_books_known(books) || !energy_books_known(&before->books))
		energy_view_add(view, ENERGY_ACCOUNT_MEASURED, from_ns, to_ns, shares->nj);
	else
		energy_view_add(view, ENERGY_ACCOUNT_DIFFERENCE, from_ns, to_ns,
				energy_tally_books(view, from_ns, to_ns, &before->books, books) -
				shares->nj);
	return forget_cgroups(tally, &sample->cgroups);
}

int energy_tally_cgroups(struct energy_tally *tally, struct energy_sample *sample)
{
	struct energy_before *before = &tally->before;
	struct energy_shares shares;
	int err = 0;

	if (!sample->cgroups.nr_cgroups || !sample->cgroups.timestamp_ns.value)
		return 0;
	if (before->has_cgroups) {
		/* The same sample, or the list of one that was before it. */
		if (sample->cgroups.timestamp_ns.value <= before->cgroups.timestamp_ns.value)
			return 0;
		err = energy_shares_fill(&shares, &before->cgroups, &sample->cgroups,
					 tally->by_model);
		if (!err) {
			err = count_shares(tally, sample, &shares);
			energy_shares_free(&shares);
		} else if (err == -ESTALE) {
			err = 0;
		}
	}
	keep_cgroups(tally, &sample->cgroups, &sample->listing.header);
	return err;
}
