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

/**
 * regs_skip_to() - Continue at another instruction; does not return.
 * @next: its address when the block was translated
 *
 * QEMU translates a page once, whatever addresses it is mapped at (position
 * independent programs, mostly), so the address now may be whole pages away
 * from the one at translation. The program counter, read in a callback, is
 * exact only to the block: it is that of an instruction before the next one.
 *
 * Context: a callback with QEMU_PLUGIN_CB_RW_REGS_PC; energy_lock() not held.
 */
void regs_skip_to(uint64_t next) __attribute__((__noreturn__));

#endif
