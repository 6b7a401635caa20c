// SPDX-License-Identifier: GPL-2.0-only
#include "rapl.h"

#include "config.h"
#include "energy.h"

/* Power unit 1/8 W, time unit 976 us, as on every server since Sandy Bridge. */
#define UNIT_OTHERS	0xa0003ull
#define UNIT_ENERGY(esu)	((uint64_t)(esu) << 8)

/* AMD counts cores where Intel counts a package's cores together. */
enum scope { SCOPE_PACKAGE, SCOPE_CORE };

static const struct rapl_register {
	uint32_t msr;
	bool amd;
	enum domain domain;
	enum scope scope;
} registers[] = {
	{ 0x606, false, DOMAIN_UNIT, SCOPE_PACKAGE },
	{ 0x611, false, DOMAIN_PKG, SCOPE_PACKAGE },
	{ 0x619, false, DOMAIN_DRAM, SCOPE_PACKAGE },
	{ 0x639, false, DOMAIN_PP0, SCOPE_PACKAGE },
	{ 0x641, false, DOMAIN_PP1, SCOPE_PACKAGE },
	{ 0x64d, false, DOMAIN_PSYS, SCOPE_PACKAGE },
	{ 0xc0010299, true, DOMAIN_UNIT, SCOPE_PACKAGE },
	{ 0xc001029a, true, DOMAIN_PP0, SCOPE_CORE },
	{ 0xc001029b, true, DOMAIN_PKG, SCOPE_PACKAGE },
};

/* What the counters show, which changes once in a period. Protected by energy_lock(). */
static struct energy_snapshot latch;
static uint64_t latch_period;

static const struct rapl_register *find_register(uint32_t msr)
{
	for (size_t i = 0; i < G_N_ELEMENTS(registers); i++)
		if (registers[i].msr == msr && registers[i].amd == config.amd)
			return &registers[i];
	return NULL;
}

void rapl_latch_now(void)
{
	energy_take_snapshot(&latch);
	latch_period = latch.active_ns / (config.period_us * 1000);
}

static void latch_update(void)
{
	if (energy_active_ns() / (config.period_us * 1000) != latch_period)
		rapl_latch_now();
}

static uint64_t domain_pj(const struct energy_snapshot *snap, const struct rapl_register *reg,
			  unsigned int vcpu)
{
	unsigned int package = vcpu / config.cpus_per_package;

	switch (reg->domain) {
	case DOMAIN_PKG:
		return energy_package_pj(snap, package);
	case DOMAIN_PP0:
		return reg->scope == SCOPE_CORE ? snap->vcpu_pj[vcpu]
						: energy_cores_pj(snap, package);
	case DOMAIN_PP1:
		return energy_static_pj(config.pp1_mw, snap->active_ns);
	case DOMAIN_DRAM:
		return energy_dram_pj(snap, package);
	case DOMAIN_PSYS:
		return energy_platform_pj(snap);
	default:
		return 0;
	}
}

static uint64_t to_units(uint64_t pj, uint64_t esu)
{
	return ((unsigned __int128)pj << esu) / 1000000000000ull;
}

/* Raw value at power-on, modulo 2^32. */
static uint64_t start_units(const struct rapl_register *reg, uint64_t esu)
{
	if (config.start_below)
		return -config.start_below;
	if (config.start_below_s) {
		/* What the domain uses in that time on an idle machine. */
		struct energy_snapshot idle = {
			.active_ns = config.start_below_s * 1000000000ull,
		};

		return -to_units(domain_pj(&idle, reg, 0), esu);
	}
	return config.start;
}

static uint64_t counter(const struct rapl_register *reg, unsigned int vcpu)
{
	uint64_t esu = reg->domain == DOMAIN_DRAM ? config.dram_esu : config.esu;
	uint64_t units = start_units(reg, esu);

	if (!(config.still >> reg->domain & 1)) {
		energy_lock();
		latch_update();
		units += to_units(domain_pj(&latch, reg, vcpu), esu);
		energy_unlock();
	}
	return (uint32_t)units;
}

enum msr_result rapl_read(unsigned int vcpu, uint32_t msr, uint64_t *value)
{
	const struct rapl_register *reg = find_register(msr);
	unsigned int package = vcpu / config.cpus_per_package;

	if (!reg)
		return MSR_NOT_OURS;
	if (config.fault >> reg->domain & 1)
		return MSR_FAULT;
	/* The platform has one counter, and real machines show it on one package. */
	if (config.hide >> reg->domain & 1 || (reg->domain == DOMAIN_PSYS && package))
		*value = 0;
	else if (reg->domain == DOMAIN_UNIT)
		*value = UNIT_OTHERS | UNIT_ENERGY(config.esu);
	else
		*value = counter(reg, vcpu);
	return MSR_DONE;
}
