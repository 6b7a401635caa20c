/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/energy/cgroups and /proc/energy/cgroup.stat, as numbers (export/ABI.md). */
#ifndef ENERGY_CGROUPS_H
#define ENERGY_CGROUPS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/reader.h"
#include "lib/records.h"

#define ENERGY_PROC_CGROUPS "/proc/energy/cgroups"
#define ENERGY_PROC_CGROUP_STAT "/proc/energy/cgroup.stat"

/* Totals since energy_core was loaded, of the cgroup and all below it. */
struct energy_cgroup {
	uint64_t id;
	uint64_t parent;	/* 0: the root, or not known */
	bool alive;
	struct energy_number energy_nj;	/* from energy_nj, else energy_uj */
	struct energy_number model_nj;	/* from energy= (mJ) or model_uj */
	struct energy_number cpu_ns;
	struct energy_number instructions;
	struct energy_number wakeups;
	struct energy_number diski, disko, rx, tx;
	char *path;		/* escapes undone; NULL where it is not known */
};

struct energy_cgroup_list {
	struct energy_number timestamp_ns;
	struct energy_cgroup *cgroups;	/* by id */
	size_t nr_cgroups;
	size_t nr_garbage;	/* lines not understood */
	bool torn;		/* the last line had no end, and was left out */
};

/* As energy_read() does with a listing. @path is ENERGY_PROC_CGROUPS, but for tests. */
int energy_cgroups_read(const struct energy_io *io, const char *path,
			struct energy_cgroup_list *list, struct energy_failure *failure);

/*
 * Parses @len bytes at @text, of which nothing is kept. Returns 0 or a negative errno: -ENOMEM,
 * or -EBADMSG where there is no timestamp.
 */
int energy_cgroups_parse(struct energy_cgroup_list *list, const char *text, size_t len);

/*
 * Reads a file like cgroup.stat: totals of one cgroup, with id 0 and no path. @timestamp_ns is
 * 0 before the first window.
 */
int energy_cgroup_stat_read(const struct energy_io *io, const char *path,
			    struct energy_cgroup *cgroup, uint64_t *timestamp_ns,
			    struct energy_failure *failure);

/* NULL: not there. */
const struct energy_cgroup *energy_cgroups_find(const struct energy_cgroup_list *list,
						uint64_t id);

void energy_cgroups_free(struct energy_cgroup_list *list);

#endif /* ENERGY_CGROUPS_H */
