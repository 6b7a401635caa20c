// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/energy.
 *
 * procfs waits for reads in progress and releases open files when an entry is removed, so the
 * module can be unloaded while its files are open; they then read as -EIO.
 */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uio.h>

#include "internal.h"
#include "files.h"
#include "listing.h"

static const struct energy_view energy_view_all = {
	.header	= ENERGY_HEADER_LIVE,
	.live	= true,
	.system	= true,
	.procs	= true,
};

static const struct energy_view energy_view_cgroup = {
	.header	= ENERGY_HEADER_WINDOW,
	.window	= true,
	.procs	= true,
};

static int energy_all_open(struct inode *inode, struct file *file)
{
	struct energy_listing *l;

	/* The mode is for root; root of a user namespace may be the host's root, but bare. */
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	l = energy_listing_open(file, pde_data(inode), &energy_view_all);
	if (!l)
		return -ENOMEM;
	energy_scope_open_proc(&l->scope, file, inode);
	return 0;
}

static int energy_cgroup_open(struct inode *inode, struct file *file)
{
	struct energy_listing *l;
	int ret;

	l = energy_listing_open(file, pde_data(inode), &energy_view_cgroup);
	if (!l)
		return -ENOMEM;
	energy_scope_open_proc(&l->scope, file, inode);
	ret = energy_scope_limit_to_cgroup(&l->scope, l->core);
	if (ret)
		energy_listing_release(inode, file);
	return ret;
}

static ssize_t energy_proc_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	if (!iocb->ki_pos)
		energy_listing_rewind(iocb->ki_filp);
	return seq_read_iter(iocb, to);
}

static const struct proc_ops energy_all_ops = {
	.proc_open	= energy_all_open,
	.proc_read_iter	= energy_proc_read_iter,
	.proc_lseek	= seq_lseek,
	.proc_release	= energy_listing_release,
};

static const struct proc_ops energy_cgroup_ops = {
	.proc_open	= energy_cgroup_open,
	.proc_read_iter	= energy_proc_read_iter,
	.proc_lseek	= seq_lseek,
	.proc_release	= energy_listing_release,
};

static const struct energy_proc_file {
	const char *name;
	umode_t mode;
	const struct proc_ops *ops;
} energy_proc_files[] = {
	{ "all", 0400, &energy_all_ops },
	{ "cgroup", 0444, &energy_cgroup_ops },
	{ "cgroup.stat", 0444, &energy_cgroup_stat_ops },
	{ "cgroups", 0400, &energy_cgroups_ops },
};

/**
 * energy_procfs_create() - Make /proc/energy and its files.
 * @core: the core, ready to be read
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM with nothing made.
 */
int energy_procfs_create(struct energy_core *core)
{
	size_t i;

	core->proc_dir = proc_mkdir("energy", NULL);
	if (!core->proc_dir)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(energy_proc_files); i++) {
		const struct energy_proc_file *f = &energy_proc_files[i];

		if (!proc_create_data(f->name, f->mode, core->proc_dir, f->ops, core))
			goto remove;
	}
	return 0;

remove:
	energy_procfs_remove(core);
	return -ENOMEM;
}

/**
 * energy_procfs_remove() - Remove /proc/energy; afterwards nobody reads the core through it.
 * @core: the core
 *
 * Context: Process context; waits for reads in progress.
 */
void energy_procfs_remove(struct energy_core *core)
{
	proc_remove(core->proc_dir);
	core->proc_dir = NULL;
}
