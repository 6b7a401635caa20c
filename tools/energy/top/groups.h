/* SPDX-License-Identifier: GPL-2.0-only */
/* What cgroups used in an interval: counted by the kernel, or summed up from processes. */
#ifndef ENERGY_GROUPS_H
#define ENERGY_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/cgroups.h"
#include "lib/delta.h"
#include "top/places.h"
#include "top/tree.h"

/* A cgroup with all below it. */
struct energy_group {
	uint64_t key;		/* what it is known by from one interval to the next */
	char *path;		/* NULL: not known */
	size_t parent;		/* an index; ENERGY_NO_PARENT for a root */
	bool removed;
	bool known;		/* its energy is */
	energy_sum total_nj;
	energy_sum delta_nj;
	energy_sum delta_cpu_ns;
	size_t nr_active;	/* of its processes */
};

struct energy_groups {
	struct energy_group *groups;
	size_t nr_groups;
	size_t *by_path;	/* indexes of the nr_paths groups whose path is known */
	size_t nr_paths;
	bool counted;		/* by the kernel: exited processes are included */
	bool has_places;	/* so nr_active means something */
	uint64_t length_ns;
	energy_sum attributed_nj;	/* of all: what shares are of */
};

/*
 * Compares two readings of /proc/energy/cgroups, which may be a sample apart from the listing
 * whose processes are @places. Returns an enum energy_outcome or -ENOMEM.
 */
int energy_groups_count(struct energy_groups *groups, const struct energy_cgroup_list *older,
			const struct energy_cgroup_list *newer, enum energy_basis basis,
			const struct energy_interval *interval,
			const struct energy_places *places);

/*
 * Sums up the rows of @interval, for whoever may not read that file. What exited processes
 * used is missing, and so is who has no place. Returns 0 or -ENOMEM.
 */
int energy_groups_sum(struct energy_groups *groups, const struct energy_interval *interval,
		      const struct energy_places *places);

/* Counts the processes of each anew, as they are in @places. */
void energy_groups_place(struct energy_groups *groups, const struct energy_interval *interval,
			 const struct energy_places *places);

/* The group of @path; ENERGY_NO_PARENT: there is none. */
size_t energy_groups_find(const struct energy_groups *groups, const char *path);

void energy_groups_free(struct energy_groups *groups);

#endif /* ENERGY_GROUPS_H */
