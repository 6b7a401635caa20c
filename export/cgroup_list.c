// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/energy/cgroups: one line per cgroup, live, for administrators. See ABI.md.
 *
 * Streamed in the order of the cgroups' ids, which are never used again: a listing that is
 * resumed neither repeats nor skips a cgroup.
 */
#include <linux/capability.h>
#include <linux/math64.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "internal.h"
#include "files.h"
#include "record.h"

/**
 * struct energy_cgroup_listing - An open file
 * @core: the core
 * @timestamp_ns: time of the last sample when the listing was begun
 * @iterations: samples taken until then
 */
struct energy_cgroup_listing {
	struct energy_core *core;
	u64 timestamp_ns;
	u64 iterations;
};

static void list_begin(struct energy_cgroup_listing *l)
{
	struct energy_published pub;

	energy_latest(l->core, &pub);
	l->timestamp_ns = pub.timestamp_ns;
	l->iterations = pub.iterations;
}

/* The index is the id; the header is at 0, which no cgroup has. */
static void *list_find(struct seq_file *m, loff_t *index)
{
	struct energy_cgroup_listing *l = m->private;
	unsigned long id = *index;
	struct energy_cgroup *cg;

	cg = xa_find(&l->core->cgroups, &id, ULONG_MAX, XA_PRESENT);
	if (cg)
		*index = id;
	return cg;
}

static void *list_start(struct seq_file *m, loff_t *index)
	__acquires(RCU)
{
	/* on PREEMPT_RT this may sleep */
	if (!*index)
		list_begin(m->private);
	rcu_read_lock();
	return *index ? list_find(m, index) : SEQ_START_TOKEN;
}

static void *list_next(struct seq_file *m, void *v, loff_t *index)
	__must_hold(RCU)
{
	++*index;
	return list_find(m, index);
}

static void list_stop(struct seq_file *m, void *v)
	__releases(RCU)
{
	rcu_read_unlock();
}

static void show_header(struct seq_file *m)
{
	const struct energy_cgroup_listing *l = m->private;

	seq_put_decimal_ull(m, "timestamp=", l->timestamp_ns);
	seq_put_decimal_ull(m, "\niterations=", l->iterations);
	seq_putc(m, '\n');
}

/* As a name is escaped; a line of which all has to be escaped makes seq_file's buffer grow. */
static void show_path(struct seq_file *m, const char *path)
{
	char *buf;
	size_t size;

	seq_puts(m, " path=");
	size = seq_get_buf(m, &buf);
	if (4 * strlen(path) + 1 > size)
		seq_commit(m, -1);
	else
		seq_commit(m, energy_comm_escape(buf, size, path));
	seq_putc(m, '\n');
}

static void show_cgroup(struct seq_file *m, const struct energy_cgroup *cg)
{
	/* pairs with join_parent() */
	const struct energy_cgroup *parent = smp_load_acquire(&cg->parent);
	/* pairs with resolve_one() */
	const char *path = smp_load_acquire(&cg->path);
	/* the sampler may be adding to it: numbers of one line may be of two samples */
	struct energy_values v = data_race(cg->total);
	u32 uj;
	u64 mj = div_u64_rem(div_u64(v.score_nj, 1000), 1000, &uj);

	seq_put_decimal_ull(m, "cgroup=", cg->id);
	seq_put_decimal_ull(m, " parent=", parent ? parent->id : 0);
	seq_put_decimal_ull(m, " alive=", !READ_ONCE(cg->gone));
	seq_printf(m, " energy=%llu.%03u", mj, uj);
	seq_put_decimal_ull(m, " cpu_ns=", v.use.cpu_ns);
	seq_put_decimal_ull(m, " instructions=", v.use.instructions);
	seq_put_decimal_ull(m, " wakeups=", v.use.wakeups);
	seq_put_decimal_ull(m, " diski=", v.use.diski);
	seq_put_decimal_ull(m, " disko=", v.use.disko);
	seq_put_decimal_ull(m, " rx=", energy_rx_packets(v.use.rx_parts));
	seq_put_decimal_ull(m, " tx=", v.use.tx);
	seq_put_decimal_ull(m, " energy_uj=", div_u64(v.energy_nj, 1000));
	seq_put_decimal_ull(m, " energy_nj=", v.energy_nj);
	show_path(m, path ?: "?");
}

static int list_show(struct seq_file *m, void *v)
{
	const struct energy_cgroup *cg = v;

	if (v == SEQ_START_TOKEN) {
		show_header(m);
		return 0;
	}
	if (!READ_ONCE(cg->listed))
		return SEQ_SKIP;
	show_cgroup(m, cg);
	return 0;
}

static const struct seq_operations list_ops = {
	.start	= list_start,
	.next	= list_next,
	.stop	= list_stop,
	.show	= list_show,
};

static int energy_cgroups_open(struct inode *inode, struct file *file)
{
	struct energy_cgroup_listing *l;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	l = __seq_open_private(file, &list_ops, sizeof(*l));
	if (!l)
		return -ENOMEM;
	l->core = pde_data(inode);
	return 0;
}

const struct proc_ops energy_cgroups_ops = {
	.proc_open	= energy_cgroups_open,
	.proc_read_iter	= seq_read_iter,
	.proc_lseek	= seq_lseek,
	.proc_release	= seq_release_private,
};
