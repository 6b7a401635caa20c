// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend and hibernation (rule 16): a last sample before, a new baseline after. Counters may
 * be reset by it, which would look like a wrap; so the sleep's own energy is not counted, and
 * its time is added to lost_ns.
 */
#include <linux/ktime.h>
#include <linux/suspend.h>

#include "internal.h"

static void park(struct energy_core *core)
{
	energy_sampler_step(core, ktime_get_boottime_ns());
	mutex_lock(&core->lock);
	core->parked = true;
	mutex_unlock(&core->lock);
}

static void unpark(struct energy_core *core)
{
	mutex_lock(&core->lock);
	energy_slots_forget(core, ktime_get_boottime_ns());
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
		park(core);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		unpark(core);
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
