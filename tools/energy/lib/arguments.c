// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "lib/arguments.h"
#include "lib/command.h"
#include "lib/complain.h"

#define NSEC_PER_SEC 1e9

bool energy_argument_seconds(const char *text, double least_s, uint64_t *ns)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= least_s && seconds <= ENERGY_MOST_SECONDS))
		return false;
	*ns = seconds * NSEC_PER_SEC + 0.5;
	return true;
}

bool energy_argument_count(const char *text, size_t *count)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (end == text || *end || errno || value < 1)
		return false;
	*count = value;
	return true;
}

int energy_argument_wrong(const char *who, const char *option, const char *value)
{
	energy_complain(who, "wrong value for %s: %s (try --help)", option, value);
	return ENERGY_USAGE;
}

int energy_argument_misuse(const char *who, const char *why)
{
	energy_complain(who, "%s (try --help)", why);
	return ENERGY_USAGE;
}
