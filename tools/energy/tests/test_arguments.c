// SPDX-License-Identifier: GPL-2.0-only
#include "lib/arguments.h"
#include "tap.h"

static void seconds(bool *good)
{
	static const char *const wrong[] = { "", "x", "1x", "nan", "inf", "-1", "0.009", "2e9" };
	uint64_t ns = 42;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(!energy_argument_seconds(wrong[i], 0.01, &ns) && ns == 42);
	CHECK(energy_argument_seconds("0.01", 0.01, &ns) && ns == 10000000);
	CHECK(energy_argument_seconds("0.1", 0.01, &ns) && ns == 100000000);
	CHECK(energy_argument_seconds("1e9", 0.01, &ns) && ns == 1000000000000000000);
}

static void counts(bool *good)
{
	static const char *const wrong[] = { "", "x", "1x", "1.5", "0", "-1",
					     "99999999999999999999" };
	size_t count = 42, i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(!energy_argument_count(wrong[i], &count) && count == 42);
	CHECK(energy_argument_count("1", &count) && count == 1);
	CHECK(energy_argument_count("12345", &count) && count == 12345);
}

static const struct tap_test tests[] = {
	{ "arguments: seconds", seconds },
	{ "arguments: counts", counts },
};

TAP_MAIN(tests)
