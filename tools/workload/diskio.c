// SPDX-License-Identifier: GPL-2.0-only
/*
 * diskio - storage I/O of known size.
 *
 * usage: diskio read|write DEVICE BYTES
 *
 * Past the page cache, so that every byte is the process's own doing. Says pid= and waits to
 * be ended.
 */
#include <fcntl.h>

#include "common.h"

#define CHUNK	(64u << 10)

int main(int argc, char **argv)
{
	static char bytes[CHUNK] __attribute__((aligned(4096)));
	int writes, fd;

	if (argc != 4 || (strcmp(argv[1], "read") && strcmp(argv[1], "write"))) {
		fputs("usage: diskio read|write DEVICE BYTES\n", stderr);
		return 2;
	}
	writes = argv[1][0] == 'w';
	fd = open(argv[2], (writes ? O_WRONLY : O_RDONLY) | O_DIRECT);
	if (fd < 0)
		die("%s", argv[2]);
	for (unsigned long left = number(argv[3]) / CHUNK; left; left--) {
		ssize_t done = writes ? write(fd, bytes, CHUNK) : read(fd, bytes, CHUNK);

		if (done != (ssize_t)CHUNK)
			die("%s: %zd of %u bytes", argv[2], done, CHUNK);
	}
	say("pid=%d\n", getpid());
	stay();
}
