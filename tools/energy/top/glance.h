/* SPDX-License-Identifier: GPL-2.0-only */
/* One reading of all files. */
#ifndef ENERGY_GLANCE_H
#define ENERGY_GLANCE_H

#include <stdbool.h>

#include "lib/cgroups.h"
#include "lib/delta.h"
#include "lib/domains.h"
#include "lib/records.h"
#include "top/feed.h"
#include "top/own.h"

struct energy_glance {
	struct energy_listing listing;
	enum energy_basis basis;	/* that it was found to have */
	struct energy_domains domains;
	bool has_cgroups;
	struct energy_cgroup_list cgroups;
	struct energy_own own;
};

/*
 * Reads the next listing of @feed, and the cgroups that belong to it where @wants_cgroups. That
 * those cannot be read is no failure, and noted in @feed. Returns 0; -EAGAIN for a listing
 * that is torn, as taking it would show the processes that it lacks as gone, and later as new; or
 * another negative errno with @failure filled in.
 */
int energy_glance_take(struct energy_glance *glance, struct energy_feed *feed,
		       uint64_t delay_ns, bool wants_cgroups, struct energy_failure *failure);
void energy_glance_free(struct energy_glance *glance);

#endif /* ENERGY_GLANCE_H */
