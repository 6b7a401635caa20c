// SPDX-License-Identifier: GPL-2.0-only
/*
 * Meters: which are refused, and where one is started and stopped as it comes, goes, and the
 * machine is suspended.
 *
 * There is one meter for the real core alone, and the kernel starts it on the CPUs that are
 * online. So these are the real ones, and the meter is read in their context switches.
 */
#include <kunit/test.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>

#include <energy/meter.h>
#include "fake.h"
#include "metering.h"

/**
 * struct metered - What a meter has been asked to do
 * @meter: the meter
 * @broken: it starts nowhere
 * @running: the CPUs on which it counts
 * @nr_starts: calls
 * @nr_stops: calls
 * @nr_bad_calls: a second start, or a stop without a start
 */
struct metered {
	struct energy_meter meter;
	bool broken;
	struct cpumask running;
	unsigned int nr_starts;
	unsigned int nr_stops;
	unsigned int nr_bad_calls;
};

static int start_cpu(struct energy_meter *meter, unsigned int cpu)
{
	struct metered *m = container_of(meter, struct metered, meter);

	m->nr_starts++;
	if (m->broken)
		return -EBUSY;
	m->nr_bad_calls += cpumask_test_and_set_cpu(cpu, &m->running);
	return 0;
}

static void stop_cpu(struct energy_meter *meter, unsigned int cpu)
{
	struct metered *m = container_of(meter, struct metered, meter);

	m->nr_stops++;
	m->nr_bad_calls += !cpumask_test_and_clear_cpu(cpu, &m->running);
}

static bool read_local(u64 *count)
{
	*count = 0;
	return true;
}

static const struct energy_meter_ops ops = {
	.start_cpu = start_cpu,
	.stop_cpu = stop_cpu,
	.read_local = read_local,
};

static struct metered *metered(struct kunit *test, const char *name)
{
	struct metered *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->meter.version = ENERGY_METER_VERSION;
	m->meter.name = name;
	m->meter.ops = &ops;
	return m;
}

/* It counts on all CPUs that are online, or on none; and so the ledgers say. */
static void expect_counting(struct kunit *test, const struct metered *m, bool counting)
{
	unsigned int cpu;

	KUNIT_EXPECT_EQ(test, static_key_enabled(&energy_metered), counting);
	for_each_online_cpu(cpu) {
		KUNIT_EXPECT_EQ(test, cpumask_test_cpu(cpu, &m->running), counting);
		KUNIT_EXPECT_PTR_EQ(test, energy_core.ledgers[cpu]->meter, counting ? &ops : NULL);
	}
	KUNIT_EXPECT_EQ(test, m->nr_bad_calls, 0U);
}

static void expect_calls(struct kunit *test, const struct metered *m, unsigned int starts,
			 unsigned int stops)
{
	KUNIT_EXPECT_EQ(test, m->nr_starts, starts * num_online_cpus());
	KUNIT_EXPECT_EQ(test, m->nr_stops, stops * num_online_cpus());
}

static int meters_init(struct kunit *test)
{
	KUNIT_ASSERT_TRUE_MSG(test, energy_core.running, "energy_core has not started");
	if (energy_core.meter)
		kunit_skip(test, "meter %s is in use", energy_core.meter->name);
	return 0;
}

/* The meter is the test case's memory, so none may stay behind. */
static void meters_exit(struct kunit *test)
{
	struct energy_meter *left = energy_core.meter;

	if (left && left->ops != &ops)
		return;
	if (left)
		energy_meter_unregister(left);
	energy_meters_pause(&energy_core, false);
}

enum flaw {
	OLDER_VERSION, NEWER_VERSION, NO_NAME, EMPTY_NAME, ODD_NAME, NO_OPS, NO_START, NO_STOP,
	NO_READ,
};

struct bad_case {
	const char *name;
	enum flaw flaw;
};

static const struct bad_case bad_cases[] = {
	{ "older version", OLDER_VERSION },
	{ "newer version", NEWER_VERSION },
	{ "no name", NO_NAME },
	{ "empty name", EMPTY_NAME },
	{ "name with a space", ODD_NAME },
	{ "no functions", NO_OPS },
	{ "no start_cpu()", NO_START },
	{ "no stop_cpu()", NO_STOP },
	{ "no read_local()", NO_READ },
};

FAKE_TABLE(bad, bad_cases);

static void spoil(struct metered *m, struct energy_meter_ops *own, enum flaw flaw)
{
	struct energy_meter *meter = &m->meter;

	*own = ops;
	meter->ops = own;
	switch (flaw) {
	case OLDER_VERSION:
		meter->version--;
		break;
	case NEWER_VERSION:
		meter->version++;
		break;
	case NO_NAME:
		meter->name = NULL;
		break;
	case EMPTY_NAME:
		meter->name = "";
		break;
	case ODD_NAME:
		meter->name = "a b";
		break;
	case NO_OPS:
		meter->ops = NULL;
		break;
	case NO_START:
		own->start_cpu = NULL;
		break;
	case NO_STOP:
		own->stop_cpu = NULL;
		break;
	case NO_READ:
		own->read_local = NULL;
		break;
	}
}

static void bad_meter_is_refused(struct kunit *test)
{
	const struct bad_case *c = test->param_value;
	struct metered *m = metered(test, "bad");
	struct energy_meter_ops own;

	spoil(m, &own, c->flaw);
	KUNIT_EXPECT_EQ(test, energy_meter_register(&m->meter), -EINVAL);
	KUNIT_EXPECT_NULL(test, energy_core.meter);
	expect_calls(test, m, 0, 0);
}

static void meter_comes_and_goes(struct kunit *test)
{
	struct metered *m = metered(test, "a");

	KUNIT_ASSERT_EQ(test, energy_meter_register(&m->meter), 0);
	expect_counting(test, m, true);
	energy_meter_unregister(&m->meter);
	expect_counting(test, m, false);
	expect_calls(test, m, 1, 1);
	/* and nothing of it is left in the way of the next */
	KUNIT_ASSERT_EQ(test, energy_meter_register(&m->meter), 0);
	expect_counting(test, m, true);
	energy_meter_unregister(&m->meter);
	expect_counting(test, m, false);
	expect_calls(test, m, 2, 2);
}

static void there_is_one_at_a_time(struct kunit *test)
{
	struct metered *first = metered(test, "first"), *second = metered(test, "second");

	KUNIT_ASSERT_EQ(test, energy_meter_register(&first->meter), 0);
	KUNIT_EXPECT_EQ(test, energy_meter_register(&second->meter), -EBUSY);
	KUNIT_EXPECT_EQ(test, energy_meter_register(&first->meter), -EBUSY);
	expect_calls(test, second, 0, 0);
	expect_counting(test, first, true);
	energy_meter_unregister(&first->meter);
	KUNIT_EXPECT_EQ(test, energy_meter_register(&second->meter), 0);
	expect_counting(test, second, true);
	energy_meter_unregister(&second->meter);
}

/* Where it did not start it is not stopped. */
static void meter_that_starts_nowhere_is_refused(struct kunit *test)
{
	struct metered *m = metered(test, "a");

	m->broken = true;
	KUNIT_EXPECT_EQ(test, energy_meter_register(&m->meter), -ENODEV);
	KUNIT_EXPECT_NULL(test, energy_core.meter);
	expect_counting(test, m, false);
	expect_calls(test, m, 1, 0);
	m->broken = false;
	KUNIT_ASSERT_EQ(test, energy_meter_register(&m->meter), 0);
	expect_counting(test, m, true);
	energy_meter_unregister(&m->meter);
}

/* Rule 16: on each CPU it is set up anew. */
static void pause_stops_it_and_resume_starts_it(struct kunit *test)
{
	struct metered *m = metered(test, "a");

	KUNIT_ASSERT_EQ(test, energy_meter_register(&m->meter), 0);
	energy_meters_pause(&energy_core, true);
	expect_counting(test, m, false);
	expect_calls(test, m, 1, 1);
	energy_meters_pause(&energy_core, false);
	expect_counting(test, m, true);
	expect_calls(test, m, 2, 1);
	energy_meter_unregister(&m->meter);
	expect_counting(test, m, false);
	expect_calls(test, m, 2, 2);
}

static unsigned int nr_other_stops;

static int other_offline(unsigned int cpu)
{
	nr_other_stops++;
	return 0;
}

/*
 * It has been stopped already, and is not started again. Its state of CPU hotplug may be somebody
 * else's by then.
 */
static void meter_goes_in_a_pause(struct kunit *test)
{
	struct metered *m = metered(test, "a");
	int state;

	nr_other_stops = 0;
	KUNIT_ASSERT_EQ(test, energy_meter_register(&m->meter), 0);
	energy_meters_pause(&energy_core, true);
	state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "energy/kunit:online", NULL, other_offline);
	KUNIT_EXPECT_EQ(test, state, energy_core.meter_state);
	energy_meter_unregister(&m->meter);
	KUNIT_EXPECT_EQ(test, nr_other_stops, 0U);
	if (state >= 0)
		cpuhp_remove_state(state);
	expect_calls(test, m, 1, 1);
	energy_meters_pause(&energy_core, false);
	expect_counting(test, m, false);
	expect_calls(test, m, 1, 1);
}

static void none_comes_in_a_pause(struct kunit *test)
{
	struct metered *m = metered(test, "a");

	energy_meters_pause(&energy_core, true);
	KUNIT_EXPECT_EQ(test, energy_meter_register(&m->meter), -EAGAIN);
	KUNIT_EXPECT_NULL(test, energy_core.meter);
	expect_calls(test, m, 0, 0);
	energy_meters_pause(&energy_core, false);
	expect_counting(test, m, false);
	KUNIT_EXPECT_EQ(test, energy_meter_register(&m->meter), 0);
	expect_counting(test, m, true);
	energy_meter_unregister(&m->meter);
}

/* After a resume it may start nowhere: it stays, for the CPUs that come, and goes as ever. */
static void meter_that_does_not_start_again(struct kunit *test)
{
	struct metered *m = metered(test, "a");

	KUNIT_ASSERT_EQ(test, energy_meter_register(&m->meter), 0);
	energy_meters_pause(&energy_core, true);
	m->broken = true;
	energy_meters_pause(&energy_core, false);
	KUNIT_EXPECT_PTR_EQ(test, energy_core.meter, &m->meter);
	KUNIT_EXPECT_PTR_EQ(test, energy_core.ledgers[0]->meter, NULL);
	energy_meter_unregister(&m->meter);
	expect_counting(test, m, false);
	expect_calls(test, m, 2, 1);
}

static struct kunit_case meters_cases[] = {
	KUNIT_CASE_PARAM(bad_meter_is_refused, bad_gen_params),
	KUNIT_CASE(meter_comes_and_goes),
	KUNIT_CASE(there_is_one_at_a_time),
	KUNIT_CASE(meter_that_starts_nowhere_is_refused),
	KUNIT_CASE(pause_stops_it_and_resume_starts_it),
	KUNIT_CASE(meter_goes_in_a_pause),
	KUNIT_CASE(none_comes_in_a_pause),
	KUNIT_CASE(meter_that_does_not_start_again),
	{}
};

static struct kunit_suite meters_suite = {
	.name = "energy_meters",
	.init = meters_init,
	.exit = meters_exit,
	.test_cases = meters_cases,
};

kunit_test_suite(meters_suite);
