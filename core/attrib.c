// SPDX-License-Identifier: GPL-2.0-only
/* Who pays: scores, the idle split, and shares of a sum. Pure: values in, values out. */
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/time64.h>

#include "attrib.h"
#include "units.h"

/* Most weights are 0 mostly. */
static u64 add_term(u64 pj, u32 weight, u64 n)
{
	return weight ? energy_sat_add(pj, energy_sat_mul(weight, n)) : pj;
}

/**
 * energy_score_more_pj() - What energy_score_pj() adds if not only CPU time has a weight
 * @w: weights, pJ per unit
 * @use: the usage
 * @pj: its CPU time's part
 *
 * Context: any.
 * Return: pJ; saturates.
 */
u64 energy_score_more_pj(const struct energy_weights *w, const struct energy_usage *use, u64 pj)
{
	pj = add_term(pj, w->instructions, use->instructions);
	pj = add_term(pj, w->wakeups, use->wakeups);
	pj = add_term(pj, w->disk_read_bytes, use->diski);
	pj = add_term(pj, w->disk_write_bytes, use->disko);
	if (w->net_rx_packets)
		pj = energy_sat_add(pj, energy_sat_mul(w->net_rx_packets, use->rx_parts) /
				    ENERGY_RX_ONE);
	return add_term(pj, w->net_tx_packets, use->tx);
}

/**
 * energy_score_held_pj() - What energy_score_mem_pj() does if memory has a weight
 * @weight: pJ per byte and second
 * @mem: bytes held
 * @dt_ns: for how long
 *
 * Memory is a level, not a counter: it enters as bytes x seconds. Bytes are taken in whole
 * KiB, so that a terabyte over the longest sample stays within 64 bits.
 *
 * Context: any.
 * Return: pJ; saturates.
 */
u64 energy_score_held_pj(u32 weight, u64 mem, u64 dt_ns)
{
	u64 byte_s = div_u64(energy_sat_mul(mem >> 10, dt_ns), NSEC_PER_SEC >> 9) << 1;

	return energy_sat_mul(byte_s, weight);
}

/**
 * energy_active_nj() - The part of a group's energy that is not idling
 * @delta_nj: all of it
 * @busy_ns: CPU time used
 * @capacity_ns: CPU time that there was
 *
 * The busy-time ratio: half of the CPU time used means half of the energy.
 *
 * Context: any.
 * Return: nJ, at most @delta_nj.
 */
u64 energy_active_nj(u64 delta_nj, u64 busy_ns, u64 capacity_ns)
{
	if (busy_ns >= capacity_ns)
		return busy_ns ? delta_nj : 0;
	return energy_mul_div(delta_nj, busy_ns, capacity_ns);
}
