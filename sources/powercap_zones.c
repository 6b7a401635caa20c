// SPDX-License-Identifier: GPL-2.0-only
/*
 * RAPL's powercap zones: finding them, following them, reading them.
 *
 * powercap has no interface for use inside of the kernel. But whoever registers a control type
 * holds its class, and the class tells which zones there are, come and go.
 *
 * WHEN ZONES COME AND GO
 *
 * pcap_add_dev() and pcap_remove_dev() run in the task that registers or removes a zone, with
 * the class's mutex held, often cpu_hotplug_lock too, for writing. They wait for nobody who
 * reads a zone or waits for CPUs: they note what there is, and have the rest done by @changed.
 * While one of them runs the zone is all there; afterwards nothing in it may be looked at, so
 * all that is wanted of it is copied.
 *
 * READING
 *
 * A zone is read as anybody does, by its file energy_uj. Its own get_energy_uj() would be
 * quicker, but nothing keeps the zone from going meanwhile; the file keeps itself. It is opened,
 * read and closed each time: an open file keeps /sys from being unmounted.
 *
 * A file that is being read makes the removal of its zone wait, and intel_rapl reads under
 * cpus_read_lock(). When a package's last CPU goes offline its zones are removed with that lock
 * held for writing: for ever, if somebody who has begun to read one waits for the lock. So a CPU
 * of the package is kept online meanwhile, as well as can be: see hold_cpu().
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/powercap.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include <energy/zones.h>
#include "compat.h"
#include "powercap_zones.h"

/* The list, and its zones' @gone; innermost. */
static DEFINE_MUTEX(pcap_lock);
static LIST_HEAD(pcap_zones);
/* A zone is not in the list for want of memory. */
static bool pcap_missed;
static void (*pcap_changed)(void);
static struct powercap_control_type *pcap_watch;

static bool zone_known(const struct device *dev)
{
	const struct pcap_zone *zone;
	bool known = false;

	mutex_lock(&pcap_lock);
	list_for_each_entry(zone, &pcap_zones, node)
		known |= !zone->gone && zone->key == dev;
	mutex_unlock(&pcap_lock);
	return known;
}

/* What is known when a zone comes; NULL for one that is nothing to us, or without memory. */
static struct pcap_zone *zone_new(struct device *dev)
{
	struct powercap_zone *pz = container_of(dev, struct powercap_zone, dev);
	struct powercap_control_type *pct = pz->control_type_inst;
	struct device *control_type = &pct->dev;
	const char *parent = NULL;
	struct pcap_zone *zone;
	struct pcap_name name;
	int type = pcap_type(dev_name(control_type));

	/* rule 13 */
	if (type < 0 || energy_zones_is_ours(control_type))
		return NULL;
	if (dev->parent != control_type)
		parent = container_of(dev->parent, struct powercap_zone, dev)->name;
	if (!pcap_parse(pz->name, parent, &name))
		return NULL;
	zone = kzalloc(sizeof(*zone), GFP_KERNEL);
	if (!zone)
		goto nomem;
	zone->dir = kobject_get_path(&dev->kobj, GFP_KERNEL);
	if (!zone->dir)
		goto nomem;
	zone->key = dev;
	zone->type = type;
	zone->name = name;
	return zone;

nomem:
	kfree(zone);
	WRITE_ONCE(pcap_missed, true);
	return NULL;
}

/* Returns whether there is something to be done. */
static bool zone_add(struct device *dev)
{
	struct pcap_zone *zone;

	/* control types are devices of the class too */
	if (!dev->parent || zone_known(dev))
		return false;
	zone = zone_new(dev);
	if (!zone)
		return READ_ONCE(pcap_missed);
	mutex_lock(&pcap_lock);
	list_add_tail(&zone->node, &pcap_zones);
	mutex_unlock(&pcap_lock);
	return true;
}

static int pcap_add_dev(ENERGY_CLASS_INTERFACE_ARGS)
{
	if (zone_add(dev))
		pcap_changed();
	return 0;
}

/* Who has it done waits for it: there is nobody to be told. */
static int pcap_add_missed(ENERGY_CLASS_INTERFACE_ARGS)
{
	zone_add(dev);
	return 0;
}

/* Before its files go, and so before there can be another one of its name. */
static void pcap_remove_dev(ENERGY_CLASS_INTERFACE_ARGS)
{
	struct pcap_zone *zone;
	bool found = false;

	mutex_lock(&pcap_lock);
	list_for_each_entry(zone, &pcap_zones, node) {
		if (zone->gone || zone->key != dev)
			continue;
		WRITE_ONCE(zone->gone, true);
		found = true;
	}
	mutex_unlock(&pcap_lock);
	if (found)
		pcap_changed();
}

static struct class_interface pcap_interface = {
	.add_dev = pcap_add_dev,
	.remove_dev = pcap_remove_dev,
};

/* To be told of all zones once more; of those that go pcap_interface tells. */
static struct class_interface pcap_once_more = {
	.add_dev = pcap_add_missed,
};

/**
 * pcap_zones_begin() - Follow RAPL's zones
 * @changed: called whenever one has come or gone, and maybe before this returns, in a context
 *	where nothing may be waited for
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int pcap_zones_begin(void (*changed)(void))
{
	int ret;

	pcap_changed = changed;
	/* without zones; its class is what we are after */
	pcap_watch = powercap_register_control_type(NULL, PCAP_WATCH_NAME, NULL);
	/* modprobe takes -EEXIST for success */
	if (IS_ERR(pcap_watch))
		return PTR_ERR(pcap_watch) == -EEXIST ? -EBUSY : PTR_ERR(pcap_watch);
	pcap_interface.class = pcap_watch->dev.class;
	pcap_once_more.class = pcap_watch->dev.class;
	ret = class_interface_register(&pcap_interface);
	if (ret)
		powercap_unregister_control_type(pcap_watch);
	return ret;
}

static void zone_free(struct pcap_zone *zone)
{
	list_del(&zone->node);
	kfree(zone->dir);
	kfree(zone);
}

/**
 * pcap_zones_end() - Follow them no longer
 *
 * Calls @changed once more for each; never again after it returns.
 *
 * Context: may sleep; nobody reads zones any more.
 */
void pcap_zones_end(void)
{
	struct pcap_zone *zone, *tmp;

	class_interface_unregister(&pcap_interface);
	powercap_unregister_control_type(pcap_watch);
	list_for_each_entry_safe(zone, tmp, &pcap_zones, node)
		zone_free(zone);
}

/**
 * pcap_zones_complete() - Take in the zones for which there was no memory when they came
 *
 * Whoever registers with a class is told of all that is there, with the class's mutex held: none
 * of it can go meanwhile.
 *
 * Context: may sleep; between pcap_zones_begin() and pcap_zones_end(), one at a time.
 * Return: whether none is missing any more.
 */
bool pcap_zones_complete(void)
{
	if (!READ_ONCE(pcap_missed))
		return true;
	WRITE_ONCE(pcap_missed, false);
	if (class_interface_register(&pcap_once_more))
		WRITE_ONCE(pcap_missed, true);
	else
		class_interface_unregister(&pcap_once_more);
	return !READ_ONCE(pcap_missed);
}

/**
 * pcap_zones_get() - The zones that are there now
 * @nr: out: how many
 *
 * Context: may sleep; never at the same time as pcap_zones_reap(), which may free them.
 * Return: an array, to be freed with kvfree(), or NULL without memory.
 */
struct pcap_zone **pcap_zones_get(unsigned int *nr)
{
	struct pcap_zone **zones, *zone;
	unsigned int max = 1;

	*nr = 0;
	mutex_lock(&pcap_lock);
	list_for_each_entry(zone, &pcap_zones, node)
		max++;
	zones = kvcalloc(max, sizeof(*zones), GFP_KERNEL);
	if (zones)
		list_for_each_entry(zone, &pcap_zones, node)
			if (!zone->gone)
				zones[(*nr)++] = zone;
	mutex_unlock(&pcap_lock);
	return zones;
}

/**
 * pcap_zones_reap() - Free zones that have gone and are not used
 *
 * Context: may sleep.
 */
void pcap_zones_reap(void)
{
	struct pcap_zone *zone, *tmp;

	mutex_lock(&pcap_lock);
	list_for_each_entry_safe(zone, tmp, &pcap_zones, node)
		if (zone->gone && !zone->used)
			zone_free(zone);
	mutex_unlock(&pcap_lock);
}

/*
 * A file that is open here is nobody else's, and the core's mutex is held while it is read; files
 * of the core take that mutex while they are read. To lockdep all files of seq_file, as those of
 * sysfs are, have the same lock, unless it is told.
 */
static void set_lock_class(struct file *file)
{
	static struct lock_class_key key;

	lockdep_set_class(&((struct seq_file *)file->private_data)->lock, &key);
}

/*
 * A number from a file of a zone. A kernel thread looks for it from init's root: the task that
 * suspends, the only one to take a sample that is no kernel thread, may be in a container, without
 * /sys or with another one, and without the right to read this.
 */
static int read_file(const char *dir, const char *name, u64 *val)
{
	char text[32], *path;
	struct file *file;
	loff_t pos = 0;
	ssize_t len;

	if (WARN_ON_ONCE(!(current->flags & PF_KTHREAD)))
		return -EPERM;
	path = kasprintf(GFP_KERNEL, "/sys%s/%s", dir, name);
	if (!path)
		return -ENOMEM;
	scoped_with_init_fs() {
		file = filp_open(path, O_RDONLY, 0);
	}
	kfree(path);
	if (IS_ERR(file))
		return PTR_ERR(file);
	if (file_inode(file)->i_sb->s_magic == SYSFS_MAGIC && S_ISREG(file_inode(file)->i_mode)) {
		set_lock_class(file);
		len = kernel_read(file, text, sizeof(text) - 1, &pos);
	} else {
		len = -ENOENT;
	}
	filp_close(file, NULL);
	if (len < 0)
		return len;
	text[len] = '\0';
	return kstrtou64(text, 10, val);
}

/*
 * Keep one of a package's CPUs from going offline. The lock is device_offline()'s: whoever takes
 * this CPU offline has it, and waits until we are done. NULL where none that is known is online.
 *
 * Suspend takes CPUs offline without it. But then the core has stopped sampling, and the work
 * queue, which is a freezable one, stands still.
 *
 * Others do without it too, and are not kept from anything: who writes cpuN/hotplug/target;
 * cpuhp_smt_disable(), which leaves the first thread of each core, if that is online; and a driver
 * of RAPL's that is unloaded or unbound, which removes its packages, and so waits for the zone's
 * readers, with cpu_hotplug_lock held for reading (cpuhp_remove_state(), rapl_remove_package()):
 * the reader waits too if somebody waits to write.
 * If a package's last CPU goes by one of the first two, or any CPU during the third, just when a
 * zone is read, all of these hang. Only root can do any of it, and whoever reads energy_uj from
 * user space, and so keeps no CPU at all, hangs in the same way. The README says what not to do.
 */
static struct device *hold_cpu(const struct cpumask *cpus)
{
	struct device *dev;
	unsigned int cpu;

	for (;;) {
		cpu = cpumask_any_and(cpus, cpu_online_mask);
		dev = cpu < nr_cpu_ids ? get_cpu_device(cpu) : NULL;
		if (!dev)
			return NULL;
		device_lock(dev);
		if (cpu_online(cpu))
			return dev;
		device_unlock(dev);
	}
}

/**
 * pcap_zone_read() - A zone's counter
 * @zone: the zone
 * @cpus: those of its package that are known
 * @uj: out: microjoules
 *
 * Context: a kernel thread; may sleep, and waits for CPU hotplug.
 * Return: 0 or a negative errno; -ENODEV for a zone that has gone, -EAGAIN for one that may go at
 * any time, as none of @cpus is online. (TPMI's does not go with its CPUs, but looks the same.)
 */
int pcap_zone_read(const struct pcap_zone *zone, const struct cpumask *cpus, u64 *uj)
{
	struct device *dev;
	int ret;

	if (READ_ONCE(zone->gone))
		return -ENODEV;
	dev = hold_cpu(cpus);
	/* one that is not known, as it has come online since, may be the last to go */
	if (!dev)
		return -EAGAIN;
	ret = read_file(zone->dir, "energy_uj", uj);
	device_unlock(dev);
	/* else what was read may be another zone's, which has got the same name since */
	return READ_ONCE(zone->gone) ? -ENODEV : ret;
}

/**
 * pcap_zone_read_max() - The highest value that a zone's counter shows
 * @zone: the zone
 * @uj: out: microjoules
 *
 * Context: a kernel thread; may sleep.
 * Return: 0 or a negative errno; -ENODEV for a zone that has gone.
 */
int pcap_zone_read_max(const struct pcap_zone *zone, u64 *uj)
{
	int ret;

	if (READ_ONCE(zone->gone))
		return -ENODEV;
	ret = read_file(zone->dir, "max_energy_range_uj", uj);
	/* else it may be for its removal that there is no such file */
	return READ_ONCE(zone->gone) ? -ENODEV : ret;
}
