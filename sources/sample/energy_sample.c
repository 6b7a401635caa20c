// SPDX-License-Identifier: GPL-2.0-only
/*
 * A provider to start from: a meter between the wall and the machine.
 *
 * The meter does not exist. Its register counts as if the machine drew power_mw all the time:
 * 24 bits of 2^-14 J, so it wraps every 1024 J. All else is as it has to be with a real one.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bits.h>
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>

/* All that there is to know of the energy core. */
#include <energy/source.h>

#define METER_BITS	24
/* One unit is 10^9 / 2^14 nJ: exactly, as mult / 2^shift, not 61035. */
#define METER_MULT	1000000000
#define METER_SHIFT	14
#define METER_MAX_MW	100000
/* What many devices answer when they do not answer. */
#define METER_DEAD	U32_MAX

static unsigned int power_mw = 10000;
module_param(power_mw, uint, 0444);
MODULE_PARM_DESC(power_mw, "what the machine draws, mW: 1 to 100000; 0 is no meter (10000)");

static u64 meter_started_ns;

/* A real one would read its device here. May sleep, but not for long: a sample waits for it. */
static u32 meter_register(void)
{
	/* us * mW */
	u64 nj = div_u64(ktime_get_ns() - meter_started_ns, 1000) * power_mw;

	return mul_u64_u32_div(nj, BIT(METER_SHIFT), METER_MULT) & GENMASK(METER_BITS - 1, 0);
}

/*
 * The raw counter as it is: wraps, units, gaps and who used the energy are the core's to know. A
 * read that fails is an error, never a zero.
 */
static int sample_read(struct energy_source *src, const struct energy_domain *dom, u64 *raw)
{
	u32 val = meter_register();

	if (val == METER_DEAD)
		return -EIO;
	*raw = val;
	return 0;
}

static const struct energy_source_ops sample_ops = {
	.read_domain = sample_read,
};

/* One for each counter; not changed while the source is registered. */
static struct energy_domain sample_domain = {
	.name = "psys",
	.kind = ENERGY_PSYS,
	.instance = 0,
	.wrap_range = BIT_ULL(METER_BITS),
	.mult = METER_MULT,
	.shift = METER_SHIFT,
	/* so the core knows for how long it cannot have missed a wrap */
	.max_power_mw = METER_MAX_MW,
};

static struct energy_source sample_source = {
	.version = ENERGY_SOURCE_VERSION,
	.name = "sample",
	/* what knows the same better has more: RAPL by MSR 300, by another driver 200 */
	.rating = 150,
	.kind = ENERGY_MEASURED,
	.ops = &sample_ops,
	.domains = &sample_domain,
	.nr_domains = 1,
};

static int __init energy_sample_init(void)
{
	if (!power_mw || power_mw > METER_MAX_MW) {
		pr_info("no meter here: power_mw is %u\n", power_mw);
		return -ENODEV;
	}
	meter_started_ns = ktime_get_ns();
	/* the whole machine, with those CPUs that are offline now */
	cpumask_copy(&sample_domain.cpus, cpu_possible_mask);
	return energy_source_register(&sample_source);
}

static void __exit energy_sample_exit(void)
{
	/* first of all: from here on nobody calls us */
	energy_source_unregister(&sample_source);
}

module_init(energy_sample_init);
module_exit(energy_sample_exit);

MODULE_DESCRIPTION("A sample provider of energy readings");
MODULE_AUTHOR("The energy meter's maintainers");
MODULE_LICENSE("GPL");
ENERGY_IMPORT_NS();
