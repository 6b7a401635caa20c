/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's time, which static power follows.
 *
 * The plugin API does not offer QEMU's virtual clock. Without -icount that clock
 * is the host's monotonic clock as long as the machine is not stopped, and the
 * runner never stops it. Under -icount the guest's TSC is the virtual clock in
 * nanoseconds: the last value that any rdtsc returned, plus the instructions
 * since, which last one nanosecond each with shift=0.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/**
 * clock_init() - Start the clock.
 */
void clock_init(void);

/**
 * clock_now_ns() - The guest's time since the machine was switched on.
 *
 * Context: energy_lock() held.
 *
 * Return: nanoseconds, never going back.
 */
uint64_t clock_now_ns(void);

/**
 * clock_saw_tsc() - Learn a value that rdtsc gave to the guest.
 * @tsc: the value
 *
 * Context: energy_lock() held.
 */
void clock_saw_tsc(uint64_t tsc);

#endif
