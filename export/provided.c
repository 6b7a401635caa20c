// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that providers have in the core's directories.
 *
 * The directories outlive them: energy_core stays as long as a module that uses its symbols.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/proc_fs.h>

#include <energy/files.h>
#include "internal.h"

/**
 * energy_proc_file_add() - Make a file of a provider in /proc/energy
 * @name: its name
 * @mode: its permissions
 * @ops: what it does
 * @data: for pde_data()
 *
 * To be removed with proc_remove(), which waits for calls in progress and releases open files;
 * so they do not keep the provider from being unloaded.
 *
 * A name that is taken cannot be told from no memory: procfs has no question for that, and says
 * itself, with a stack trace, that somebody has the name. That is a provider's mistake.
 *
 * Context: process context, may sleep.
 * Return: the file, never NULL; or ERR_PTR(): -ENODEV if energy_core has no directory, because it
 * does not run, -ENOMEM without memory or if the name is taken.
 */
struct proc_dir_entry *energy_proc_file_add(const char *name, umode_t mode,
					    const struct proc_ops *ops, void *data)
{
	struct proc_dir_entry *file;

	if (!energy_core.proc_dir)
		return ERR_PTR(-ENODEV);
	file = proc_create_data(name, mode, energy_core.proc_dir, ops, data);
	return file ?: ERR_PTR(-ENOMEM);
}
EXPORT_SYMBOL_ENERGY(energy_proc_file_add);

/**
 * energy_debugfs_file_add() - Make a file of a provider in debugfs energy/
 * @name: its name
 * @mode: its permissions; the file asks for CAP_SYS_ADMIN itself
 * @fops: what it does
 * @data: for inode->i_private
 *
 * To be removed with debugfs_remove(). Nothing depends on it: there may be no debugfs.
 *
 * Context: process context, may sleep.
 * Return: the file, or an ERR_PTR(), which debugfs_remove() ignores: -ENODEV if there is no
 * directory, else what debugfs_create_file() returns.
 */
struct dentry *energy_debugfs_file_add(const char *name, umode_t mode,
				       const struct file_operations *fops, void *data)
{
	if (!energy_core.debug_dir)
		return ERR_PTR(-ENODEV);
	return debugfs_create_file(name, mode, energy_core.debug_dir, data, fops);
}
EXPORT_SYMBOL_ENERGY(energy_debugfs_file_add);
