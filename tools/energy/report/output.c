// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/output.h"
#include "report/page.h"

static int cannot_write(const char *path, int err, char *why, size_t size)
{
	snprintf(why, size, "cannot write %s: %s", path, strerror(err));
	return -err;
}

static bool is_page(const char *path)
{
	char beginning[sizeof(ENERGY_PAGE_BEGINNING)] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return false;
	len = read(fd, beginning, sizeof(beginning) - 1);
	close(fd);
	return len == sizeof(beginning) - 1 && !strcmp(beginning, ENERGY_PAGE_BEGINNING);
}

/* Where there is a file already. */
static int may_replace(const struct stat *there, const char *path, const char *log, bool force,
		       char *why, size_t size)
{
	struct stat input;

	if (!stat(log, &input) && input.st_dev == there->st_dev && input.st_ino == there->st_ino) {
		snprintf(why, size, "%s is the recording itself (give another --output)", path);
		return -EEXIST;
	}
	if (!S_ISREG(there->st_mode) || !there->st_size || force || is_page(path))
		return 0;
	snprintf(why, size, "%s is there, and is no page of energy report "
		 "(--force overwrites it)", path);
	return -EEXIST;
}

/* A new file beside the old one: who reads that, or a failure, finds one that is whole. */
static int open_temporary(struct energy_output *output)
{
	mode_t mask = umask(0);
	int fd;

	umask(mask);
	if (asprintf(&output->temporary, "%s.XXXXXX", output->path) < 0) {
		output->temporary = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(output->temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	fchmod(fd, 0666 & ~mask);
	return fd;
}

int energy_output_open(struct energy_output *output, const char *path, const char *log,
		       bool force, char *why, size_t size)
{
	struct stat there;
	int fd, err;

	*output = (struct energy_output){ .path = path };
	if (!strcmp(path, "-")) {
		output->file = stdout;
		return 0;
	}
	err = stat(path, &there);
	if (!err) {
		err = may_replace(&there, path, log, force, why, size);
		if (err)
			return err;
	}
	/* A device or a pipe stays what it is. */
	if (!stat(path, &there) && !S_ISREG(there.st_mode)) {
		fd = open(path, O_WRONLY | O_CLOEXEC);
		fd = fd < 0 ? -errno : fd;
	} else {
		fd = open_temporary(output);
	}
	if (fd >= 0)
		output->file = fdopen(fd, "w");
	if (output->file)
		return 0;
	if (fd >= 0)
		close(fd);
	free(output->temporary);
	return cannot_write(path, fd < 0 ? -fd : ENOMEM, why, size);
}

int energy_output_close(struct energy_output *output, bool good, char *why, size_t size)
{
	bool failed = ferror(output->file);
	int err = 0;

	/* By now another call may have had its own errno: to have the reason, it is tried again. */
	if (failed)
		putc('\n', output->file);
	errno = 0;
	if (fflush(output->file) || failed)
		err = errno ?: EIO;
	if (output->file != stdout && fclose(output->file) && !err)
		err = errno;
	if (output->temporary) {
		if (!err && good && rename(output->temporary, output->path))
			err = errno;
		if (err || !good)
			unlink(output->temporary);
		free(output->temporary);
	}
	return err ? cannot_write(output->path, err, why, size) : 0;
}
