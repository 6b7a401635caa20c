/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The provider API of energy_core: how a source of energy readings is offered.
 *
 * The model is the kernel's clocksources: a provider hands out raw counters, each with its
 * wrap range and its scale, and the core alone knows about wrap, units, gaps, choice between
 * sources and who used the energy. This is the only header that a provider needs.
 *
 * Symbols are exported GPL-only in the namespace ENERGY: ENERGY_IMPORT_NS().
 */
#ifndef _ENERGY_SOURCE_H
#define _ENERGY_SOURCE_H

#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/types.h>

#include <energy/namespace.h>

struct energy_source;

/*
 * Of what this header says. Goes up whenever a provider that was built against an older one
 * could misunderstand the core, or the core it.
 */
#define ENERGY_SOURCE_VERSION 1

/**
 * enum energy_kind - What a domain measures
 * @ENERGY_PACKAGE: a processor package (or die) as a whole
 * @ENERGY_CORE: its cores (RAPL PP0, AMD core counters); part of the package
 * @ENERGY_UNCORE: its uncore device, mostly the graphics unit (RAPL PP1); part of the package
 * @ENERGY_DRAM: the memory attached to it; not part of the package
 * @ENERGY_PSYS: the platform; contains everything else
 * @ENERGY_VM: a virtual machine's share of its host's energy
 * @ENERGY_NR_KINDS: number of kinds
 */
enum energy_kind {
	ENERGY_PACKAGE,
	ENERGY_CORE,
	ENERGY_UNCORE,
	ENERGY_DRAM,
	ENERGY_PSYS,
	ENERGY_VM,
	ENERGY_NR_KINDS,
};

/**
 * enum energy_source_kind - Where a source's numbers come from
 * @ENERGY_MEASURED: counters of this machine's hardware
 * @ENERGY_HOST: told by the host of this virtual machine
 * @ENERGY_MODEL: estimated; never presented as measured
 */
enum energy_source_kind {
	ENERGY_MEASURED,
	ENERGY_HOST,
	ENERGY_MODEL,
};

#define ENERGY_NAME_LEN 32

/**
 * struct energy_domain - One counter of a source
 * @name: for people, unique within the source, such as "package-0"
 * @kind: what it measures
 * @instance: which one of its kind; (@kind, @instance) names the same thing in every source
 * @cpus: the CPUs whose activity the counter sees. Every CPU that may ever run there, online
 *	or not, as far as the provider knows; energy_source_update() when it knows more
 * @wrap_range: the counter's modulus in raw units: it counts 0 .. @wrap_range - 1. 0 means
 *	that it never wraps
 * @mult: energy of one raw unit is @mult / 2^@shift nanojoules
 * @shift: see @mult; at most 32
 * @max_power_mw: the most the domain can draw, in milliwatts; bounds how long the core trusts
 *	a counter between two reads. 0 means unknown, and the core assumes a kilowatt
 * @idle_uw: of an ENERGY_MODEL only: the part of the estimate that goes to nobody, in
 *	microwatts. What idling costs by any other source the core learns by itself
 *
 * @wrap_range x @mult must fit in 64 bits, or, where @wrap_range is 0, no single delta may be
 * larger than 2^64 / @mult raw units. The provider owns the array and leaves it unchanged
 * from energy_source_register() to the return of energy_source_unregister().
 */
struct energy_domain {
	char name[ENERGY_NAME_LEN];
	enum energy_kind kind;
	unsigned int instance;
	struct cpumask cpus;
	u64 wrap_range;
	u32 mult;
	u32 shift;
	u32 max_power_mw;
	u32 idle_uw;
};

/* What read_domain() returns once where a counter has begun anew; positive. */
#define ENERGY_COUNTER_RESET 1
/* What it returns as long as a counter that moves in long steps has not moved; positive. */
#define ENERGY_COUNTER_WAIT 2

/**
 * struct energy_source_ops - What the core asks of a source
 * @start: called before the first read, when the source is chosen for at least one domain.
 *	Optional. Returns 0 or a negative errno, upon which the source is not used
 * @stop: called after the last read, once for each successful @start. Optional
 * @read_domain: read @dom's counter into @raw (0 .. wrap_range - 1). Returns 0 or a negative
 *	errno: a failed read is a gap, never a zero. ENERGY_COUNTER_RESET is a good read too, of
 *	a counter that was reset since the last: there is no difference between the two. That a
 *	counter went back while the machine was suspended the core sees by itself.
 *	ENERGY_COUNTER_WAIT is neither good nor a gap: the counter is brought up to date from
 *	time to time only, and has not been since the last read; who runs meanwhile pays a part
 *	of what it shows then, if that is within five minutes. Must be bounded in time
 *
 * An ENERGY_MODEL is read after the sample's activity is known, all others together with it.
 *
 * Context: all three run in process context under the core's sampler mutex, may sleep, and
 * must not call energy_source_register(), _update() or _unregister().
 */
struct energy_source_ops {
	int (*start)(struct energy_source *src);
	void (*stop)(struct energy_source *src);
	int (*read_domain)(struct energy_source *src, const struct energy_domain *dom, u64 *raw);
};

/**
 * struct energy_source - A provider of energy readings
 * @version: ENERGY_SOURCE_VERSION
 * @name: short and unique, as in the `source=` parameter, such as "rapl_msr"
 * @rating: the highest wins per (kind, instance): 300 direct hardware access, 200 by way of
 *	another driver, 100 an estimate
 * @kind: where the numbers come from
 * @ops: what the core calls
 * @domains: the counters
 * @nr_domains: how many of them, 1 .. ENERGY_MAX_DOMAINS
 * @priv: the provider's own
 *
 * Lifetime: the provider's, from before energy_source_register() until
 * energy_source_unregister() has returned; the core keeps no reference beyond that.
 */
struct energy_source {
	u32 version;
	const char *name;
	int rating;
	enum energy_source_kind kind;
	const struct energy_source_ops *ops;
	const struct energy_domain *domains;
	unsigned int nr_domains;
	void *priv;
	/* private: the core's, under its sampler mutex */
	struct list_head node;
	u64 reads;
	u64 gaps;
	int last_error;
	unsigned int used;
	bool started;
	bool failed;
	bool leaving;
};

#define ENERGY_MAX_DOMAINS 1024

int energy_source_register(struct energy_source *src);
int energy_source_update(struct energy_source *src, const struct energy_source *now);
void energy_source_unregister(struct energy_source *src);
int energy_source_preferred_cpu(const struct cpumask *cpus);
bool energy_source_cpu_busy(unsigned int cpu);
u64 energy_source_model_nj(void);

#endif /* _ENERGY_SOURCE_H */
