// SPDX-License-Identifier: GPL-2.0-only
/*
 * The beat: when samples are due, and how late they are.
 *
 * A sample that comes late does not delay the next one: lateness does not add up. One that is
 * so late that the next one is due already takes its place.
 */
#include <linux/math64.h>
#include <linux/minmax.h>

#include "beat.h"

/**
 * energy_beat_start() - Begin a beat
 * @b: the beat
 * @sample_ns: time between two samples
 * @now_ns: the time; the first sample is due @sample_ns later
 *
 * Context: any.
 */
void energy_beat_start(struct energy_beat *b, u64 sample_ns, u64 now_ns)
{
	b->sample_ns = sample_ns;
	b->last_ns = now_ns;
	b->due_ns = now_ns + sample_ns;
}

/**
 * energy_beat_change() - Change the time between two samples
 * @b: the beat
 * @sample_ns: the new time; nothing changes if it is the old one
 * @now_ns: the time
 *
 * Counts from the last sample. One that would have been due before now is due now: nobody
 * was late, and none was left out.
 *
 * Context: any.
 */
void energy_beat_change(struct energy_beat *b, u64 sample_ns, u64 now_ns)
{
	if (sample_ns == b->sample_ns)
		return;
	b->sample_ns = sample_ns;
	b->due_ns = max(b->last_ns + sample_ns, now_ns);
}

/**
 * energy_beat_take() - A sample is taken
 * @b: the beat
 * @now_ns: the time, not before @b->due_ns
 * @drift_ns: out: how long ago it was due
 *
 * Context: any.
 * Return: how many samples are left out, because they were due by now, too.
 */
u64 energy_beat_take(struct energy_beat *b, u64 now_ns, u64 *drift_ns)
{
	u64 missed;

	*drift_ns = now_ns - b->due_ns;
	missed = div64_u64(*drift_ns, b->sample_ns);
	b->last_ns = b->due_ns + missed * b->sample_ns;
	b->due_ns = b->last_ns + b->sample_ns;
	return missed;
}
