// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/rotated.h"

char *energy_rotated_name(const char *path, unsigned int number)
{
	char *name;

	if (!number)
		return strdup(path);
	return asprintf(&name, "%s.%u", path, number) < 0 ? NULL : name;
}

/*
 * Returns the descriptor or a negative errno. What has a number and is no file was never rotated;
 * it is not waited for, either.
 */
static int open_one(const char *path, unsigned int number)
{
	char *name = energy_rotated_name(path, number);
	int fd = name ? open(name, O_RDONLY | O_CLOEXEC | (number ? O_NONBLOCK : 0)) : -1;
	int err = name ? errno : ENOMEM;
	struct stat what;

	free(name);
	if (fd < 0)
		return -err;
	err = fstat(fd, &what) ? errno : S_ISDIR(what.st_mode) ? EISDIR : 0;
	if (number && !S_ISREG(what.st_mode))
		err = ENOENT;
	if (!err)
		return fd;
	close(fd);
	return -err;
}

static bool is_same(int fd, int other)
{
	struct stat one, two;

	return !fstat(fd, &one) && !fstat(other, &two) && one.st_dev == two.st_dev &&
	       one.st_ino == two.st_ino;
}

static void reverse(struct energy_rotated *files)
{
	size_t i;

	for (i = 0; i < files->nr / 2; i++) {
		int fd = files->fds[i];

		files->fds[i] = files->fds[files->nr - 1 - i];
		files->fds[files->nr - 1 - i] = fd;
	}
}

int energy_rotated_open(struct energy_rotated *files, const char *path)
{
	unsigned int number;
	int fd;

	files->path = path;
	files->nr = 0;
	if (!strcmp(path, "-")) {
		files->fds[files->nr++] = STDIN_FILENO;
		return 0;
	}
	/*
	 * The newest first: when files move on meanwhile, one may be met twice, but none is
	 * missed. A kill amid of a rotation leaves a number out.
	 */
	for (number = 0; number <= ENERGY_ROTATED_MOST; number++) {
		fd = open_one(path, number);
		if (fd == -ENOENT)
			continue;
		if (fd < 0) {
			energy_rotated_close(files);
			return fd;
		}
		if (files->nr && is_same(fd, files->fds[files->nr - 1]))
			close(fd);
		else
			files->fds[files->nr++] = fd;
	}
	reverse(files);
	return files->nr ? 0 : -ENOENT;
}

bool energy_rotated_includes(const char *path, const char *other)
{
	struct stat what, each;
	unsigned int number;
	bool found = false;

	if (stat(other, &what))
		return false;
	for (number = 0; number <= ENERGY_ROTATED_MOST && !found; number++) {
		char *name = energy_rotated_name(path, number);

		found = name && !stat(name, &each) && each.st_dev == what.st_dev &&
			each.st_ino == what.st_ino;
		free(name);
	}
	return found;
}

void energy_rotated_close(struct energy_rotated *files)
{
	size_t i;

	for (i = 0; i < files->nr; i++) {
		if (files->fds[i] > STDIN_FILENO)
			close(files->fds[i]);
	}
	files->nr = 0;
}
