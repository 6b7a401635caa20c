/* SPDX-License-Identifier: GPL-2.0-only */
/* For the files that make up a tally. */
#ifndef ENERGY_REPORT_COUNTING_H
#define ENERGY_REPORT_COUNTING_H

#include "report/tally.h"

/* Those who are gone are looked for when there are so many more than are listed. */
#define ENERGY_FORGET_FROM 1024

/* A process that is gone does not come back, but a name or a path does. */
#define ENERGY_FORGET_NAMES_FROM 16384

/* Notes the ends of an interval, in the first reading. Returns 0 or -ENOMEM. */
int energy_tally_edges(struct energy_tally *tally, int64_t from_ns, int64_t to_ns);

/* The books of the last sample, as exact as the listing has them. */
const struct energy_books *energy_tally_live(const struct energy_header *header);

/* Adds accounts to @view; returns what of the measured energy they leave over. */
int64_t energy_tally_books(struct energy_view *view, int64_t from_ns, int64_t to_ns,
			   const struct energy_books *before, const struct energy_books *after);

/* Counts what was used since the sample before. Both return 0 or -ENOMEM. */
int energy_tally_domains(struct energy_tally *tally, const struct energy_listing *listing);
int energy_tally_cgroups(struct energy_tally *tally, struct energy_sample *sample);

#endif /* ENERGY_REPORT_COUNTING_H */
