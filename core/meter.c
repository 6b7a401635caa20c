// SPDX-License-Identifier: GPL-2.0-only
/*
 * The meter: who counts instructions, on which CPUs.
 *
 * One at a time. It is started and stopped per CPU as CPUs come and go; each CPU's ledger knows
 * whether it has one, under its lock, in which the meter is read too. So once a ledger has been
 * told that there is none, nobody reads it on that CPU any more (rule 15).
 */
#include <linux/cpuhotplug.h>
#include <linux/sched/isolation.h>

#include "internal.h"
#include "interval.h"
#include "metering.h"

DEFINE_STATIC_KEY_FALSE(energy_metered);

/**
 * energy_meter_attach() - Give a ledger a meter, or none
 * @l: the ledger
 * @ops: the meter's, or NULL
 *
 * Context: any CPU; afterwards nobody uses the one before on that CPU.
 */
void energy_meter_attach(struct energy_ledger *l, const struct energy_meter_ops *ops)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&l->lock, flags);
	l->meter = ops;
	l->metered = false;
	raw_spin_unlock_irqrestore(&l->lock, flags);
}

/**
 * energy_meter_settle() - Charge what the running task has retired until now
 * @l: this CPU's ledger
 * @now: its clock, ns
 *
 * Context: on the ledger's CPU, IRQs off.
 */
void energy_meter_settle(struct energy_ledger *l, u64 now)
{
	raw_spin_lock(&l->lock);
	/* it may have become idle on the way here */
	if (l->curr) {
		energy_interval_close(l, l->curr, now, 0, energy_meter_take(l));
		energy_interval_open(l, l->curr);
	}
	raw_spin_unlock(&l->lock);
}

/**
 * energy_meters_settle() - Charge what all running tasks have retired until now
 * @core: the core; a flip follows
 *
 * Rule 3: only a CPU itself can read its counter, so those that run something are interrupted;
 * idle ones are not, nor those that are kept from such things (nohz_full): what runs there is
 * charged with its instructions when it leaves the CPU.
 *
 * Context: core->lock held; may sleep.
 * Return: whether any was interrupted, and waited for.
 */
bool energy_meters_settle(struct energy_core *core)
{
	struct cpumask *busy = &core->busy;
	const struct energy_ledger *l;
	unsigned int cpu;

	if (!static_branch_unlikely(&energy_metered))
		return false;
	cpumask_clear(busy);
	for (cpu = 0; cpu < core->nr_ledgers; cpu++) {
		l = core->ledgers[cpu];
		/* data_race(): a CPU that gets its meter now has nothing to charge */
		if (l && data_race(l->meter) && energy_ledger_is_busy(l) &&
		    housekeeping_test_cpu(cpu, HK_TYPE_MISC))
			__set_bit(cpu, cpumask_bits(busy));
	}
	if (bitmap_empty(cpumask_bits(busy), core->nr_ledgers))
		return false;
	core->env->settle(core, busy);
	return true;
}

static int meter_online(unsigned int cpu)
{
	struct energy_core *core = &energy_core;
	struct energy_meter *meter = core->meter;

	/* a CPU without instructions is better than one that cannot come online */
	if (!meter->ops->start_cpu(meter, cpu))
		energy_meter_attach(core->ledgers[cpu], meter->ops);
	return 0;
}

static int meter_offline(unsigned int cpu)
{
	struct energy_core *core = &energy_core;
	struct energy_ledger *l = core->ledgers[cpu];

	if (!l->meter)
		return 0;
	energy_meter_attach(l, NULL);
	core->meter->ops->stop_cpu(core->meter, cpu);
	return 0;
}

static int check_meter(const struct energy_meter *meter)
{
	if (meter->version != ENERGY_METER_VERSION) {
		pr_err("energy: a meter refused: built for version %u of <energy/meter.h>, not %u\n",
		       meter->version, ENERGY_METER_VERSION);
		return -EINVAL;
	}
	if (!energy_source_name_ok(meter->name)) {
		pr_err("energy: a meter refused: its name is empty, too long or not plain\n");
		return -EINVAL;
	}
	if (!meter->ops || !meter->ops->start_cpu || !meter->ops->stop_cpu ||
	    !meter->ops->read_local) {
		pr_err("energy: meter %s refused: one of its functions is missing\n", meter->name);
		return -EINVAL;
	}
	return 0;
}

static bool metered_anywhere(const struct energy_core *core)
{
	unsigned int cpu;

	for (cpu = 0; cpu < core->nr_ledgers; cpu++)
		if (core->ledgers[cpu] && core->ledgers[cpu]->meter)
			return true;
	return false;
}

/* On each CPU that is online, and on others as they come; then in switches. */
static int meter_start(struct energy_core *core)
{
	int ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "energy/meter:online", meter_online,
				    meter_offline);

	if (ret < 0)
		return ret;
	core->meter_state = ret;
	core->meter_runs = true;
	static_branch_enable(&energy_metered);
	return 0;
}

static void meter_stop(struct energy_core *core)
{
	if (!core->meter_runs)
		return;
	core->meter_runs = false;
	static_branch_disable(&energy_metered);
	cpuhp_remove_state(core->meter_state);
}

/**
 * energy_meters_pause() - Stop the meter, or start it again
 * @core: the core
 * @pause: whether to stop it
 *
 * Rule 16: a suspended machine forgets its counters, and how they were set up, of the CPU that
 * suspends it too, which never goes offline.
 *
 * Context: may sleep; not under core->lock or cpus_read_lock().
 */
void energy_meters_pause(struct energy_core *core, bool pause)
{
	int ret = 0;

	mutex_lock(&core->meter_lock);
	core->meter_paused = pause;
	if (core->meter && pause)
		meter_stop(core);
	else if (core->meter)
		ret = meter_start(core);
	if (ret)
		pr_warn("energy: meter %s does not start again: %d\n", core->meter->name, ret);
	mutex_unlock(&core->meter_lock);
}

static int meter_on(struct energy_core *core, struct energy_meter *meter)
{
	int ret;

	if (core->meter)
		return -EBUSY;
	/* whether it starts is seen only where it may */
	if (core->meter_paused)
		return -EAGAIN;
	core->meter = meter;
	ret = meter_start(core);
	if (!ret && !metered_anywhere(core)) {
		meter_stop(core);
		ret = -ENODEV;
	}
	if (ret)
		core->meter = NULL;
	return ret;
}

/**
 * energy_meter_register() - Offer a count of instructions to the core
 * @meter: the meter; stays the caller's, unchanged, until energy_meter_unregister() returns
 *
 * Starts it on each CPU that is online, and from then on as they come. What runs is charged with
 * instructions from its next switch on.
 *
 * Context: may sleep; not under cpus_read_lock().
 * Return: 0; -EINVAL for a malformed meter (the log says what is wrong), -EBUSY if there is one
 * already, -EAGAIN while the machine is being suspended, -ENODEV if it starts on no CPU, or if
 * energy_core itself could not start; or another negative errno.
 */
int energy_meter_register(struct energy_meter *meter)
{
	struct energy_core *core = &energy_core;
	int ret = check_meter(meter);

	if (ret)
		return ret;
	if (!READ_ONCE(core->running))
		return -ENODEV;
	mutex_lock(&core->meter_lock);
	ret = meter_on(core, meter);
	mutex_unlock(&core->meter_lock);
	return ret;
}
EXPORT_SYMBOL_ENERGY(energy_meter_register);

/**
 * energy_meter_unregister() - Take a meter back
 * @meter: the registered meter
 *
 * When it returns, nothing of it is called any more. What has been counted stays charged.
 *
 * Context: may sleep; not under cpus_read_lock().
 */
void energy_meter_unregister(struct energy_meter *meter)
{
	struct energy_core *core = &energy_core;

	mutex_lock(&core->meter_lock);
	if (!WARN_ON(core->meter != meter)) {
		meter_stop(core);
		core->meter = NULL;
	}
	mutex_unlock(&core->meter_lock);
}
EXPORT_SYMBOL_ENERGY(energy_meter_unregister);
