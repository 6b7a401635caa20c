/* SPDX-License-Identifier: GPL-2.0-only */
/* Which energy registers the processors of each vendor have. */
#ifndef _ENERGY_RAPL_REGISTERS_H
#define _ENERGY_RAPL_REGISTERS_H

#include <linux/kernel.h>
#include <linux/types.h>
#include <asm/msr-index.h>
#include <asm/processor.h>

#include <energy/source.h>
#include "compat.h"
#include "rapl_units.h"

/**
 * enum rapl_scope - Whose energy a register counts
 * @RAPL_PACKAGE: the package's (or die's); the same on all of its CPUs
 * @RAPL_CORE: that of the core that reads it
 * @RAPL_MACHINE: the whole machine's; seen on any package
 */
enum rapl_scope {
	RAPL_PACKAGE,
	RAPL_CORE,
	RAPL_MACHINE,
};

/**
 * struct rapl_register - An energy status register
 * @msr: its number
 * @kind: what it counts
 * @scope: whose
 * @name: "%u" is the package
 */
struct rapl_register {
	u32 msr;
	enum energy_kind kind;
	enum rapl_scope scope;
	const char *name;
};

/* Intel SDM vol. 4; MSR_PLATFORM_ENERGY_STATUS there from Skylake on. */
static const struct rapl_register rapl_intel_registers[] = {
	{ MSR_PKG_ENERGY_STATUS, ENERGY_PACKAGE, RAPL_PACKAGE, "package-%u" },
	{ MSR_PP0_ENERGY_STATUS, ENERGY_CORE, RAPL_PACKAGE, "core-%u" },
	{ MSR_PP1_ENERGY_STATUS, ENERGY_UNCORE, RAPL_PACKAGE, "uncore-%u" },
	{ MSR_DRAM_ENERGY_STATUS, ENERGY_DRAM, RAPL_PACKAGE, "dram-%u" },
	{ MSR_PLATFORM_ENERGY_STATUS, ENERGY_PSYS, RAPL_MACHINE, "psys" },
};

/*
 * AMD's PPR for family 17h: MSRC001_0299 (RAPL_PWR_UNIT), MSRC001_029A (CORE_ENERGY_STAT, per
 * core) and MSRC001_029B (PKG_ENERGY_STAT); drivers/powercap/intel_rapl_msr.c,
 * rapl_msr_priv_amd. There is none for memory or the platform: Intel's fault here.
 */
static const struct rapl_register rapl_amd_registers[] = {
	{ MSR_AMD_PKG_ENERGY_STATUS, ENERGY_PACKAGE, RAPL_PACKAGE, "package-%u" },
	{ MSR_AMD_CORE_ENERGY_STATUS, ENERGY_CORE, RAPL_CORE, "core-%u" },
};

/**
 * struct rapl_vendor - A vendor of processors
 * @id: X86_VENDOR_*
 * @unit_msr: the register with the unit of all others
 * @registers: what may be there; probed
 * @nr_registers: how many
 * @quirks: how a model departs from the unit register, from its family and model, or NULL
 */
struct rapl_vendor {
	u8 id;
	u32 unit_msr;
	const struct rapl_register *registers;
	unsigned int nr_registers;
	unsigned int (*quirks)(unsigned int family, unsigned int model);
};

static const struct rapl_vendor rapl_vendors[] = {
	{
		.id = X86_VENDOR_INTEL,
		.unit_msr = MSR_RAPL_POWER_UNIT,
		.registers = rapl_intel_registers,
		.nr_registers = ARRAY_SIZE(rapl_intel_registers),
		.quirks = rapl_quirks,
	},
	{
		.id = X86_VENDOR_AMD,
		.unit_msr = MSR_AMD_RAPL_POWER_UNIT,
		.registers = rapl_amd_registers,
		.nr_registers = ARRAY_SIZE(rapl_amd_registers),
	},
	/* drivers/powercap/intel_rapl_msr.c, rapl_msr_probe(): the same as AMD's */
	{
		.id = X86_VENDOR_HYGON,
		.unit_msr = MSR_AMD_RAPL_POWER_UNIT,
		.registers = rapl_amd_registers,
		.nr_registers = ARRAY_SIZE(rapl_amd_registers),
	},
};

#endif /* _ENERGY_RAPL_REGISTERS_H */
