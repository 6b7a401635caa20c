// SPDX-License-Identifier: GPL-2.0-only
/* truth - ask the virtual hardware from a script: prints one number. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../truth.h"

static const struct {
	const char *name;
	enum truth_select select;
} questions[] = {
	{ "freeze", TRUTH_FREEZE },
	{ "release", TRUTH_RELEASE },
	{ "package", TRUTH_PACKAGE_NJ },
	{ "dram", TRUTH_DRAM_NJ },
	{ "unowned", TRUTH_UNOWNED_NJ },
	{ "owned", TRUTH_OWNED_NJ },
};

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "present")) {
		printf("%d\n", truth_present());
		return 0;
	}
	for (size_t i = 0; argc >= 2 && i < sizeof(questions) / sizeof(questions[0]); i++) {
		if (!strcmp(argv[1], questions[i].name)) {
			printf("%lu\n",
			       truth_ask(questions[i].select, argc > 2 ? atoi(argv[2]) : 0));
			return 0;
		}
	}
	fprintf(stderr, "usage: truth present|freeze|release|package N|dram N|unowned|owned\n");
	return 2;
}
