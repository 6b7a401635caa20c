/* SPDX-License-Identifier: GPL-2.0-only */
/* What the time between two readings has brought, and a history of such times. */
#ifndef ENERGY_MOMENT_H
#define ENERGY_MOMENT_H

#include <stdbool.h>

#include "lib/delta.h"
#include "top/groups.h"
#include "top/history.h"
#include "top/places.h"
#include "top/power.h"
#include "top/glance.h"
#include "top/table.h"

struct energy_moment {
	bool has_interval;
	struct energy_interval interval;
	bool looked_up;		/* places have been */
	struct energy_places places;
	bool has_counted, counted_anew;
	struct energy_groups summed, counted;
	struct energy_powers powers;
	struct energy_history processes, cgroups;
	bool cgroups_counted;	/* where the history of cgroups comes from */
};

/*
 * Goes on to what was between @older (NULL: nothing before) and @newer, which must outlive it.
 * @proc is where to look for the processes' cgroups; NULL: nowhere. Returns an enum
 * energy_outcome, with nothing changed when that is ENERGY_NO_TIME_PASSED, or -ENOMEM.
 */
int energy_moment_advance(struct energy_moment *moment, const struct energy_glance *older,
			  const struct energy_glance *newer, const char *proc);

/*
 * Looks up what energy_moment_advance() was not asked to, once something that is shown needs it;
 * with @proc as there. Who has exited since has no place then. Returns 0 or -ENOMEM.
 */
int energy_moment_look_up(struct energy_moment *moment, const char *proc);

/* What a table can be made of, while @moment stays as it is. */
struct energy_sight energy_moment_sight(const struct energy_moment *moment);

void energy_moment_free(struct energy_moment *moment);

#endif /* ENERGY_MOMENT_H */
