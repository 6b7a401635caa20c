/* SPDX-License-Identifier: GPL-2.0-only */
/* The files that are no listing of processes. */
#ifndef _ENERGY_FILES_H
#define _ENERGY_FILES_H

#include <linux/fs.h>
#include <linux/proc_fs.h>

extern const struct proc_ops energy_cgroup_stat_ops;
extern const struct proc_ops energy_cgroups_ops;
extern const struct file_operations energy_sources_fops;

#endif /* _ENERGY_FILES_H */
