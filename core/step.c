// SPDX-License-Identifier: GPL-2.0-only
/* One sample: the whole of it, with the time as an argument. */
#include "internal.h"

/**
 * energy_sampler_step_locked() - Take a sample
 * @core: the core
 * @now_ns: CLOCK_BOOTTIME
 *
 * The counters are read right after the flip, so that energy and activity are those of the
 * same interval; what the rest costs belongs to the next sample. New cgroups stay unresolved:
 * this may run in whatever task registers a source (rule 17).
 *
 * Context: core->lock held; may sleep.
 */
void energy_sampler_step_locked(struct energy_core *core, u64 now_ns)
{
	u64 dt_ns = core->last_ns ? now_ns - core->last_ns : 0;

	energy_drain_flip(core, now_ns);
	energy_slots_read(core);
	energy_drain_process(core);
	energy_bill(core, now_ns, dt_ns);
	core->last_ns = now_ns;
	core->stats.samples++;
	if (!core->gen || now_ns - core->window_start_ns >= READ_ONCE(core->params.window_ns))
		energy_window_publish(core, now_ns);
	else
		energy_latest_update(core, now_ns);
}

/**
 * energy_sampler_step() - Take a sample, and look up new cgroups
 * @core: the core
 * @now_ns: CLOCK_BOOTTIME
 *
 * Context: the sampler thread; may sleep.
 */
void energy_sampler_step(struct energy_core *core, u64 now_ns)
{
	mutex_lock(&core->lock);
	energy_sampler_step_locked(core, now_ns);
	energy_cgroups_resolve(core);
	mutex_unlock(&core->lock);
}

/**
 * energy_sampler_drain() - Empty the ledgers between two samples
 * @core: the core
 * @now_ns: CLOCK_BOOTTIME
 *
 * Context: the sampler thread; may sleep.
 */
void energy_sampler_drain(struct energy_core *core, u64 now_ns)
{
	mutex_lock(&core->lock);
	energy_drain_flip(core, now_ns);
	energy_drain_process(core);
	energy_cgroups_resolve(core);
	core->stats.drains++;
	mutex_unlock(&core->lock);
}
