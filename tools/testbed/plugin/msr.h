/* SPDX-License-Identifier: GPL-2.0-only */
/* rdmsr and wrmsr: which of the plugin's registers they mean. */
#ifndef MSR_H
#define MSR_H

#include <stdint.h>

enum msr_result {
	MSR_NOT_OURS,	/* QEMU handles it */
	MSR_DONE,	/* handled: step over the instruction */
	MSR_FAULT,	/* raise #GP */
};

/**
 * msr_on_read() - A vCPU is about to execute rdmsr.
 *
 * Return: what to do about it; on MSR_DONE the result registers are set, on
 * MSR_FAULT the instruction has to be executed and will raise #GP.
 */
enum msr_result msr_on_read(unsigned int vcpu);

/**
 * msr_on_write() - A vCPU is about to execute wrmsr.
 *
 * Return: what to do about it.
 */
enum msr_result msr_on_write(unsigned int vcpu);

/**
 * msr_on_exception() - A vCPU takes an exception.
 *
 * Puts back what MSR_FAULT had to change, before the guest's handler looks.
 */
void msr_on_exception(unsigned int vcpu);

#endif
