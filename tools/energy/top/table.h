/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows of the table: chosen, sorted, and as a tree. */
#ifndef ENERGY_TABLE_H
#define ENERGY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/delta.h"
#include "top/groups.h"
#include "top/history.h"
#include "top/places.h"
#include "top/view.h"

/* What a table can be made of; all of one interval. */
struct energy_sight {
	const struct energy_interval *interval;
	const struct energy_places *places;
	const struct energy_groups *summed;	/* NULL: no process has a place */
	const struct energy_groups *counted;	/* NULL: cannot be read */
	const struct energy_history *processes;
	const struct energy_history *cgroups;
};

struct energy_entry {
	const struct energy_row *row;	/* NULL: it is a cgroup */
	const struct energy_group *group;	/* NULL: it is a process, or where those are
						 * whose cgroup is not known
						 */
	char *name;			/* fit for the terminal */
	const char *remark;		/* shown behind it; "" */
	const char *path;		/* of its cgroup; NULL: not known */
	const struct energy_track *track;	/* NULL: there is none */
	bool known;			/* its energy is */
	energy_sum delta_nj;
	energy_sum total_nj;
	energy_sum delta_cpu_ns;
	size_t parent;
	unsigned int depth;
	bool matches;			/* it, or in a tree what is below it */
};

struct energy_table {
	struct energy_entry *entries;
	size_t nr_entries;
	size_t *shown;		/* indexes of those that match, from top to bottom */
	size_t nr_shown;
	bool by_cgroup;
	bool exited_missing;	/* what exited processes used is in no entry */
	bool sums_nest;		/* an entry's numbers are in its parent's, too */
	uint64_t length_ns;
	energy_sum attributed_nj;
	enum energy_basis basis;
};

/* Returns 0 or -ENOMEM. The table points into what @sight has. */
int energy_table_fill(struct energy_table *table, const struct energy_sight *sight,
		      const struct energy_view *view);
void energy_table_free(struct energy_table *table);

#endif /* ENERGY_TABLE_H */
