// SPDX-License-Identifier: GPL-2.0-only
/* Totals and their snapshots. No lock, no clock: whoever owns them calls this. */
#include <linux/compiler.h>

#include "values.h"

/**
 * energy_values_add() - Add up totals
 * @to: sum
 * @v: what to add; memory is a level, and is left out
 *
 * Context: the writer of @to.
 */
void energy_values_add(struct energy_values *to, const struct energy_values *v)
{
	energy_usage_add(&to->use, &v->use);
	to->score_nj += v->score_nj;
	to->energy_nj += v->energy_nj;
}

/**
 * energy_snapshot_of() - The snapshot that was valid in a window
 * @win: the last two that were taken
 * @gen: the window's generation
 *
 * Context: any; energy_window_valid() must be asked after it has been read.
 * Return: the newest that is not younger than the window, or NULL.
 */
const struct energy_snapshot *energy_snapshot_of(const struct energy_snapshot win[2], u32 gen)
{
	u32 gen0 = READ_ONCE(win[0].gen), gen1 = READ_ONCE(win[1].gen);

	if (gen0 > gen)
		gen0 = 0;
	if (gen1 > gen)
		gen1 = 0;
	if (!gen0 && !gen1)
		return NULL;
	return &win[gen1 > gen0];
}
