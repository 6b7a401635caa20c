// SPDX-License-Identifier: GPL-2.0-only
/*
 * switches - what a context switch costs: two processes pass a byte to and fro.
 *
 * usage: switches ROUND_TRIPS
 *
 * Prints nanoseconds per switch. In a guest whose clock counts instructions
 * that is instructions per switch.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void echo_bytes(int from, int to)
{
	char c;

	while (read(from, &c, 1) == 1)
		if (write(to, &c, 1) != 1)
			err(1, "write");
}

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
	long rounds = argc == 2 ? atol(argv[1]) : 0;
	int there[2], back[2];
	long long start;
	char c = 0;
	pid_t pid;
	long i;

	if (rounds <= 0)
		errx(2, "usage: switches ROUND_TRIPS");
	if (pipe(there) || pipe(back))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		close(there[1]);
		close(back[0]);
		echo_bytes(there[0], back[1]);
		return 0;
	}
	start = now_ns();
	for (i = 0; i < rounds; i++)
		if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
			err(1, "pipe");
	printf("%.1f\n", (double)(now_ns() - start) / (2.0 * rounds));
	close(there[1]);
	waitpid(pid, NULL, 0);
	return 0;
}
