// SPDX-License-Identifier: GPL-2.0-only
/*
 * pingpong - context switches: pairs of processes that pass a byte to and fro.
 *
 * usage: pingpong PAIRS
 *
 * Runs until it is ended, and ends its pairs with it.
 */
#include <signal.h>
#include <sys/prctl.h>

#include "common.h"

static void __attribute__((noreturn)) pass(int from, int to)
{
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1)
		continue;
	_exit(0);
}

static void start_pair(void)
{
	int there[2], back[2];

	if (pipe(there) || pipe(back))
		die("no pipe");
	if (write(there[1], "x", 1) != 1)
		die("cannot write");
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("cannot fork");
		if (!pid && i)
			pass(there[0], back[1]);
		else if (!pid)
			pass(back[0], there[1]);
	}
	close(there[0]);
	close(there[1]);
	close(back[0]);
	close(back[1]);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: pingpong PAIRS\n", stderr);
		return 2;
	}
	for (unsigned long pairs = number(argv[1]); pairs; pairs--)
		start_pair();
	stay();
}
