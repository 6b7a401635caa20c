/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every address space really used, told apart by the value of CR3.
 *
 * A vCPU's owner is the address space that what it executes counts for: the one
 * last written to CR3. From HLT on there is none, so that neither the idle loop
 * nor interrupts in it count for whoever ran before; the next write to CR3 or
 * the next instruction in user mode sets it again, and the price of leaving
 * idle is then the new owner's. An address space of the kernel alone is nobody's: a process
 * that exits goes on in it, once its own is torn down, and is the owner still.
 */
#ifndef ACCOUNTS_H
#define ACCOUNTS_H

#include <stdint.h>

/**
 * accounts_init() - Set up the accounts.
 */
void accounts_init(void);

/**
 * accounts_on_write_cr3() - A vCPU changes its address space.
 */
void accounts_on_write_cr3(unsigned int vcpu, uint64_t cr3);

/**
 * accounts_on_idle() - A vCPU is about to execute HLT.
 */
void accounts_on_idle(unsigned int vcpu);

/**
 * accounts_on_interrupt() - A vCPU takes an interrupt, which ends its idling.
 */
void accounts_on_interrupt(unsigned int vcpu);

/**
 * accounts_on_user() - A vCPU without an owner is about to run in user mode.
 */
void accounts_on_user(unsigned int vcpu);

/**
 * accounts_on_cpuid() - Answer the magic leaf: sets the result registers.
 * @vcpu: who asks
 * @select: what for, TRUTH_* of ../truth.h
 * @arg: the package, where one is asked for
 */
void accounts_on_cpuid(unsigned int vcpu, uint32_t select, uint32_t arg);

#endif
