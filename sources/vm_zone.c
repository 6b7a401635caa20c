// SPDX-License-Identifier: GPL-2.0-only
/*
 * A powercap zone of the guest's own, for tools that know /sys/class/powercap alone.
 *
 * Only where the administrator asks for it, and only under a name that is free (rule 13). It shows
 * what either source has counted. The sources add that up when the core reads them, so the zone
 * moves with each sample, and reading it takes no lock.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/powercap.h>
#include <linux/string.h>

#include <energy/zones.h>
#include "powercap_names.h"
#include "vm_fallback.h"

/* Nobody else has that name; the control type is there for a moment. */
#define PROBE_NAME "energy_vm_fallback"

/* The control type has no operations: powercap needs nothing of ours to free it. */
static struct powercap_control_type *control_type;
static struct powercap_zone zone;
static bool zone_there;
static DECLARE_COMPLETION(zone_released);
static atomic64_t zone_nj;

static int zone_energy_uj(struct powercap_zone *z, u64 *uj)
{
	*uj = div_u64(atomic64_read(&zone_nj), VM_NJ_PER_UJ);
	return 0;
}

static int zone_range_uj(struct powercap_zone *z, u64 *uj)
{
	*uj = div_u64(U64_MAX, VM_NJ_PER_UJ);
	return 0;
}

/*
 * Whoever holds the zone's device keeps it beyond its removal, and powercap looks at zone_ops when
 * the last one lets go: until then the module must stay. The zone is static, there is nothing to
 * free.
 */
static int zone_release(struct powercap_zone *z)
{
	complete(&zone_released);
	return 0;
}

static const struct powercap_zone_ops zone_ops = {
	.get_energy_uj = zone_energy_uj,
	.get_max_energy_range_uj = zone_range_uj,
	.release = zone_release,
};

static int no_limit_set(struct powercap_zone *z, int id, u64 value)
{
	return -EOPNOTSUPP;
}

static int no_limit_get(struct powercap_zone *z, int id, u64 *value)
{
	return -EOPNOTSUPP;
}

/* There are no limits, but powercap wants to know how to set them. */
static const struct powercap_zone_constraint_ops no_limits = {
	.set_power_limit_uw = no_limit_set,
	.get_power_limit_uw = no_limit_get,
	.set_time_window_us = no_limit_set,
	.get_time_window_us = no_limit_get,
};

/* It becomes a name in sysfs. */
static bool good_name(const char *name)
{
	const char *p;

	for (p = name; *p; p++)
		if (!isalnum(*p) && *p != '-' && *p != '_')
			return false;
	return p != name && p - name < ENERGY_NAME_LEN;
}

/* Free maybe, but not for long: the one is tried below, the other keeps rapl_powercap out. */
static bool our_name(const char *name)
{
	return !strcmp(name, PROBE_NAME) || !strcmp(name, PCAP_WATCH_NAME);
}

/*
 * A name that is taken must not be tried: the kernel reports that with a stack trace. The class is
 * not exported, but a device of ours is in it, so one is made to ask. That somebody registers the
 * name between the answer and us is left to that report.
 */
static int name_taken(const char *name)
{
	struct powercap_control_type *probe;
	struct device *dev;

	probe = powercap_register_control_type(NULL, PROBE_NAME, NULL);
	if (IS_ERR(probe))
		return PTR_ERR(probe);
	dev = class_find_device_by_name(probe->dev.class, name);
	put_device(dev);
	powercap_unregister_control_type(probe);
	return !!dev;
}

static int zone_add(void)
{
	struct powercap_zone *z;

	z = powercap_register_zone(&zone, control_type, "package-0", NULL, &zone_ops, 0,
				   &no_limits);
	zone_there = !IS_ERR(z);
	if (zone_there)
		return 0;
	/*
	 * A device that could not be added is released, on kernels before 6.3 not even that.
	 * CONFIG_DEBUG_KOBJECT_RELEASE does it up to four seconds late.
	 */
	if (zone.dev.kobj.state_initialized)
		wait_for_completion_timeout(&zone_released, 5 * HZ);
	return PTR_ERR(z);
}

/**
 * vm_zone_register() - Make a control type with one zone, "package-0"
 * @name: the control type's
 *
 * Context: process context, may sleep.
 * Return: 0; -EINVAL for a name that is none, or that these modules need themselves, -EBUSY for
 * one that is taken (the log says so), or what powercap returns.
 */
int vm_zone_register(const char *name)
{
	int ret;

	if (!good_name(name)) {
		pr_err("powercap_zone: not a name for a control type\n");
		return -EINVAL;
	}
	if (our_name(name)) {
		pr_err("powercap_zone=%s: the energy modules need that name themselves\n", name);
		return -EINVAL;
	}
	ret = name_taken(name);
	if (ret > 0) {
		pr_err("powercap_zone=%s: there is a control type of that name already (the kernel's own driver?)\n",
		       name);
		/* modprobe takes -EEXIST for a module that is loaded already, and is content */
		return -EBUSY;
	}
	if (ret)
		return ret;
	control_type = powercap_register_control_type(NULL, name, NULL);
	if (IS_ERR(control_type))
		return PTR_ERR(control_type);
	/* nobody of ours may take it for a measurement */
	ret = energy_zones_disown(&control_type->dev);
	if (ret)
		goto unregister;
	ret = zone_add();
	if (ret)
		goto forget;
	pr_info("powercap zone %s is the guest's energy as it is told or estimated\n",
		dev_name(&zone.dev));
	return 0;

forget:
	energy_zones_forget(&control_type->dev);
unregister:
	powercap_unregister_control_type(control_type);
	return ret;
}

/**
 * vm_zone_add() - Count energy
 * @nj: how much, nJ
 *
 * Context: any.
 */
void vm_zone_add(u64 nj)
{
	atomic64_add(nj, &zone_nj);
}

/**
 * vm_zone_unregister() - Remove zone and control type, if they are there
 *
 * Context: process context, waits for reads in progress, and for whoever holds the zone's device.
 */
void vm_zone_unregister(void)
{
	if (!zone_there)
		return;
	powercap_unregister_zone(control_type, &zone);
	/* before the control type goes: the zone's release looks at it too */
	wait_for_completion(&zone_released);
	energy_zones_forget(&control_type->dev);
	powercap_unregister_control_type(control_type);
}
