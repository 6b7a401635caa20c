// SPDX-License-Identifier: GPL-2.0-only
/* On which CPU a counter is read. */
#include <kunit/test.h>

#include "fake.h"

/* A ledger says who runs; and this CPU can be read for nothing. */
static void busy_cpus(struct kunit *test)
{
	struct energy_core *core = test->priv;

	KUNIT_EXPECT_TRUE(test, energy_cpus_busy(core, raw_smp_processor_id()));
	KUNIT_EXPECT_FALSE(test, energy_cpus_busy(core, core->nr_ledgers - 1));
}

/* Where a counter is read: here if that will do, and never on a CPU that is not online. */
static void where_to_read(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct cpumask *cpus = kunit_kzalloc(test, cpumask_size(), GFP_KERNEL);
	int cpu;

	KUNIT_ASSERT_NOT_NULL(test, cpus);
	KUNIT_EXPECT_EQ(test, energy_cpus_preferred(core, cpus), -ENODEV);
	cpumask_copy(cpus, cpu_possible_mask);
	cpumask_andnot(cpus, cpus, cpu_online_mask);
	KUNIT_EXPECT_EQ(test, energy_cpus_preferred(core, cpus), -ENODEV);

	migrate_disable();
	cpu = raw_smp_processor_id();
	cpumask_copy(cpus, cpu_online_mask);
	KUNIT_EXPECT_EQ(test, energy_cpus_preferred(core, cpus), cpu);
	cpumask_clear_cpu(cpu, cpus);
	if (cpumask_empty(cpus))
		KUNIT_EXPECT_EQ(test, energy_cpus_preferred(core, cpus), -ENODEV);
	else
		KUNIT_EXPECT_TRUE(test, cpumask_test_cpu(energy_cpus_preferred(core, cpus), cpus));
	migrate_enable();
}

static struct kunit_case cpus_cases[] = {
	KUNIT_CASE(busy_cpus),
	KUNIT_CASE(where_to_read),
	{}
};

static struct kunit_suite cpus_suite = {
	.name = "energy_cpus",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = cpus_cases,
};

kunit_test_suite(cpus_suite);
