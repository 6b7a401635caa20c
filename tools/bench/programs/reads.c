// SPDX-License-Identifier: GPL-2.0-only
/*
 * reads - what it costs to open a file, read it to its end, and close it.
 *
 * usage: reads FILE TIMES
 *
 * Prints the median of its CPU time in ns, and how many lines of the file start with "pid=".
 */
#include <fcntl.h>

#include "common.h"

static char buffer[65536];

static uint64_t read_once(const char *path)
{
	uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	int fd = open(path, O_RDONLY);
	ssize_t got;

	if (fd < 0)
		die("cannot open %s", path);
	do {
		got = read(fd, buffer, sizeof(buffer));
	} while (got > 0);
	if (got < 0)
		die("cannot read %s", path);
	close(fd);
	return clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
}

static unsigned long count_records(const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned long n = 0;
	char line[4096];

	if (!file)
		die("cannot open %s", path);
	while (fgets(line, sizeof(line), file))
		n += !strncmp(line, "pid=", 4);
	fclose(file);
	return n;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	unsigned long times = argc == 3 ? number(argv[2]) : 0;
	uint64_t *ns;

	if (!times) {
		fputs("usage: reads FILE TIMES\n", stderr);
		return 2;
	}
	ns = calloc(times, sizeof(*ns));
	if (!ns)
		die("no memory");
	for (unsigned long i = 0; i < times; i++)
		ns[i] = read_once(argv[1]);
	qsort(ns, times, sizeof(*ns), compare);
	say("%lu %lu\n", (unsigned long)ns[times / 2], count_records(argv[1]));
	return 0;
}
