// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listings, streamed: one page at a time, however many processes there are.
 *
 * Between two pages nothing is held, so the table changes under the reader. A listing goes on
 * after the process that it passed last, known by PID and start time: nobody who was there
 * all the time is shown twice or left out, even where PIDs are reused meanwhile.
 *
 * A listing that shows window values is bound to one window. Going on with it when that
 * window can no longer be read fails with -ESTALE; reading from offset 0 begins a new one.
 */
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "internal.h"
#include "listing.h"
#include "record.h"

/*
 * seq_file's index: the header, then the slots by kind and instance, then the processes by
 * PID, of which the system is the first. It says where to go on, not how far one has come.
 */
#define AT_HEADER	0LL
#define AT_SLOTS	1LL
#define AT_SYSTEM	((loff_t)BIT_ULL(40))
#define AT_PROCS	(AT_SYSTEM + 1)

static loff_t slot_index(const struct energy_slot *slot)
{
	return AT_SLOTS + (((u64)slot->kind << 32) | slot->instance);
}

/* Room for as many processes with the same PID as there can be. */
static loff_t proc_index(unsigned long pid)
{
	return AT_SYSTEM + ((u64)pid << 32);
}

static unsigned long index_pid(loff_t index)
{
	return (index - AT_SYSTEM) >> 32;
}

static bool listing_has_procs(const struct energy_listing *l)
{
	return l->view->procs && (l->view->live || l->gen);
}

/* A window can just be replaced when it is asked for, but not twice in a row. */
static int listing_bind(struct energy_listing *l)
{
	unsigned int tries;

	for (tries = 0; tries < 3; tries++) {
		l->gen = energy_window_begin(l->core);
		if (!l->gen) {
			memset(&l->header.window, 0, sizeof(l->header.window));
			return 0;
		}
		if (energy_window_header(l->core, l->gen, &l->header.window))
			return 0;
	}
	return -ESTALE;
}

static bool listing_is_stale(const struct energy_listing *l)
{
	return l->view->window && l->gen && !energy_window_valid(l->core, l->gen);
}

static int listing_begin(struct energy_listing *l)
{
	const struct energy_params *params = &l->core->params;
	int ret;

	/*
	 * seq_file also comes here to find an offset in the middle; that must not turn the
	 * rest of one window's listing into the rest of another's.
	 */
	if (l->view->window && READ_ONCE(l->rewound)) {
		ret = listing_bind(l);
		if (ret)
			return ret;
		WRITE_ONCE(l->rewound, false);
	}
	if (l->view->live)
		energy_latest(l->core, &l->header.live);
	/* The header's window= has to be the one whose values follow. */
	if (l->view->live && l->view->window)
		l->header.live.gen = l->gen;
	l->header.sample_ns = READ_ONCE(params->sample_ns);
	l->header.window_ns = READ_ONCE(params->window_ns);
	l->whole_table = !l->scope.cgroup;
	energy_members_begin(&l->members, l->scope.cgroup);
	l->passed_pid = 0;
	l->complete = false;
	return 0;
}

static struct energy_slot *listing_find_slot(const struct energy_listing *l, loff_t index)
{
	struct energy_slot *slot;

	list_for_each_entry(slot, &l->core->slots, node)
		if (slot_index(slot) >= index)
			return slot;
	return NULL;
}

static struct energy_proc *listing_proc_from(struct energy_listing *l, unsigned long pid)
{
	struct energy_procpos pos = { .pid = pid };
	struct energy_proc *p;

	if (!l->whole_table && energy_members_from(l->core, &l->members, pid, &p))
		return p;
	l->whole_table = true;
	return energy_proctab_at(l->core, &pos);
}

/* The first process that has not been passed, PIDs from @pid on. */
static struct energy_proc *listing_find_proc(struct energy_listing *l, unsigned long pid)
{
	struct energy_proc *p = listing_proc_from(l, pid);

	if (!p || p->tgid != l->passed_pid)
		return p;
	while (p && p->start_ns >= l->passed_start_ns)
		p = rcu_dereference(p->older);
	return p ?: listing_proc_from(l, (unsigned long)l->passed_pid + 1);
}

/*
 * A process that is not found may be one that has left the table together with its window:
 * only a window that can still be read has an end.
 */
static void *listing_end(struct energy_listing *l)
{
	if (listing_is_stale(l))
		return ERR_PTR(-ESTALE);
	l->complete = true;
	return NULL;
}

static void *listing_stop_at_proc(struct energy_listing *l, struct energy_proc *p, loff_t *index)
{
	if (!p)
		return listing_end(l);
	l->stage = ENERGY_STAGE_PROC;
	*index = max(*index, proc_index(p->tgid));
	return p;
}

static void listing_unlock(struct energy_listing *l)
{
	if (!l->locked)
		return;
	l->locked = false;
	mutex_unlock(&l->core->lock);
}

/* Find the element at @index or the first one behind it. */
static void *listing_find(struct energy_listing *l, loff_t *index)
{
	struct energy_slot *slot;

	if (*index == AT_HEADER) {
		l->stage = ENERGY_STAGE_HEADER;
		return SEQ_START_TOKEN;
	}
	if (*index < AT_SYSTEM) {
		slot = l->locked ? listing_find_slot(l, *index) : NULL;
		if (slot) {
			l->stage = ENERGY_STAGE_SLOT;
			*index = slot_index(slot);
			return slot;
		}
		*index = AT_SYSTEM;
	}
	listing_unlock(l);
	if (*index == AT_SYSTEM) {
		if (l->view->system) {
			l->stage = ENERGY_STAGE_SYSTEM;
			return l;
		}
		*index = AT_PROCS;
	}
	if (!listing_has_procs(l))
		return listing_end(l);
	return listing_stop_at_proc(l, listing_find_proc(l, index_pid(*index)), index);
}

/* The header and the slots come from the same sample as long as they fit into one page. */
static int listing_lock(struct energy_listing *l, loff_t index)
{
	int ret;

	if (!l->view->show_slot || index >= AT_SYSTEM)
		return 0;
	ret = mutex_lock_killable(&l->core->lock);
	l->locked = !ret;
	return ret;
}

static void *listing_start(struct seq_file *m, loff_t *index)
	__acquires(RCU)
{
	struct energy_listing *l = m->private;
	int ret;

	/*
	 * What sleeps comes first; on PREEMPT_RT that includes the copy of the latest sample.
	 * stop() undoes both locks, also after an error.
	 */
	ret = listing_lock(l, *index);
	if (!ret && *index == AT_HEADER)
		ret = listing_begin(l);
	rcu_read_lock();
	if (ret)
		return ERR_PTR(ret);
	energy_scope_resume(&l->scope);
	/* Who has got everything may ask for more as late as it likes. */
	if (l->complete)
		return NULL;
	if (listing_is_stale(l))
		return ERR_PTR(-ESTALE);
	return listing_find(l, index);
}

static void listing_stop(struct seq_file *m, void *v)
	__releases(RCU)
{
	struct energy_listing *l = m->private;

	rcu_read_unlock();
	listing_unlock(l);
}

static void *listing_next(struct seq_file *m, void *v, loff_t *index)
	__must_hold(RCU)
{
	struct energy_listing *l = m->private;
	struct energy_proc *p = v, *older;

	++*index;
	if (l->stage != ENERGY_STAGE_PROC)
		return listing_find(l, index);

	l->passed_pid = p->tgid;
	l->passed_start_ns = p->start_ns;
	/*
	 * seq_file looks for an offset, or for something to show, in one read side. Where the
	 * table is long and little of it is visible that takes too long.
	 */
	if (need_resched()) {
		rcu_read_unlock();
		cond_resched();
		rcu_read_lock();
		energy_scope_resume(&l->scope);
		return listing_stop_at_proc(l, listing_find_proc(l, l->passed_pid), index);
	}
	older = rcu_dereference(p->older);
	return listing_stop_at_proc(l, older ?: listing_proc_from(l, p->tgid + 1UL), index);
}

static void listing_show_header(struct seq_file *m, const struct energy_listing *l)
{
	char *buf;
	size_t size = seq_get_buf(m, &buf);
	size_t len = energy_header_format(buf, size, &l->header, l->view->header);

	seq_commit(m, len ?: -1);
	if (l->view->show_stats)
		l->view->show_stats(m, l->core);
}

static void listing_show_record(struct seq_file *m, const struct energy_listing *l,
				const struct energy_record *r)
{
	char *buf;
	size_t size = seq_get_buf(m, &buf);
	size_t len = energy_record_format(buf, size, r, l->view->detail);

	seq_commit(m, len ?: -1);
}

static void listing_show_system(struct seq_file *m, const struct energy_listing *l)
{
	struct energy_record r = {
		.alive = 1,
		.values = l->view->live ? l->header.live.sys : l->header.window.sys,
		.window_alive = l->gen != 0,
		.window = l->header.window.sys,
		.comm = "system",
	};

	listing_show_record(m, l, &r);
}

static void record_identify(struct energy_record *r, const struct energy_proc *p, pid_t pid)
{
	r->pid = pid;
	r->kernel = READ_ONCE(p->kernel);
	/* The sampler may be renaming it: a mixture of two names, but always a string. */
	data_race(memcpy(r->comm, p->comm, sizeof(r->comm)));
	r->comm[sizeof(r->comm) - 1] = '\0';
}

static void record_take_live(struct energy_record *r, const struct energy_proc *p)
{
	r->alive = READ_ONCE(p->alive);
	/* The sampler may be adding to it: numbers of one line may be of two samples. */
	r->values = data_race(p->now);
}

static bool record_take_window(const struct energy_listing *l, const struct energy_proc *p,
			       struct energy_values *values, u64 *alive)
{
	bool was_alive;

	if (!l->gen || !energy_window_proc(p, l->gen, values, &was_alive))
		return false;
	*alive = was_alive;
	return true;
}

static bool record_take(const struct energy_listing *l, const struct energy_proc *p,
			struct energy_record *r)
{
	bool shown;

	if (!l->view->live)
		return record_take_window(l, p, &r->values, &r->alive);
	record_take_live(r, p);
	shown = READ_ONCE(p->listed);
	if (l->view->window && record_take_window(l, p, &r->window, &r->window_alive))
		shown = true;
	return shown;
}

static int listing_show_proc(struct seq_file *m, struct energy_listing *l,
			     const struct energy_proc *p)
{
	struct energy_record r = {};
	pid_t pid = energy_scope_pid(&l->scope, p);

	if (!pid || !energy_scope_allows(&l->scope, p))
		return SEQ_SKIP;
	if (!record_take(l, p, &r))
		return SEQ_SKIP;
	/* Asked after the values were copied: were they still of this window? */
	if (listing_is_stale(l))
		return -ESTALE;
	record_identify(&r, p, pid);
	listing_show_record(m, l, &r);
	return 0;
}

static int listing_show(struct seq_file *m, void *v)
{
	struct energy_listing *l = m->private;

	switch (l->stage) {
	case ENERGY_STAGE_HEADER:
		listing_show_header(m, l);
		return 0;
	case ENERGY_STAGE_SLOT:
		l->view->show_slot(m, v);
		return 0;
	case ENERGY_STAGE_SYSTEM:
		listing_show_system(m, l);
		return 0;
	default:
		return listing_show_proc(m, l, v);
	}
}

static const struct seq_operations listing_ops = {
	.start	= listing_start,
	.next	= listing_next,
	.stop	= listing_stop,
	.show	= listing_show,
};

/**
 * energy_listing_open() - Make a listing out of a file that is being opened.
 * @file: the file
 * @core: the core
 * @view: what it shows; must outlive the file
 *
 * The caller sets the listing's scope, or gives the listing back by seq_release_private().
 *
 * Context: Process context, may sleep.
 * Return: The listing, or NULL without memory.
 */
struct energy_listing *energy_listing_open(struct file *file, struct energy_core *core,
					   const struct energy_view *view)
{
	struct energy_listing *l = __seq_open_private(file, &listing_ops, sizeof(*l));

	if (!l)
		return NULL;
	l->core = core;
	l->view = view;
	l->rewound = true;
	return l;
}

/**
 * energy_listing_release() - A file is closed.
 * @inode: its inode
 * @file: the file
 *
 * Context: Process context.
 * Return: 0.
 */
int energy_listing_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;
	struct energy_listing *l = m->private;

	energy_scope_release(&l->scope);
	return seq_release_private(inode, file);
}

/**
 * energy_listing_rewind() - A file is read from offset 0: the newest window is wanted.
 * @file: the file
 *
 * Threads that share a descriptor may race here; each of them still gets one window.
 *
 * Context: Before seq_file's read.
 */
void energy_listing_rewind(struct file *file)
{
	struct seq_file *m = file->private_data;
	struct energy_listing *l = m->private;

	WRITE_ONCE(l->rewound, true);
}
