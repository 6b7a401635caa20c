// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top/feed.h"

void energy_feed_file(struct energy_feed *feed, const char *path)
{
	*feed = (struct energy_feed){ .path = path };
}

static int is_snapshot(const struct dirent *entry)
{
	return isdigit((unsigned char)entry->d_name[0]);
}

int energy_feed_replay(struct energy_feed *feed, const char *directory,
		       struct energy_failure *failure)
{
	*feed = (struct energy_feed){ .path = directory, .replays = true };
	feed->nr_names = scandir(directory, &feed->names, is_snapshot, versionsort);
	if (feed->nr_names >= 0)
		return 0;

	failure->err = -errno;
	failure->step = ENERGY_STEP_OPEN;
	snprintf(failure->path, sizeof(failure->path), "%s", directory);
	feed->nr_names = 0;
	return failure->err;
}

bool energy_feed_ended(const struct energy_feed *feed)
{
	return feed->replays && feed->next == feed->nr_names;
}

int energy_feed_next(struct energy_feed *feed, struct energy_listing *listing,
		     struct energy_failure *failure)
{
	char path[sizeof(failure->path)];

	if (!feed->replays)
		return energy_read(&energy_system_io, feed->path, listing, failure);

	snprintf(path, sizeof(path), "%s/%s", feed->path, feed->names[feed->next++]->d_name);
	return energy_read(&energy_system_io, path, listing, failure);
}

int energy_feed_cgroups(struct energy_feed *feed, struct energy_cgroup_list *list)
{
	char path[sizeof(feed->no_cgroups.path)];

	if (feed->replays)
		snprintf(path, sizeof(path), "%s/cgroups/%s", feed->path,
			 feed->names[feed->next - 1]->d_name);
	else if (feed->cgroups)
		snprintf(path, sizeof(path), "%s", feed->cgroups);
	else
		return -ENOENT;
	if (!energy_cgroups_read(&energy_system_io, path, list, &feed->no_cgroups) && list->torn) {
		/* What it lacks would be shown as removed. */
		energy_cgroups_free(list);
		feed->no_cgroups.err = -EIO;
	}
	return feed->no_cgroups.err;
}

int energy_feed_own(const struct energy_feed *feed, struct energy_cgroup *totals,
		    uint64_t *timestamp_ns)
{
	struct energy_failure failure;
	char path[sizeof(failure.path)];

	if (feed->replays)
		snprintf(path, sizeof(path), "%s/cgroup.stat/%s", feed->path,
			 feed->names[feed->next - 1]->d_name);
	else if (feed->own)
		snprintf(path, sizeof(path), "%s", feed->own);
	else
		return -ENOENT;
	return energy_cgroup_stat_read(&energy_system_io, path, totals, timestamp_ns, &failure);
}

void energy_feed_free(struct energy_feed *feed)
{
	while (feed->nr_names)
		free(feed->names[--feed->nr_names]);
	free(feed->names);
}
