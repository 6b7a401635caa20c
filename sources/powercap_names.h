/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's RAPL drivers call their powercap zones, and what their files say.
 * Pure, and free of x86 and powercap headers, so that KUnit reaches it on any architecture.
 *
 * Source: drivers/powercap/intel_rapl_common.c, rapl_add_package_cpuslocked() and
 * rapl_init_domains(), the same in this since 5.10:
 *
 *	package-0	a package, by the number that the hardware gives it
 *	package-0-die-1	one of its dies, where the kernel knows several. On AMD that is a CCD (6.9,
 *			6.10), and all show the one counter of their package
 *	core uncore dram	below a package
 *	psys		the platform, as the first die shows it
 *	psys-1		as package 1 shows it
 */
#ifndef _ENERGY_POWERCAP_NAMES_H
#define _ENERGY_POWERCAP_NAMES_H

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

#include <energy/source.h>

/* The control type that rapl_powercap registers; it has no zones. */
#define PCAP_WATCH_NAME	"energy-rapl-watch"
/* powercap counts in microjoules. */
#define PCAP_NJ_PER_UJ	1000U
/* More than any zone has (9 GJ), and little enough for its range to fit in 64 bits of nJ. */
#define PCAP_UJ_MAX	(U64_MAX / 2 / PCAP_NJ_PER_UJ)
/* RAPL's counters have 32 bits: ENERGY_STATUS_MASK. */
#define PCAP_RAW_MAX	0xffffffffU
/* Instead of a number: all of them, or that of the kernel's first die. */
#define PCAP_ANY	(-1)

/**
 * struct pcap_name - What a zone's name says
 * @kind: what it counts
 * @package: the hardware's number of the package; PCAP_ANY for "psys"
 * @die: the hardware's number of the die in it, or PCAP_ANY
 */
struct pcap_name {
	enum energy_kind kind;
	int package;
	int die;
};

/**
 * struct pcap_cpu - Where a CPU is
 * @known: it has been online, so that the kernel knows the rest
 * @package: the hardware's number of its package
 * @die: the hardware's number of its die in the package
 * @instance: the kernel's number, among all of the machine's, of that die; or of the package,
 *	where its dies have no counters of their own
 */
struct pcap_cpu {
	bool known;
	int package;
	int die;
	int instance;
};

/**
 * struct pcap_last - The last good read of a counter, by whatever zone
 * @read: there was one
 * @type: the zone's control type, by its place in pcap_types
 * @counter: what it showed, see pcap_counter()
 * @uj: its microjoules
 */
struct pcap_last {
	bool read;
	int type;
	struct pcap_name counter;
	u64 uj;
};

/* The control types of the kernel's drivers, the preferred one first. */
static const char * const pcap_types[] = {
	"intel-rapl",		/* model-specific registers, also AMD's; TPMI where there is that */
	"intel-rapl-mmio",	/* one package, and fewer of its counters */
};

/**
 * pcap_type() - Which driver's a control type is
 * @name: its name
 *
 * Return: its place in pcap_types, or -1 for one that is not RAPL's.
 */
static inline int pcap_type(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pcap_types); i++)
		if (!strcmp(pcap_types[i], name))
			return i;
	return -1;
}

/* "NUMBER", to the end or to what follows, which is returned; NULL if it is something else. */
static inline const char *pcap_number(const char *text, int *number)
{
	unsigned int digits;

	*number = 0;
	for (digits = 0; text[digits] >= '0' && text[digits] <= '9'; digits++) {
		if (digits == 6)
			return NULL;
		*number = *number * 10 + text[digits] - '0';
	}
	return digits ? text + digits : NULL;
}

static inline bool pcap_parse_package(const char *text, struct pcap_name *name)
{
	name->kind = ENERGY_PACKAGE;
	name->die = PCAP_ANY;
	if (!str_has_prefix(text, "package-"))
		return false;
	text = pcap_number(text + strlen("package-"), &name->package);
	if (!text || !*text)
		return text;
	if (!str_has_prefix(text, "-die-"))
		return false;
	text = pcap_number(text + strlen("-die-"), &name->die);
	return text && !*text;
}

static inline bool pcap_parse_psys(const char *text, struct pcap_name *name)
{
	name->kind = ENERGY_PSYS;
	name->package = PCAP_ANY;
	name->die = PCAP_ANY;
	if (!strcmp(text, "psys"))
		return true;
	if (!str_has_prefix(text, "psys-"))
		return false;
	text = pcap_number(text + strlen("psys-"), &name->package);
	return text && !*text;
}

/**
 * pcap_parse() - Understand a zone's name
 * @text: its name
 * @parent: the name of the zone that it is part of, or NULL
 * @name: out: what it is
 *
 * Return: false for a zone that is none of RAPL's counters.
 */
static inline bool pcap_parse(const char *text, const char *parent, struct pcap_name *name)
{
	static const struct {
		const char *text;
		enum energy_kind kind;
	} parts[] = {
		{ "core", ENERGY_CORE },
		{ "uncore", ENERGY_UNCORE },
		{ "dram", ENERGY_DRAM },
	};
	unsigned int i;

	if (!parent)
		return pcap_parse_package(text, name) || pcap_parse_psys(text, name);
	if (!pcap_parse_package(parent, name))
		return false;
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (strcmp(text, parts[i].text))
			continue;
		name->kind = parts[i].kind;
		return true;
	}
	return false;
}

/**
 * pcap_counter() - What a zone's counter counts
 * @name: what the zone is
 * @per_die: whether dies have counters of their own
 *
 * Return: that: for several zones the same, where they show one counter.
 */
static inline struct pcap_name pcap_counter(const struct pcap_name *name, bool per_die)
{
	struct pcap_name counter = *name;

	if (!per_die)
		counter.die = PCAP_ANY;
	return counter;
}

/**
 * pcap_covers() - Whether a zone, or its counter, is in the part of the machine where a CPU is
 * @name: what the zone or the counter is
 * @cpu: where the CPU is
 *
 * The platform is in the package that shows it.
 *
 * Return: false too where it is not known where the CPU is.
 */
static inline bool pcap_covers(const struct pcap_name *name, const struct pcap_cpu *cpu)
{
	if (!cpu->known)
		return false;
	if (name->package == PCAP_ANY)
		return !cpu->instance;
	return cpu->package == name->package &&
	       (name->die == PCAP_ANY || cpu->die == name->die);
}

/**
 * pcap_better() - Whether a zone is to be read rather than another one of the same counter
 * @type: place of its control type in pcap_types
 * @name: what it is
 * @other_type: likewise for the other
 * @other: likewise for the other
 *
 * A package may be there by several ways, or as each of its dies. All machines have one platform,
 * but some show it in each package: then it is the first one's.
 *
 * Return: whether it is; of two that are equally good none is better.
 */
static inline bool pcap_better(int type, const struct pcap_name *name, int other_type,
			       const struct pcap_name *other)
{
	if (type != other_type)
		return type < other_type;
	if (name->package != other->package)
		return name->package < other->package;
	return name->die < other->die;
}

/**
 * pcap_wrap_range() - At what a zone's microjoules wrap
 * @max_uj: what its max_energy_range_uj says
 *
 * A zone says raw * unit / 1000, where raw is the register's 32 bits and unit is in nJ
 * (intel_rapl_common.c, rapl_unit_xlate()), so it wraps when raw does: the modulus is
 * 2^32 * unit / 1000. max_energy_range_uj is neither that nor one less, but what the zone says
 * at raw = 2^32 - 1 (get_max_energy_counter()): by one unit, some 61 microjoules, short of it.
 * The driver's unit is an integer, and only one gives @max_uj. Where none does it is another
 * driver's, and the modulus is right to a microjoule or two.
 *
 * Return: the modulus, or 0 if it is not known or cannot be used.
 */
static inline u64 pcap_wrap_range(u64 max_uj)
{
	u64 max_nj, unit;

	if (!max_uj || max_uj > PCAP_UJ_MAX)
		return 0;
	max_nj = max_uj * PCAP_NJ_PER_UJ;
	unit = DIV64_U64_ROUND_UP(max_nj, (u64)PCAP_RAW_MAX);
	if (div_u64(unit * PCAP_RAW_MAX, PCAP_NJ_PER_UJ) == max_uj)
		return max(div_u64(unit << 32, PCAP_NJ_PER_UJ), max_uj + 1);
	return max_uj + div64_u64(max_uj, PCAP_RAW_MAX) + 1;
}

/**
 * pcap_max_is_known() - Whether a zone's max_energy_range_uj need not be read again
 * @ret: what reading it gave
 *
 * Not every zone has one, and what is no number will not become one: these never wrap, as far as
 * is known. All else passes, and says nothing of the zone.
 *
 * Return: whether it is known what it says, or that it says nothing.
 */
static inline bool pcap_max_is_known(int ret)
{
	return !ret || ret == -ENOENT || ret == -EINVAL || ret == -ERANGE;
}

/**
 * pcap_follow() - Take a reading
 * @last: the reading before, and then this one
 * @type: its zone's control type, by its place in pcap_types
 * @counter: what its zone shows, see pcap_counter()
 * @uj: its microjoules
 * @wrap_range: at what they wrap, or 0 if that is not known
 *
 * A zone that the same driver has made for the same place shows the same register, and it goes on
 * from where it was. Another's counts the same energy, but not from the same number on.
 *
 * Return: whether the counter has begun anew since the reading before. Where it is not known at
 * what it wraps, nothing is known of a wrap.
 */
static inline bool pcap_follow(struct pcap_last *last, int type, const struct pcap_name *counter,
			       u64 uj, u64 wrap_range)
{
	bool same = last->type == type && last->counter.kind == counter->kind &&
		    last->counter.package == counter->package && last->counter.die == counter->die;
	bool reset = last->read && (!same || (!wrap_range && uj < last->uj));

	*last = (struct pcap_last) {
		.read = true,
		.type = type,
		.counter = *counter,
		.uj = uj,
	};
	return reset;
}

#endif /* _ENERGY_POWERCAP_NAMES_H */
