// SPDX-License-Identifier: GPL-2.0-only
/*
 * truth - ask the virtual hardware, or hold its counters still.
 *
 * usage: truth present|freeze|release|unowned|owned
 *        truth package|dram NUMBER
 *
 * Prints energies in nanojoules. `present` has exit status 0 or 1 only.
 */
#include "common.h"
#include "truth.h"

static const struct {
	const char *name;
	uint32_t select;
	int takes_number;
	int silent;
} questions[] = {
	{ "freeze", TRUTH_FREEZE, 0, 1 },
	{ "release", TRUTH_RELEASE, 0, 1 },
	{ "unowned", TRUTH_UNOWNED_NJ, 0, 0 },
	{ "owned", TRUTH_OWNED_NJ, 0, 0 },
	{ "package", TRUTH_PACKAGE_NJ, 1, 0 },
	{ "dram", TRUTH_DRAM_NJ, 1, 0 },
};

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "present"))
		return !truth_present();
	if (!truth_present())
		die("no virtual power hardware here");
	for (size_t i = 0; argc > 1 && i < sizeof(questions) / sizeof(questions[0]); i++) {
		uint64_t answer;

		if (strcmp(argv[1], questions[i].name) || argc != 2 + questions[i].takes_number)
			continue;
		answer = truth_ask(questions[i].select, argc > 2 ? number(argv[2]) : 0);
		if (!questions[i].silent)
			say("%lu\n", answer);
		return 0;
	}
	fputs("usage: truth present|freeze|release|unowned|owned|package N|dram N\n", stderr);
	return 2;
}
