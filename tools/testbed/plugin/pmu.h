/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Performance counters: Intel's architectural PMU, version 2 (SDM vol. 3,
 * chapter "Performance Monitoring"), or AMD's four legacy counters.
 *
 * Instructions, cycles and reference cycles all count retired instructions;
 * other events count nothing. There are no overflow interrupts.
 */
#ifndef PMU_H
#define PMU_H

#include <stdbool.h>
#include <stdint.h>

/* Each vCPU's counters are touched by that vCPU alone: no locks. */
bool pmu_read_msr(unsigned int vcpu, uint32_t msr, uint64_t *value);
bool pmu_write_msr(unsigned int vcpu, uint32_t msr, uint64_t value);

/**
 * pmu_rdpmc() - Answer rdpmc: sets the result registers.
 */
void pmu_rdpmc(unsigned int vcpu);

/**
 * pmu_on_cpuid() - Answer cpuid leaf 0xA: sets the result registers.
 */
void pmu_on_cpuid(void);

#endif
