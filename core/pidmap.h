/* SPDX-License-Identifier: GPL-2.0-only */
/* From PIDs to pointers, in order: what an xarray does, for what is at most 22 bits wide. */
#ifndef _ENERGY_PIDMAP_H
#define _ENERGY_PIDMAP_H

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/threads.h>
#include <linux/types.h>

#define ENERGY_PIDMAP_BITS	6
#define ENERGY_PIDMAP_SLOTS	BIT(ENERGY_PIDMAP_BITS)
#define ENERGY_PIDMAP_TOP	DIV_ROUND_UP(PID_MAX_LIMIT, BIT(2 * ENERGY_PIDMAP_BITS))

/**
 * struct energy_pidmap - From PIDs to pointers
 * @top: nodes whose slots are nodes whose slots are the pointers; NULL where there are none
 * @leaf: the node that the writer was at last, of pointers; or NULL
 * @leaf_pid: the first of its PIDs
 *
 * One writer at a time; readers walk it under RCU. All zeroes is an empty one.
 */
struct energy_pidmap {
	void __rcu *top[ENERGY_PIDMAP_TOP];
	struct energy_pidnode *leaf;
	unsigned long leaf_pid;
};

void *energy_pidmap_get(const struct energy_pidmap *map, unsigned long pid);
void *energy_pidmap_writer_get(struct energy_pidmap *map, unsigned long pid);
void *energy_pidmap_next(const struct energy_pidmap *map, unsigned long *pid);
int energy_pidmap_set(struct energy_pidmap *map, unsigned long pid, void *p);
void energy_pidmap_clear(struct energy_pidmap *map, unsigned long pid);
bool energy_pidmap_empty(const struct energy_pidmap *map);

#endif /* _ENERGY_PIDMAP_H */
