/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RAPL's energy units: from the unit register and the processor's model to a scale in nJ.
 * Pure, and free of x86 headers, so that KUnit reaches it on any architecture.
 *
 * Sources: Intel SDM vol. 3B, 15.10.1 "RAPL Interfaces" and vol. 4, MSR_RAPL_POWER_UNIT; AMD's
 * PPR for family 17h, MSRC001_0299, whose field is the same. For the quirks, which the SDM
 * leaves to datasheets, arch/x86/events/rapl.c, drivers/powercap/intel_rapl_common.c and
 * tools/power/x86/turbostat/turbostat.c, of 6.12 where no version is given.
 */
#ifndef _ENERGY_RAPL_UNITS_H
#define _ENERGY_RAPL_UNITS_H

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/types.h>

/* The energy status registers have 32 bits of counter. */
#define RAPL_WRAP_RANGE		BIT_ULL(32)
/* Unit register, bits 12:8, ESU: the unit is 1 / 2^ESU joules. */
#define RAPL_ESU_SHIFT		8
#define RAPL_ESU_MASK		0x1f
#define RAPL_NJ_PER_J		1000000000U
#define RAPL_NJ_PER_UJ		1000U

/**
 * enum rapl_quirk - How a model departs from the unit register
 * @RAPL_DRAM_15UJ: DRAM counts in 2^-16 J (servers from Haswell on)
 * @RAPL_PSYS_1J: the platform counts in joules (Sapphire Rapids and later servers)
 * @RAPL_ATOM_UNIT: the unit is 2^ESU microjoules (Silvermont, Airmont)
 */
enum rapl_quirk {
	RAPL_DRAM_15UJ = 1 << 0,
	RAPL_PSYS_1J = 1 << 1,
	RAPL_ATOM_UNIT = 1 << 2,
};

/**
 * struct rapl_model - A model with quirks
 * @family: as cpuid gives it, extended family added
 * @model: as cpuid gives it, extended model included
 * @quirks: enum rapl_quirk
 */
struct rapl_model {
	u8 family;
	u8 model;
	u8 quirks;
};

/*
 * Intel's, by number: names of models come and go between kernel versions.
 *
 * Not here, because the unit register holds for them: the memory of Sapphire Rapids and later
 * servers (rapl.c, model_spr; turbostat, spr_features and srf_features), the platform of Ice
 * Lake-SP and of Sierra Forest (later turbostat, icx_features and srf_features), and Avoton, the
 * one Silvermont without the odd unit (turbostat, slvd_features). Diamond Rapids has no such
 * registers at all (later turbostat, dmr_features).
 */
static const struct rapl_model rapl_models[] = {
	/* rapl.c, model_hsx and model_knl; turbostat, has_fixed_rapl_unit */
	{ 6, 0x3f, RAPL_DRAM_15UJ },	/* Haswell-EP */
	{ 6, 0x4f, RAPL_DRAM_15UJ },	/* Broadwell-EP */
	/* intel_rapl_common.c has it among clients; the other two among servers */
	{ 6, 0x56, RAPL_DRAM_15UJ },	/* Broadwell-D */
	{ 6, 0x55, RAPL_DRAM_15UJ },	/* Skylake-SP, Cascade Lake, Cooper Lake */
	{ 6, 0x57, RAPL_DRAM_15UJ },	/* Knights Landing */
	{ 6, 0x85, RAPL_DRAM_15UJ },	/* Knights Mill */
	{ 6, 0x6a, RAPL_DRAM_15UJ },	/* Ice Lake-SP */
	{ 6, 0x6c, RAPL_DRAM_15UJ },	/* Ice Lake-D */
	/* rapl.c, model_spr; intel_rapl_common.c, rapl_defaults_spr_server */
	{ 6, 0x8f, RAPL_PSYS_1J },	/* Sapphire Rapids */
	{ 6, 0xcf, RAPL_PSYS_1J },	/* Emerald Rapids */
	/* later turbostat, spr_features: has_fixed_rapl_psys_unit */
	{ 6, 0xad, RAPL_PSYS_1J },	/* Granite Rapids */
	{ 6, 0xae, RAPL_PSYS_1J },	/* Granite Rapids-D */
	/* intel_rapl_common.c, rapl_check_unit_atom(); turbostat, has_rapl_divisor */
	{ 6, 0x37, RAPL_ATOM_UNIT },	/* Bay Trail */
	{ 6, 0x4a, RAPL_ATOM_UNIT },	/* Merrifield */
	{ 6, 0x4c, RAPL_ATOM_UNIT },	/* Cherry Trail */
	{ 6, 0x5a, RAPL_ATOM_UNIT },	/* Moorefield */
};

/**
 * rapl_quirks() - How a processor departs from its unit register
 * @family: as cpuid gives it
 * @model: as cpuid gives it
 *
 * Return: enum rapl_quirk, or 0.
 */
static inline unsigned int rapl_quirks(unsigned int family, unsigned int model)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rapl_models); i++)
		if (rapl_models[i].family == family && rapl_models[i].model == model)
			return rapl_models[i].quirks;
	return 0;
}

/**
 * rapl_scale() - The scale of a RAPL counter
 * @unit_msr: contents of the unit register, not 0
 * @quirks: of this processor
 * @is_dram: it is the DRAM domain
 * @is_psys: it is the platform domain
 * @mult: out: one unit is @mult / 2^@shift nJ
 * @shift: out: see @mult
 *
 * Exact: 2^-14 J is 10^9 / 2^14 nJ, not 61035; and in lowest terms, so that there is room for
 * the sum of many counters.
 *
 * Return: false for a unit so large that no counter can have it.
 */
static inline bool rapl_scale(u64 unit_msr, unsigned int quirks, bool is_dram, bool is_psys,
			      u32 *mult, u32 *shift)
{
	unsigned int esu = (unit_msr >> RAPL_ESU_SHIFT) & RAPL_ESU_MASK;

	*mult = RAPL_NJ_PER_J;
	*shift = esu;
	if (quirks & RAPL_ATOM_UNIT) {
		if (esu > 20)
			return false;
		*mult = RAPL_NJ_PER_UJ << esu;
		*shift = 0;
	}
	if (is_dram && (quirks & RAPL_DRAM_15UJ))
		*shift = 16;
	if (is_psys && (quirks & RAPL_PSYS_1J))
		*shift = 0;
	while (*shift && !(*mult & 1)) {
		*mult >>= 1;
		(*shift)--;
	}
	return true;
}

#endif /* _ENERGY_RAPL_UNITS_H */
