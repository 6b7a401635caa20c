// SPDX-License-Identifier: GPL-2.0-only
/*
 * forks - short processes, one after the other.
 *
 * usage: forks time WARM_UP SECONDS	fork, exit and wait for that long, at most MAX_SECONDS
 *	  forks number NUMBER		so many
 *	  forks vfork NUMBER		so many, as cheap as they come
 *
 * time: prints nanoseconds for each, the median of the seconds after the warm-up: now and then
 * the kernel tidies up, for longer than what is to be measured.
 */
#include <sys/wait.h>

#include "common.h"

#define MAX_SECONDS 64

static void reap(pid_t pid)
{
	if (pid < 0)
		die("cannot fork");
	if (waitpid(pid, NULL, 0) != pid)
		die("cannot wait");
}

static void one(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	reap(pid);
}

static void one_cheap(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	reap(pid);
}

/* What one costs, ns, within a second. */
static double second(void)
{
	uint64_t start = clock_ns(CLOCK_MONOTONIC), now;
	unsigned long n = 0;

	do {
		one();
		n++;
		now = clock_ns(CLOCK_MONOTONIC);
	} while (now - start < NS_PER_S);
	return (double)(now - start) / n;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(unsigned long seconds)
{
	double each[MAX_SECONDS];

	if (!seconds || seconds > MAX_SECONDS)
		die("1 to %d seconds", MAX_SECONDS);
	for (unsigned long i = 0; i < seconds; i++)
		each[i] = second();
	qsort(each, seconds, sizeof(*each), compare);
	return (each[(seconds - 1) / 2] + each[seconds / 2]) / 2;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "time")) {
		for (unsigned long n = number(argv[2]); n; n--)
			second();
		say("%.1f\n", median(number(argv[3])));
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "number")) {
		for (unsigned long n = number(argv[2]); n; n--)
			one();
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "vfork")) {
		for (unsigned long n = number(argv[2]); n; n--)
			one_cheap();
		return 0;
	}
	fputs("usage: forks time WARM_UP SECONDS | number NUMBER | vfork NUMBER\n", stderr);
	return 2;
}
