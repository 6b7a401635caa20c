/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The listings that energy_core prints, as numbers.
 *
 * A listing is lines of key=value: a header, one pair per line, then one line per process
 * that begins with "pid=". Keys that are not known here are ignored, keys that are missing
 * are not known, and a line that is not understood is counted and left out whole.
 *
 * Every energy is in nanojoules, whatever unit the file has it in.
 */
#ifndef ENERGY_RECORDS_H
#define ENERGY_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/pairs.h"

/* One set of books: measured == live + exited + unattributed + idle + pending. */
struct energy_books {
	struct energy_number measured_nj;
	struct energy_number exited_nj;
	struct energy_number unattributed_nj;
	struct energy_number idle_nj;
	struct energy_number pending_nj;
};

struct energy_header {
	struct energy_number timestamp_ns;
	struct energy_number sample_ns;	/* missing: all values are the window's */
	struct energy_number window_ns;
	struct energy_number window_timestamp_ns;
	struct energy_books rounded;	/* from the *_uj keys: whole microjoules */
	struct energy_books live;	/* from the *_nj keys */
	struct energy_books window;	/* from the window_*_nj keys */
	struct energy_slice domains;
	struct energy_slice source;
	struct energy_slice source_kind;
};

struct energy_record {
	struct energy_number pid;
	struct energy_number alive;
	struct energy_number kernel;
	struct energy_number cpu_ns;
	struct energy_number window_cpu_ns;
	struct energy_number score_nj;	/* energy=: the model's, not measured */
	struct energy_number rounded_nj;	/* energy_uj=: whole microjoules */
	struct energy_number live_nj;
	struct energy_number window_nj;
	struct energy_slice comm;	/* as in the file: escaped */
	size_t position;		/* its place in the listing */
};

struct energy_listing {
	char *text;
	size_t text_len;
	struct energy_header header;
	struct energy_record *records;	/* by pid, those of one pid in the file's order */
	size_t nr_records;
	size_t nr_garbage;		/* lines not understood */
	bool torn;			/* the last line had no end, and was left out */
};

/*
 * Parses @len bytes at @text (from malloc) and takes them over, also when it fails.
 * Returns 0 or a negative errno: -ENOMEM, or -EBADMSG where there is no timestamp.
 */
int energy_listing_parse(struct energy_listing *listing, char *text, size_t len);
void energy_listing_free(struct energy_listing *listing);

static inline bool energy_books_known(const struct energy_books *books)
{
	return books->measured_nj.known && books->exited_nj.known &&
	       books->unattributed_nj.known && books->idle_nj.known && books->pending_nj.known;
}

#endif /* ENERGY_RECORDS_H */
