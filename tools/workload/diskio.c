// SPDX-License-Identifier: GPL-2.0-only
/*
 * diskio - storage I/O of known size.
 *
 * usage: diskio read|write DEVICE BYTES [THREADS]
 *
 * Past the page cache, so that every byte is the process's own doing. With THREADS each does
 * BYTES and ends; the first thread itself does nothing. Says pid= and waits to be ended.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>

#include "common.h"

#define CHUNK	(64u << 10)

static char bytes[CHUNK] __attribute__((aligned(4096)));
static const char *device;
static unsigned long chunks;
static bool writes;

static void *run(void *unused)
{
	int fd = open(device, (writes ? O_WRONLY : O_RDONLY) | O_DIRECT);

	if (fd < 0)
		die("%s", device);
	for (unsigned long left = chunks; left; left--) {
		ssize_t done = writes ? write(fd, bytes, CHUNK) : read(fd, bytes, CHUNK);

		if (done != (ssize_t)CHUNK)
			die("%s: %zd of %u bytes", device, done, CHUNK);
	}
	close(fd);
	return unused;
}

int main(int argc, char **argv)
{
	unsigned long threads;
	pthread_t thread;

	if (argc < 4 || argc > 5 || (strcmp(argv[1], "read") && strcmp(argv[1], "write"))) {
		fputs("usage: diskio read|write DEVICE BYTES [THREADS]\n", stderr);
		return 2;
	}
	writes = argv[1][0] == 'w';
	device = argv[2];
	chunks = number(argv[3]) / CHUNK;
	threads = argc == 5 ? number(argv[4]) : 0;
	if (!threads)
		run(NULL);
	for (; threads; threads--) {
		errno = pthread_create(&thread, NULL, run, NULL);
		if (errno)
			die("cannot start a thread");
		pthread_join(thread, NULL);
	}
	say("pid=%d\n", getpid());
	stay();
}
