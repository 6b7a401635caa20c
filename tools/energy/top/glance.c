// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "top/glance.h"

/* A window may end between the reading of two files. */
#define TRIES 3

/* The listing, and its cgroup's totals where they are of the same window. */
static int read_of_one_window(struct energy_glance *glance, struct energy_feed *feed,
			      struct energy_failure *failure)
{
	uint64_t timestamp_ns = 0;
	int err, tries;

	for (tries = 0; tries < TRIES; tries++) {
		energy_listing_free(&glance->listing);
		err = energy_feed_next(feed, &glance->listing, failure);
		if (err || energy_feed_own(feed, &glance->own.totals, &timestamp_ns))
			return err;
		if (timestamp_ns == glance->listing.header.timestamp_ns.value) {
			glance->own.known = true;
			return 0;
		}
		if (feed->replays)
			return 0;
	}
	return 0;
}

int energy_glance_take(struct energy_glance *glance, struct energy_feed *feed,
		       uint64_t delay_ns, bool wants_cgroups, struct energy_failure *failure)
{
	int err;

	energy_glance_free(glance);
	err = read_of_one_window(glance, feed, failure);
	if (err)
		return err;
	if (glance->listing.torn)
		return -EAGAIN;
	glance->basis = energy_basis_of(&glance->listing, delay_ns);
	if (energy_domains_fill(&glance->domains, &glance->listing)) {
		failure->err = -ENOMEM;
		failure->step = ENERGY_STEP_PARSE;
		return -ENOMEM;
	}
	if (wants_cgroups)
		glance->has_cgroups = !energy_feed_cgroups(feed, &glance->cgroups);
	return 0;
}

void energy_glance_free(struct energy_glance *glance)
{
	energy_listing_free(&glance->listing);
	energy_domains_free(&glance->domains);
	energy_cgroups_free(&glance->cgroups);
	memset(glance, 0, sizeof(*glance));
}
