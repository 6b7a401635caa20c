// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/comm.h"
#include "lib/complain.h"
#include "lib/reader.h"
#include "lib/wait.h"

#define PROC_ENERGY "/proc/energy/"
#define FIRST_CHUNK (256 << 10)
#define LARGEST_LISTING (1UL << 30)

static int system_open(const char *path)
{
	int fd;

	do {
		fd = open(path, O_RDONLY | O_CLOEXEC);
	} while (fd < 0 && errno == EINTR && !energy_wait_ended());
	return fd < 0 ? -errno : fd;
}

static ssize_t system_read(int fd, void *buffer, size_t size)
{
	ssize_t got;

	do {
		got = read(fd, buffer, size);
	} while (got < 0 && errno == EINTR && !energy_wait_ended());
	return got < 0 ? -errno : got;
}

static void system_close(int fd)
{
	close(fd);
}

const struct energy_io energy_system_io = {
	.open = system_open,
	.read = system_read,
	.close = system_close,
};

static int read_to_end(const struct energy_io *io, int fd, char **text, size_t *len)
{
	size_t size = 0;
	ssize_t got;

	*text = NULL;
	*len = 0;
	do {
		if (*len == size) {
			char *grown;

			size = size ? 2 * size : FIRST_CHUNK;
			grown = size <= LARGEST_LISTING ? realloc(*text, size) : NULL;
			got = -ENOMEM;
			if (!grown)
				break;
			*text = grown;
		}
		got = io->read(fd, *text + *len, size - *len);
		if (got > 0)
			*len += got;
	} while (got > 0);

	if (got < 0) {
		free(*text);
		return got;
	}
	return 0;
}

/* Opens anew for each try: a listing is bound to its window from its opening on. */
static int try_to_read(const struct energy_io *io, const char *path, char **text, size_t *len,
		       enum energy_step *step)
{
	int fd, err;

	*step = ENERGY_STEP_OPEN;
	fd = io->open(path);
	if (fd < 0)
		return fd;
	*step = ENERGY_STEP_READ;
	err = read_to_end(io, fd, text, len);
	io->close(fd);
	return err;
}

int energy_read_text(const struct energy_io *io, const char *path, char **text, size_t *len,
		     struct energy_failure *failure)
{
	int tries = ENERGY_READ_TRIES;
	int err;

	do {
		err = try_to_read(io, path, text, len, &failure->step);
	} while (err == -ESTALE && --tries);
	failure->err = err;
	snprintf(failure->path, sizeof(failure->path), "%s", path);
	return err;
}

int energy_read(const struct energy_io *io, const char *path, struct energy_listing *listing,
		struct energy_failure *failure)
{
	char *text;
	size_t len;
	int err;

	memset(listing, 0, sizeof(*listing));
	err = energy_read_text(io, path, &text, &len, failure);
	if (err)
		return err;
	failure->step = ENERGY_STEP_PARSE;
	failure->err = energy_listing_parse(listing, text, len);
	return failure->err;
}

int energy_read_best(const struct energy_io *io, const char **path,
		     struct energy_listing *listing, struct energy_failure *failure)
{
	struct energy_failure ignored;

	*path = ENERGY_DEBUGFS_ALL;
	if (!energy_read(io, *path, listing, &ignored))
		return 0;
	*path = ENERGY_PROC_ALL;
	if (!energy_read(io, *path, listing, failure))
		return 0;
	*path = ENERGY_PROC_CGROUP;
	if (!energy_read(io, *path, listing, &ignored))
		return 0;
	return failure->err;
}

static const char *open_hint(const struct energy_failure *failure)
{
	bool denied = failure->err == -EACCES || failure->err == -EPERM;

	if (!strncmp(failure->path, PROC_ENERGY, strlen(PROC_ENERGY)) && failure->err == -ENOENT)
		return " (is energy_core loaded? modprobe energy_rapl_msr)";
	if (!strcmp(failure->path, ENERGY_DEBUGFS_ALL) && failure->err == -ENOENT)
		return " (is energy_core loaded? modprobe energy_rapl_msr; is debugfs mounted?)";
	return denied ? " (try sudo)" : "";
}

void energy_failure_text(char *out, size_t size, const struct energy_failure *failure)
{
	char path[4 * sizeof(failure->path)];

	/* It may have come with files of somebody else. */
	energy_shown_plain(path, sizeof(path), failure->path);
	if (failure->step == ENERGY_STEP_OPEN)
		snprintf(out, size, "cannot open %s: %s%s", path, strerror(-failure->err),
			 open_hint(failure));
	else if (failure->err == -ESTALE)
		snprintf(out, size, "cannot read %s: its window moved on in each of %d tries "
			 "(a longer window_ns helps)", path, ENERGY_READ_TRIES);
	else if (failure->err == -EBADMSG)
		snprintf(out, size, "%s is no energy listing: it has no timestamp", path);
	else
		snprintf(out, size, "cannot read %s: %s", path, strerror(-failure->err));
}

void energy_complain_failure(const char *who, const struct energy_failure *failure)
{
	char text[sizeof(failure->path) + 256];

	energy_failure_text(text, sizeof(text), failure);
	energy_complain(who, "%s", text);
}
