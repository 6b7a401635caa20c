/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cgroup that is there for one run of the command: whatever the command starts is in it, and
 * its totals begin at 0, as an id is never used again.
 */
#ifndef ENERGY_STAT_CGROUP_H
#define ENERGY_STAT_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The caller's place in the default (v2) hierarchy; the paths are those of directories. */
struct energy_stat_home {
	char mount[PATH_MAX];
	char own[PATH_MAX];
};

struct energy_stat_cgroup {
	char path[PATH_MAX];
	int fd;			/* the directory */
	uint64_t id;
	bool at_root;		/* not in the caller's cgroup: its limits do not hold there */
};

/* Who was still there when the command had ended. */
struct energy_stat_left {
	size_t nr;
	char some[160];		/* the first of them, for people: "123 sleep, 124 sleep" */
	bool stays;		/* the cgroup could not be removed */
};

/*
 * Finds out where the caller is, below the directory @root ("" for the real one). Returns 0 or a
 * negative errno, with @why for people.
 */
int energy_stat_home_find(struct energy_stat_home *home, const char *root, char *why, size_t size);

/* In the caller's cgroup or, where that cannot be, in the root. Returns 0, or as above. */
int energy_stat_cgroup_create(struct energy_stat_cgroup *cgroup,
			      const struct energy_stat_home *home, char *why, size_t size);

/* Moves the calling process into it. Returns 0 or a negative errno. */
int energy_stat_cgroup_join(const struct energy_stat_cgroup *cgroup);

/*
 * Moves who is left to the caller's cgroup, where they would be without a measurement, and
 * removes the cgroup.
 */
void energy_stat_cgroup_remove(struct energy_stat_cgroup *cgroup,
			       const struct energy_stat_home *home,
			       struct energy_stat_left *left);

#endif /* ENERGY_STAT_CGROUP_H */
