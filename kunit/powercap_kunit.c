// SPDX-License-Identifier: GPL-2.0-only
/* The names of RAPL's powercap zones, which one of several is read, and where they wrap. */
#include <energy/zones.h>

#include "../sources/powercap_names.h"
#include "fake.h"

struct name_case {
	const char *name;
	const char *text;
	const char *parent;
	bool good;
	struct pcap_name want;
};

static const struct name_case name_cases[] = {
	{ "package", "package-0", NULL, true, { ENERGY_PACKAGE, 0, PCAP_ANY } },
	{ "two digits", "package-12", NULL, true, { ENERGY_PACKAGE, 12, PCAP_ANY } },
	{ "die", "package-1-die-3", NULL, true, { ENERGY_PACKAGE, 1, 3 } },
	{ "core", "core", "package-1", true, { ENERGY_CORE, 1, PCAP_ANY } },
	{ "uncore", "uncore", "package-0", true, { ENERGY_UNCORE, 0, PCAP_ANY } },
	{ "dram of a die", "dram", "package-0-die-1", true, { ENERGY_DRAM, 0, 1 } },
	{ "psys", "psys", NULL, true, { ENERGY_PSYS, PCAP_ANY, PCAP_ANY } },
	{ "psys of a package", "psys-1", NULL, true, { ENERGY_PSYS, 1, PCAP_ANY } },
	{ "no name", "", NULL, false },
	{ "no number", "package-", NULL, false },
	{ "no package", "package", NULL, false },
	{ "more behind it", "package-0x", NULL, false },
	{ "die without number", "package-0-die-", NULL, false },
	{ "more behind the die", "package-0-die-1-", NULL, false },
	{ "a sign", "package--1", NULL, false },
	{ "absurd number", "package-4294967296", NULL, false },
	{ "psys with a die", "psys-1-die-0", NULL, false },
	{ "part without a package", "dram", NULL, false },
	{ "part of the platform", "dram", "psys", false },
	{ "unknown part", "gpu", "package-0", false },
	{ "package in a package", "package-0", "package-0", false },
};

FAKE_TABLE(name, name_cases);

static void name(struct kunit *test)
{
	const struct name_case *c = test->param_value;
	struct pcap_name got;

	KUNIT_ASSERT_EQ(test, pcap_parse(c->text, c->parent, &got), c->good);
	if (!c->good)
		return;
	KUNIT_EXPECT_EQ(test, got.kind, c->want.kind);
	KUNIT_EXPECT_EQ(test, got.package, c->want.package);
	KUNIT_EXPECT_EQ(test, got.die, c->want.die);
}

static void control_types(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pcap_type("intel-rapl"), 0);
	KUNIT_EXPECT_EQ(test, pcap_type("intel-rapl-mmio"), 1);
	KUNIT_EXPECT_EQ(test, pcap_type("intel-rap"), -1);
	KUNIT_EXPECT_EQ(test, pcap_type("intel-rapl-"), -1);
	KUNIT_EXPECT_EQ(test, pcap_type("dtpm"), -1);
	KUNIT_EXPECT_EQ(test, pcap_type(""), -1);
}

/* Two packages of two dies, one CPU on each, and one that has never been online. */
static const struct pcap_cpu cpus[] = {
	{ true, 0, 0, 0 }, { true, 0, 1, 1 }, { true, 1, 0, 2 }, { true, 1, 1, 3 }, { false },
};

struct cover_case {
	const char *name;
	struct pcap_name zone;
	/* bit n: cpus[n] */
	unsigned int want;
};

static const struct cover_case cover_cases[] = {
	{ "package", { ENERGY_PACKAGE, 0, PCAP_ANY }, 0x3 },
	{ "the other", { ENERGY_DRAM, 1, PCAP_ANY }, 0xc },
	{ "die", { ENERGY_PACKAGE, 1, 0 }, 0x4 },
	{ "no such die", { ENERGY_PACKAGE, 1, 2 }, 0 },
	{ "no such package", { ENERGY_CORE, 2, PCAP_ANY }, 0 },
	{ "psys", { ENERGY_PSYS, PCAP_ANY, PCAP_ANY }, 0x1 },
	{ "psys of a package", { ENERGY_PSYS, 1, PCAP_ANY }, 0xc },
};

FAKE_TABLE(cover, cover_cases);

static void cover(struct kunit *test)
{
	const struct cover_case *c = test->param_value;
	unsigned int i, got = 0;

	for (i = 0; i < ARRAY_SIZE(cpus); i++)
		got |= pcap_covers(&c->zone, &cpus[i]) << i;
	KUNIT_EXPECT_EQ(test, got, c->want);
}

/* Two packages of eight CCDs, which the kernel calls dies; two CPUs on each. */
#define CCD_PACKAGES	2
#define CCDS		8
#define CCD_CPUS	2

struct ccd_case {
	const char *name;
	const char *zone;
	const char *parent;
	/* the zone goes with the last of so many CPUs; its counter has so many, and this number */
	unsigned int zone_cpus;
	unsigned int cpus;
	int instance;
};

static const struct ccd_case ccd_cases[] = {
	{ "first CCD", "package-0-die-0", NULL, 2, 16, 0 },
	{ "second CCD", "package-0-die-1", NULL, 2, 16, 0 },
	{ "last CCD", "package-0-die-7", NULL, 2, 16, 0 },
	{ "first CCD of the other", "package-1-die-0", NULL, 2, 16, 1 },
	{ "last CCD of the other", "package-1-die-7", NULL, 2, 16, 1 },
	{ "part of a CCD", "core", "package-1-die-3", 2, 16, 1 },
	{ "package", "package-0", NULL, 16, 16, 0 },
	{ "the other package", "package-1", NULL, 16, 16, 1 },
};

FAKE_TABLE(ccd, ccd_cases);

/* On AMD a CCD's zone shows the package's counter: all of them are one domain. */
static void ccd(struct kunit *test)
{
	const struct ccd_case *c = test->param_value;
	unsigned int i, zone_cpus = 0, cpus = 0;
	struct pcap_name name, counter;

	KUNIT_ASSERT_TRUE(test, pcap_parse(c->zone, c->parent, &name));
	counter = pcap_counter(&name, false);
	for (i = 0; i < CCD_PACKAGES * CCDS * CCD_CPUS; i++) {
		struct pcap_cpu cpu = {
			.known = true,
			.package = i / (CCDS * CCD_CPUS),
			.die = i / CCD_CPUS % CCDS,
			.instance = i / (CCDS * CCD_CPUS),
		};

		zone_cpus += pcap_covers(&name, &cpu);
		if (!pcap_covers(&counter, &cpu))
			continue;
		cpus++;
		KUNIT_EXPECT_EQ(test, cpu.instance, c->instance);
	}
	KUNIT_EXPECT_EQ(test, zone_cpus, c->zone_cpus);
	KUNIT_EXPECT_EQ(test, cpus, c->cpus);
}

/* On Intel a die's counter is its own. */
static void die_counter(struct kunit *test)
{
	struct pcap_name name = { ENERGY_DRAM, 1, 3 }, counter = pcap_counter(&name, true);

	KUNIT_EXPECT_EQ(test, counter.kind, ENERGY_DRAM);
	KUNIT_EXPECT_EQ(test, counter.package, 1);
	KUNIT_EXPECT_EQ(test, counter.die, 3);
}

struct better_case {
	const char *name;
	int type;
	struct pcap_name zone;
	int other_type;
	struct pcap_name other;
};

/* The first is always the better one. */
static const struct better_case better_cases[] = {
	{ "registers before MMIO", 0, { ENERGY_PACKAGE, 0, PCAP_ANY },
	  1, { ENERGY_PACKAGE, 0, PCAP_ANY } },
	{ "the driver comes first", 0, { ENERGY_PSYS, 1, PCAP_ANY },
	  1, { ENERGY_PSYS, PCAP_ANY, PCAP_ANY } },
	{ "psys before psys-1", 0, { ENERGY_PSYS, PCAP_ANY, PCAP_ANY },
	  0, { ENERGY_PSYS, 1, PCAP_ANY } },
	{ "psys-1 before psys-2", 0, { ENERGY_PSYS, 1, PCAP_ANY },
	  0, { ENERGY_PSYS, 2, PCAP_ANY } },
	{ "a package's first CCD", 0, { ENERGY_PACKAGE, 1, 0 }, 0, { ENERGY_PACKAGE, 1, 1 } },
	{ "all dies before one", 0, { ENERGY_PACKAGE, 0, PCAP_ANY }, 0, { ENERGY_PACKAGE, 0, 0 } },
};

FAKE_TABLE(better, better_cases);

/* In whatever order they are found, one is chosen. */
static void better(struct kunit *test)
{
	const struct better_case *c = test->param_value;

	KUNIT_EXPECT_TRUE(test, pcap_better(c->type, &c->zone, c->other_type, &c->other));
	KUNIT_EXPECT_FALSE(test, pcap_better(c->other_type, &c->other, c->type, &c->zone));
	KUNIT_EXPECT_FALSE(test, pcap_better(c->type, &c->zone, c->type, &c->zone));
}

struct range_case {
	const char *name;
	/* what intel_rapl_common.c computes from the unit register */
	u32 unit_nj;
};

static const struct range_case range_cases[] = {
	{ "2^-14 J", 61035 },
	{ "2^-16 J, servers' memory", 15258 },
	{ "2^-13 J", 122070 },
	{ "2^-20 J", 953 },
	{ "2^-31 J", 0 },
	{ "2^5 uJ, Bay Trail", 32000 },
	{ "1 J, Sapphire Rapids' psys", 1000000000 },
	{ "1 uJ", 1000 },
};

FAKE_TABLE(range, range_cases);

static u64 zone_uj(u64 raw, u32 unit_nj)
{
	return raw * unit_nj / 1000;
}

/* Energy across a wrap is right to what two readings and the modulus cut off. */
static void range(struct kunit *test)
{
	const struct range_case *c = test->param_value;
	u64 wrap_uj = pcap_wrap_range(zone_uj(PCAP_RAW_MAX, c->unit_nj));
	u64 want_nj, got_uj;
	u32 before, after;

	if (!c->unit_nj) {
		KUNIT_EXPECT_EQ(test, wrap_uj, 0);
		return;
	}
	/* as the core wants it */
	KUNIT_EXPECT_GT(test, wrap_uj, zone_uj(PCAP_RAW_MAX, c->unit_nj));
	for (before = 0xfffffff0; before; before++) {
		for (after = 0; after < 16; after++) {
			want_nj = ((u64)after + BIT_ULL(32) - before) * c->unit_nj;
			got_uj = wrap_uj - zone_uj(before, c->unit_nj) +
				 zone_uj(after, c->unit_nj);
			KUNIT_EXPECT_LE(test, got_uj * 1000, want_nj + 2000);
			KUNIT_EXPECT_GE(test, got_uj * 1000 + 2000, want_nj);
		}
	}
}

/* Another driver's, whose unit is no integer: 2^-14 J is 61035.15625 nJ. */
static void range_of_no_unit(struct kunit *test)
{
	u64 max_uj = 262143999938ULL, wrap_uj;

	/* or the compiler computes it */
	OPTIMIZER_HIDE_VAR(max_uj);
	wrap_uj = pcap_wrap_range(max_uj);
	KUNIT_EXPECT_GE(test, wrap_uj, 262144000000ULL - 1);
	KUNIT_EXPECT_LE(test, wrap_uj, 262144000000ULL + 1);
}

/* What cannot be used is not known. */
static void range_is_not_known(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pcap_wrap_range(0), 0);
	KUNIT_EXPECT_EQ(test, pcap_wrap_range(U64_MAX), 0);
	KUNIT_EXPECT_EQ(test, pcap_wrap_range(PCAP_UJ_MAX + 1), 0);
	KUNIT_EXPECT_NE(test, pcap_wrap_range(PCAP_UJ_MAX), 0);
	KUNIT_EXPECT_LE(test, pcap_wrap_range(PCAP_UJ_MAX), U64_MAX / PCAP_NJ_PER_UJ);
}

/* A zone that cannot be read now has a range nevertheless. */
static void max_is_known(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, pcap_max_is_known(0));
	KUNIT_EXPECT_TRUE(test, pcap_max_is_known(-ENOENT));
	KUNIT_EXPECT_TRUE(test, pcap_max_is_known(-EINVAL));
	KUNIT_EXPECT_TRUE(test, pcap_max_is_known(-ERANGE));
	KUNIT_EXPECT_FALSE(test, pcap_max_is_known(-ENOMEM));
	KUNIT_EXPECT_FALSE(test, pcap_max_is_known(-EINTR));
	KUNIT_EXPECT_FALSE(test, pcap_max_is_known(-ENODEV));
	KUNIT_EXPECT_FALSE(test, pcap_max_is_known(-EIO));
}

struct reading {
	const char *name;
	int type;
	struct pcap_name counter;
	u64 uj;
	u64 wrap_range;
	bool reset;
};

/* One after the other. */
static const struct reading readings[] = {
	{ "the first is where it begins", 1, { ENERGY_PACKAGE, 0, PCAP_ANY }, 50, 100, false },
	{ "it goes on", 1, { ENERGY_PACKAGE, 0, PCAP_ANY }, 90, 100, false },
	{ "it wraps", 1, { ENERGY_PACKAGE, 0, PCAP_ANY }, 10, 100, false },
	{ "another driver's", 0, { ENERGY_PACKAGE, 0, PCAP_ANY }, 70, 100, true },
	{ "said once", 0, { ENERGY_PACKAGE, 0, PCAP_ANY }, 71, 100, false },
	{ "back, as when an update fails", 1, { ENERGY_PACKAGE, 0, PCAP_ANY }, 11, 100, true },
	{ "another place", 1, { ENERGY_PACKAGE, 0, 0 }, 11, 100, true },
	{ "nothing is known of wraps", 1, { ENERGY_PACKAGE, 0, 0 }, 12, 0, false },
	{ "it stands still", 1, { ENERGY_PACKAGE, 0, 0 }, 12, 0, false },
	{ "it went back", 1, { ENERGY_PACKAGE, 0, 0 }, 3, 0, true },
};

static void follow(struct kunit *test)
{
	struct pcap_last last = { .read = false };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(readings); i++) {
		const struct reading *r = &readings[i];

		KUNIT_EXPECT_EQ_MSG(test, r->reset,
				    pcap_follow(&last, r->type, &r->counter, r->uj, r->wrap_range),
				    "%s", r->name);
	}
}

/* Rule 13: a key, whose memory nobody looks at. */
static void own_zones(struct kunit *test)
{
	const struct device *ours = (const void *)test, *other = (const void *)&test->log;

	KUNIT_EXPECT_FALSE(test, energy_zones_is_ours(ours));
	KUNIT_ASSERT_EQ(test, energy_zones_disown(ours), 0);
	KUNIT_EXPECT_TRUE(test, energy_zones_is_ours(ours));
	KUNIT_EXPECT_FALSE(test, energy_zones_is_ours(other));
	energy_zones_forget(ours);
	KUNIT_EXPECT_FALSE(test, energy_zones_is_ours(ours));
}

static struct kunit_case powercap_cases[] = {
	KUNIT_CASE_PARAM(name, name_gen_params),
	KUNIT_CASE(control_types),
	KUNIT_CASE_PARAM(cover, cover_gen_params),
	KUNIT_CASE_PARAM(ccd, ccd_gen_params),
	KUNIT_CASE(die_counter),
	KUNIT_CASE_PARAM(better, better_gen_params),
	KUNIT_CASE_PARAM(range, range_gen_params),
	KUNIT_CASE(range_of_no_unit),
	KUNIT_CASE(range_is_not_known),
	KUNIT_CASE(max_is_known),
	KUNIT_CASE(follow),
	KUNIT_CASE(own_zones),
	{}
};

static struct kunit_suite powercap_suite = {
	.name = "energy_powercap",
	.test_cases = powercap_cases,
};

kunit_test_suite(powercap_suite);
