// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters: parsing and ranges. What is out of range gives -ERANGE and changes nothing.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "internal.h"

static bool within(u64 v, u64 min, u64 max)
{
	return v >= min && v <= max;
}

/**
 * energy_params_check() - Whether a set of parameters is one to begin with
 * @p: the parameters
 *
 * Context: any.
 * Return: 0, or -ERANGE where a window would be shorter than a sample; the log says so.
 */
int energy_params_check(const struct energy_params *p)
{
	if (p->window_ns >= p->sample_ns)
		return 0;
	pr_err("energy: window_ns must not be less than sample_ns\n");
	return -ERANGE;
}

/**
 * energy_params_set_sample_ns() - Set the time between samples
 * @p: the parameters
 * @v: the new value, ns
 * @cross_check: compare with the window. Not while a module is being loaded: the parameters
 *	come one by one then, and energy_params_check() follows
 *
 * Context: the kernel's parameter lock.
 * Return: 0 or -ERANGE.
 */
int energy_params_set_sample_ns(struct energy_params *p, u64 v, bool cross_check)
{
	if (!within(v, ENERGY_SAMPLE_NS_MIN, ENERGY_SAMPLE_NS_MAX))
		return -ERANGE;
	if (cross_check && v > p->window_ns)
		return -ERANGE;
	WRITE_ONCE(p->sample_ns, v);
	return 0;
}

/**
 * energy_params_set_window_ns() - Set the time between publications
 * @p: the parameters
 * @v: the new value, ns
 * @cross_check: compare with the time between samples; see energy_params_set_sample_ns()
 *
 * Context: the kernel's parameter lock.
 * Return: 0 or -ERANGE.
 */
int energy_params_set_window_ns(struct energy_params *p, u64 v, bool cross_check)
{
	if (!within(v, ENERGY_WINDOW_NS_MIN, ENERGY_WINDOW_NS_MAX))
		return -ERANGE;
	if (cross_check && v < p->sample_ns)
		return -ERANGE;
	WRITE_ONCE(p->window_ns, v);
	return 0;
}

/**
 * energy_params_set_weight() - Set one of the model's weights
 * @weight: which
 * @v: the new value, pJ per unit
 *
 * Context: the kernel's parameter lock.
 * Return: 0 or -ERANGE.
 */
int energy_params_set_weight(u32 *weight, u64 v)
{
	if (v > ENERGY_WEIGHT_MAX)
		return -ERANGE;
	WRITE_ONCE(*weight, v);
	return 0;
}

/* One number of a list, up to a comma or the end. */
static int list_number(const char *list, size_t len, u64 *v)
{
	char number[24];

	if (len >= sizeof(number))
		return -EINVAL;
	memcpy(number, list, len);
	number[len] = '\0';
	return kstrtou64(number, 0, v);
}

/**
 * energy_params_set_idle_uw() - Set the idle power of packages
 * @p: the parameters
 * @list: numbers, uW, separated by commas: the first is package 0's. A newline may follow. Those
 *	that are not in it are learnt, as are those that are 0
 *
 * Context: the kernel's parameter lock.
 * Return: 0, -EINVAL or -ERANGE.
 */
int energy_params_set_idle_uw(struct energy_params *p, const char *list)
{
	u32 uw[ENERGY_IDLE_PACKAGES] = {};
	unsigned int nr = 0, i;
	size_t len;
	u64 v;
	int ret;

	do {
		len = strcspn(list, ",");
		ret = list_number(list, len, &v);
		if (ret)
			return ret;
		if (nr == ENERGY_IDLE_PACKAGES || v > ENERGY_IDLE_UW_MAX)
			return -ERANGE;
		uw[nr++] = v;
		list += len;
	} while (*list++);
	for (i = 0; i < ENERGY_IDLE_PACKAGES; i++)
		WRITE_ONCE(p->idle_uw[i], uw[i]);
	p->nr_idle_uw = nr;
	return 0;
}

/**
 * energy_source_name_ok() - Whether a source may have this name
 * @name: the name, or NULL
 *
 * It stands in lists and in lines of key=value: letters, digits, '-', '_' and '.' only.
 *
 * Context: any.
 * Return: whether it is plain, not empty, and shorter than ENERGY_NAME_LEN.
 */
bool energy_source_name_ok(const char *name)
{
	size_t n;

	for (n = 0; name && name[n]; n++)
		if (n == ENERGY_NAME_LEN - 1 || !isascii(name[n]) ||
		    !(isalnum(name[n]) || strchr("-_.", name[n])))
			return false;
	return name && n;
}

/**
 * energy_params_set_source() - Choose a source that may come later
 * @p: the parameters
 * @name: its name or ENERGY_SOURCE_AUTO
 *
 * Context: the kernel's parameter lock, before the core runs.
 * Return: 0, or -EINVAL if no source can have that name.
 */
int energy_params_set_source(struct energy_params *p, const char *name)
{
	if (!energy_source_name_ok(name))
		return -EINVAL;
	strscpy(p->source, name, sizeof(p->source));
	return 0;
}

/**
 * energy_params_weights() - The weights as they are now
 * @p: the parameters
 * @w: out
 *
 * Context: any.
 */
void energy_params_weights(const struct energy_params *p, struct energy_weights *w)
{
	w->cpu_ns = READ_ONCE(p->weights.cpu_ns);
	w->mem_bytes = READ_ONCE(p->weights.mem_bytes);
	w->instructions = READ_ONCE(p->weights.instructions);
	w->wakeups = READ_ONCE(p->weights.wakeups);
	w->disk_read_bytes = READ_ONCE(p->weights.disk_read_bytes);
	w->disk_write_bytes = READ_ONCE(p->weights.disk_write_bytes);
	w->net_rx_packets = READ_ONCE(p->weights.net_rx_packets);
	w->net_tx_packets = READ_ONCE(p->weights.net_tx_packets);
}

static void changed(struct energy_core *core)
{
	if (!core->running)
		return;
	WRITE_ONCE(core->params_changed, true);
	energy_sampler_kick(core);
}

static int set_sample_ns(const char *val, const struct kernel_param *kp)
{
	struct energy_core *core = container_of(kp->arg, struct energy_core, params.sample_ns);
	u64 v;
	int ret;

	ret = kstrtou64(val, 0, &v) ?:
	      energy_params_set_sample_ns(&core->params, v, core->running);
	if (!ret)
		changed(core);
	return ret;
}

static int set_window_ns(const char *val, const struct kernel_param *kp)
{
	struct energy_core *core = container_of(kp->arg, struct energy_core, params.window_ns);
	u64 v;
	int ret;

	ret = kstrtou64(val, 0, &v) ?:
	      energy_params_set_window_ns(&core->params, v, core->running);
	if (!ret)
		changed(core);
	return ret;
}

static int set_weight(const char *val, const struct kernel_param *kp)
{
	u64 v;

	return kstrtou64(val, 0, &v) ?: energy_params_set_weight(kp->arg, v);
}

static int set_idle_uw(const char *val, const struct kernel_param *kp)
{
	struct energy_core *core = container_of(kp->arg, struct energy_core, params.idle_uw[0]);

	return energy_params_set_idle_uw(&core->params, val);
}

static int get_idle_uw(char *buf, const struct kernel_param *kp)
{
	struct energy_core *core = container_of(kp->arg, struct energy_core, params.idle_uw[0]);
	unsigned int i;
	int n = 0;

	for (i = 0; i < core->params.nr_idle_uw; i++)
		n += scnprintf(buf + n, PAGE_SIZE - n, "%s%u", i ? "," : "",
			       core->params.idle_uw[i]);
	return n + scnprintf(buf + n, PAGE_SIZE - n, "\n");
}

static int set_source(const char *val, const struct kernel_param *kp)
{
	struct energy_core *core = container_of(kp->arg, struct energy_core, params.source[0]);
	char name[ENERGY_NAME_LEN];
	size_t len = strcspn(val, "\n");

	if (len >= sizeof(name) || (val[len] && val[len + 1]))
		return -EINVAL;
	memcpy(name, val, len);
	name[len] = '\0';
	if (!core->running)
		return energy_params_set_source(&core->params, name);
	return energy_errand_prefer(core, name);
}

/* As the kernel's current_clocksource: what is read, not what was written. */
static int get_source(char *buf, const struct kernel_param *kp)
{
	struct energy_core *core = container_of(kp->arg, struct energy_core, params.source[0]);
	struct energy_published pub;

	if (!core->running)
		return scnprintf(buf, PAGE_SIZE, "%s\n", core->params.source);
	energy_latest(core, &pub);
	return scnprintf(buf, PAGE_SIZE, "%s\n", pub.source);
}

const struct kernel_param_ops energy_param_sample_ns_ops = {
	.set = set_sample_ns,
	.get = param_get_ullong,
};

const struct kernel_param_ops energy_param_window_ns_ops = {
	.set = set_window_ns,
	.get = param_get_ullong,
};

const struct kernel_param_ops energy_param_weight_ops = {
	.set = set_weight,
	.get = param_get_uint,
};

const struct kernel_param_ops energy_param_idle_uw_ops = {
	.set = set_idle_uw,
	.get = get_idle_uw,
};

const struct kernel_param_ops energy_param_source_ops = {
	.set = set_source,
	.get = get_source,
};
