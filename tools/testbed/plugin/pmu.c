// SPDX-License-Identifier: GPL-2.0-only
#include "pmu.h"

#include "config.h"
#include "energy.h"
#include "regs.h"

#define NR_GENERAL	4
#define NR_FIXED	3
#define COUNTER_BITS	48
#define COUNTER_MASK	((1ull << COUNTER_BITS) - 1)

#define LEAF_VERSION	2
/* Lengths of the event mask in EBX and the events in it that are not there. */
#define LEAF_NR_EVENTS	7
#define LEAF_NO_EVENTS	0x78	/* cache and branch events */

#define EVTSEL_USR	(1 << 16)
#define EVTSEL_OS	(1 << 17)
#define EVTSEL_EN	(1 << 22)
#define FIXED_OS	(1 << 0)
#define FIXED_USR	(1 << 1)

#define PERF_CAP_FULL_WIDTH_WRITE	(1 << 13)

#define MSR_PMC(n)		(0xc1 + (n))
#define MSR_PERFEVTSEL(n)	(0x186 + (n))
#define MSR_FIXED_CTR(n)	(0x309 + (n))
#define MSR_PERF_CAPABILITIES	0x345
#define MSR_FIXED_CTR_CTRL	0x38d
#define MSR_GLOBAL_STATUS	0x38e
#define MSR_GLOBAL_CTRL		0x38f
#define MSR_GLOBAL_OVF_CTRL	0x390
#define MSR_A_PMC(n)		(0x4c1 + (n))
#define MSR_K7_EVNTSEL(n)	(0xc0010000 + (n))
#define MSR_K7_PERFCTR(n)	(0xc0010004 + (n))

#define RDPMC_FIXED		(1 << 30)

/* Retired instructions by mode: a counter's input. */
struct input {
	uint64_t user;
	uint64_t kernel;
};

static struct pmu {
	uint64_t evtsel[NR_GENERAL];
	uint64_t general[NR_GENERAL];
	uint64_t fixed[NR_FIXED];
	uint64_t fixed_ctrl;
	uint64_t global_ctrl;
	struct input seen;	/* the counters hold everything up to here */
} pmus[MAX_VCPUS];

/* Instructions and cycles, by Intel's architectural and by AMD's numbers. */
static bool event_counts(uint64_t evtsel)
{
	uint8_t event = evtsel & 0xff;

	return event == 0xc0 || event == (config.amd ? 0x76 : 0x3c);
}

static uint64_t general_delta(const struct pmu *pmu, int n, const struct input *delta)
{
	uint64_t evtsel = pmu->evtsel[n];

	/* AMD's legacy counters have no global switch. */
	if (!(evtsel & EVTSEL_EN) || !event_counts(evtsel) ||
	    !(config.amd || pmu->global_ctrl >> n & 1))
		return 0;
	return (evtsel & EVTSEL_USR ? delta->user : 0) + (evtsel & EVTSEL_OS ? delta->kernel : 0);
}

static uint64_t fixed_delta(const struct pmu *pmu, int n, const struct input *delta)
{
	uint64_t ctrl = pmu->fixed_ctrl >> (4 * n);

	if (!(pmu->global_ctrl >> (32 + n) & 1))
		return 0;
	return (ctrl & FIXED_USR ? delta->user : 0) + (ctrl & FIXED_OS ? delta->kernel : 0);
}

/* Bring the counters up to now: before any of their settings is read or changed. */
static struct pmu *sync_pmu(unsigned int vcpu)
{
	struct pmu *pmu = &pmus[vcpu];
	struct input now = {
		.user = qemu_plugin_u64_get(board_user_insns, vcpu),
		.kernel = qemu_plugin_u64_get(board_kernel_insns, vcpu),
	};
	struct input delta = {
		.user = now.user - pmu->seen.user,
		.kernel = now.kernel - pmu->seen.kernel,
	};

	for (int n = 0; n < NR_GENERAL; n++)
		pmu->general[n] = (pmu->general[n] + general_delta(pmu, n, &delta)) & COUNTER_MASK;
	for (int n = 0; n < NR_FIXED; n++)
		pmu->fixed[n] = (pmu->fixed[n] + fixed_delta(pmu, n, &delta)) & COUNTER_MASK;
	pmu->seen = now;
	return pmu;
}

static bool amd_read(struct pmu *pmu, uint32_t msr, uint64_t *value)
{
	switch (msr) {
	case MSR_K7_EVNTSEL(0) ... MSR_K7_EVNTSEL(NR_GENERAL - 1):
		*value = pmu->evtsel[msr - MSR_K7_EVNTSEL(0)];
		return true;
	case MSR_K7_PERFCTR(0) ... MSR_K7_PERFCTR(NR_GENERAL - 1):
		*value = pmu->general[msr - MSR_K7_PERFCTR(0)];
		return true;
	}
	return false;
}

static bool amd_write(struct pmu *pmu, uint32_t msr, uint64_t value)
{
	switch (msr) {
	case MSR_K7_EVNTSEL(0) ... MSR_K7_EVNTSEL(NR_GENERAL - 1):
		pmu->evtsel[msr - MSR_K7_EVNTSEL(0)] = value;
		return true;
	case MSR_K7_PERFCTR(0) ... MSR_K7_PERFCTR(NR_GENERAL - 1):
		pmu->general[msr - MSR_K7_PERFCTR(0)] = value & COUNTER_MASK;
		return true;
	}
	return false;
}

static bool intel_read(struct pmu *pmu, uint32_t msr, uint64_t *value)
{
	switch (msr) {
	case MSR_PMC(0) ... MSR_PMC(NR_GENERAL - 1):
		*value = pmu->general[msr - MSR_PMC(0)];
		return true;
	case MSR_A_PMC(0) ... MSR_A_PMC(NR_GENERAL - 1):
		*value = pmu->general[msr - MSR_A_PMC(0)];
		return true;
	case MSR_PERFEVTSEL(0) ... MSR_PERFEVTSEL(NR_GENERAL - 1):
		*value = pmu->evtsel[msr - MSR_PERFEVTSEL(0)];
		return true;
	case MSR_FIXED_CTR(0) ... MSR_FIXED_CTR(NR_FIXED - 1):
		*value = pmu->fixed[msr - MSR_FIXED_CTR(0)];
		return true;
	case MSR_PERF_CAPABILITIES:
		*value = PERF_CAP_FULL_WIDTH_WRITE;
		return true;
	case MSR_FIXED_CTR_CTRL:
		*value = pmu->fixed_ctrl;
		return true;
	case MSR_GLOBAL_STATUS:
		*value = 0;
		return true;
	case MSR_GLOBAL_CTRL:
		*value = pmu->global_ctrl;
		return true;
	}
	return false;
}

static bool intel_write(struct pmu *pmu, uint32_t msr, uint64_t value)
{
	switch (msr) {
	case MSR_PMC(0) ... MSR_PMC(NR_GENERAL - 1):
		/* The old address takes 32 bits and extends their sign. */
		pmu->general[msr - MSR_PMC(0)] = (uint64_t)(int32_t)value & COUNTER_MASK;
		return true;
	case MSR_A_PMC(0) ... MSR_A_PMC(NR_GENERAL - 1):
		pmu->general[msr - MSR_A_PMC(0)] = value & COUNTER_MASK;
		return true;
	case MSR_PERFEVTSEL(0) ... MSR_PERFEVTSEL(NR_GENERAL - 1):
		pmu->evtsel[msr - MSR_PERFEVTSEL(0)] = value;
		return true;
	case MSR_FIXED_CTR(0) ... MSR_FIXED_CTR(NR_FIXED - 1):
		pmu->fixed[msr - MSR_FIXED_CTR(0)] = value & COUNTER_MASK;
		return true;
	case MSR_FIXED_CTR_CTRL:
		pmu->fixed_ctrl = value;
		return true;
	case MSR_GLOBAL_CTRL:
		pmu->global_ctrl = value;
		return true;
	case MSR_GLOBAL_OVF_CTRL:
		return true;
	}
	return false;
}

bool pmu_read_msr(unsigned int vcpu, uint32_t msr, uint64_t *value)
{
	struct pmu *pmu = sync_pmu(vcpu);

	return config.amd ? amd_read(pmu, msr, value) : intel_read(pmu, msr, value);
}

bool pmu_write_msr(unsigned int vcpu, uint32_t msr, uint64_t value)
{
	struct pmu *pmu = sync_pmu(vcpu);

	return config.amd ? amd_write(pmu, msr, value) : intel_write(pmu, msr, value);
}

void pmu_rdpmc(unsigned int vcpu)
{
	const struct pmu *pmu = sync_pmu(vcpu);
	uint32_t n = regs_get(RCX);
	uint64_t value = 0;

	if (n & RDPMC_FIXED && (n & ~RDPMC_FIXED) < NR_FIXED)
		value = pmu->fixed[n & ~RDPMC_FIXED];
	else if (n < NR_GENERAL)
		value = pmu->general[n];
	regs_set_pair(value);
}

void pmu_on_cpuid(void)
{
	regs_set(RAX, LEAF_VERSION | NR_GENERAL << 8 | COUNTER_BITS << 16 | LEAF_NR_EVENTS << 24);
	regs_set(RBX, LEAF_NO_EVENTS);
	regs_set(RCX, 0);
	regs_set(RDX, NR_FIXED | COUNTER_BITS << 5);
}
