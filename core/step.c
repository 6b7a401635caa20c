// SPDX-License-Identifier: GPL-2.0-only
/* One sample: the whole of it, with the time as an argument. */
#include "internal.h"

/**
 * energy_core_time() - A time that does not go back
 * @core: the core
 * @now_ns: CLOCK_BOOTTIME as the caller has read it, before it got core->lock
 *
 * Another sample may have come between reading the clock and getting the lock.
 *
 * Context: core->lock held.
 * Return: @now_ns, or the time of the last drain if that is later.
 */
u64 energy_core_time(const struct energy_core *core, u64 now_ns)
{
	return max(now_ns, core->last_drain_ns);
}

/* RULE (conservation), looked after in production too: it costs a few additions. */
static bool balanced(const struct energy_core *core)
{
	const struct energy_slot *s;

	list_for_each_entry(s, &core->slots, node)
		if (energy_account_difference(&s->account))
			return false;
	return !energy_books_difference(&core->books);
}

/* Wake-ups jitter by the timer's slack: that must not make a window a sample longer. */
static bool window_due(const struct energy_core *core, u64 now_ns)
{
	u64 slack_ns = energy_slack_ns(READ_ONCE(core->params.sample_ns));

	return !core->gen || now_ns - core->window_start_ns + slack_ns >=
			     READ_ONCE(core->params.window_ns);
}

/* Only the sampler may ask the kernel for cgroups (rule 17): @in_sampler. */
static void sample(struct energy_core *core, u64 now_ns, bool in_sampler)
{
	u64 dt_ns;

	now_ns = energy_core_time(core, now_ns);
	/* which takes as long as the slowest of them: the sample begins after it */
	if (energy_meters_settle(core))
		now_ns = energy_core_time(core, core->env->boottime());
	dt_ns = core->last_ns ? now_ns - core->last_ns : 0;
	energy_drain_flip(core, now_ns);
	energy_slots_read(core, now_ns);
	energy_drain_process(core);
	energy_slots_read_models(core);
	if (in_sampler)
		energy_cgroups_resolve(core);
	energy_bill(core, now_ns, dt_ns);
	energy_cgroups_fold(core);
	core->stats.unbalanced += !balanced(core);
	core->last_ns = now_ns;
	core->stats.samples++;
	energy_reap_excess(core);
	energy_cgroups_reap_excess(core);
	if (window_due(core, now_ns))
		energy_window_publish(core, now_ns);
	else
		energy_latest_update(core, now_ns);
	energy_recycle_settle(core);
}

/**
 * energy_sampler_step_locked() - Take a sample
 * @core: the core
 * @now_ns: CLOCK_BOOTTIME
 *
 * The counters are read right after the flip, so that energy and activity are those of the
 * same interval; what the rest costs belongs to the next sample. New cgroups stay unresolved:
 * this may run in the task that suspends the machine.
 *
 * While the machine is being suspended, or has just been (rule 16), what is billed was used by a
 * machine that slept, whoever wants the sample.
 *
 * Context: core->lock held; may sleep.
 */
void energy_sampler_step_locked(struct energy_core *core, u64 now_ns)
{
	if (core->parked) {
		energy_slots_slept(core);
		/* memory costs by the time it is held, but not while all stood still */
		core->last_drain_ns = energy_core_time(core, now_ns);
	}
	core->asleep = core->parked;
	sample(core, now_ns, false);
	core->asleep = false;
}

/**
 * energy_sampler_step() - Take a sample, and look up new cgroups
 * @core: the core
 * @now_ns: CLOCK_BOOTTIME
 *
 * Does nothing while the machine is being suspended.
 *
 * Context: the sampler thread, or the task that suspends the machine; may sleep.
 */
void energy_sampler_step(struct energy_core *core, u64 now_ns)
{
	mutex_lock(&core->lock);
	if (!core->parked)
		sample(core, now_ns, true);
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
	energy_drain_flip(core, energy_core_time(core, now_ns));
	energy_drain_process(core);
	energy_cgroups_resolve(core);
	core->stats.drains++;
	mutex_unlock(&core->lock);
}
