/* SPDX-License-Identifier: GPL-2.0-only */
/* The beat: when samples are due, and how late they are. Pure: no clock, no globals. */
#ifndef _ENERGY_BEAT_H
#define _ENERGY_BEAT_H

#include <linux/types.h>

/**
 * struct energy_beat - When samples are due
 * @sample_ns: time between two
 * @last_ns: when the last one was due
 * @due_ns: when the next one is
 */
struct energy_beat {
	u64 sample_ns;
	u64 last_ns;
	u64 due_ns;
};

void energy_beat_start(struct energy_beat *b, u64 sample_ns, u64 now_ns);
void energy_beat_change(struct energy_beat *b, u64 sample_ns, u64 now_ns);
u64 energy_beat_take(struct energy_beat *b, u64 now_ns, u64 *drift_ns);

#endif /* _ENERGY_BEAT_H */
