// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "lib/reader.h"
#include "tap.h"

/* A kernel: what each file does when it is opened and read. */
static struct {
	int debugfs, all, cgroup;	/* error on opening, or 0 */
	int stale;			/* so many readings fail half-way */
	int opened, closed;
	size_t at;
} kernel;

static const char text[] = "timestamp=5\npid=1 energy_uj=1 comm=a\npid=2 energy_uj=2 comm=b\n";

static int fake_open(const char *path)
{
	int err = kernel.cgroup;

	if (!strcmp(path, ENERGY_DEBUGFS_ALL))
		err = kernel.debugfs;
	else if (!strcmp(path, ENERGY_PROC_ALL))
		err = kernel.all;
	if (err)
		return err;
	kernel.opened++;
	kernel.at = 0;
	return 3;
}

/* A few bytes at a time, as a seq_file may. */
static ssize_t fake_read(int fd, void *buffer, size_t size)
{
	size_t left = sizeof(text) - 1 - kernel.at;

	(void)fd;
	if (kernel.stale && kernel.at > 20) {
		kernel.stale--;
		return -ESTALE;
	}
	if (size > 7)
		size = 7;
	if (size > left)
		size = left;
	memcpy(buffer, text + kernel.at, size);
	kernel.at += size;
	return size;
}

static void fake_close(int fd)
{
	(void)fd;
	kernel.closed++;
}

static const struct energy_io fake_io = { fake_open, fake_read, fake_close };

static void set_kernel(int debugfs, int all, int cgroup, int stale)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.debugfs = debugfs;
	kernel.all = all;
	kernel.cgroup = cgroup;
	kernel.stale = stale;
}

static const char *read_best(const char **path)
{
	static char message[8192];
	struct energy_listing listing;
	struct energy_failure failure;

	if (energy_read_best(&fake_io, path, &listing, &failure)) {
		energy_failure_text(message, sizeof(message), &failure);
		return message;
	}
	energy_listing_free(&listing);
	return "";
}

static void small_pieces(bool *good)
{
	struct energy_listing listing;
	struct energy_failure failure;

	set_kernel(0, 0, 0, 0);
	CHECK(!energy_read(&fake_io, ENERGY_PROC_ALL, &listing, &failure));
	CHECK(listing.nr_records == 2 && !listing.torn && !listing.nr_garbage);
	CHECK(kernel.opened == 1 && kernel.closed == 1);
	energy_listing_free(&listing);
}

static void stale_then_good(bool *good)
{
	struct energy_listing listing;
	struct energy_failure failure;

	set_kernel(0, 0, 0, ENERGY_READ_TRIES - 1);
	CHECK(!energy_read(&fake_io, ENERGY_DEBUGFS_ALL, &listing, &failure));
	/* Nothing of the windows that were given up is left. */
	CHECK(listing.nr_records == 2 && !listing.torn && !listing.nr_garbage);
	CHECK(kernel.opened == ENERGY_READ_TRIES && kernel.closed == ENERGY_READ_TRIES);
	energy_listing_free(&listing);
}

static void stale_forever(bool *good)
{
	struct energy_listing listing;
	struct energy_failure failure;
	char message[8192];

	set_kernel(0, 0, 0, 1000);
	CHECK(energy_read(&fake_io, ENERGY_DEBUGFS_ALL, &listing, &failure) == -ESTALE);
	CHECK(kernel.opened == ENERGY_READ_TRIES && kernel.closed == ENERGY_READ_TRIES);
	energy_failure_text(message, sizeof(message), &failure);
	CHECK_TEXT(message, "cannot read /sys/kernel/debug/energy/all: its window moved on in each "
		   "of 10 tries (a longer window_ns helps)");
}

static void best_source(bool *good)
{
	const char *path;

	set_kernel(0, 0, 0, 0);
	CHECK_TEXT(read_best(&path), "");
	CHECK_TEXT(path, ENERGY_DEBUGFS_ALL);
	set_kernel(-ENOENT, 0, 0, 0);
	CHECK_TEXT(read_best(&path), "");
	CHECK_TEXT(path, ENERGY_PROC_ALL);
	set_kernel(-EACCES, -EACCES, 0, 0);
	CHECK_TEXT(read_best(&path), "");
	CHECK_TEXT(path, ENERGY_PROC_CGROUP);
}

static void not_permitted(bool *good)
{
	const char *path;

	set_kernel(-EACCES, -EACCES, -EACCES, 0);
	CHECK_TEXT(read_best(&path), "cannot open /proc/energy/all: Permission denied "
		   "(try sudo)");
	set_kernel(-ENOENT, -EPERM, -ENOENT, 0);
	CHECK_TEXT(read_best(&path), "cannot open /proc/energy/all: Operation not permitted "
		   "(try sudo)");
}

/* Who may not look into debugfs cannot know from it that the module is not there. */
static void not_loaded(bool *good)
{
	const char *path;

	set_kernel(-EACCES, -ENOENT, -ENOENT, 0);
	CHECK_TEXT(read_best(&path), "cannot open /proc/energy/all: No such file or directory "
		   "(is energy_core loaded? modprobe energy_rapl_msr)");
}

static const struct tap_test tests[] = {
	{ "reader: a listing in small pieces", small_pieces },
	{ "reader: ESTALE begins anew", stale_then_good },
	{ "reader: ESTALE for ever is an error", stale_forever },
	{ "reader: debugfs, then all, then cgroup", best_source },
	{ "reader: no permission", not_permitted },
	{ "reader: not loaded", not_loaded },
};

TAP_MAIN(tests)
