// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/energy/vm_feed, where lines come in, and debugfs energy/vm_feed, what became of them.
 *
 * Rule 14: a file of procfs, because its removal waits for writes in progress and releases open
 * files. So the module can be unloaded while a feeder holds it open. A write in progress copies its
 * lines first, and a page fault there takes as long as whoever serves it likes (userfaultfd, FUSE):
 * so long the removal waits. Only root can do that.
 *
 * The file of debugfs, as any other of its kind, keeps the module while it is open.
 */
#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <energy/files.h>
#include "vm_fallback.h"
#include "vm_feed.h"

/* Of one write. */
#define VM_FEED_WRITE_MAX 4096

static int feed_open(struct inode *inode, struct file *file)
{
	/* The mode is for root; root of a user namespace may be the host's root, but bare. */
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static ssize_t feed_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	bool any;
	char *text;

	if (!size)
		return 0;
	if (size > VM_FEED_WRITE_MAX)
		return -EMSGSIZE;
	text = memdup_user(buf, size);
	if (IS_ERR(text))
		return PTR_ERR(text);
	any = vm_feed_take(text, size);
	kfree(text);
	return any ? size : -EINVAL;
}

static const struct proc_ops feed_ops = {
	.proc_open	= feed_open,
	.proc_write	= feed_write,
	.proc_lseek	= noop_llseek,
};

static int state_show(struct seq_file *m, void *v)
{
	struct vm_feed_state s;
	u64 lines = 0;
	int i;

	vm_feed_copy(&s);
	for (i = 0; i < VRAPL_NR_VERDICTS; i++)
		lines += s.lines[i];
	seq_printf(m, "state=%s\n", s.live ? "live" : s.known ? "quiet" : "none");
	seq_printf(m, "lines=%llu\n", lines);
	for (i = 0; i < VRAPL_NR_VERDICTS; i++)
		seq_printf(m, "%s=%llu\n", vm_feed_verdict_name(i), s.lines[i]);
	seq_printf(m, "total_uj=%llu\n", s.total_uj);
	seq_printf(m, "seq=%llu\n", s.last.seq);
	seq_printf(m, "epoch=%016llx\n", s.last.epoch);
	seq_printf(m, "time_ns=%llu\n", s.last.time_ns);
	seq_printf(m, "interval_ns=%llu\n", s.last.interval_ns);
	seq_printf(m, "energy_uj=%llu\n", s.last.energy_uj);
	seq_printf(m, "power_uw=%llu\n", s.last.power_uw);
	seq_printf(m, "confidence_ppm=%llu\n", s.last.confidence_ppm);
	seq_printf(m, "method=%s\n", s.known ? s.last.method : "none");
	return 0;
}

static int state_open(struct inode *inode, struct file *file)
{
	return capable(CAP_SYS_ADMIN) ? single_open(file, state_show, NULL) : -EPERM;
}

static const struct file_operations state_fops = {
	.owner		= THIS_MODULE,
	.open		= state_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static struct proc_dir_entry *proc_file;
static struct dentry *debugfs_file;

/**
 * vm_feed_files_create() - Make the files
 *
 * Context: process context, may sleep.
 * Return: 0, or as energy_proc_file_add().
 */
int vm_feed_files_create(void)
{
	proc_file = energy_proc_file_add("vm_feed", 0200, &feed_ops, NULL);
	if (IS_ERR(proc_file))
		return PTR_ERR(proc_file);
	debugfs_file = energy_debugfs_file_add("vm_feed", 0400, &state_fops, NULL);
	return 0;
}

/**
 * vm_feed_files_remove() - Remove them; afterwards no line comes
 *
 * Context: process context, waits for writes in progress.
 */
void vm_feed_files_remove(void)
{
	proc_remove(proc_file);
	debugfs_remove(debugfs_file);
}
