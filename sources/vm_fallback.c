// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests without RAPL: what a virtual machine uses, told by its host or else estimated.
 *
 * Two sources with the same domain: the estimate is always there, the host's feed only while
 * lines come; its rating is higher, so the core goes over to it and back by itself. As long as
 * another source has counters of this machine's own, the core asks neither.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>

#include "compat.h"
#include "vm_fallback.h"
#include "vm_feed_state.h"
#include "vm_model.h"

/**
 * struct vm_param - A parameter that is a number
 * @value: what it is
 * @min: the least it may be
 * @max: the most
 */
struct vm_param {
	u32 value;
	u32 min;
	u32 max;
};

static struct vm_param idle_uw = { 0, 0, VM_MODEL_IDLE_UW_MAX };
static struct vm_param feed_max_w = { 10000, 1, VM_FEED_MAX_W };
static struct vm_param feed_quiet_intervals = { 3, 1, VM_FEED_MAX_QUIET };
static char *powercap_zone = "";

static int vm_param_set(const char *val, const struct kernel_param *kp)
{
	struct vm_param *param = kp->arg;
	u32 v;
	int ret;

	ret = kstrtou32(val, 0, &v);
	if (ret)
		return ret;
	if (v < param->min || v > param->max)
		return -ERANGE;
	WRITE_ONCE(param->value, v);
	return 0;
}

static int vm_param_get(char *buf, const struct kernel_param *kp)
{
	const struct vm_param *param = kp->arg;

	return scnprintf(buf, PAGE_SIZE, "%u\n", READ_ONCE(param->value));
}

static const struct kernel_param_ops vm_param_ops = {
	.set = vm_param_set,
	.get = vm_param_get,
};

module_param_cb(idle_uw, &vm_param_ops, &idle_uw, 0444);
MODULE_PARM_DESC(idle_uw, "of the estimate: what the machine draws idle, uW: 0 to 1000000000 (0)");
module_param_cb(feed_max_w, &vm_param_ops, &feed_max_w, 0644);
MODULE_PARM_DESC(feed_max_w, "lines with more power than this are absurd, W: 1 to 100000 (10000)");
module_param_cb(feed_quiet_intervals, &vm_param_ops, &feed_quiet_intervals, 0644);
MODULE_PARM_DESC(feed_quiet_intervals,
		 "after so many intervals without a line the feed is quiet: 1 to 100 (3)");
module_param(powercap_zone, charp, 0444);
MODULE_PARM_DESC(powercap_zone,
		 "name of a powercap control type to make, such as intel-rapl (none)");

/**
 * vm_limits() - The feed's parameters as they are now
 * @limits: out
 *
 * Context: any.
 */
void vm_limits(struct vm_feed_limits *limits)
{
	limits->max_w = READ_ONCE(feed_max_w.value);
	limits->quiet_intervals = READ_ONCE(feed_quiet_intervals.value);
}

/**
 * vm_domain_init() - Describe the machine as a domain
 * @dom: out
 * @nj_per_unit: of its counter, which never wraps
 *
 * Context: any.
 */
void vm_domain_init(struct energy_domain *dom, u32 nj_per_unit)
{
	strscpy(dom->name, "vm", sizeof(dom->name));
	dom->kind = ENERGY_VM;
	cpumask_copy(&dom->cpus, cpu_possible_mask);
	dom->mult = nj_per_unit;
}

static int __init energy_vm_fallback_init(void)
{
	int ret;

	/* first: what the administrator has asked for and cannot have should change nothing */
	if (*powercap_zone) {
		ret = vm_zone_register(powercap_zone);
		if (ret)
			return ret;
	}
	ret = vm_estimate_register(idle_uw.value);
	if (ret)
		goto unzone;
	vm_feed_init();
	ret = vm_feed_files_create();
	if (ret)
		goto unestimate;
	pr_info("where no other source is, energy is estimated by the model's weights, or told by the host in /proc/energy/vm_feed\n");
	return 0;

unestimate:
	vm_estimate_unregister();
unzone:
	vm_zone_unregister();
	return ret;
}

static void __exit energy_vm_fallback_exit(void)
{
	/* no lines from here on, so nothing that could make the feed live again */
	vm_feed_files_remove();
	vm_feed_exit();
	vm_estimate_unregister();
	vm_zone_unregister();
}

module_init(energy_vm_fallback_init);
module_exit(energy_vm_fallback_exit);

MODULE_DESCRIPTION("Energy of a virtual machine: told by its host, or estimated");
MODULE_AUTHOR("The energy meter's maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(ENERGY_VERSION);
MODULE_ALIAS("vm_fallback");
ENERGY_IMPORT_NS();
