/* SPDX-License-Identifier: GPL-2.0-only */
/* From PIDs to pointers, in order: what an xarray does, for what is at most 22 bits wide. */
#ifndef _ENERGY_PIDMAP_H
#define _ENERGY_PIDMAP_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/threads.h>
#include <linux/types.h>

#define ENERGY_PIDMAP_BITS	6
#define ENERGY_PIDMAP_SLOTS	BIT(ENERGY_PIDMAP_BITS)
#define ENERGY_PIDMAP_TOP	DIV_ROUND_UP(PID_MAX_LIMIT, BIT(2 * ENERGY_PIDMAP_BITS))

/**
 * struct energy_pidnode - Both of the levels below the top
 * @rcu: frees it
 * @nr: how many of @slot are not NULL; the writer's
 * @slot: nodes, or the map's pointers
 */
struct energy_pidnode {
	struct rcu_head rcu;
	unsigned int nr;
	void __rcu *slot[ENERGY_PIDMAP_SLOTS];
};

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

/* pidmap.c */
void *energy_pidmap_get(const struct energy_pidmap *map, unsigned long pid);
void *energy_pidmap_next(const struct energy_pidmap *map, unsigned long *pid);
bool energy_pidmap_empty(const struct energy_pidmap *map);
struct energy_pidnode *energy_pidmap_find_leaf(struct energy_pidmap *map, unsigned long pid);
struct energy_pidnode *energy_pidmap_new_leaf(struct energy_pidmap *map, unsigned long pid);
void energy_pidmap_prune(struct energy_pidmap *map, unsigned long pid);

/* Where in its node a PID's pointer is. */
static inline unsigned long energy_pidmap_slot(unsigned long pid)
{
	return pid & (ENERGY_PIDMAP_SLOTS - 1);
}

/* The writer's way to a node: processes that come and go have PIDs that follow each other. */
static inline struct energy_pidnode *energy_pidmap_leaf(struct energy_pidmap *map,
							unsigned long pid)
{
	if (likely(map->leaf && map->leaf_pid == pid - energy_pidmap_slot(pid)))
		return map->leaf;
	return energy_pidmap_find_leaf(map, pid);
}

/**
 * energy_pidmap_writer_get() - As energy_pidmap_get(), cheaper, for the writer
 * @map: the map
 * @pid: the PID; any number
 *
 * Context: the writer.
 * Return: the pointer, or NULL.
 */
static inline void *energy_pidmap_writer_get(struct energy_pidmap *map, unsigned long pid)
{
	struct energy_pidnode *leaf = energy_pidmap_leaf(map, pid);

	return leaf ? rcu_dereference_raw(leaf->slot[energy_pidmap_slot(pid)]) : NULL;
}

/**
 * energy_pidmap_set() - Store a pointer
 * @map: the map
 * @pid: the PID
 * @p: what to store; not NULL. What was there before is forgotten
 *
 * Whoever finds it sees all that was written to it before.
 *
 * Context: the writer; may sleep.
 * Return: 0, or -ENOMEM, but not where a pointer stands already; -ERANGE for what is no PID.
 */
static inline int energy_pidmap_set(struct energy_pidmap *map, unsigned long pid, void *p)
{
	struct energy_pidnode *leaf = energy_pidmap_leaf(map, pid);
	void __rcu **at;

	if (unlikely(!leaf)) {
		leaf = energy_pidmap_new_leaf(map, pid);
		if (!leaf)
			return pid < PID_MAX_LIMIT ? -ENOMEM : -ERANGE;
	}
	at = &leaf->slot[energy_pidmap_slot(pid)];
	leaf->nr += !rcu_access_pointer(*at);
	rcu_assign_pointer(*at, p);
	return 0;
}

/**
 * energy_pidmap_clear() - Forget a pointer
 * @map: the map
 * @pid: the PID; a pointer is there
 *
 * Readers may still see it until a grace period has passed.
 *
 * Context: the writer.
 */
static inline void energy_pidmap_clear(struct energy_pidmap *map, unsigned long pid)
{
	struct energy_pidnode *leaf = energy_pidmap_leaf(map, pid);

	RCU_INIT_POINTER(leaf->slot[energy_pidmap_slot(pid)], NULL);
	if (unlikely(!--leaf->nr))
		energy_pidmap_prune(map, pid);
}

#endif /* _ENERGY_PIDMAP_H */
