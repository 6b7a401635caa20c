// SPDX-License-Identifier: GPL-2.0-only
/*
 * sleepers - make processes that exist and do nothing, and some that are busy.
 *
 * usage: sleepers SLEEPING BUSY
 *
 * Prints a line when all exist, and ends, with all of them, at the end of its
 * standard input.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static void make(int n, int busy)
{
	int i;

	for (i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (!busy)
			pause();
		for (;;)
			__asm__ volatile("" ::: "memory");
	}
}

int main(int argc, char **argv)
{
	char c;

	if (argc != 3)
		errx(2, "usage: sleepers SLEEPING BUSY");
	make(atoi(argv[1]), 0);
	make(atoi(argv[2]), 1);
	puts("ready");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	return 0;
}
