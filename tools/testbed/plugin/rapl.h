/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RAPL's registers: Intel SDM vol. 4, table 2-39 (MSR_RAPL_POWER_UNIT and the
 * *_ENERGY_STATUS registers); AMD PPR for family 17h, MSRC001_0299 to _029B.
 */
#ifndef RAPL_H
#define RAPL_H

#include <stdint.h>

#include "msr.h"

/**
 * rapl_read() - Read a RAPL register.
 * @vcpu: the reading vCPU; its package's counters are read
 * @msr: the register
 * @value: result
 *
 * Return: what to do about the instruction.
 */
enum msr_result rapl_read(unsigned int vcpu, uint32_t msr, uint64_t *value);

/**
 * rapl_latch_now() - Let the counters show this instant, whatever their period.
 *
 * Context: energy_lock() held.
 */
void rapl_latch_now(void);

#endif
