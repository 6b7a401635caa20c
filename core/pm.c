// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend and hibernation (rule 16): a last sample before, and a first one after. What was used
 * in between is idling, nobody's work. A counter that went back was reset, and not a wrap; a
 * hibernated machine was off, so all of its were. Then the sleep's energy is not known, and its
 * time is added to lost_ns.
 */
#include <linux/ktime.h>
#include <linux/suspend.h>

#include "internal.h"

/**
 * energy_pm_park() - Take a last sample, publish it, and take no more
 * @core: the core
 * @now_ns: CLOCK_BOOTTIME
 *
 * Context: the task that suspends the machine; may sleep.
 */
void energy_pm_park(struct energy_core *core, u64 now_ns)
{
	mutex_lock(&core->lock);
	now_ns = energy_core_time(core, now_ns);
	energy_sampler_step_locked(core, now_ns);
	now_ns = energy_core_time(core, now_ns);
	if (core->window_start_ns != now_ns)
		energy_window_publish(core, now_ns);
	core->parked = true;
	mutex_unlock(&core->lock);
}

/**
 * energy_pm_unpark() - Take a first sample after suspend
 * @core: the core
 * @now_ns: CLOCK_BOOTTIME
 * @off: the machine was off: all counters have been reset
 *
 * Context: the task that suspended the machine; may sleep.
 */
void energy_pm_unpark(struct energy_core *core, u64 now_ns, bool off)
{
	mutex_lock(&core->lock);
	now_ns = energy_core_time(core, now_ns);
	if (off)
		energy_slots_forget(core, now_ns);
	energy_sampler_step_locked(core, now_ns);
	core->parked = false;
	mutex_unlock(&core->lock);
}

static int pm_event(struct notifier_block *nb, unsigned long event, void *unused)
{
	struct energy_core *core = container_of(nb, struct energy_core, pm_notifier);

	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		energy_pm_park(core, ktime_get_boottime_ns());
		energy_meters_pause(core, true);
		break;
	case PM_POST_SUSPEND:
		energy_pm_unpark(core, ktime_get_boottime_ns(), false);
		energy_meters_pause(core, false);
		break;
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		energy_pm_unpark(core, ktime_get_boottime_ns(), true);
		energy_meters_pause(core, false);
		break;
	}
	return NOTIFY_DONE;
}

/**
 * energy_pm_register() - Begin to follow suspend and resume
 * @core: the core
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int energy_pm_register(struct energy_core *core)
{
	core->pm_notifier.notifier_call = pm_event;
	return register_pm_notifier(&core->pm_notifier);
}

/**
 * energy_pm_unregister() - Stop following
 * @core: the core
 *
 * Context: may sleep.
 */
void energy_pm_unregister(struct energy_core *core)
{
	unregister_pm_notifier(&core->pm_notifier);
}
