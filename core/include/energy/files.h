/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of providers, beside energy_core's own in /proc/energy and debugfs energy/. Both functions
 * return an ERR_PTR() where they cannot; without the one in debugfs a provider works all the same.
 *
 * Symbols are exported GPL-only in the namespace ENERGY.
 */
#ifndef _ENERGY_FILES_API_H
#define _ENERGY_FILES_API_H

#include <linux/fs.h>
#include <linux/proc_fs.h>
#include <linux/types.h>

struct proc_dir_entry *energy_proc_file_add(const char *name, umode_t mode,
					    const struct proc_ops *ops, void *data);
struct dentry *energy_debugfs_file_add(const char *name, umode_t mode,
				       const struct file_operations *fops, void *data);

#endif /* _ENERGY_FILES_API_H */
