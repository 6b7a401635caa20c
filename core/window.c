// SPDX-License-Identifier: GPL-2.0-only
/* Publishing: the latest sample for the privileged, windows for everybody. */
#include <linux/string.h>

#include "internal.h"

static const char *const source_kind_names[] = {
	[ENERGY_MEASURED] = "measured",
	[ENERGY_HOST] = "host",
	[ENERGY_MODEL] = "model",
};

static void describe_sources(struct energy_core *core, struct energy_published *pub)
{
	const struct energy_source *src;
	const struct energy_slot *s;
	int kind = -1;
	size_t n = 0;

	list_for_each_entry(s, &core->slots, node) {
		pub->kinds |= BIT(s->kind);
		pub->kind_nj[s->kind] += s->account.measured_nj;
		/* the weakest claim counts: an estimate is never presented as measured */
		if (s->billed)
			kind = max_t(int, kind, s->src->kind);
	}
	pub->source_kind = kind < 0 ? "none" : source_kind_names[kind];
	pub->estimated = kind == ENERGY_MODEL;

	strscpy(pub->source, "none", sizeof(pub->source));
	list_for_each_entry(src, &core->sources, node)
		if (src->used)
			n += scnprintf(pub->source + n, sizeof(pub->source) - n, "%s%s",
				       n ? "," : "", src->name);
}

/**
 * energy_latest_update() - Let readers see the sample just taken
 * @core: the core
 * @now_ns: CLOCK_BOOTTIME
 *
 * Context: core->lock held.
 */
void energy_latest_update(struct energy_core *core, u64 now_ns)
{
	struct energy_published pub = {};

	core->sys.mem = core->env->mem_used();
	core->sys.energy_nj = core->books.measured_nj;

	pub.timestamp_ns = now_ns;
	pub.iterations = core->stats.samples;
	pub.books = core->books;
	pub.sys = core->sys;
	pub.gen = core->publishing;
	describe_sources(core, &pub);

	/* readers spin in here, so it is a copy and no more */
	write_seqcount_begin(&core->latest_seq);
	core->latest = pub;
	write_seqcount_end(&core->latest_seq);
}

/**
 * energy_latest() - The system as of the last sample
 * @core: the core
 * @pub: out: a consistent copy
 *
 * Context: may be preempted; on PREEMPT_RT it may wait for the sampler.
 */
void energy_latest(struct energy_core *core, struct energy_published *pub)
{
	unsigned int seq;

	do {
		seq = read_seqcount_begin(&core->latest_seq);
		*pub = core->latest;
	} while (read_seqcount_retry(&core->latest_seq, seq));
}

static void publish_dirty(struct energy_core *core, u32 gen)
{
	struct energy_proc *p, *next;
	unsigned int n = 0;

	for (p = core->dirty; p; p = next) {
		next = p->dirty_next;
		p->dirty = false;
		energy_snapshot_take(p->win, &p->now, p->alive, gen);
		if (!p->alive && !p->dead_gen)
			WRITE_ONCE(p->dead_gen, gen);
		energy_breathe(++n);
	}
	core->dirty = NULL;
}

/**
 * energy_window_publish() - End a window
 * @core: the core; a sample has just been billed
 * @now_ns: CLOCK_BOOTTIME
 *
 * Costs what changed since the last window.
 *
 * Context: core->lock held.
 */
void energy_window_publish(struct energy_core *core, u64 now_ns)
{
	u32 gen = core->gen + 1;
	struct energy_published *pub = &core->published[gen & 1];

	WRITE_ONCE(core->publishing, gen);
	/* pairs with energy_window_valid() */
	smp_wmb();

	publish_dirty(core, gen);
	energy_cgroups_publish(core, gen);
	energy_reap_dead(core);
	energy_cgroups_reap(core, gen);
	energy_recycle_trim(core);
	core->window_start_ns = now_ns;

	energy_latest_update(core, now_ns);
	*pub = core->latest;

	/* pairs with energy_window_begin() */
	smp_store_release(&core->gen, gen);
}

/**
 * energy_window_begin() - Bind a reader to the last window
 * @core: the core
 *
 * Context: any.
 * Return: its generation; 0 if there is none yet.
 */
u32 energy_window_begin(struct energy_core *core)
{
	/* pairs with energy_window_publish() */
	return smp_load_acquire(&core->gen);
}

/**
 * energy_window_valid() - Whether what was read of a window up to now was that window
 * @core: the core
 * @gen: the generation the reader is bound to
 *
 * To be asked after reading, before using.
 *
 * Context: any.
 * Return: false once the publication of @gen + 2 has begun, and for generation 0.
 */
bool energy_window_valid(struct energy_core *core, u32 gen)
{
	/* pairs with energy_window_publish() */
	smp_rmb();
	return gen && READ_ONCE(core->publishing) - gen <= 1;
}

/**
 * energy_window_header() - The system as of a window
 * @core: the core
 * @gen: the window's generation
 * @pub: out: the system then
 *
 * Context: any.
 * Return: false if the window cannot be read any more.
 */
bool energy_window_header(struct energy_core *core, u32 gen, struct energy_published *pub)
{
	*pub = core->published[gen & 1];
	return energy_window_valid(core, gen);
}

/**
 * energy_window_proc() - A process as of a window
 * @p: its record
 * @gen: the window's generation
 * @v: out: its values
 * @alive: out: whether it was alive
 *
 * Context: RCU read side; energy_window_valid() must be asked afterwards.
 * Return: false if the process is not listed in that window.
 */
bool energy_window_proc(const struct energy_proc *p, u32 gen, struct energy_values *v,
			bool *alive)
{
	u32 dead_gen = READ_ONCE(p->dead_gen);
	const struct energy_snapshot *s;

	if (dead_gen && dead_gen < gen)
		return false;
	s = energy_snapshot_of(p->win, gen);
	if (!s)
		return false;
	*v = s->v;
	*alive = s->alive;
	return true;
}

/**
 * energy_window_cgroup() - A cgroup as of a window
 * @cg: its row
 * @gen: the window's generation
 * @v: out: its totals; zeroes if nothing had run in it by then
 *
 * Context: a reference, or the RCU read side; energy_window_valid() must be asked afterwards.
 */
void energy_window_cgroup(const struct energy_cgroup *cg, u32 gen, struct energy_values *v)
{
	const struct energy_snapshot *s = energy_snapshot_of(cg->win, gen);

	if (s)
		*v = s->v;
	else
		*v = (struct energy_values) {};
}
