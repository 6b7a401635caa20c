// SPDX-License-Identifier: GPL-2.0-only
/* Sources coming and going. */
#include <linux/overflow.h>

#include "internal.h"
#include "units.h"

static int reject(const struct energy_source *src, const char *why)
{
	pr_err("energy: source %s refused: %s\n", src->name ?: "(no name)", why);
	return -EINVAL;
}

static int check_domain(const struct energy_core *core, const struct energy_source *src,
			const struct energy_domain *dom)
{
	u64 range_nj;

	if (strnlen(dom->name, sizeof(dom->name)) == sizeof(dom->name) || !dom->name[0])
		return reject(src, "a domain's name is empty or not terminated");
	if ((unsigned int)dom->kind >= ENERGY_NR_KINDS)
		return reject(src, "a domain's kind is not known");
	if (bitmap_empty(cpumask_bits(&dom->cpus), core->nr_ledgers))
		return reject(src, "a domain has no CPUs");
	if (!dom->mult || dom->shift > ENERGY_MAX_SHIFT)
		return reject(src, "a domain's scale is 0 or its shift above 32");
	if (check_mul_overflow(dom->wrap_range, (u64)dom->mult, &range_nj))
		return reject(src, "a domain's range does not fit in 64 bits of nanojoules");
	return 0;
}

static int check_source(const struct energy_core *core, const struct energy_source *src)
{
	unsigned int i, k;
	int ret;

	/* first: where it is another one, the rest may mean something else */
	if (src->version != ENERGY_SOURCE_VERSION) {
		pr_err("energy: a source refused: built for version %u of <energy/source.h>, not %u\n",
		       src->version, ENERGY_SOURCE_VERSION);
		return -EINVAL;
	}
	if (!energy_source_name_ok(src->name) || !strcmp(src->name, ENERGY_SOURCE_AUTO) ||
	    !strcmp(src->name, "none"))
		return reject(src, "its name is empty, too long, not plain, \"auto\" or \"none\"");
	if (!src->ops || !src->ops->read_domain)
		return reject(src, "it has no read_domain()");
	if ((unsigned int)src->kind > ENERGY_MODEL)
		return reject(src, "its kind is not known");
	if (!src->domains || !src->nr_domains || src->nr_domains > ENERGY_MAX_DOMAINS)
		return reject(src, "it has no domains, or too many");
	for (i = 0; i < src->nr_domains; i++) {
		ret = check_domain(core, src, &src->domains[i]);
		if (ret)
			return ret;
		for (k = 0; k < i; k++)
			if (src->domains[k].kind == src->domains[i].kind &&
			    src->domains[k].instance == src->domains[i].instance)
				return reject(src, "two domains are of the same kind and instance");
	}
	return 0;
}

static struct energy_source *find(struct energy_core *core, const char *name)
{
	struct energy_source *src;

	list_for_each_entry(src, &core->sources, node)
		if (!strcmp(src->name, name))
			return src;
	return NULL;
}

/*
 * Choose anew, in a sample: what ran until now is settled, by those that are read until now.
 * Without memory for groups nothing is billed for now.
 */
static int choose(struct energy_core *core, u64 now_ns)
{
	energy_choice_plan(core);
	energy_sampler_step_locked(core, now_ns);
	return energy_choice_switch(core, energy_core_time(core, now_ns), false);
}

static void stop(struct energy_source *src)
{
	if (src->started && src->ops->stop)
		src->ops->stop(src);
	src->started = false;
}

/* It stays in the list until its last sample is over: a window that ends with that names it. */
static void leave(struct energy_core *core, struct energy_source *src, u64 now_ns)
{
	src->leaving = true;
	choose(core, now_ns);
	list_del(&src->node);
	stop(src);
}

/**
 * energy_registry_add() - Take a source in
 * @core: the core
 * @src: the source
 * @now_ns: CLOCK_BOOTTIME
 *
 * What ran before is settled first: the new source pays for what comes.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL for a malformed source (the log says why), -EBUSY for a name that is
 * taken, -ENOMEM.
 */
int energy_registry_add(struct energy_core *core, struct energy_source *src, u64 now_ns)
{
	int ret = check_source(core, src);

	if (ret)
		return ret;
	mutex_lock(&core->lock);
	if (find(core, src->name)) {
		/* not -EEXIST: modprobe takes that for a module that is loaded already */
		ret = -EBUSY;
		goto unlock;
	}
	now_ns = energy_core_time(core, now_ns);
	src->started = false;
	src->failed = false;
	src->leaving = false;
	src->used = 0;
	src->reads = 0;
	src->gaps = 0;
	src->last_error = 0;
	ret = energy_slots_add(core, src);
	if (ret)
		goto unlock;
	list_add_tail(&src->node, &core->sources);
	ret = choose(core, now_ns);
	if (!ret && src->failed)
		ret = -EIO;
	if (ret)
		leave(core, src, now_ns);
	energy_latest_update(core, energy_core_time(core, now_ns));
unlock:
	mutex_unlock(&core->lock);
	return ret;
}

/**
 * energy_registry_update() - Take in what a source offers from now on
 * @core: the core
 * @src: a source that has been added
 * @now: its new domains, and its private pointer with them
 * @now_ns: CLOCK_BOOTTIME
 *
 * What ran before is settled first, by the old ones. A counter that stays goes on.
 *
 * Context: may sleep.
 * Return: 0, or -EINVAL or -ENOMEM, upon which nothing has changed.
 */
int energy_registry_update(struct energy_core *core, struct energy_source *src,
			   const struct energy_source *now, u64 now_ns)
{
	int ret = check_source(core, now);

	if (ret)
		return ret;
	mutex_lock(&core->lock);
	now_ns = energy_core_time(core, now_ns);
	energy_sampler_step_locked(core, now_ns);
	ret = energy_slots_add(core, now);
	if (ret)
		goto unlock;
	energy_slots_replace(core, src, now);
	src->domains = now->domains;
	src->nr_domains = now->nr_domains;
	src->priv = now->priv;
	energy_choice_plan(core);
	now_ns = energy_core_time(core, now_ns);
	energy_choice_switch(core, now_ns, src->started);
	energy_latest_update(core, now_ns);
unlock:
	mutex_unlock(&core->lock);
	return ret;
}

/**
 * energy_registry_remove() - Let a source go
 * @core: the core
 * @src: the source
 * @now_ns: CLOCK_BOOTTIME
 *
 * Takes a last sample, so what @src counted until now is in the books. It is not called any
 * more when this returns: all reads happen under the lock that this takes.
 *
 * Context: may sleep.
 */
void energy_registry_remove(struct energy_core *core, struct energy_source *src, u64 now_ns)
{
	mutex_lock(&core->lock);
	now_ns = energy_core_time(core, now_ns);
	leave(core, src, now_ns);
	energy_latest_update(core, energy_core_time(core, now_ns));
	mutex_unlock(&core->lock);
}

/**
 * energy_registry_prefer() - Read a certain source, or the best ones again
 * @core: the core
 * @name: its name, or "auto"
 * @now_ns: CLOCK_BOOTTIME
 *
 * As long as that source is registered and works, no other one is read; the choice outlives it.
 * One that did not start before is given another try.
 *
 * Context: may sleep.
 * Return: 0; -ENODEV if there is no such source, -EIO if it does not start, upon which nothing has
 * changed; or -ENOMEM, upon which nothing is billed until there is memory.
 */
int energy_registry_prefer(struct energy_core *core, const char *name, u64 now_ns)
{
	struct energy_source *src;
	int ret = -ENODEV;

	mutex_lock(&core->lock);
	src = find(core, name);
	if (!src && strcmp(name, ENERGY_SOURCE_AUTO))
		goto unlock;
	ret = -EIO;
	if (src && energy_choice_start(src))
		goto unlock;
	if (src)
		src->failed = false;
	strscpy(core->params.source, name, sizeof(core->params.source));
	now_ns = energy_core_time(core, now_ns);
	ret = choose(core, now_ns);
	energy_latest_update(core, energy_core_time(core, now_ns));
unlock:
	mutex_unlock(&core->lock);
	return ret;
}
