// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs energy/: everything, for administrators, for tests and for training models.
 *
 * Unlike procfs, debugfs holds the module while one of its files is open.
 */
#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "files.h"
#include "internal.h"
#include "listing.h"
#include "record.h"

#define STAT(_name) { #_name "=", offsetof(struct energy_stats, _name) }

static const struct energy_debugfs_stat {
	const char *key;
	size_t offset;
} energy_debugfs_stats[] = {
	STAT(samples),
	STAT(drains),
	STAT(late),
	STAT(drift_ns),
	STAT(drift_max_ns),
	STAT(charges_lost),
	STAT(charges_unmatched),
	STAT(exits_lost),
	STAT(procs),
	STAT(no_memory),
	STAT(unbalanced),
	STAT(dead),
	STAT(dead_dropped),
	STAT(removals_lost),
	STAT(cgroups_dropped),
	STAT(spare),
};

#undef STAT

static void show_stats(struct seq_file *m, const struct energy_core *core)
{
	const char *stats = (const char *)&core->stats;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(energy_debugfs_stats); i++) {
		const struct energy_debugfs_stat *stat = &energy_debugfs_stats[i];

		/* data_race(): the sampler may be counting; each is a word of its own */
		seq_put_decimal_ull(m, stat->key, data_race(*(const u64 *)(stats + stat->offset)));
		seq_putc(m, '\n');
	}
}

static void show_slot(struct seq_file *m, const struct energy_slot *slot)
{
	const struct energy_account *a = &slot->account;
	char name[4 * (ENERGY_NAME_LEN - 1) + 1];

	/* A provider may have the name from a driver, and that one from firmware. */
	energy_comm_escape(name, sizeof(name), slot->name);
	seq_printf(m, "domain=%s kind=%s instance=%u source=%s billed=%d",
		   name, energy_kind_name(slot->kind), slot->instance,
		   slot->src ? slot->src->name : "none", slot->billed);
	seq_printf(m, " measured_nj=%llu attributed_nj=%llu unattributed_nj=%llu",
		   a->measured_nj, a->attributed_nj, a->unattributed_nj);
	seq_printf(m, " idle_nj=%llu pending_nj=%llu raw=%llu base_raw=%llu wraps=%llu",
		   a->idle_nj, a->pending_nj, slot->raw, slot->base_raw, slot->wraps);
	seq_printf(m, " mult=%u shift=%u reads=%llu gaps=%llu lost_ns=%llu last_error=%d",
		   slot->dom ? slot->dom->mult : 0, slot->dom ? slot->dom->shift : 0,
		   slot->reads, slot->gaps, slot->lost_ns, slot->last_error);
	seq_printf(m, " reported_nj=%llu idle_uw=%u\n", a->reported_nj, slot->idle_uw);
}

static const struct energy_view energy_view_all = {
	.header		= ENERGY_HEADER_LIVE | ENERGY_HEADER_BOOKS | ENERGY_HEADER_DETAIL,
	.live		= true,
	.window		= true,
	.system		= true,
	.procs		= true,
	.detail		= true,
	.show_stats	= show_stats,
	.show_slot	= show_slot,
};

static const struct energy_view energy_view_sys = {
	.header		= ENERGY_HEADER_LIVE | ENERGY_HEADER_BOOKS | ENERGY_HEADER_DETAIL,
	.live		= true,
	.window		= true,
	.system		= true,
	.detail		= true,
};

static int energy_debugfs_open(struct inode *inode, struct file *file,
			       const struct energy_view *view)
{
	struct energy_listing *l;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	l = energy_listing_open(file, inode->i_private, view);
	if (!l)
		return -ENOMEM;
	energy_scope_open_task(&l->scope, file);
	return 0;
}

static int energy_all_open(struct inode *inode, struct file *file)
{
	return energy_debugfs_open(inode, file, &energy_view_all);
}

static int energy_sys_open(struct inode *inode, struct file *file)
{
	return energy_debugfs_open(inode, file, &energy_view_sys);
}

static ssize_t energy_debugfs_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	if (!*pos)
		energy_listing_rewind(file);
	return seq_read(file, buf, size, pos);
}

static const struct file_operations energy_all_fops = {
	.owner		= THIS_MODULE,
	.open		= energy_all_open,
	.read		= energy_debugfs_read,
	.llseek		= seq_lseek,
	.release	= energy_listing_release,
};

static const struct file_operations energy_sys_fops = {
	.owner		= THIS_MODULE,
	.open		= energy_sys_open,
	.read		= energy_debugfs_read,
	.llseek		= seq_lseek,
	.release	= energy_listing_release,
};

/**
 * energy_debugfs_create() - Make debugfs energy/ and its files, where there is a debugfs.
 * @core: the core, ready to be read
 *
 * The last thing that loading does: a file that somebody opens holds the module.
 *
 * Context: Process context, may sleep.
 */
void energy_debugfs_create(struct energy_core *core)
{
	core->debug_dir = debugfs_create_dir("energy", NULL);
	debugfs_create_file("all", 0400, core->debug_dir, core, &energy_all_fops);
	debugfs_create_file("sys", 0400, core->debug_dir, core, &energy_sys_fops);
	debugfs_create_file("sources", 0400, core->debug_dir, core, &energy_sources_fops);
}

/**
 * energy_debugfs_remove() - Remove debugfs energy/.
 * @core: the core
 *
 * Context: Process context; waits for reads in progress.
 */
void energy_debugfs_remove(struct energy_core *core)
{
	debugfs_remove(core->debug_dir);
	core->debug_dir = NULL;
}
