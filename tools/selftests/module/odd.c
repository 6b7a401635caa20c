// SPDX-License-Identifier: GPL-2.0-only
/* A provider that behaves badly, as its parameters say at each read: the core has to bear it. */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/random.h>

#include <energy/source.h>

#define WRAP_RANGE	BIT_ULL(24)

static unsigned int hang_ms;
module_param(hang_ms, uint, 0644);
MODULE_PARM_DESC(hang_ms, "how long a read takes, ms (0)");

static bool garbage;
module_param(garbage, bool, 0644);
MODULE_PARM_DESC(garbage, "whether reads give anything, errors and what is out of range too (N)");

static unsigned int reading;
module_param(reading, uint, 0444);
MODULE_PARM_DESC(reading, "how long the read in progress takes, ms, to be looked at");

static unsigned int reads;
module_param(reads, uint, 0444);
MODULE_PARM_DESC(reads, "how many reads there were, to be looked at");

/* Where the counter is as long as it behaves: it moves by a unit with each read. */
static u64 counter;

static int odd_garbage(u64 *raw)
{
	int ret = (int)(get_random_u32() & 63) - 32;

	*raw = get_random_u64();
	/* half of them are good reads, and half of those within the range */
	if (ret & 1)
		*raw &= WRAP_RANGE - 1;
	return ret;
}

static int odd_read(struct energy_source *src, const struct energy_domain *dom, u64 *raw)
{
	unsigned int ms = READ_ONCE(hang_ms);

	WRITE_ONCE(reading, ms);
	msleep(ms);
	WRITE_ONCE(reads, reads + 1);
	WRITE_ONCE(reading, 0);
	if (READ_ONCE(garbage))
		return odd_garbage(raw);
	counter = (counter + 1) & (WRAP_RANGE - 1);
	*raw = counter;
	return 0;
}

static const struct energy_source_ops odd_ops = {
	.read_domain = odd_read,
};

static struct energy_domain odd_domain = {
	.name = "psys",
	.kind = ENERGY_PSYS,
	.instance = 0,
	.wrap_range = WRAP_RANGE,
	.mult = 1000000,
};

static struct energy_source odd_source = {
	.version = ENERGY_SOURCE_VERSION,
	.name = "odd",
	/* it is preferred to all others */
	.rating = 400,
	.kind = ENERGY_MEASURED,
	.ops = &odd_ops,
	.domains = &odd_domain,
	.nr_domains = 1,
};

static int __init energy_odd_init(void)
{
	cpumask_copy(&odd_domain.cpus, cpu_possible_mask);
	return energy_source_register(&odd_source);
}

static void __exit energy_odd_exit(void)
{
	energy_source_unregister(&odd_source);
}

module_init(energy_odd_init);
module_exit(energy_odd_exit);

MODULE_DESCRIPTION("A provider of energy readings that behaves badly, for tests");
MODULE_AUTHOR("The energy meter's maintainers");
MODULE_LICENSE("GPL");
ENERGY_IMPORT_NS();
