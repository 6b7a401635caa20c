/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instructions in the ledger: what the meter has counted between two looks at a running task.
 *
 * Without a meter none of this is there: the probe has a branch that is patched in and out.
 */
#ifndef _ENERGY_METERING_H
#define _ENERGY_METERING_H

#include <linux/jump_label.h>
#include <linux/lockdep.h>

#include <energy/meter.h>
#include "ledger.h"

/*
 * Whether there is a meter. The kernel's code is what this changes, so it can be nobody's member;
 * which meter, each ledger says.
 */
DECLARE_STATIC_KEY_FALSE(energy_metered);

/**
 * energy_meter_take() - Instructions since the last look
 * @l: this CPU's ledger
 *
 * Rule 4: an interval that began before the meter did, or in which it did not count, has none.
 *
 * Context: on the ledger's CPU, IRQs off, l->lock held.
 * Return: how many; 0 where that is not known.
 */
static __always_inline u64 energy_meter_take(struct energy_ledger *l)
{
	const struct energy_meter_ops *ops = l->meter;
	bool known = l->metered;
	u64 count, insns;

	if (!ops)
		return 0;
	l->metered = ops->read_local(&count);
	if (unlikely(!l->metered))
		return 0;
	insns = count - l->count;
	l->count = count;
	/* a counter that went back was set anew by somebody */
	return likely(known && insns <= S64_MAX) ? insns : 0;
}

void energy_meter_settle(struct energy_ledger *l, u64 now);
void energy_meter_attach(struct energy_ledger *l, const struct energy_meter_ops *ops);

#endif /* _ENERGY_METERING_H */
