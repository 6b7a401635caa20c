// SPDX-License-Identifier: GPL-2.0-only
#include "tap.h"
#include "top/power.h"

#define SECOND 1000000000ULL

static struct energy_domain domain(const char *name, const char *kind, uint64_t measured_nj,
				   bool billed)
{
	struct energy_domain domain = {
		.billed = billed,
		.measured_nj = measured_nj,
		.idle_nj = { measured_nj / 4, true },
	};

	strcpy(domain.name, name);
	strcpy(domain.kind, kind);
	return domain;
}

static void rates(bool *good)
{
	struct energy_domain before[] = { domain("package-0", "package", SECOND, true),
					  domain("psys-0", "psys", 9 * SECOND, false) };
	struct energy_domain after[] = { domain("package-0", "package", 9 * SECOND, true),
					 domain("psys-0", "psys", SECOND, false),
					 domain("package-1", "package", SECOND, true) };
	struct energy_domains older = { before, 2, 0 }, newer = { after, 3, 0 };
	struct energy_powers powers;

	CHECK(!energy_powers_fill(&powers, &older, &newer, 2 * SECOND, 4));
	CHECK(powers.nr_powers == 3 && powers.nr_packages == 2);
	CHECK_TEXT(powers.powers[0].name, "package-0");
	CHECK(powers.powers[0].total.known && powers.powers[0].total.value == 4);
	CHECK(powers.powers[0].idle.known && powers.powers[0].idle.value == 1);
	CHECK(!powers.powers[0].not_billed);
	/* Went back, and came new: not known. */
	CHECK(!powers.powers[1].total.known && powers.powers[1].not_billed);
	CHECK(!powers.powers[2].total.known && !powers.powers[2].idle.known);
	energy_powers_free(&powers);
}

static void many(bool *good)
{
	struct energy_domain before[] = { domain("core-0", "core", 0, true),
					  domain("core-1", "core", 0, true),
					  domain("core-2", "core", 0, true) };
	struct energy_domain after[] = { domain("core-0", "core", SECOND, true),
					 domain("core-1", "core", 2 * SECOND, true),
					 domain("core-2", "core", 4 * SECOND, true) };
	struct energy_domains older = { before, 3, 0 }, newer = { after, 3, 0 };
	struct energy_powers powers;

	CHECK(!energy_powers_fill(&powers, &older, &newer, SECOND, 2));
	CHECK(powers.nr_powers == 1 && powers.powers[0].nr_domains == 3);
	CHECK_TEXT(powers.powers[0].name, "core");
	CHECK(powers.powers[0].total.known && powers.powers[0].total.value == 7);
	energy_powers_free(&powers);
	/* A sum of which a part is not known is not known, whichever part it is. */
	before[0].measured_nj = 2 * SECOND;
	CHECK(!energy_powers_fill(&powers, &older, &newer, SECOND, 2));
	CHECK(!powers.powers[0].total.known);
	energy_powers_free(&powers);
	CHECK(!energy_powers_fill(&powers, &older, &newer, SECOND, 3));
	CHECK(powers.nr_powers == 3 && powers.powers[1].total.value == 2);
	energy_powers_free(&powers);
}

static void sums(bool *good)
{
	struct energy_domain before = { .name = "package", .kind = "package", .is_sum = true };
	struct energy_domain after = before;
	struct energy_domains older = { &before, 1, 0 }, newer = { &after, 1, 0 };
	struct energy_powers powers;

	after.measured_nj = 3 * SECOND;
	CHECK(!energy_powers_fill(&powers, &older, &newer, SECOND, 4));
	/* How many it is the sum of, how much of it idles, whether it is billed: not told. */
	CHECK(!powers.nr_packages && !powers.powers[0].idle.known);
	CHECK(!powers.powers[0].not_billed && powers.powers[0].total.value == 3);
	energy_powers_free(&powers);
}

static const struct tap_test tests[] = {
	{ "power: of each domain, where it is known", rates },
	{ "power: many of a kind are summed up", many },
	{ "power: sums from the header", sums },
};

TAP_MAIN(tests)
