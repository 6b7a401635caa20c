// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/textfile.h"

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t done = write(fd, text, len);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			text += done;
			len -= done;
		}
	}
	return 0;
}

int energy_textfile_write(const char *path, const char *text, size_t len)
{
	mode_t mask = umask(0);
	char *next;
	int fd, err;

	umask(mask);

	/* In the same folder; not *.prom, which the collector would read. */
	if (asprintf(&next, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkostemp(next, O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		free(next);
		return err;
	}
	err = write_all(fd, text, len);
	if (!err && fchmod(fd, 0666 & ~mask))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(next, path))
		err = -errno;
	if (err)
		unlink(next);
	free(next);
	return err;
}
