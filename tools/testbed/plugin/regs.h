/* SPDX-License-Identifier: GPL-2.0-only */
/* Access to the general registers of the vCPU that a callback runs on. */
#ifndef REGS_H
#define REGS_H

#include <stdint.h>

/* In the order of x86's register numbers in instructions. */
enum gpr { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R15 = 15, NR_GPRS };

/**
 * regs_find() - Find the registers' handles.
 *
 * Context: a vCPU's init callback; the first call counts.
 */
void regs_find(void);

uint64_t regs_get(enum gpr reg);
void regs_set(enum gpr reg, uint64_t value);

/**
 * regs_set_pair() - Set EDX:EAX, as rdmsr and its kin do.
 * @value: 64 bits to return
 */
void regs_set_pair(uint64_t value);

/**
 * regs_get_pair() - Get EDX:EAX, as wrmsr does.
 *
 * Return: the 64 bits.
 */
uint64_t regs_get_pair(void);

#endif
