/* SPDX-License-Identifier: GPL-2.0-only */
/* Listings one after the other in a text file, separated by lines of dashes. */
#ifndef ENERGY_PLAINTEXT_H
#define ENERGY_PLAINTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/pairs.h"
#include "lib/stream.h"

struct energy_plaintext {
	struct energy_stream *stream;
	bool separated;		/* a line of dashes has been seen */
	bool odd;		/* there was a line that is too long for any listing */
	uint64_t nr_damaged;	/* torn listings that were left out */
};

/*
 * A listing, the lines of /proc/energy/cgroups that stood with it, both from malloc, and what
 * `energy log` adds.
 */
struct energy_block {
	char *listing;
	size_t listing_len;
	char *cgroups;
	size_t cgroups_len;
	struct energy_number wall_ns;
	struct energy_number restarted;
};

/* The next listing that is whole. Returns 1, 0 at the end, or a negative errno. */
int energy_plaintext_next(struct energy_plaintext *text, struct energy_block *block);

#endif /* ENERGY_PLAINTEXT_H */
