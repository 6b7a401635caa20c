// SPDX-License-Identifier: GPL-2.0-only
/*
 * Retired instructions: one pinned counter per CPU, read in every context switch.
 *
 * The counter is an event of the kernel's perf, which arbitrates between all that want one: the
 * NMI watchdog, perf and we. A pinned event counts all the time or, where others have taken all
 * counters, not at all; then we try again from time to time.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/perf_event.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

#include <energy/meter.h>
#include <energy/source.h>
#include "compat.h"

/* How long a CPU goes without before it is looked whether a counter has become free. */
#define RETRY (10 * HZ)
/*
 * PMUs of hybrid CPUs have numbers of their own, given at boot from PERF_TYPE_MAX on, to all PMUs
 * of the machine. Servers have some hundred of them, hybrid machines a dozen.
 */
#define MAX_PMU_TYPE 64

/* NULL where there is none: the CPU's retry may find one. Read by the CPU in its switches. */
static DEFINE_PER_CPU(struct perf_event *, pmu_event);

/*
 * Who gives a CPU an event, takes it away, or looks at one that may be taken away. The core starts
 * and stops its meter on all CPUs when the machine is suspended, beside pmu_retry(): both keep CPUs
 * from coming and going, which keeps neither from the other. Taken under cpus_read_lock().
 */
static DEFINE_MUTEX(pmu_lock);

/* Under pmu_lock: CPUs whose counter could not be had when last looked at; what the log says. */
static struct cpumask pmu_missing;
static struct cpumask pmu_said;

/* Under pmu_lock, written: some CPU has had an event; why the last one could not be made. */
static bool pmu_given;
static int pmu_error;

/* Rule 9: an event that is not on this CPU's PMU now has a register that is somebody else's. */
static notrace bool counts_here(const struct perf_event *event)
{
	return READ_ONCE(event->state) == PERF_EVENT_STATE_ACTIVE &&
	       READ_ONCE(event->oncpu) == smp_processor_id();
}

/*
 * perf_event_read_local() does this and more, but is not exported: with IRQs off, on the event's
 * own CPU, pmu->read() brings event->count up to date.
 */
static notrace bool pmu_read_local(u64 *count)
{
	struct perf_event *event = __this_cpu_read(pmu_event);

	if (unlikely(!event || !counts_here(event)))
		return false;
	event->pmu->read(event);
	*count = local64_read(&event->count);
	return true;
}

static struct perf_event *create(unsigned int cpu, u64 type)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = type << PERF_PMU_TYPE_SHIFT | PERF_COUNT_HW_INSTRUCTIONS,
		.pinned = 1,
	};

	return perf_event_create_kernel_counter(&attr, cpu, NULL, NULL, NULL);
}

/*
 * On a hybrid machine a plain hardware event is the big cores' and refused on others; these want
 * their PMU's number in the event. Only CPUs' PMUs take such an event, see perf_init_event().
 */
static struct perf_event *create_any(unsigned int cpu)
{
	struct perf_event *event = create(cpu, 0), *other;
	unsigned int type;

	for (type = PERF_TYPE_MAX; PTR_ERR(event) == -ENOENT && type < MAX_PMU_TYPE; type++) {
		other = create(cpu, type);
		/* -ENOMEM: it may be this type's; all else says that it is none */
		if (!IS_ERR(other) || PTR_ERR(other) == -ENOMEM)
			event = other;
	}
	return event;
}

/* An event's state is read from afar: good enough to see that it has found no counter. */
static void note(unsigned int cpu)
{
	const struct perf_event *event = per_cpu(pmu_event, cpu);

	if (event && READ_ONCE(event->state) == PERF_EVENT_STATE_ACTIVE)
		cpumask_clear_cpu(cpu, &pmu_missing);
	else
		cpumask_set_cpu(cpu, &pmu_missing);
}

static void give_event(unsigned int cpu)
{
	struct perf_event *event = create_any(cpu);

	if (IS_ERR(event)) {
		pmu_error = PTR_ERR(event);
		return;
	}
	/* whole before the CPU sees it */
	smp_store_release(per_cpu_ptr(&pmu_event, cpu), event);
	pmu_given = true;
}

/* A CPU that has no such event never will have; one that got none for want of memory may. */
static int pmu_start_cpu(struct energy_meter *meter, unsigned int cpu)
{
	int ret = 0;

	mutex_lock(&pmu_lock);
	give_event(cpu);
	if (!per_cpu(pmu_event, cpu) && pmu_error == -ENOENT)
		ret = -ENOENT;
	else
		note(cpu);
	mutex_unlock(&pmu_lock);
	return ret;
}

static void pmu_stop_cpu(struct energy_meter *meter, unsigned int cpu)
{
	struct perf_event *event;

	mutex_lock(&pmu_lock);
	event = per_cpu(pmu_event, cpu);
	cpumask_clear_cpu(cpu, &pmu_missing);
	per_cpu(pmu_event, cpu) = NULL;
	if (event)
		perf_event_release_kernel(event);
	mutex_unlock(&pmu_lock);
}

static const struct energy_meter_ops pmu_ops = {
	.start_cpu = pmu_start_cpu,
	.stop_cpu = pmu_stop_cpu,
	.read_local = pmu_read_local,
};

static struct energy_meter pmu_meter = {
	.version = ENERGY_METER_VERSION,
	.name = "pmu_instr",
	.ops = &pmu_ops,
};

static void say_what_is_missing(void)
{
	if (cpumask_equal(&pmu_missing, &pmu_said))
		return;
	if (cpumask_empty(&pmu_missing))
		pr_info("all CPUs count instructions again\n");
	else
		pr_info("no instructions of CPUs %*pbl: perf or the NMI watchdog has all counters there, or there was no memory; tried again every %d s\n",
			cpumask_pr_args(&pmu_missing), RETRY / HZ);
	cpumask_copy(&pmu_said, &pmu_missing);
}

/*
 * A pinned event that has found no counter is in error, until it is enabled again. Either way
 * interrupts the CPU.
 */
static void retry_cpu(unsigned int cpu)
{
	struct perf_event *event = per_cpu(pmu_event, cpu);

	if (!event)
		give_event(cpu);
	else if (READ_ONCE(event->state) != PERF_EVENT_STATE_ACTIVE)
		perf_event_enable(event);
}

/*
 * CPUs that have nothing to count are left alone; so are those whose meter is not started, which
 * have no event and are not missed.
 */
static void pmu_retry(struct work_struct *work)
{
	unsigned int cpu;

	cpus_read_lock();
	mutex_lock(&pmu_lock);
	for_each_online_cpu(cpu) {
		if (!per_cpu(pmu_event, cpu) && !cpumask_test_cpu(cpu, &pmu_missing))
			continue;
		if (energy_source_cpu_busy(cpu))
			retry_cpu(cpu);
		note(cpu);
	}
	say_what_is_missing();
	mutex_unlock(&pmu_lock);
	cpus_read_unlock();
	queue_delayed_work(system_power_efficient_wq, to_delayed_work(work), RETRY);
}

/* Deferrable: an idle machine is not woken for this. */
static DECLARE_DEFERRABLE_WORK(pmu_work, pmu_retry);

static int __init energy_pmu_instr_init(void)
{
	int ret = energy_meter_register(&pmu_meter);

	if (!ret && !READ_ONCE(pmu_given)) {
		energy_meter_unregister(&pmu_meter);
		ret = -ENODEV;
	}
	if (ret == -ENODEV && pmu_error == -ENOENT)
		pr_info("no instruction counter here: a virtual machine has one only if its host gives it a PMU (kvm's enable_pmu=1, see the README)\n");
	else if (ret == -ENODEV && pmu_error)
		pr_info("no instruction counter here: perf refuses it: %d\n", pmu_error);
	if (ret)
		return ret;
	/* at once, for what there is to say */
	queue_delayed_work(system_power_efficient_wq, &pmu_work, 0);
	return 0;
}

static void __exit energy_pmu_instr_exit(void)
{
	cancel_delayed_work_sync(&pmu_work);
	energy_meter_unregister(&pmu_meter);
}

module_init(energy_pmu_instr_init);
module_exit(energy_pmu_instr_exit);

MODULE_DESCRIPTION("Retired instructions per process, from the CPUs' counters");
MODULE_AUTHOR("The energy meter's maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(ENERGY_VERSION);
MODULE_ALIAS("pmu_instr");
ENERGY_IMPORT_NS();
