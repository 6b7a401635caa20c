/* SPDX-License-Identifier: GPL-2.0-only */
/* What is published of a process or a cgroup, and its copies as of a window. */
#ifndef _ENERGY_VALUES_H
#define _ENERGY_VALUES_H

#include <linux/compiler.h>
#include <linux/math64.h>
#include <linux/types.h>

#include "attrib.h"
#include "usage.h"

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
 * energy_values_score() - Add to a model's energy
 * @v: the values
 * @rem_pj: what earlier calls left over, below a nanojoule
 * @score_pj: what to add
 *
 * Kept in nJ, because pJ would overflow 64 bits on a large machine within days.
 *
 * Context: the writer of @v.
 */
static inline void energy_values_score(struct energy_values *v, u16 *rem_pj, u64 score_pj)
{
	u64 pj = energy_sat_add(score_pj, *rem_pj);
	u32 rem;

	WRITE_ONCE(v->score_nj, v->score_nj + div_u64_rem(pj, 1000, &rem));
	*rem_pj = rem;
}

/**
 * energy_snapshot_take() - Keep totals as of a window
 * @win: the last two windows'; the older one is overwritten, so that readers of the last
 *	window still have theirs
 * @v: the totals
 * @alive: whether what they are of is still there
 * @gen: the window's generation
 *
 * Context: the writer of @win.
 */
static inline void energy_snapshot_take(struct energy_snapshot win[2],
					const struct energy_values *v, bool alive, u32 gen)
{
	struct energy_snapshot *s = &win[win[0].gen > win[1].gen];

	s->v = *v;
	s->alive = alive;
	WRITE_ONCE(s->gen, gen);
}

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

void energy_values_add(struct energy_values *to, const struct energy_values *v);

const struct energy_snapshot *energy_snapshot_of(const struct energy_snapshot win[2], u32 gen);

#endif /* _ENERGY_VALUES_H */
