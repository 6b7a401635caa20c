// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/frame.h"
#include "lib/rotated.h"
#include "log/writer.h"

/* As for the files that it is read from: what all processes do is root's to know. */
#define MODE 0600

/*
 * The beginning behind the zeros that a crash of the machine may have left. Returns its length,
 * 0 if there is nothing else, or -1.
 */
static ssize_t read_beginning(const struct energy_log_writer *writer,
			      char bytes[ENERGY_FRAME_BEGINNING])
{
	off_t at = 0;

	for (;;) {
		ssize_t got = pread(writer->fd, bytes, ENERGY_FRAME_BEGINNING, at), zeros = 0;

		while (zeros < got && !bytes[zeros])
			zeros++;
		if (got <= 0 || !zeros)
			return got;
		at += zeros;
	}
}

/* Does it go on as it began? Then returns NULL, else what it is instead. */
static const char *what_else(const struct energy_log_writer *writer)
{
	char bytes[ENERGY_FRAME_BEGINNING];
	ssize_t got = read_beginning(writer, bytes);
	enum energy_frame_begin begin;

	if (got < 0)
		return "cannot be read";
	/* Nothing but the first bytes of a record, of which a kill or a full disk took the rest. */
	if (!writer->text && got < ENERGY_FRAME_MARK_LEN && !memcmp(bytes, ENERGY_FRAME_MARK, got))
		return NULL;
	begin = energy_frame_begin(bytes, got);
	if (writer->text && begin == ENERGY_FRAME_BEGIN_MARKED)
		return "is a recording that is not text";
	if (begin != (writer->text ? ENERGY_FRAME_BEGIN_TEXT : ENERGY_FRAME_BEGIN_MARKED))
		return "is something else";
	return NULL;
}

static bool ends_amid_line(const struct energy_log_writer *writer)
{
	char last;

	return writer->size && pread(writer->fd, &last, 1, writer->size - 1) == 1 && last != '\n';
}

/* Between opening and locking another recorder may have put the file aside. */
static bool is_moved(const struct energy_log_writer *writer, const struct stat *what)
{
	struct stat now;

	if (stat(writer->path, &now))
		return errno == ENOENT;
	return now.st_dev != what->st_dev || now.st_ino != what->st_ino;
}

static int open_and_lock(struct energy_log_writer *writer, struct stat *what, char *why,
			 size_t size)
{
	int err;

	for (;;) {
		writer->fd = open(writer->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, MODE);
		if (writer->fd < 0 || fstat(writer->fd, what)) {
			err = -errno;
			snprintf(why, size, "cannot open %s: %s", writer->path, strerror(-err));
			return err;
		}
		writer->regular = S_ISREG(what->st_mode);
		if (!writer->regular)
			return 0;
		if (flock(writer->fd, LOCK_EX | LOCK_NB)) {
			err = -errno;
			snprintf(why, size, "cannot lock %s: %s", writer->path,
				 err == -EWOULDBLOCK ? "another energy log is writing to it" :
				 strerror(-err));
			return err;
		}
		if (!is_moved(writer, what))
			return fstat(writer->fd, what) ? -errno : 0;
		close(writer->fd);
	}
}

static int open_file(struct energy_log_writer *writer, char *why, size_t size)
{
	struct stat what;
	const char *else_it;
	int err = open_and_lock(writer, &what, why, size);

	if (err || !writer->regular)
		return err;
	writer->size = what.st_size;
	else_it = what_else(writer);
	if (else_it) {
		snprintf(why, size, "%s %s, nothing is added to it (give a new file)",
			 writer->path, else_it);
		return -EEXIST;
	}
	writer->torn = ends_amid_line(writer);
	return 0;
}

int energy_log_writer_open(struct energy_log_writer *writer, const char *path, bool text,
			   char *why, size_t size)
{
	int err;

	*writer = (struct energy_log_writer){ .path = path, .text = text, .fd = STDOUT_FILENO };
	if (!strcmp(path, "-"))
		return 0;
	err = open_file(writer, why, size);
	if (err)
		energy_log_writer_close(writer);
	return err;
}

int energy_log_writer_follow(struct energy_log_writer *writer)
{
	struct energy_log_writer next;
	struct stat what;
	char why[4352];
	int err;

	if (!writer->regular || fstat(writer->fd, &what) || !is_moved(writer, &what))
		return 0;
	err = energy_log_writer_open(&next, writer->path, writer->text, why, sizeof(why));
	if (err)
		return err;
	next.rotate_size = writer->rotate_size;
	next.rotate_count = writer->rotate_count;
	next.nr_bytes = writer->nr_bytes;
	energy_log_writer_close(writer);
	*writer = next;
	return 1;
}

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t put = write(fd, bytes, len);

		/* A signal to end does not end a record amid of it. */
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		bytes += put;
		len -= put;
	}
	return 0;
}

/* What an append-only file keeps of a record counts, or a later cut goes amid one. */
static void leave_torn(struct energy_log_writer *writer)
{
	struct stat what;

	if (!fstat(writer->fd, &what))
		writer->size = what.st_size;
	writer->torn = true;
}

int energy_log_writer_append(struct energy_log_writer *writer, const void *bytes, size_t len)
{
	/* In text a line of its own tells that what comes is new; frames have their mark. */
	bool apart = writer->torn && writer->text;
	int err = apart ? write_all(writer->fd, "\n", 1) : 0;

	if (!err)
		err = write_all(writer->fd, bytes, len);
	if (!err) {
		writer->size += len + apart;
		writer->nr_bytes += len;
		writer->torn = false;
		return 0;
	}
	if (writer->regular && ftruncate(writer->fd, writer->size))
		leave_torn(writer);
	return err;
}

bool energy_log_writer_is_full(const struct energy_log_writer *writer, size_t len)
{
	return writer->regular && writer->rotate_size && writer->size &&
	       writer->size + len > writer->rotate_size;
}

/* Renames FILE.@number to what comes after it. One that is not there is no failure. */
static int move_on(const struct energy_log_writer *writer, unsigned int number)
{
	char *from = energy_rotated_name(writer->path, number);
	char *to = energy_rotated_name(writer->path, number + 1);
	int err = from && to ? 0 : -ENOMEM;

	if (!err && rename(from, to) && errno != ENOENT)
		err = -errno;
	free(from);
	free(to);
	return err;
}

static int move_all_on(const struct energy_log_writer *writer)
{
	unsigned int number = writer->rotate_count;
	int err = 0;

	while (number-- && !err)
		err = move_on(writer, number);
	return err;
}

/* Who could read the old file can read the new one, as far as we may say so. */
static int take_after(int fd, int old)
{
	struct stat what;

	if (fstat(old, &what))
		return -errno;
	/* The mode goes last: a change of owner takes bits of it away. */
	if (fchown(fd, what.st_uid, what.st_gid))
		return 0;
	return fchmod(fd, what.st_mode & 0777) ? -errno : 0;
}

/*
 * The new file takes its place only when it is there and has its first record. What is there by
 * its name is of a recorder that was killed, or a trap: it is not followed.
 */
static int begin_new(const struct energy_log_writer *writer, const char *name, const void *first,
		     size_t len)
{
	int fd = -1, err = 0;

	if (unlink(name) && errno != ENOENT)
		return -errno;
	fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, MODE);
	if (fd < 0)
		return -errno;
	err = take_after(fd, writer->fd);
	if (!err)
		err = write_all(fd, first, len);
	/* After a crash of the machine there must be no new file without its beginning. */
	if (!err && (flock(fd, LOCK_EX | LOCK_NB) || fdatasync(fd)))
		err = -errno;
	if (!err)
		return fd;
	unlink(name);
	close(fd);
	return err;
}

int energy_log_writer_rotate(struct energy_log_writer *writer, const void *first, size_t len)
{
	char *name;
	int fd, err;

	if (asprintf(&name, "%s.new", writer->path) < 0)
		return -ENOMEM;
	fd = begin_new(writer, name, first, len);
	err = fd < 0 ? fd : move_all_on(writer);
	if (!err && rename(name, writer->path))
		err = -errno;
	if (err && fd >= 0) {
		unlink(name);
		close(fd);
	}
	free(name);
	if (err)
		return err;
	energy_log_writer_close(writer);
	writer->fd = fd;
	writer->size = len;
	writer->nr_bytes += len;
	writer->torn = false;
	return 0;
}

void energy_log_writer_close(struct energy_log_writer *writer)
{
	/* What is finished is to stay, whatever becomes of the machine. */
	if (writer->regular)
		fdatasync(writer->fd);
	if (writer->fd > STDOUT_FILENO)
		close(writer->fd);
	writer->fd = -1;
}
