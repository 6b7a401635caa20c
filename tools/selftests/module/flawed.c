// SPDX-License-Identifier: GPL-2.0-only
/* A provider with one flaw, by parameter: the core refuses it and says why. */
#include <linux/limits.h>
#include <linux/string.h>

#include <energy/source.h>

static char *flaw = "none";
module_param(flaw, charp, 0444);
MODULE_PARM_DESC(flaw, "what is wrong with the source (none)");

static int flawed_read(struct energy_source *src, const struct energy_domain *dom, u64 *raw)
{
	*raw = 0;
	return 0;
}

static int flawed_start(struct energy_source *src)
{
	return -EBUSY;
}

static struct energy_source_ops flawed_ops = {
	.read_domain = flawed_read,
};

static struct energy_domain flawed_domains[2] = {
	{ .name = "vm-0", .kind = ENERGY_VM, .instance = 0, .mult = 1 },
	{ .name = "vm-1", .kind = ENERGY_VM, .instance = 1, .mult = 1 },
};

static struct energy_source flawed_source = {
	.version = ENERGY_SOURCE_VERSION,
	.name = "flawed",
	.rating = 1,
	.kind = ENERGY_HOST,
	.ops = &flawed_ops,
	.domains = flawed_domains,
	.nr_domains = ARRAY_SIZE(flawed_domains),
};

static void flaw_version(void)
{
	flawed_source.version++;
}

static void flaw_name(void)
{
	flawed_source.name = "a name";
}

static void flaw_noread(void)
{
	flawed_ops.read_domain = NULL;
}

static void flaw_sourcekind(void)
{
	flawed_source.kind = ENERGY_MODEL + 1;
}

static void flaw_nodomains(void)
{
	flawed_source.nr_domains = 0;
}

static void flaw_many(void)
{
	flawed_source.nr_domains = ENERGY_MAX_DOMAINS + 1;
}

static void flaw_domainname(void)
{
	memset(flawed_domains[1].name, 'x', ENERGY_NAME_LEN);
}

static void flaw_kind(void)
{
	flawed_domains[1].kind = ENERGY_NR_KINDS;
}

static void flaw_nocpus(void)
{
	cpumask_clear(&flawed_domains[1].cpus);
}

static void flaw_mult(void)
{
	flawed_domains[1].mult = 0;
}

static void flaw_shift(void)
{
	flawed_domains[1].shift = 33;
}

static void flaw_range(void)
{
	flawed_domains[1].wrap_range = U64_MAX;
	flawed_domains[1].mult = 2;
}

static void flaw_twice(void)
{
	flawed_domains[1].instance = 0;
}

static void flaw_start(void)
{
	flawed_ops.start = flawed_start;
}

static void flaw_none(void)
{
}

static const struct {
	const char *name;
	void (*make)(void);
} flaws[] = {
	{ "version", flaw_version },
	{ "name", flaw_name },
	{ "noread", flaw_noread },
	{ "sourcekind", flaw_sourcekind },
	{ "nodomains", flaw_nodomains },
	{ "many", flaw_many },
	{ "domainname", flaw_domainname },
	{ "kind", flaw_kind },
	{ "nocpus", flaw_nocpus },
	{ "mult", flaw_mult },
	{ "shift", flaw_shift },
	{ "range", flaw_range },
	{ "twice", flaw_twice },
	{ "start", flaw_start },
	{ "none", flaw_none },
};

static int __init energy_flawed_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flawed_domains); i++)
		cpumask_copy(&flawed_domains[i].cpus, cpu_possible_mask);
	for (i = 0; i < ARRAY_SIZE(flaws); i++) {
		if (strcmp(flaw, flaws[i].name))
			continue;
		flaws[i].make();
		return energy_source_register(&flawed_source);
	}
	return -ENOENT;
}

static void __exit energy_flawed_exit(void)
{
	energy_source_unregister(&flawed_source);
}

module_init(energy_flawed_init);
module_exit(energy_flawed_exit);

MODULE_DESCRIPTION("A provider of energy readings with a flaw, for tests");
MODULE_AUTHOR("The energy meter's maintainers");
MODULE_LICENSE("GPL");
ENERGY_IMPORT_NS();
