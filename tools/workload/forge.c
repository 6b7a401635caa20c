// SPDX-License-Identifier: GPL-2.0-only
/*
 * forge - a process with a name made to break parsers.
 *
 * usage: forge HEX
 *
 * Takes the name whose bytes are given in hexadecimal, works for a moment, says pid= and
 * waits to be ended.
 */
#include <sys/prctl.h>

#include "common.h"

int main(int argc, char **argv)
{
	char name[16] = "";
	unsigned int byte;

	if (argc != 2) {
		fputs("usage: forge HEX\n", stderr);
		return 2;
	}
	for (size_t i = 0; i < sizeof(name) - 1 && sscanf(argv[1] + 2 * i, "%2x", &byte) == 1; i++)
		name[i] = byte;
	if (prctl(PR_SET_NAME, name))
		die("cannot take that name");
	while (clock_ns(CLOCK_PROCESS_CPUTIME_ID) < 5 * NS_PER_MS)
		continue;
	say("pid=%d\n", getpid());
	stay();
}
