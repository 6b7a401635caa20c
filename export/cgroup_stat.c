// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/energy/cgroup.stat: the totals of the opener's cgroup as of the last window, flat
 * keyed like cgroup v2's cpu.stat. See ABI.md.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/stddef.h>

#include "internal.h"
#include "files.h"
#include "scope.h"

/**
 * struct energy_cgroup_stat - An open file
 * @core: the core
 * @cg: counted row of the cgroup
 */
struct energy_cgroup_stat {
	struct energy_core *core;
	struct energy_cgroup *cg;
};

#define STAT(_key, _member, _divisor) \
	{ _key " ", offsetof(struct energy_values, _member), _divisor }

static const struct energy_cgroup_stat_line {
	const char *key;
	size_t offset;
	u32 divisor;
} energy_cgroup_stat_lines[] = {
	STAT("energy_uj", energy_nj, 1000),
	STAT("model_uj", score_nj, 1000),
	STAT("cpu_ns", use.cpu_ns, 1),
	STAT("instructions", use.instructions, 1),
	STAT("wakeups", use.wakeups, 1),
	STAT("diski", use.diski, 1),
	STAT("disko", use.disko, 1),
	STAT("tx", use.tx, 1),
};

#undef STAT

static void show_line(struct seq_file *m, const char *key, u64 value)
{
	seq_put_decimal_ull(m, key, value);
	seq_putc(m, '\n');
}

static void show_values(struct seq_file *m, const struct energy_published *pub,
			const struct energy_values *v)
{
	size_t i;

	show_line(m, "timestamp ", pub->timestamp_ns);
	show_line(m, "window ", pub->gen);
	for (i = 0; i < ARRAY_SIZE(energy_cgroup_stat_lines); i++) {
		const struct energy_cgroup_stat_line *line = &energy_cgroup_stat_lines[i];

		show_line(m, line->key, div_u64(*(const u64 *)((const char *)v + line->offset),
						line->divisor));
	}
	show_line(m, "rx ", energy_rx_packets(v->use.rx_parts));
}

/* A window can just be replaced when it is read, but not twice in a row. */
static int energy_cgroup_stat_show(struct seq_file *m, void *unused)
{
	const struct energy_cgroup_stat *stat = m->private;
	struct energy_published pub = {};
	struct energy_values v = {};
	unsigned int tries;

	for (tries = 0; tries < 3; tries++) {
		u32 gen = energy_window_begin(stat->core);

		if (gen && !energy_window_header(stat->core, gen, &pub))
			continue;
		energy_window_cgroup(stat->cg, gen, &v);
		if (gen && !energy_window_valid(stat->core, gen))
			continue;
		show_values(m, &pub, &v);
		return 0;
	}
	return -ESTALE;
}

static int energy_cgroup_stat_open(struct inode *inode, struct file *file)
{
	struct energy_cgroup_stat *stat = kmalloc(sizeof(*stat), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!stat)
		return -ENOMEM;
	stat->core = pde_data(inode);
	stat->cg = energy_scope_cgroup(stat->core);
	if (IS_ERR(stat->cg)) {
		ret = PTR_ERR(stat->cg);
		goto free;
	}
	ret = single_open(file, energy_cgroup_stat_show, stat);
	if (!ret)
		return 0;
	energy_cgroup_put(stat->cg);
free:
	kfree(stat);
	return ret;
}

static int energy_cgroup_stat_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;
	struct energy_cgroup_stat *stat = m->private;

	energy_cgroup_put(stat->cg);
	kfree(stat);
	return single_release(inode, file);
}

const struct proc_ops energy_cgroup_stat_ops = {
	.proc_open	= energy_cgroup_stat_open,
	.proc_read_iter	= seq_read_iter,
	.proc_lseek	= seq_lseek,
	.proc_release	= energy_cgroup_stat_release,
};
