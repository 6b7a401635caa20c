/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that a recorder appends to. */
#ifndef ENERGY_LOG_WRITER_H
#define ENERGY_LOG_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct energy_log_writer {
	const char *path;
	int fd;
	bool text;
	bool regular;		/* else it is a pipe or the like: what is written is gone */
	bool torn;		/* it may not end with a whole record */
	uint64_t size;		/* so long it is, and all of it whole, unless torn */
	uint64_t rotate_size;	/* 0: never */
	unsigned int rotate_count;	/* so many old files are kept */
	uint64_t nr_bytes;	/* written in all */
};

/*
 * Opens and locks @path, to which text or frames are appended, never both; "-" is standard
 * output. Returns 0 or a negative errno, with @why.
 */
int energy_log_writer_open(struct energy_log_writer *writer, const char *path, bool text,
			   char *why, size_t size);

/*
 * If somebody has moved or removed the file, goes on with what has its name now, or a new one.
 * Returns 1 if so, 0 if not, or a negative errno.
 */
int energy_log_writer_follow(struct energy_log_writer *writer);

/*
 * Appends a record whole, or, with a negative errno, leaves the file as it was, as far as
 * that can be done.
 */
int energy_log_writer_append(struct energy_log_writer *writer, const void *bytes, size_t len);

/* Would a record of @len be too much for this file? Not for an empty one. */
bool energy_log_writer_is_full(const struct energy_log_writer *writer, size_t len);

/*
 * Puts the file aside and begins a new one with @first. Returns 0 or a negative errno; then
 * the old one can be appended to as before.
 */
int energy_log_writer_rotate(struct energy_log_writer *writer, const void *first, size_t len);

void energy_log_writer_close(struct energy_log_writer *writer);

#endif /* ENERGY_LOG_WRITER_H */
