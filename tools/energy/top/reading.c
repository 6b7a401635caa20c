// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "top/reading.h"

int energy_reading_take(struct energy_reading *reading, struct energy_feed *feed,
			uint64_t delay_ns, bool wants_cgroups, struct energy_failure *failure)
{
	int err;

	energy_reading_free(reading);
	err = energy_feed_next(feed, &reading->listing, failure);
	if (err)
		return err;
	if (reading->listing.torn)
		return -EAGAIN;
	reading->basis = energy_basis_of(&reading->listing, delay_ns);
	if (energy_domains_fill(&reading->domains, &reading->listing)) {
		failure->err = -ENOMEM;
		failure->step = ENERGY_STEP_PARSE;
		return -ENOMEM;
	}
	if (wants_cgroups)
		reading->has_cgroups = !energy_feed_cgroups(feed, &reading->cgroups);
	return 0;
}

void energy_reading_free(struct energy_reading *reading)
{
	energy_listing_free(&reading->listing);
	energy_domains_free(&reading->domains);
	energy_cgroups_free(&reading->cgroups);
	memset(reading, 0, sizeof(*reading));
}
