/* SPDX-License-Identifier: GPL-2.0-only */
/* Which cgroup each process is in. */
#ifndef ENERGY_PLACES_H
#define ENERGY_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/delta.h"

struct energy_place {
	uint64_t pid;
	char *path;	/* in the default (v2) hierarchy, from its root */
};

struct energy_places {
	struct energy_place *places;	/* by pid; only of those whose cgroup is known */
	size_t nr_places;
};

/*
 * Looks up @root/PID/cgroup for the rows of @interval, which needs no privilege unless /proc is
 * mounted with hidepid. An exited process is where it was @before. @root is "/proc", but for
 * tests; NULL: nowhere to look. Returns 0 or -ENOMEM.
 */
int energy_places_fill(struct energy_places *places, const struct energy_places *before,
		       const char *root, const struct energy_interval *interval);

/* NULL: not known. */
const char *energy_places_find(const struct energy_places *places, uint64_t pid);

void energy_places_free(struct energy_places *places);

#endif /* ENERGY_PLACES_H */
