// SPDX-License-Identifier: GPL-2.0-only
/* Counters of single cores: what each counts, which are read and when, and their sum. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/string.h>

#include <energy/source.h>
#include "../sources/rapl_cores.h"
#include "../sources/rapl_units.h"
#include "fake.h"

#define MSR		0xc001029a
/* Two siblings a core: CPUs n and n + NR_CORES. */
#define NR_CORES	4
#define NR_FAKE_CPUS	(2 * NR_CORES)
#define SECOND		((u64)NSEC_PER_SEC)
/* 2^-16 J */
#define UNITS_PER_J	65536

static struct rapl_core_limits limits(void)
{
	struct rapl_core_limits lim;
	u32 mult, shift;

	rapl_scale(0xa1003, 0, false, false, &mult, &shift);
	rapl_core_limits_init(&lim, mult, shift);
	return lim;
}

struct count_case {
	const char *name;
	u32 last;
	u32 raw;
	u64 elapsed_ns;
	bool may_be_reset;
	bool good;
	u32 units;
};

#define MOST_IN_A_SECOND	(RAPL_CORE_MAX_W * UNITS_PER_J)

static const struct count_case count_cases[] = {
	{ "did not move", 5, 5, SECOND, false, true, 0 },
	{ "moved on", 5, 1005, SECOND, false, true, 1000 },
	{ "wrapped", 0xfffffff0, 0x10, SECOND, false, true, 0x20 },
	{ "last value to 0", U32_MAX, 0, SECOND, false, true, 1 },
	{ "all that a core can use", 0, MOST_IN_A_SECOND, SECOND, false, true, MOST_IN_A_SECOND },
	{ "a core cannot use so much", 0, MOST_IN_A_SECOND * 2, SECOND, false, false, 0 },
	{ "a step of a ms between two reads", 0, UNITS_PER_J, 0, false, true, UNITS_PER_J },
	{ "went back: no wrap can do that", 1000000, 5, SECOND, false, false, 0 },
	{ "reset just below the wrap: unseen", 0xfffffff0, 0x10, SECOND, false, true, 0x20 },
	{ "reset just below the wrap: seen", 0xfffffff0, 0x10, SECOND, true, false, 0 },
	{ "offline, and went on", 5, 1005, SECOND, true, true, 1000 },
	{ "read in time", 5, 1005, 131 * SECOND, false, true, 1000 },
	{ "too late to be sure of", 5, 1005, 132 * SECOND, false, false, 0 },
};

FAKE_TABLE(count, count_cases);

static void count(struct kunit *test)
{
	const struct count_case *c = test->param_value;
	struct rapl_core_limits lim = limits();
	struct rapl_core core = { .units = 7, .read_ns = 3, .raw = c->last, .known = true };
	struct rapl_core_reading r = {
		.from_ns = 3 + c->elapsed_ns,
		.to_ns = 3 + c->elapsed_ns,
		.raw = c->raw,
		.may_be_reset = c->may_be_reset,
	};

	KUNIT_EXPECT_EQ(test, rapl_core_count(&core, &r, &lim), c->good);
	KUNIT_EXPECT_EQ(test, core.units, 7 + (u64)c->units);
	/* whatever it was: it goes on from here */
	KUNIT_EXPECT_EQ(test, core.raw, c->raw);
	KUNIT_EXPECT_EQ(test, core.read_ns, r.from_ns);
}

static void first_read_is_a_baseline(struct kunit *test)
{
	struct rapl_core_limits lim = limits();
	struct rapl_core_reading r = { .from_ns = SECOND, .to_ns = SECOND, .raw = 123456 };
	struct rapl_core core = {};

	KUNIT_EXPECT_TRUE(test, rapl_core_count(&core, &r, &lim));
	KUNIT_EXPECT_EQ(test, core.units, 0ULL);
	r.raw += 10;
	KUNIT_EXPECT_TRUE(test, rapl_core_count(&core, &r, &lim));
	KUNIT_EXPECT_EQ(test, core.units, 10ULL);
}

/* The bound that rapl_core.h works out, for every unit that there can be. */
static void no_wrap_is_missed(struct kunit *test)
{
	u64 unit_msr, half_nj;
	u32 mult, shift;

	for (unit_msr = 0; unit_msr < 32; unit_msr++) {
		struct rapl_core_limits lim;

		KUNIT_ASSERT_TRUE(test, rapl_scale(unit_msr << 8, 0, false, false, &mult, &shift));
		rapl_core_limits_init(&lim, mult, shift);
		half_nj = (BIT_ULL(31) * mult) >> shift;
		KUNIT_EXPECT_LE(test, lim.trust_ns * RAPL_CORE_MAX_W, half_nj);
		KUNIT_EXPECT_LE(test, lim.due_ns * 2, lim.trust_ns);
		KUNIT_EXPECT_LE(test, lim.due_ns, 60 * SECOND);
		/* and a thousand cores at their most still fit in a delta of their sum */
		KUNIT_EXPECT_LE(test, lim.due_ns * 2 * RAPL_CORE_MAX_W,
				div_u64(U64_MAX, 1000) >> shift);
	}
	KUNIT_EXPECT_EQ(test, limits().due_ns, 60 * SECOND);
	KUNIT_EXPECT_EQ(test, limits().trust_ns / SECOND, 131ULL);
}

/* A machine whose CPUs, counters and clock do as they are told. */
struct machine {
	struct rapl_cores cores;
	struct rapl_core_limits lim;
	struct cpumask online;
	struct cpumask siblings;
	struct cpumask busy;
	struct cpumask package;
	u32 raw[NR_CORES];
	unsigned int reads[NR_FAKE_CPUS];
	int error;
	u64 now_ns;
	u64 slept_ns;
};

static struct machine m;

static bool is(const struct cpumask *cpus, unsigned int cpu)
{
	return test_bit(cpu, cpumask_bits(cpus));
}

static void set(struct cpumask *cpus, unsigned int cpu, bool value)
{
	__assign_bit(cpu, cpumask_bits(cpus), value);
}

static const struct cpumask *fake_siblings(unsigned int cpu)
{
	unsigned int sibling;

	memset(&m.siblings, 0, sizeof(m.siblings));
	for (sibling = cpu % NR_CORES; sibling < NR_FAKE_CPUS; sibling += NR_CORES)
		if (is(&m.online, sibling))
			set(&m.siblings, sibling, true);
	return &m.siblings;
}

static bool fake_busy(unsigned int cpu)
{
	return is(&m.busy, cpu);
}

static int fake_read(unsigned int cpu, u32 msr, u64 *val)
{
	if (msr != MSR)
		return -EIO;
	if (!is(&m.online, cpu))
		return -ENXIO;
	m.reads[cpu]++;
	/* what is above the counter is nobody's business */
	*val = 0xdeadbeef00000000 | m.raw[cpu % NR_CORES];
	return m.error;
}

static u64 fake_boottime_ns(void)
{
	return m.now_ns;
}

static u64 fake_slept_ns(void)
{
	return m.slept_ns;
}

static const struct rapl_cores_env fake_machine = {
	.siblings = fake_siblings,
	.busy = fake_busy,
	.read = fake_read,
	.boottime_ns = fake_boottime_ns,
	.slept_ns = fake_slept_ns,
};

static void online(unsigned int cpu, bool value)
{
	if (!value)
		rapl_cores_offline(&m.cores, cpu);
	set(&m.online, cpu, value);
	if (value)
		rapl_cores_online(&m.cores, cpu);
}

/* A second passes, each core uses some, and all is read. */
static int step(u64 *units)
{
	unsigned int core;

	m.now_ns += SECOND;
	for (core = 0; core < NR_CORES; core++)
		m.raw[core] += core + 1;
	memset(m.reads, 0, sizeof(m.reads));
	return rapl_cores_read(&m.cores, &m.package, MSR, &m.lim, units);
}

static u64 good_step(struct kunit *test)
{
	u64 units = 0;

	KUNIT_EXPECT_EQ(test, step(&units), 0);
	return units;
}

static unsigned int reads_of(unsigned int core)
{
	return m.reads[core] + m.reads[core + NR_CORES];
}

static unsigned int all_reads(void)
{
	unsigned int core, sum = 0;

	for (core = 0; core < NR_CORES; core++)
		sum += reads_of(core);
	return sum;
}

/* What all cores use in a step together. */
#define STEP_UNITS	(1 + 2 + 3 + 4)

static int rapl_cores_init(struct kunit *test)
{
	unsigned int cpu, core;

	memset(&m, 0, sizeof(m));
	m.now_ns = 1000 * SECOND;
	m.lim = limits();
	KUNIT_ASSERT_EQ(test, rapl_cores_setup(&m.cores, NR_FAKE_CPUS, &fake_machine), 0);
	for (core = 0; core < NR_CORES; core++)
		m.raw[core] = 1000;
	for (cpu = 0; cpu < NR_FAKE_CPUS; cpu++) {
		set(&m.package, cpu, true);
		set(&m.busy, cpu, true);
		online(cpu, true);
	}
	rapl_cores_begin(&m.cores);
	KUNIT_EXPECT_EQ(test, good_step(test), 0ULL);
	return 0;
}

static void rapl_cores_exit(struct kunit *test)
{
	rapl_cores_teardown(&m.cores);
}

static void siblings_are_one_core(struct kunit *test)
{
	unsigned int core;
	u64 i;

	/* over the wrap of each */
	for (core = 0; core < NR_CORES; core++)
		m.raw[core] = -3 - core;
	rapl_cores_begin(&m.cores);
	KUNIT_EXPECT_EQ(test, good_step(test), 0ULL);
	for (i = 1; i <= 10; i++) {
		KUNIT_EXPECT_EQ(test, good_step(test), i * STEP_UNITS);
		for (core = 0; core < NR_CORES; core++)
			KUNIT_EXPECT_EQ(test, reads_of(core), 1U);
	}
}

static void busy_sibling_is_read(struct kunit *test)
{
	set(&m.busy, 2, false);
	KUNIT_EXPECT_EQ(test, good_step(test), (u64)STEP_UNITS);
	KUNIT_EXPECT_EQ(test, m.reads[2], 0U);
	KUNIT_EXPECT_EQ(test, m.reads[2 + NR_CORES], 1U);
}

static void idle_core_is_left_alone(struct kunit *test)
{
	u64 i;

	set(&m.busy, 3, false);
	set(&m.busy, 3 + NR_CORES, false);
	for (i = 1; i < 60; i++) {
		KUNIT_EXPECT_EQ(test, good_step(test), i * (STEP_UNITS - 4));
		KUNIT_EXPECT_EQ(test, reads_of(3), 0U);
	}
	/* but not for ever */
	KUNIT_EXPECT_EQ(test, good_step(test), 60ULL * STEP_UNITS);
	KUNIT_EXPECT_EQ(test, reads_of(3), 1U);
	KUNIT_EXPECT_EQ(test, good_step(test), 60ULL * STEP_UNITS + STEP_UNITS - 4);
	KUNIT_EXPECT_EQ(test, reads_of(3), 0U);
	/* and what it used is there as soon as it runs again */
	set(&m.busy, 3, true);
	KUNIT_EXPECT_EQ(test, good_step(test), 62ULL * STEP_UNITS);
}

static void last_read_is_of_all(struct kunit *test)
{
	memset(&m.busy, 0, sizeof(m.busy));
	KUNIT_EXPECT_EQ(test, good_step(test), 0ULL);
	KUNIT_EXPECT_EQ(test, all_reads(), 0U);
	rapl_cores_read_all(&m.cores);
	KUNIT_EXPECT_EQ(test, good_step(test), 2ULL * STEP_UNITS);
	KUNIT_EXPECT_EQ(test, all_reads(), (unsigned int)NR_CORES);
}

static void one_sibling_goes(struct kunit *test)
{
	online(0, false);
	KUNIT_EXPECT_EQ(test, good_step(test), (u64)STEP_UNITS);
	KUNIT_EXPECT_EQ(test, m.reads[NR_CORES], 1U);
	online(NR_CORES, false);
	online(0, true);
	/* the core was offline for a moment; its counter went on */
	KUNIT_EXPECT_EQ(test, good_step(test), 2ULL * STEP_UNITS);
	online(NR_CORES, true);
	KUNIT_EXPECT_EQ(test, good_step(test), 3ULL * STEP_UNITS);
	KUNIT_EXPECT_EQ(test, reads_of(0), 1U);
}

/* The second sibling comes while the first is gone: the first then joins it. */
static void siblings_that_meet_late(struct kunit *test)
{
	struct rapl_cores *cores = &m.cores;
	u64 units;

	rapl_cores_teardown(cores);
	memset(cores, 0, sizeof(*cores));
	memset(&m.online, 0, sizeof(m.online));
	KUNIT_ASSERT_EQ(test, rapl_cores_setup(cores, NR_FAKE_CPUS, &fake_machine), 0);
	online(0, true);
	KUNIT_EXPECT_EQ(test, good_step(test), 0ULL);
	KUNIT_EXPECT_EQ(test, good_step(test), 1ULL);
	online(0, false);
	online(NR_CORES, true);
	KUNIT_EXPECT_EQ(test, good_step(test), 1ULL);
	KUNIT_EXPECT_EQ(test, good_step(test), 2ULL);
	online(0, true);
	units = good_step(test);
	KUNIT_EXPECT_EQ(test, units, 3ULL);
	KUNIT_EXPECT_EQ(test, reads_of(0), 1U);
}

static void core_comes_back(struct kunit *test)
{
	u64 units;

	online(1, false);
	online(1 + NR_CORES, false);
	KUNIT_EXPECT_EQ(test, good_step(test), (u64)STEP_UNITS - 2);
	KUNIT_EXPECT_EQ(test, reads_of(1), 0U);
	/* its counter went on */
	online(1, true);
	KUNIT_EXPECT_EQ(test, good_step(test), 2ULL * STEP_UNITS);

	online(1, false);
	KUNIT_EXPECT_EQ(test, good_step(test), 3ULL * STEP_UNITS - 2);
	/* it was reset: what it counted is not known, what the others did comes a read later */
	online(1, true);
	m.raw[1] = 1;
	KUNIT_EXPECT_EQ(test, step(&units), ENERGY_COUNTER_RESET);
	KUNIT_EXPECT_EQ(test, units, 3ULL * STEP_UNITS - 2);
	KUNIT_EXPECT_EQ(test, good_step(test), 5ULL * STEP_UNITS - 4);
}

static void suspend_resets_them(struct kunit *test)
{
	u64 units;

	KUNIT_EXPECT_EQ(test, good_step(test), (u64)STEP_UNITS);
	m.slept_ns += 5 * SECOND;
	m.now_ns += 5 * SECOND;
	memset(m.raw, 0, sizeof(m.raw));
	KUNIT_EXPECT_EQ(test, step(&units), ENERGY_COUNTER_RESET);
	KUNIT_EXPECT_EQ(test, units, (u64)STEP_UNITS);
	KUNIT_EXPECT_EQ(test, good_step(test), 2ULL * STEP_UNITS);
}

static void package_goes(struct kunit *test)
{
	unsigned int cpu;
	u64 units;

	for (cpu = 0; cpu < NR_FAKE_CPUS; cpu++)
		online(cpu, false);
	KUNIT_EXPECT_EQ(test, step(&units), -ENODEV);
	for (cpu = 0; cpu < NR_FAKE_CPUS; cpu++)
		online(cpu, true);
	KUNIT_EXPECT_EQ(test, good_step(test), 2ULL * STEP_UNITS);
}

/* Between the look at who is online and the read. */
static void cpu_goes_unheard(struct kunit *test)
{
	set(&m.online, 2, false);
	KUNIT_EXPECT_EQ(test, good_step(test), (u64)STEP_UNITS);
	KUNIT_EXPECT_EQ(test, m.reads[2 + NR_CORES], 1U);
	set(&m.online, 2 + NR_CORES, false);
	KUNIT_EXPECT_EQ(test, good_step(test), 2ULL * STEP_UNITS - 3);
}

static void failed_read_is_a_gap(struct kunit *test)
{
	u64 units;

	m.error = -EIO;
	KUNIT_EXPECT_EQ(test, step(&units), -EIO);
	m.error = 0;
	KUNIT_EXPECT_EQ(test, good_step(test), 2ULL * STEP_UNITS);
}

static void packages_are_apart(struct kunit *test)
{
	/* cores 1 to 3 are another package's */
	memset(&m.package, 0, sizeof(m.package));
	set(&m.package, 0, true);
	set(&m.package, NR_CORES, true);
	KUNIT_EXPECT_EQ(test, good_step(test), 1ULL);
	KUNIT_EXPECT_EQ(test, all_reads(), 1U);
}

static struct kunit_case rapl_cores_cases[] = {
	KUNIT_CASE_PARAM(count, count_gen_params),
	KUNIT_CASE(first_read_is_a_baseline),
	KUNIT_CASE(no_wrap_is_missed),
	KUNIT_CASE(siblings_are_one_core),
	KUNIT_CASE(busy_sibling_is_read),
	KUNIT_CASE(idle_core_is_left_alone),
	KUNIT_CASE(last_read_is_of_all),
	KUNIT_CASE(one_sibling_goes),
	KUNIT_CASE(siblings_that_meet_late),
	KUNIT_CASE(core_comes_back),
	KUNIT_CASE(suspend_resets_them),
	KUNIT_CASE(package_goes),
	KUNIT_CASE(cpu_goes_unheard),
	KUNIT_CASE(failed_read_is_a_gap),
	KUNIT_CASE(packages_are_apart),
	{}
};

static struct kunit_suite rapl_cores_suite = {
	.name = "energy_rapl_cores",
	.init = rapl_cores_init,
	.exit = rapl_cores_exit,
	.test_cases = rapl_cores_cases,
};

kunit_test_suite(rapl_cores_suite);
