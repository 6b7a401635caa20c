/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the reader's own cgroup has used, as /proc/energy/cgroup.stat counts it: with the processes
 * that have exited, of which /proc/energy/cgroup has nothing any more.
 */
#ifndef ENERGY_OWN_H
#define ENERGY_OWN_H

#include <stdbool.h>

#include "lib/cgroups.h"
#include "lib/delta.h"

struct energy_own {
	bool known;
	struct energy_cgroup totals;	/* as of the listing's window */
};

/*
 * Adds to @interval, of a listing without books, what of the cgroup's energy no row has, as that
 * of the gone: exited processes, and those that moved away or are hidden. Changes nothing where it
 * is not known, or the two are not of one cgroup.
 */
void energy_own_complete(struct energy_interval *interval, const struct energy_own *older,
			 const struct energy_own *newer);

#endif /* ENERGY_OWN_H */
