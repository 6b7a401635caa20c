/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process does that costs energy. Values, no lock. */
#ifndef _ENERGY_USAGE_H
#define _ENERGY_USAGE_H

#include <linux/bits.h>
#include <linux/types.h>

/* Received packets are counted in fractions: a packet may be read in pieces. */
#define ENERGY_RX_ONE		BIT(20)

/**
 * struct energy_usage - What a process did, as deltas
 * @cpu_ns: time on a CPU, ns
 * @instructions: retired instructions; 0 without a meter
 * @wakeups: times it gave up the CPU to wait
 * @diski: bytes it caused to be read from storage
 * @disko: bytes it caused to be written to storage
 * @rx_parts: packets received, in units of 1 / ENERGY_RX_ONE
 * @tx: packets sent
 */
struct energy_usage {
	u64 cpu_ns;
	u64 instructions;
	u64 wakeups;
	u64 diski;
	u64 disko;
	u64 rx_parts;
	u64 tx;
};

/**
 * energy_usage_add() - Add up usage
 * @to: sum
 * @use: what to add
 *
 * Context: any.
 */
static inline void energy_usage_add(struct energy_usage *to, const struct energy_usage *use)
{
	to->cpu_ns += use->cpu_ns;
	to->instructions += use->instructions;
	to->wakeups += use->wakeups;
	to->diski += use->diski;
	to->disko += use->disko;
	to->rx_parts += use->rx_parts;
	to->tx += use->tx;
}

/**
 * energy_usage_clear() - Set usage to nothing
 * @use: the usage
 *
 * Cheaper than the string instruction that a structure of zeroes would be.
 *
 * Context: any.
 */
static inline void energy_usage_clear(struct energy_usage *use)
{
	use->cpu_ns = 0;
	use->instructions = 0;
	use->wakeups = 0;
	use->diski = 0;
	use->disko = 0;
	use->rx_parts = 0;
	use->tx = 0;
}

#endif /* _ENERGY_USAGE_H */
