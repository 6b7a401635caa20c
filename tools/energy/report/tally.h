/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts a recording, sample after sample. */
#ifndef ENERGY_REPORT_TALLY_H
#define ENERGY_REPORT_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/delta.h"
#include "lib/domains.h"
#include "lib/recording.h"
#include "report/marks.h"
#include "report/range.h"
#include "report/timeline.h"
#include "report/view.h"

struct energy_domain_band {
	char name[64], kind[16];
	bool is_sum, billed;
	char source[64];
	struct energy_band covered;	/* in ns, not nJ */
	struct energy_band band;
};

/* What is kept of the sample before, to compare the next one with. */
struct energy_before {
	bool has_listing;
	struct energy_listing listing;
	bool all;			/* it has processes */
	int64_t at_ns;			/* its place */
	bool has_cgroups;
	struct energy_cgroup_list cgroups;
	struct energy_books books;	/* at the sample that had the cgroups... */
	uint64_t books_ns;		/* ...of that time... */
	bool no_source;			/* ...and without a source */
	bool has_domains;
	struct energy_domains domains;
	uint64_t domains_ns;
};

struct energy_tally {
	/* What it is to do. */
	const struct energy_buckets *buckets;	/* NULL in the first reading */
	struct energy_range range;
	uint64_t longest_ns;		/* longer than that is a gap; 0: not known yet */
	size_t top;
	bool by_model;
	bool by_name;			/* of all processes that have it */

	/* What it found. */
	struct energy_timeline timeline;
	struct energy_edges edges;		/* in the first reading */
	struct energy_lengths lengths;
	struct energy_marks marks;
	struct energy_view processes, cgroups;
	struct energy_domain_band *domains;
	size_t nr_domains;
	uint64_t nr_samples;
	bool any_measured;		/* a sample has energy that is not the model's alone */
	bool windows;				/* of processes: values of windows */
	char source[128], source_kind[32];	/* of the last sample that has one; for people */
	bool sources_differ;

	/* Where it is. */
	bool decided;				/* whether @windows */
	struct energy_before before;
};

/* The views take over @processes and @cgroups, the largest; NULL to find them. */
int energy_tally_init(struct energy_tally *tally, const struct energy_buckets *buckets,
		      struct energy_consumers *processes, struct energy_consumers *cgroups);

/*
 * Counts what was used since the sample before, and takes what it needs out of @sample. Returns 0
 * or a negative errno, with @why.
 */
int energy_tally_sample(struct energy_tally *tally, struct energy_sample *sample, char *why,
			size_t size);

void energy_tally_free(struct energy_tally *tally);

#endif /* ENERGY_REPORT_TALLY_H */
