/* SPDX-License-Identifier: GPL-2.0-only */
/* Files into listings. */
#ifndef ENERGY_READER_H
#define ENERGY_READER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/records.h"

#define ENERGY_DEBUGFS_ALL "/sys/kernel/debug/energy/all"
#define ENERGY_PROC_ALL "/proc/energy/all"
#define ENERGY_PROC_CGROUP "/proc/energy/cgroup"

/* How often a listing whose window moves on while it is read is begun anew. */
#define ENERGY_READ_TRIES 10

/*
 * The system calls, so that tests can stand in for a kernel. All return a negative errno
 * where they fail; read() returns the bytes read, 0 at the end.
 */
struct energy_io {
	int (*open)(const char *path);
	ssize_t (*read)(int fd, void *buffer, size_t size);
	void (*close)(int fd);
};

extern const struct energy_io energy_system_io;

enum energy_step {
	ENERGY_STEP_OPEN,
	ENERGY_STEP_READ,
	ENERGY_STEP_PARSE,
};

/* What went wrong, where. */
struct energy_failure {
	char path[4096];
	enum energy_step step;
	int err;		/* negative errno */
};

/*
 * Reads @path to its end into @text, which is freed by the caller; -ESTALE begins anew, up to
 * ENERGY_READ_TRIES times. Returns 0, or a negative errno with @failure filled in.
 */
int energy_read_text(const struct energy_io *io, const char *path, char **text, size_t *len,
		     struct energy_failure *failure);

/*
 * Reads @path to its end and parses it; -ESTALE begins anew, up to ENERGY_READ_TRIES times.
 * Returns 0, or a negative errno with @failure filled in.
 */
int energy_read(const struct energy_io *io, const char *path, struct energy_listing *listing,
		struct energy_failure *failure);

/*
 * Reads the best listing that this user may read: debugfs, /proc/energy/all, then the own
 * cgroup's; @path says which. The failure, if all fail, is that of /proc/energy/all.
 */
int energy_read_best(const struct energy_io *io, const char **path,
		     struct energy_listing *listing, struct energy_failure *failure);

/* Says on stderr what failed and what may help; @who is as in energy_complain(). */
void energy_complain_failure(const char *who, const struct energy_failure *failure);

/* The same, without @who, into @out. */
void energy_failure_text(char *out, size_t size, const struct energy_failure *failure);

#endif /* ENERGY_READER_H */
