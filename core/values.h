/* SPDX-License-Identifier: GPL-2.0-only */
/* What is published of a process or a cgroup, and its copies as of a window. */
#ifndef _ENERGY_VALUES_H
#define _ENERGY_VALUES_H

#include <linux/types.h>

#include "ledger.h"

/**
 * struct energy_values - Totals
 * @use: CPU time, wake-ups, storage and network
 * @mem: resident memory when last looked at, bytes; 0 for a cgroup
 * @score_nj: the model's energy, nJ
 * @energy_nj: attributed measured energy since energy_core was loaded, nJ
 */
struct energy_values {
	struct energy_usage use;
	u64 mem;
	u64 score_nj;
	u64 energy_nj;
};

/**
 * struct energy_snapshot - Values as of a window's end
 * @v: the values
 * @gen: that window's generation; 0 is none
 * @alive: whether what they are of was still there
 */
struct energy_snapshot {
	struct energy_values v;
	u32 gen;
	bool alive;
};

/**
 * energy_rx_packets() - Received packets as people count them
 * @rx_parts: packets in units of 1 / ENERGY_RX_ONE
 *
 * Return: whole packets, rounded to the nearest.
 */
static inline u64 energy_rx_packets(u64 rx_parts)
{
	return rx_parts / ENERGY_RX_ONE + (rx_parts % ENERGY_RX_ONE >= ENERGY_RX_ONE / 2);
}

void energy_values_score(struct energy_values *v, u16 *rem_pj, u64 score_pj);
void energy_values_add(struct energy_values *to, const struct energy_values *v);

void energy_snapshot_take(struct energy_snapshot win[2], const struct energy_values *v,
			  bool alive, u32 gen);
const struct energy_snapshot *energy_snapshot_of(const struct energy_snapshot win[2], u32 gen);

#endif /* _ENERGY_VALUES_H */
