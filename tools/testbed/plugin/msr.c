// SPDX-License-Identifier: GPL-2.0-only
#include "msr.h"

#include <stdbool.h>

#include "config.h"
#include "pmu.h"
#include "rapl.h"
#include "regs.h"

/*
 * The plugin API cannot raise an exception. QEMU itself raises #GP for few
 * registers; this is one: the last of the x2APIC's range, which no APIC has in
 * either mode. The instruction is let through with this number in ECX, and the
 * true number is put back before the first instruction of the guest's handler.
 */
#define MSR_THAT_FAULTS	0x8ff

/* Each is touched by its own vCPU alone. */
static struct {
	bool pending;
	uint64_t rcx;
} faults[MAX_VCPUS];

enum msr_result msr_on_read(unsigned int vcpu)
{
	uint64_t rcx = regs_get(RCX);
	uint64_t value;
	enum msr_result result = rapl_read(vcpu, rcx, &value);

	if (result == MSR_NOT_OURS && pmu_read_msr(vcpu, rcx, &value))
		result = MSR_DONE;
	if (result == MSR_DONE) {
		regs_set_pair(value);
	} else if (result == MSR_FAULT) {
		faults[vcpu].pending = true;
		faults[vcpu].rcx = rcx;
		regs_set(RCX, MSR_THAT_FAULTS);
	}
	return result;
}

enum msr_result msr_on_write(unsigned int vcpu)
{
	return pmu_write_msr(vcpu, regs_get(RCX), regs_get_pair()) ? MSR_DONE : MSR_NOT_OURS;
}

void msr_on_exception(unsigned int vcpu)
{
	if (!faults[vcpu].pending)
		return;
	faults[vcpu].pending = false;
	regs_set(RCX, faults[vcpu].rcx);
}
