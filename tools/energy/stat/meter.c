// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/wait.h"
#include "stat/meter.h"

#define NSEC_PER_MSEC 1000000ULL
#define NSEC_PER_SEC 1000000000ULL
#define DEFAULT_SAMPLE_NS (100 * NSEC_PER_MSEC)
#define DEFAULT_WINDOW_NS NSEC_PER_SEC

/*
 * Who has been waited for may still have to give up its CPU, which is when the rest of its time
 * is charged. A sample that is later than this has that.
 */
#define SETTLE_NS (20 * NSEC_PER_MSEC)

/* Beyond the time that is due. */
#define PATIENCE_NS (5 * NSEC_PER_SEC)

static int rewind_open(const char *path)
{
	int fd = atoi(path);

	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : fd;
}

static ssize_t rewind_read(int fd, void *buffer, size_t size)
{
	return energy_system_io.read(fd, buffer, size);
}

static void rewind_close(int fd)
{
	(void)fd;
}

/*
 * Reads again what is open: whose numbers it has, and which loading of the module's, was decided
 * then. The path is a number.
 */
static const struct energy_io rewind_io = {
	.open = rewind_open,
	.read = rewind_read,
	.close = rewind_close,
};

struct number {
	char text[16];
};

static struct number number_of(int fd)
{
	struct number number;

	snprintf(number.text, sizeof(number.text), "%d", fd);
	return number;
}

static int read_window(const struct energy_stat_meter *meter, int fd,
		       struct energy_cgroup *cgroup, uint64_t *timestamp_ns,
		       struct energy_failure *failure)
{
	int err = energy_cgroup_stat_read(&rewind_io, number_of(fd).text, cgroup, timestamp_ns,
					  failure);

	snprintf(failure->path, sizeof(failure->path), "%s", meter->cgroup_stat);
	return err;
}

static int read_live(const struct energy_stat_meter *meter, int fd, uint64_t id,
		     struct energy_cgroup *cgroup, uint64_t *timestamp_ns,
		     struct energy_failure *failure)
{
	const struct energy_cgroup *found;
	struct energy_cgroup_list list;
	int err;

	err = energy_cgroups_read(&rewind_io, number_of(fd).text, &list, failure);
	snprintf(failure->path, sizeof(failure->path), "%s", meter->cgroups);
	if (err)
		return err;
	*timestamp_ns = energy_number_or(list.timestamp_ns, 0);
	found = energy_cgroups_find(&list, id);
	memset(cgroup, 0, sizeof(*cgroup));
	if (found) {
		*cgroup = *found;
		cgroup->path = NULL;
	}
	energy_cgroups_free(&list);
	return 0;
}

static bool can_read(const char *path)
{
	int fd = energy_system_io.open(path);

	if (fd >= 0)
		energy_system_io.close(fd);
	return fd >= 0;
}

static void find_listing(struct energy_stat_meter *meter, const char *root)
{
	static const char *const files[] = { ENERGY_DEBUGFS_ALL, ENERGY_PROC_ALL };
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(meter->listing, sizeof(meter->listing), "%s%s", root, files[i]);
		if (can_read(meter->listing))
			return;
	}
	meter->listing[0] = '\0';
}

static uint64_t find_step(const struct energy_stat_meter *meter, const char *root)
{
	struct energy_listing listing;
	struct energy_failure ignored;
	char path[PATH_MAX];
	uint64_t step_ns = meter->windows ? DEFAULT_WINDOW_NS : DEFAULT_SAMPLE_NS;

	snprintf(path, sizeof(path), "%s%s", root,
		 meter->windows ? ENERGY_PROC_CGROUP : ENERGY_PROC_ALL);
	if (!energy_read(&energy_system_io, path, &listing, &ignored)) {
		step_ns = energy_number_or(meter->windows ? listing.header.window_ns
							  : listing.header.sample_ns, step_ns);
		energy_listing_free(&listing);
	}
	return step_ns;
}

/* The kernel tells the time of the first time namespace; our clock has that of our own. */
static int64_t find_time_offset(const char *root)
{
	long long seconds, ns, offset_ns = 0;
	char path[PATH_MAX], line[128];
	FILE *in;

	snprintf(path, sizeof(path), "%s/proc/self/timens_offsets", root);
	in = fopen(path, "re");
	while (in && fgets(line, sizeof(line), in)) {
		if (sscanf(line, "boottime %lld %lld", &seconds, &ns) == 2)
			offset_ns = seconds * (long long)NSEC_PER_SEC + ns;
	}
	if (in)
		fclose(in);
	return offset_ns;
}

int energy_stat_meter_find(struct energy_stat_meter *meter, const char *root,
			   struct energy_failure *failure)
{
	memset(meter, 0, sizeof(*meter));
	snprintf(meter->cgroups, sizeof(meter->cgroups), "%s%s", root, ENERGY_PROC_CGROUPS);
	snprintf(meter->cgroup_stat, sizeof(meter->cgroup_stat), "%s%s", root,
		 ENERGY_PROC_CGROUP_STAT);
	meter->windows = !can_read(meter->cgroups);
	/* It may not be for us where we are now, but be from within the command's cgroup. */
	if (meter->windows && access(meter->cgroup_stat, R_OK)) {
		failure->err = -errno;
		failure->step = ENERGY_STEP_OPEN;
		snprintf(failure->path, sizeof(failure->path), "%s", meter->cgroup_stat);
		return failure->err;
	}
	find_listing(meter, root);
	meter->step_ns = find_step(meter, root);
	meter->time_offset_ns = find_time_offset(root);
	return 0;
}

int energy_stat_meter_before(const struct energy_stat_meter *meter,
			     struct energy_stat_reading *reading, struct energy_failure *failure)
{
	memset(reading, 0, sizeof(*reading));
	reading->cgroups_fd = -1;
	if (!meter->windows) {
		reading->cgroups_fd = energy_system_io.open(meter->cgroups);
		if (reading->cgroups_fd < 0) {
			failure->err = reading->cgroups_fd;
			failure->step = ENERGY_STEP_OPEN;
			snprintf(failure->path, sizeof(failure->path), "%s", meter->cgroups);
			return failure->err;
		}
	}
	if (!meter->listing[0])
		return 0;
	return energy_read(&energy_system_io, meter->listing, &reading->before, failure);
}

/* The time to look again, so that a change is seen soon and looking costs little. */
static uint64_t look_ns(uint64_t step_ns)
{
	uint64_t ns = step_ns / 8;

	if (ns < NSEC_PER_MSEC)
		return NSEC_PER_MSEC;
	return ns < 100 * NSEC_PER_MSEC ? ns : 100 * NSEC_PER_MSEC;
}

/* Reads until what is read is of @from_ns or later. */
static int read_from(const struct energy_stat_meter *meter, const struct energy_stat_run *run,
		     const struct energy_stat_cgroup *cgroup, uint64_t from_ns,
		     struct energy_stat_reading *reading, struct energy_failure *failure)
{
	uint64_t give_up_ns = energy_now_ns() + 2 * meter->step_ns + PATIENCE_NS;
	uint64_t timestamp_ns;
	int err;

	for (;;) {
		if (meter->windows)
			err = read_window(meter, run->window_fd, &reading->cgroup, &timestamp_ns,
					  failure);
		else
			err = read_live(meter, reading->cgroups_fd, cgroup->id, &reading->cgroup,
					&timestamp_ns, failure);
		/* Of a window that was replaced time and again there is a newer one. */
		if (err && err != -ESTALE)
			return err;
		if (!err && timestamp_ns >= from_ns)
			return 0;
		if (energy_now_ns() > give_up_ns)
			return -ETIMEDOUT;
		if (!energy_stat_pause(look_ns(meter->step_ns)))
			return -EINTR;
	}
}

int energy_stat_meter_after(const struct energy_stat_meter *meter,
			    const struct energy_stat_run *run,
			    const struct energy_stat_cgroup *cgroup,
			    struct energy_stat_reading *reading, struct energy_failure *failure)
{
	int err;

	if (meter->windows && run->window_fd < 0) {
		failure->err = run->window_err;
		failure->step = ENERGY_STEP_OPEN;
		snprintf(failure->path, sizeof(failure->path), "%s", meter->cgroup_stat);
		return failure->err;
	}
	err = read_from(meter, run, cgroup,
			run->ended_boottime_ns - meter->time_offset_ns + SETTLE_NS, reading,
			failure);
	/* What has been read by then is less than all, but it is right. */
	reading->incomplete = err == -EINTR || err == -ETIMEDOUT;
	if (err && !reading->incomplete)
		return err;
	reading->known = reading->cgroup.cpu_ns.known;
	if (meter->listing[0] &&
	    energy_read(&energy_system_io, meter->listing, &reading->after, failure))
		return failure->err;
	return reading->known || err ? err : -ENODATA;
}

void energy_stat_reading_free(struct energy_stat_reading *reading)
{
	if (reading->cgroups_fd >= 0)
		close(reading->cgroups_fd);
	energy_listing_free(&reading->before);
	energy_listing_free(&reading->after);
}
