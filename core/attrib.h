/* SPDX-License-Identifier: GPL-2.0-only */
/* Who pays: scores, the idle split, and shares of a sum. Pure. */
#ifndef _ENERGY_ATTRIB_H
#define _ENERGY_ATTRIB_H

#include <linux/limits.h>
#include <linux/overflow.h>
#include <linux/types.h>

#include "units.h"
#include "usage.h"

/**
 * struct energy_weights - The linear model's weights, picojoules per unit
 * @cpu_ns: per nanosecond on a CPU; 1000 is a watt per busy CPU
 * @mem_bytes: per byte and second of memory held while it runs
 * @instructions: per retired instruction
 * @wakeups: per wake-up
 * @disk_read_bytes: per byte read from storage
 * @disk_write_bytes: per byte written to storage
 * @net_rx_packets: per packet received
 * @net_tx_packets: per packet sent
 */
struct energy_weights {
	u32 cpu_ns;
	u32 mem_bytes;
	u32 instructions;
	u32 wakeups;
	u32 disk_read_bytes;
	u32 disk_write_bytes;
	u32 net_rx_packets;
	u32 net_tx_packets;
};

#define ENERGY_WEIGHT_MAX 1000000000U

/**
 * energy_sat_add() - Add, but stop at the largest number
 * @a: summand
 * @b: summand
 *
 * Context: any.
 * Return: @a + @b or U64_MAX.
 */
static inline u64 energy_sat_add(u64 a, u64 b)
{
	u64 sum;

	return check_add_overflow(a, b, &sum) ? U64_MAX : sum;
}

/**
 * energy_sat_mul() - Multiply, but stop at the largest number
 * @a: factor
 * @b: factor
 *
 * Context: any.
 * Return: @a * @b or U64_MAX.
 */
static inline u64 energy_sat_mul(u64 a, u64 b)
{
	u64 product;

	return check_mul_overflow(a, b, &product) ? U64_MAX : product;
}

/**
 * energy_part_nj() - One claim's part of the active energy
 * @active_nj: what there is to share
 * @part: the claim
 * @total: the sum of all claims, not 0
 *
 * Rounds down; the caller carries what is left over to the next sample, so nothing is lost.
 *
 * Context: any.
 * Return: nJ, at most @active_nj.
 */
static inline u64 energy_part_nj(u64 active_nj, u64 part, u64 total)
{
	return energy_mul_div(active_nj, part, total);
}

u64 energy_score_more_pj(const struct energy_weights *w, const struct energy_usage *use, u64 pj);
u64 energy_score_held_pj(u32 weight, u64 mem, u64 dt_ns);

/**
 * energy_score_pj() - The model's energy of some usage, memory left out
 * @w: weights, pJ per unit
 * @use: the usage
 *
 * Context: any.
 * Return: pJ; saturates.
 */
static inline u64 energy_score_pj(const struct energy_weights *w, const struct energy_usage *use)
{
	u64 pj = energy_sat_mul(w->cpu_ns, use->cpu_ns);

	/* by default nothing else has a weight */
	if (likely(!(w->instructions | w->wakeups | w->disk_read_bytes | w->disk_write_bytes |
		     w->net_rx_packets | w->net_tx_packets)))
		return pj;
	return energy_score_more_pj(w, use, pj);
}

/**
 * energy_score_mem_pj() - The model's energy of holding memory
 * @w: weights, pJ per unit
 * @mem: bytes held
 * @dt_ns: for how long
 *
 * Context: any.
 * Return: pJ; saturates.
 */
static inline u64 energy_score_mem_pj(const struct energy_weights *w, u64 mem, u64 dt_ns)
{
	return w->mem_bytes ? energy_score_held_pj(w->mem_bytes, mem, dt_ns) : 0;
}

u64 energy_active_nj(u64 delta_nj, u64 busy_ns, u64 capacity_ns);

#endif /* _ENERGY_ATTRIB_H */
