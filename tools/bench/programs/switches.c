// SPDX-License-Identifier: GPL-2.0-only
/*
 * switches - what a context switch costs: two processes pass a byte to and fro.
 *
 * usage: switches ROUND_TRIPS
 *
 * Prints nanoseconds per switch.
 */
#include <sys/wait.h>

#include "common.h"

static void echo_bytes(int from, int to)
{
	char c;

	while (read(from, &c, 1) == 1)
		if (write(to, &c, 1) != 1)
			die("cannot write");
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc == 2 ? number(argv[1]) : 0;
	int there[2], back[2];
	uint64_t start;
	char c = 0;
	pid_t pid;

	if (!rounds) {
		fputs("usage: switches ROUND_TRIPS\n", stderr);
		return 2;
	}
	if (pipe(there) || pipe(back))
		die("no pipe");
	pid = fork();
	if (pid < 0)
		die("cannot fork");
	if (!pid) {
		close(there[1]);
		close(back[0]);
		echo_bytes(there[0], back[1]);
		return 0;
	}
	start = clock_ns(CLOCK_MONOTONIC);
	for (unsigned long i = 0; i < rounds; i++)
		if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
			die("the other process is gone");
	say("%.1f\n", (double)(clock_ns(CLOCK_MONOTONIC) - start) / (2.0 * rounds));
	close(there[1]);
	waitpid(pid, NULL, 0);
	return 0;
}
