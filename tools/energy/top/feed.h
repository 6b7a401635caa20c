/* SPDX-License-Identifier: GPL-2.0-only */
/* Where one reading after the other comes from: a file that changes, or numbered snapshots. */
#ifndef ENERGY_FEED_H
#define ENERGY_FEED_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/cgroups.h"
#include "lib/reader.h"

struct dirent;

struct energy_feed {
	const char *path;	/* the file; the directory when replaying */
	bool replays;
	struct dirent **names;	/* of the snapshots, in the order of their numbers */
	int nr_names;
	int next;
	const char *cgroups;	/* the file of them; NULL: there is none, or it replays */
	const char *own;	/* the file with the totals of the listing's cgroup; likewise */
	struct energy_failure no_cgroups;	/* why they could not be read last, if err */
};

void energy_feed_file(struct energy_feed *feed, const char *path);

/*
 * The files of @directory whose names begin with a digit, by number. Returns 0, or a negative
 * errno with @failure filled in.
 */
int energy_feed_replay(struct energy_feed *feed, const char *directory,
		       struct energy_failure *failure);

/* No snapshot is left. */
bool energy_feed_ended(const struct energy_feed *feed);

int energy_feed_next(struct energy_feed *feed, struct energy_listing *listing,
		     struct energy_failure *failure);

/*
 * The cgroups at the time of the last listing: of a snapshot DIR/NAME they are in
 * DIR/cgroups/NAME. Returns 0, or a negative errno with @no_cgroups filled in.
 */
int energy_feed_cgroups(struct energy_feed *feed, struct energy_cgroup_list *list);

/*
 * The totals of the cgroup that the last listing was of; of a snapshot in DIR/cgroup.stat/NAME.
 * Returns 0 or a negative errno.
 */
int energy_feed_own(const struct energy_feed *feed, struct energy_cgroup *totals,
		    uint64_t *timestamp_ns);
void energy_feed_free(struct energy_feed *feed);

#endif /* ENERGY_FEED_H */
