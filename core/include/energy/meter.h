/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The API of energy_core for meters: how a per-CPU count of instructions is offered, to be read in
 * every context switch.
 *
 * Symbols are exported GPL-only in the namespace ENERGY.
 */
#ifndef _ENERGY_METER_H
#define _ENERGY_METER_H

#include <linux/types.h>

struct energy_meter;

/* As ENERGY_SOURCE_VERSION is for sources. */
#define ENERGY_METER_VERSION 1

/**
 * struct energy_meter_ops - What the core asks of a meter
 * @start_cpu: begin to count on a CPU. Runs there, in process context, may sleep. Returns 0 or a
 *	negative errno, upon which that CPU has no meter until it comes online again; or, where the
 *	counter may become free later, 0 all the same, and read_local() says when it counts
 * @stop_cpu: count no longer on a CPU; once for each successful @start_cpu. Runs there, in process
 *	context, may sleep. The CPU's counter is not read any more
 * @read_local: this CPU's count. Called in the context switch, with IRQs off and the runqueue's
 *	lock held: no lock, no sleep, no loop, nothing that wakes or prints, and few instructions.
 *	Returns whether @count is good; what has been counted between two reads is charged only if
 *	both are, and there was none that was not in between
 *
 * @start_cpu and @stop_cpu are called while a CPU comes or goes; and for all CPUs that are online
 * at registration and its end, and when the machine is suspended and resumed, under
 * cpus_read_lock() alone, beside whoever else has that. So they must not register or unregister
 * anything in energy_core.
 */
struct energy_meter_ops {
	int (*start_cpu)(struct energy_meter *meter, unsigned int cpu);
	void (*stop_cpu)(struct energy_meter *meter, unsigned int cpu);
	bool (*read_local)(u64 *count);
};

/**
 * struct energy_meter - A count of retired instructions, per CPU
 * @version: ENERGY_METER_VERSION
 * @name: short, as in debugfs: letters, digits, '-', '_' and '.' only
 * @ops: what the core calls
 *
 * Lifetime: the provider's, from before energy_meter_register() until energy_meter_unregister()
 * has returned.
 */
struct energy_meter {
	u32 version;
	const char *name;
	const struct energy_meter_ops *ops;
};

int energy_meter_register(struct energy_meter *meter);
void energy_meter_unregister(struct energy_meter *meter);

#endif /* _ENERGY_METER_H */
