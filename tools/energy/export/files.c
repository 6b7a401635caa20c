// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export/files.h"

#define MOST_FILES 4

struct kept_file {
	char *path;
	int fd;		/* -1: is to be opened again */
};

static struct kept_file kept_files[MOST_FILES];
static size_t nr_kept_files;

static struct kept_file *find_path(const char *path)
{
	size_t i;

	for (i = 0; i < nr_kept_files; i++) {
		if (!strcmp(kept_files[i].path, path))
			return &kept_files[i];
	}
	return NULL;
}

static struct kept_file *find_fd(int fd)
{
	size_t i;

	for (i = 0; i < nr_kept_files; i++) {
		if (kept_files[i].fd == fd)
			return &kept_files[i];
	}
	return NULL;
}

static void forget(struct kept_file *file)
{
	if (file->fd >= 0)
		energy_system_io.close(file->fd);
	file->fd = -1;
}

static int kept_open(const char *path)
{
	struct kept_file *file = find_path(path);
	int fd;

	if (file && file->fd >= 0) {
		if (lseek(file->fd, 0, SEEK_SET) == 0)
			return file->fd;
		forget(file);
	}
	fd = energy_system_io.open(path);
	if (file)
		file->fd = fd < 0 ? -1 : fd;
	return fd;
}

static ssize_t kept_read(int fd, void *buffer, size_t size)
{
	return energy_system_io.read(fd, buffer, size);
}

static void kept_close(int fd)
{
	/* A module that was unloaded tells so at the next lseek(). */
	if (!find_fd(fd))
		energy_system_io.close(fd);
}

const struct energy_io energy_kept_io = {
	.open = kept_open,
	.read = kept_read,
	.close = kept_close,
};

int energy_files_keep(const char *path)
{
	struct kept_file *file = &kept_files[nr_kept_files];
	int err;

	if (nr_kept_files == MOST_FILES)
		return -ENFILE;
	file->path = strdup(path);
	if (!file->path)
		return -ENOMEM;
	file->fd = energy_system_io.open(path);
	if (file->fd < 0) {
		err = file->fd;
		free(file->path);
		return err;
	}
	nr_kept_files++;
	return 0;
}

void energy_files_close(void)
{
	while (nr_kept_files) {
		struct kept_file *file = &kept_files[--nr_kept_files];

		forget(file);
		free(file->path);
	}
}
