// SPDX-License-Identifier: GPL-2.0-only
#include "top/own.h"

static struct energy_number energy_of(const struct energy_own *own, enum energy_basis basis)
{
	return basis == ENERGY_BASIS_MODEL ? own->totals.model_nj : own->totals.energy_nj;
}

/* A reader that was moved counts with another cgroup, of which too little or too much is new. */
static bool is_possible(const struct energy_interval *interval, struct energy_number before,
			struct energy_number after)
{
	return before.known && after.known && after.value >= before.value &&
	       after.value - before.value <= (energy_sum)interval->length_ns * interval->cpus;
}

void energy_own_complete(struct energy_interval *interval, const struct energy_own *older,
			 const struct energy_own *newer)
{
	struct energy_number before = energy_of(older, interval->basis);
	struct energy_number after = energy_of(newer, interval->basis);
	energy_sum rows_nj = interval->attributed_nj - interval->gone.delta_nj;
	uint64_t used_nj = after.value - before.value;

	if (interval->flows.known || !older->known || !newer->known || !before.known ||
	    !after.known || after.value < before.value ||
	    !is_possible(interval, older->totals.cpu_ns, newer->totals.cpu_ns))
		return;
	interval->gone.known = true;
	interval->gone.others = true;
	interval->gone.delta_nj = used_nj > rows_nj ? used_nj - rows_nj : 0;
	interval->attributed_nj = rows_nj + interval->gone.delta_nj;
}
