// SPDX-License-Identifier: GPL-2.0-only
/* The module: its one core, its parameters, loading and unloading, and the provider API. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/ktime.h>
#include <linux/module.h>

#include "internal.h"

struct energy_core energy_core = {
	.params = ENERGY_PARAMS_INIT,
};

module_param_cb(sample_ns, &energy_param_sample_ns_ops, &energy_core.params.sample_ns, 0644);
MODULE_PARM_DESC(sample_ns, "time between samples, ns: 1000000 to 10000000000 (100000000)");
module_param_cb(window_ns, &energy_param_window_ns_ops, &energy_core.params.window_ns, 0644);
MODULE_PARM_DESC(window_ns,
		 "time between values for the unprivileged, ns: 100000000 to 3600000000000, never less than sample_ns (1000000000)");

#define ENERGY_WEIGHT(name, unit, def)							\
	module_param_cb(w_##name, &energy_param_weight_ops,				\
			&energy_core.params.weights.name, 0644);			\
	MODULE_PARM_DESC(w_##name, "weight in pJ per " unit ": 0 to 1000000000 (" def ")")

ENERGY_WEIGHT(cpu_ns, "ns on a CPU", "1000");
ENERGY_WEIGHT(mem_bytes, "byte and second of memory", "0");
ENERGY_WEIGHT(instructions, "instruction", "0");
ENERGY_WEIGHT(wakeups, "wake-up", "0");
ENERGY_WEIGHT(disk_read_bytes, "byte read", "0");
ENERGY_WEIGHT(disk_write_bytes, "byte written", "0");
ENERGY_WEIGHT(net_rx_packets, "packet received", "0");
ENERGY_WEIGHT(net_tx_packets, "packet sent", "0");

module_param_cb(idle_uw, &energy_param_idle_uw_ops, energy_core.params.idle_uw, 0644);
MODULE_PARM_DESC(idle_uw,
		 "idle power of each package, uW, comma separated: 0 to 1000000000; 0 is learnt (0)");

module_param_cb(source, &energy_param_source_ops, energy_core.params.source, 0644);
MODULE_PARM_DESC(source,
		 "the only source to be read while it is there, by name, or auto: the best (auto). Reads as those that are read");

/**
 * energy_source_register() - Offer a source of energy readings to the core
 * @src: the source; stays the caller's, unchanged, until energy_source_unregister() returns
 *
 * Reads the source's counters once, and from the next sample on, if it is chosen.
 *
 * Context: may sleep; not from a source's own callbacks, and not under cpus_read_lock().
 * Return: 0; -EINVAL for a malformed source (the log says what is wrong), -EBUSY for a name
 * that is taken, -EIO if it does not start, -ENODEV if energy_core itself could not start
 * (built into the kernel it cannot refuse to be there), -ENOMEM.
 */
int energy_source_register(struct energy_source *src)
{
	if (!READ_ONCE(energy_core.running))
		return -ENODEV;
	return energy_errand_add(&energy_core, src);
}
EXPORT_SYMBOL_ENERGY(energy_source_register);

/**
 * energy_source_update() - Change what a source offers
 * @src: a registered source
 * @now: of this the domains, their number and the private pointer count. The domains stay the
 *	caller's, unchanged, until the next update or energy_source_unregister() returns
 *
 * For CPUs and counters that come (or go) while the source is in use. A domain of the same kind
 * and instance whose scale is the same goes on being counted: nothing is lost.
 *
 * Context: may sleep; not from a source's own callbacks, nor from those of CPU hotplug, which
 * reads in progress may wait for, and not under cpus_read_lock().
 * Return: 0, after which the core knows nothing of the old domains any more; or -EINVAL (the log
 * says why) or -ENOMEM, upon which nothing has changed.
 */
int energy_source_update(struct energy_source *src, const struct energy_source *now)
{
	return energy_errand_update(&energy_core, src, now);
}
EXPORT_SYMBOL_ENERGY(energy_source_update);

/**
 * energy_source_unregister() - Take a source back
 * @src: a registered source
 *
 * Reads it one last time, so that nothing it counted is lost, and hands over to the next
 * best source. Waits for a read in progress. Afterwards the core knows nothing of @src.
 *
 * Context: may sleep; not from a source's own callbacks, and not under cpus_read_lock().
 */
void energy_source_unregister(struct energy_source *src)
{
	energy_errand_remove(&energy_core, src);
}
EXPORT_SYMBOL_ENERGY(energy_source_unregister);

/**
 * energy_source_preferred_cpu() - On which CPU a source should read a counter
 * @cpus: where the counter can be read
 *
 * For counters that only some CPUs can read. Avoids waking idle ones.
 *
 * Context: process context, in read_domain().
 * Return: a CPU that was online a moment ago, or -ENODEV.
 */
int energy_source_preferred_cpu(const struct cpumask *cpus)
{
	return energy_cpus_preferred(&energy_core, cpus);
}
EXPORT_SYMBOL_ENERGY(energy_source_preferred_cpu);

/**
 * energy_source_cpu_busy() - Whether a source may read a counter on a CPU without waking it
 * @cpu: a possible CPU
 *
 * For counters of single CPUs or cores, of which those that idle can be read later.
 *
 * Context: process context, while a source or meter of the caller's is registered.
 * Return: true if it is this CPU, or was busy a moment ago and is not isolated from the kernel's
 * work.
 */
bool energy_source_cpu_busy(unsigned int cpu)
{
	return energy_cpus_busy(&energy_core, cpu);
}
EXPORT_SYMBOL_ENERGY(energy_source_cpu_busy);

/**
 * energy_source_model_nj() - What the model says that all there is has used
 *
 * The sum of all scores since load, by the weights (w_* parameters) as they were at each time;
 * this sample's included. For an ENERGY_MODEL.
 *
 * Context: read_domain() of a source of kind ENERGY_MODEL.
 * Return: nJ; never falls.
 */
u64 energy_source_model_nj(void)
{
	lockdep_assert_held(&energy_core.lock);
	return energy_core.sys.score_nj;
}
EXPORT_SYMBOL_ENERGY(energy_source_model_nj);

static int first_look(struct energy_core *core)
{
	int ret;

	mutex_lock(&core->lock);
	core->last_ns = ktime_get_boottime_ns();
	core->last_drain_ns = core->last_ns;
	ret = energy_scan_processes(core);
	if (!ret)
		energy_sampler_step_locked(core, ktime_get_boottime_ns());
	mutex_unlock(&core->lock);
	return ret;
}

static int __init load(struct energy_core *core)
{
	int ret;

	ret = energy_params_check(&core->params);
	if (ret)
		return ret;
	ret = energy_core_setup(core, nr_cpu_ids, &energy_env_kernel);
	if (ret)
		return ret;
	ret = energy_probes_register(core);
	if (ret)
		goto teardown;
	ret = first_look(core);
	if (ret)
		goto unprobe;
	ret = energy_sampler_start(core);
	if (ret)
		goto unprobe;
	ret = energy_pm_register(core);
	if (ret)
		goto stop;
	ret = energy_procfs_create(core);
	if (ret)
		goto unpm;
	energy_debugfs_create(core);
	energy_env_report();
	return 0;

unpm:
	energy_pm_unregister(core);
stop:
	energy_sampler_stop(core);
unprobe:
	energy_probes_unregister(core);
teardown:
	energy_core_teardown(core);
	return ret;
}

static int __init energy_core_init(void)
{
	int ret = load(&energy_core);

	/* modprobe takes -EEXIST for a module that is loaded already */
	return ret == -EEXIST ? -EBUSY : ret;
}

static void __exit energy_core_exit(void)
{
	struct energy_core *core = &energy_core;

	energy_debugfs_remove(core);
	energy_procfs_remove(core);
	energy_pm_unregister(core);
	/* before the probes: flips follow ledger->curr, which only they keep valid */
	energy_sampler_stop(core);
	energy_probes_unregister(core);
	energy_core_teardown(core);
}

module_init(energy_core_init);
module_exit(energy_core_exit);

MODULE_DESCRIPTION("Energy accounting per process: ledger, attribution, /proc/energy");
MODULE_AUTHOR("The energy meter's maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(ENERGY_VERSION);
