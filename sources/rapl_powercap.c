// SPDX-License-Identifier: GPL-2.0-only
/*
 * RAPL by the powercap class: whatever the kernel's own drivers have found, in registers of any
 * kind, read by way of their zones.
 *
 * One domain per (kind, instance), the same as rapl_msr has for the same counter: the instance is
 * the kernel's number of the die, or of the package where dies have no counters of their own
 * (rapl_package.h), not the hardware's number of the package in the zone's name.
 * Where several drivers show a counter only one zone is read (pcap_better()).
 *
 * LIFETIME: what the core was told, rapl, is changed by pcap_work alone, after the core has
 * forgotten it. Zones that have gone stay in memory as long as rapl has them, and cannot be read.
 * So a sample that comes between a zone's removal and pcap_work finds a gap. With the last zone
 * the source goes, and another one may take over; with the first one it is there again.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpuhotplug.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include <energy/source.h>
#include "compat.h"
#include "powercap_find.h"

/* Counters advance about every millisecond; this many of them without is standing still. */
#define STILL_MS 100

/*
 * What keeps a zone from being read passes soon, or it is not to be read at all; but want of
 * memory may pass at any time.
 */
#define RETRY_DELAY HZ
#define TRIES 6

/* A read that is done by a kernel thread, for the task that suspends: it is none. */
struct pcap_read {
	struct work_struct work;
	struct pcap_counter *counter;
	u64 uj;
	int ret;
};

static struct workqueue_struct *pcap_wq;
static enum cpuhp_state pcap_cpuhp;
static struct pcap *rapl;
static bool pcap_registered;
/* Why what was found last could not be told to the core. */
static int pcap_error;
/* How often zones that cannot be read are still tried, if nothing changes. */
static unsigned int pcap_tries;
/* There was no memory to account all that there is; the log says so. */
static bool pcap_short;
/* The module goes: there is nothing to be done any more. */
static bool pcap_leaving;

static void read_counter(struct work_struct *work)
{
	struct pcap_read *r = container_of(work, struct pcap_read, work);

	r->ret = pcap_zone_read(r->counter->zone, &r->counter->cpus, &r->uj);
}

static int pcap_read_domain(struct energy_source *src, const struct energy_domain *dom, u64 *raw)
{
	const struct pcap *p = src->priv;
	struct pcap_counter *c = &p->counters[dom - p->domains];
	struct pcap_read r = { .counter = c };

	INIT_WORK_ONSTACK(&r.work, read_counter);
	/* the core's sampler; else the task that suspends, before that and after it */
	if (current->flags & PF_KTHREAD) {
		read_counter(&r.work);
	} else {
		queue_work(pcap_wq, &r.work);
		flush_work(&r.work);
	}
	destroy_work_on_stack(&r.work);
	if (r.ret)
		return r.ret;
	*raw = r.uj;
	if (pcap_follow(c->last, c->zone->type, &c->counter, r.uj, dom->wrap_range))
		return ENERGY_COUNTER_RESET;
	return 0;
}

static const struct energy_source_ops pcap_ops = {
	.read_domain = pcap_read_domain,
};

static struct energy_source pcap_source = {
	.version = ENERGY_SOURCE_VERSION,
	.name = "rapl_powercap",
	.rating = 200,
	.kind = ENERGY_MEASURED,
	.ops = &pcap_ops,
};

/* Counters that stand still measure nothing, whatever they say. */
static int check_moving(const struct pcap *p)
{
	const struct pcap_counter *c = &p->counters[0];
	u64 first, uj;
	int ret, ms;

	ret = pcap_zone_read(c->zone, &c->cpus, &first);
	for (ms = 0; !ret && ms < STILL_MS; ms++) {
		usleep_range(1000, 2000);
		ret = pcap_zone_read(c->zone, &c->cpus, &uj);
		if (!ret && uj != first)
			return 0;
	}
	if (ret)
		return ret;
	pr_info("no RAPL here: %s stands still\n", p->domains[0].name);
	return -ENODEV;
}

/* Have the core know what was found, instead of what it knew. */
static int tell_core(struct pcap *p)
{
	struct energy_source now = pcap_source;
	int ret;

	now.domains = p->domains;
	now.nr_domains = p->nr;
	now.priv = p;
	if (pcap_registered && p->nr)
		return energy_source_update(&pcap_source, &now);
	if (pcap_registered) {
		energy_source_unregister(&pcap_source);
		pcap_registered = false;
		pr_info("all RAPL zones have gone\n");
	}
	if (!p->nr)
		return 0;
	ret = check_moving(p);
	if (ret)
		return ret;
	pcap_source = now;
	ret = energy_source_register(&pcap_source);
	pcap_registered = !ret;
	return ret;
}

/* Account what was found, which is this function's from now on. */
static int take(struct pcap *p)
{
	int ret;

	if (rapl && pcap_find_same(rapl, p)) {
		pcap_find_free(p);
		return 0;
	}
	ret = tell_core(p);
	if (ret) {
		pcap_find_free(p);
		return ret;
	}
	if (rapl)
		pcap_find_use(rapl, false);
	pcap_find_use(p, true);
	pcap_find_free(rapl);
	rapl = p;
	pcap_zones_reap();
	return 0;
}

static void pcap_look_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(pcap_work, pcap_look_again);

/* Nobody tells of it when a zone can be read again. */
static void try_unreadable(const struct pcap *p)
{
	unsigned int left = READ_ONCE(pcap_tries);

	if (!p->error || !left)
		return;
	WRITE_ONCE(pcap_tries, left - 1);
	if (left > 1)
		queue_delayed_work(pcap_wq, &pcap_work, RETRY_DELAY);
	else
		pr_warn("a RAPL zone cannot be read, and is not accounted: %d\n", p->error);
}

/* Nor when there is memory again. */
static void try_without_memory(bool short_of_it)
{
	if (short_of_it && !pcap_short)
		pr_warn("no memory for all RAPL zones: not all are accounted\n");
	else if (!short_of_it && pcap_short)
		pr_info("there is memory for all RAPL zones again\n");
	pcap_short = short_of_it;
	if (short_of_it)
		queue_delayed_work(pcap_wq, &pcap_work, RETRY_DELAY);
}

static void pcap_look_again(struct work_struct *work)
{
	bool complete;
	struct pcap *p;
	int ret = -ENOMEM;

	if (READ_ONCE(pcap_leaving))
		return;
	complete = pcap_zones_complete();
	p = pcap_find_zones();
	if (p) {
		complete &= !p->no_memory;
		try_unreadable(p);
		ret = take(p);
	}
	/*
	 * -ENODEV: it has gone again already, or there is a line about it. -EAGAIN: a CPU is
	 * coming, and when it has come we look again.
	 */
	if (ret && ret != -ENOMEM && ret != -ENODEV && ret != -EAGAIN)
		pr_warn("RAPL's zones cannot be accounted: %d\n", ret);
	pcap_error = ret;
	try_without_memory(!complete || ret == -ENOMEM);
}

/*
 * A zone or a CPU has come or gone. In the middle of its coming or going, and maybe of CPU
 * hotplug: the core waits for reads, and those for CPUs.
 */
static void pcap_changed(void)
{
	if (READ_ONCE(pcap_leaving))
		return;
	WRITE_ONCE(pcap_tries, TRIES);
	mod_delayed_work(pcap_wq, &pcap_work, 0);
}

/* To which package a CPU belongs is not known before it comes online for the first time. */
static int pcap_cpu_online(unsigned int cpu)
{
	pcap_changed();
	return 0;
}

/* Why there is no source, for people; -ENODEV where that is no failure of ours. */
static int why_none(void)
{
	if (pcap_short)
		return -ENOMEM;
	if ((pcap_error ? pcap_error : rapl->error) == -EAGAIN) {
		pr_info("CPUs are coming and going, RAPL's powercap zones cannot be read: try again\n");
		return -EAGAIN;
	}
	if (pcap_error)
		return pcap_error;
	if (rapl->error)
		pr_info("RAPL's powercap zones cannot be read: %d (is sysfs mounted at /sys?)\n",
			rapl->error);
	else
		pr_info("no RAPL zones in powercap: no RAPL here, or its driver is not loaded (modprobe intel_rapl_msr)\n");
	return -ENODEV;
}

/* In this order: the last read of the counters needs their zones. */
static void pcap_stop(void)
{
	WRITE_ONCE(pcap_leaving, true);
	cancel_delayed_work_sync(&pcap_work);
	if (pcap_registered)
		energy_source_unregister(&pcap_source);
	pcap_zones_end();
	/* whoever has not seen pcap_leaving in time */
	cancel_delayed_work_sync(&pcap_work);
	pcap_find_free(rapl);
}

static int __init energy_rapl_powercap_init(void)
{
	int ret;

	ret = pcap_find_begin();
	if (ret)
		return ret;
	/*
	 * Freezable: see hold_cpu(). Of high priority, because at a hand-over two counters are
	 * read one after the other, and as little as can be should be used in between.
	 */
	pcap_wq = alloc_workqueue("energy_rapl_powercap",
				  WQ_UNBOUND | WQ_FREEZABLE | WQ_HIGHPRI, 0);
	if (!pcap_wq) {
		ret = -ENOMEM;
		goto find_end;
	}
	ret = pcap_zones_begin(pcap_changed);
	if (ret)
		goto destroy;
	ret = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "energy/rapl_powercap:online",
					pcap_cpu_online, NULL);
	if (ret < 0)
		goto stop;
	pcap_cpuhp = ret;
	pcap_changed();
	flush_delayed_work(&pcap_work);
	if (READ_ONCE(pcap_registered))
		return 0;
	cpuhp_remove_state_nocalls(pcap_cpuhp);
	cancel_delayed_work_sync(&pcap_work);
	ret = why_none();

stop:
	pcap_stop();
destroy:
	destroy_workqueue(pcap_wq);
find_end:
	pcap_find_end();
	return ret;
}

static void __exit energy_rapl_powercap_exit(void)
{
	cpuhp_remove_state_nocalls(pcap_cpuhp);
	pcap_stop();
	destroy_workqueue(pcap_wq);
	pcap_find_end();
}

module_init(energy_rapl_powercap_init);
module_exit(energy_rapl_powercap_exit);

MODULE_DESCRIPTION("Energy readings from RAPL by the powercap class");
MODULE_AUTHOR("The energy meter's maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(ENERGY_VERSION);
MODULE_ALIAS("rapl_powercap");
/* what finds the zones, where nobody has loaded it yet */
MODULE_SOFTDEP("pre: intel_rapl_msr");
ENERGY_IMPORT_NS();
