// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errands: what changes the sources is done by the sampler thread, for whoever asks.
 *
 * Each change takes a sample, and at a hand-over two counters are read as closely together as can
 * be. The sampler is there for that: of high priority, in the initial namespaces, and with a
 * kernel thread's rights whoever asks.
 */
#include <linux/completion.h>
#include <linux/jiffies.h>

#include "internal.h"

/* Longer than any sane read takes; then the log says what is waited for. */
#define SLOW_READ (5 * HZ)

/**
 * struct energy_errand - A change of the sources that somebody waits for
 * @func: does it, in the sampler thread
 * @src: the source
 * @now: what it is from now on
 * @name: of a source, or ENERGY_SOURCE_AUTO
 * @ret: what @func returned
 * @done: it did
 */
struct energy_errand {
	int (*func)(struct energy_core *core, const struct energy_errand *e);
	struct energy_source *src;
	const struct energy_source *now;
	const char *name;
	int ret;
	struct completion done;
};

static int add(struct energy_core *core, const struct energy_errand *e)
{
	return energy_registry_add(core, e->src, core->env->boottime());
}

static int update(struct energy_core *core, const struct energy_errand *e)
{
	return energy_registry_update(core, e->src, e->now, core->env->boottime());
}

static int remove(struct energy_core *core, const struct energy_errand *e)
{
	energy_registry_remove(core, e->src, core->env->boottime());
	return 0;
}

static int prefer(struct energy_core *core, const struct energy_errand *e)
{
	return energy_registry_prefer(core, e->name, core->env->boottime());
}

/* A source that hangs in read_domain() holds the sampler; say so instead of hanging silently. */
static int wait_for(struct energy_errand *e, const char *what)
{
	if (!wait_for_completion_timeout(&e->done, SLOW_READ)) {
		pr_warn("energy: %s source %s waits for a sample, maybe for a slow read\n", what,
			e->name);
		wait_for_completion(&e->done);
	}
	return e->ret;
}

static int run(struct energy_core *core, struct energy_errand *e, const char *what)
{
	int ret;

	init_completion(&e->done);
	mutex_lock(&core->errand_lock);
	/* pairs with energy_errand_do() */
	smp_store_release(&core->errand, e);
	energy_sampler_kick(core);
	ret = wait_for(e, what);
	mutex_unlock(&core->errand_lock);
	return ret;
}

/**
 * energy_errand_do() - Do what somebody waits for, if anybody does
 * @core: the core
 *
 * Context: the sampler thread.
 */
void energy_errand_do(struct energy_core *core)
{
	/* pairs with run() */
	struct energy_errand *e = smp_load_acquire(&core->errand);

	if (!e)
		return;
	WRITE_ONCE(core->errand, NULL);
	e->ret = e->func(core, e);
	complete(&e->done);
}

/**
 * energy_errand_add() - Have a source taken in
 * @core: the core, whose sampler runs
 * @src: the source
 *
 * Context: may sleep.
 * Return: as energy_registry_add().
 */
int energy_errand_add(struct energy_core *core, struct energy_source *src)
{
	struct energy_errand e = { .func = add, .src = src, .name = src->name ?: "(no name)" };

	return run(core, &e, "adding");
}

/**
 * energy_errand_update() - Have a source changed
 * @core: the core, whose sampler runs
 * @src: the source
 * @now: what it is from now on
 *
 * Context: may sleep.
 * Return: as energy_registry_update().
 */
int energy_errand_update(struct energy_core *core, struct energy_source *src,
			 const struct energy_source *now)
{
	struct energy_errand e = { .func = update, .src = src, .now = now, .name = src->name };

	return run(core, &e, "updating");
}

/**
 * energy_errand_remove() - Have a source let go
 * @core: the core, whose sampler runs
 * @src: the source
 *
 * Context: may sleep.
 */
void energy_errand_remove(struct energy_core *core, struct energy_source *src)
{
	struct energy_errand e = { .func = remove, .src = src, .name = src->name };

	run(core, &e, "removing");
}

/**
 * energy_errand_prefer() - Have a certain source read
 * @core: the core, whose sampler runs
 * @name: its name, or ENERGY_SOURCE_AUTO
 *
 * Context: the kernel's parameter lock; may sleep.
 * Return: as energy_registry_prefer().
 */
int energy_errand_prefer(struct energy_core *core, const char *name)
{
	struct energy_errand e = { .func = prefer, .name = name };

	return run(core, &e, "choosing");
}
