// SPDX-License-Identifier: GPL-2.0-only
/*
 * From PIDs to pointers, in order.
 *
 * A tree of fixed depth. An xarray would do, but each process enters and leaves the table
 * once and is looked up several times in between: with an xarray that took 1,300 of the
 * instructions that a short process costs (`make bench`, fork_exit_insns), and takes 160 here.
 */
#include <linux/errno.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "pidmap.h"

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

static unsigned long top_index(unsigned long pid)
{
	return pid >> 2 * ENERGY_PIDMAP_BITS;
}

static unsigned long mid_index(unsigned long pid)
{
	return pid >> ENERGY_PIDMAP_BITS & (ENERGY_PIDMAP_SLOTS - 1);
}

static unsigned long leaf_index(unsigned long pid)
{
	return pid & (ENERGY_PIDMAP_SLOTS - 1);
}

/*
 * Raw, because it is the caller who knows which it is: the RCU read side, or the lock of the
 * only writer.
 */
static struct energy_pidnode *mid_of(const struct energy_pidmap *map, unsigned long pid)
{
	if (pid >= PID_MAX_LIMIT)
		return NULL;
	return rcu_dereference_raw(map->top[top_index(pid)]);
}

static struct energy_pidnode *leaf_of(const struct energy_pidnode *mid, unsigned long pid)
{
	return rcu_dereference_raw(mid->slot[mid_index(pid)]);
}

/**
 * energy_pidmap_get() - What is there for a PID
 * @map: the map
 * @pid: the PID; any number
 *
 * Context: RCU read side, or the writer.
 * Return: the pointer, or NULL.
 */
void *energy_pidmap_get(const struct energy_pidmap *map, unsigned long pid)
{
	struct energy_pidnode *mid = mid_of(map, pid), *leaf;

	if (!mid)
		return NULL;
	leaf = leaf_of(mid, pid);
	return leaf ? rcu_dereference_raw(leaf->slot[leaf_index(pid)]) : NULL;
}

/* The writer's way to a leaf: processes that come and go have PIDs that follow each other. */
static struct energy_pidnode *find_leaf(struct energy_pidmap *map, unsigned long pid)
{
	unsigned long first = pid - leaf_index(pid);
	struct energy_pidnode *mid, *leaf;

	if (likely(map->leaf && map->leaf_pid == first))
		return map->leaf;
	mid = mid_of(map, pid);
	leaf = mid ? leaf_of(mid, pid) : NULL;
	map->leaf = leaf;
	map->leaf_pid = first;
	return leaf;
}

/**
 * energy_pidmap_writer_get() - The same, cheaper, for the writer
 * @map: the map
 * @pid: the PID; any number
 *
 * Context: the writer.
 * Return: the pointer, or NULL.
 */
void *energy_pidmap_writer_get(struct energy_pidmap *map, unsigned long pid)
{
	struct energy_pidnode *leaf = find_leaf(map, pid);

	return leaf ? rcu_dereference_raw(leaf->slot[leaf_index(pid)]) : NULL;
}

/* The first number above that has the given number of low bits zero. */
static unsigned long skip(unsigned long pid, unsigned int bits)
{
	return ((pid >> bits) + 1) << bits;
}

/**
 * energy_pidmap_next() - The first pointer from a PID on
 * @map: the map
 * @pid: in: where to begin; out: whose pointer was found
 *
 * Context: RCU read side, or the writer.
 * Return: the pointer, or NULL at the end.
 */
void *energy_pidmap_next(const struct energy_pidmap *map, unsigned long *pid)
{
	struct energy_pidnode *mid, *leaf;
	unsigned long at = *pid;
	void *p;

	while (at < PID_MAX_LIMIT) {
		mid = mid_of(map, at);
		if (!mid) {
			at = skip(at, 2 * ENERGY_PIDMAP_BITS);
			continue;
		}
		leaf = leaf_of(mid, at);
		if (!leaf) {
			at = skip(at, ENERGY_PIDMAP_BITS);
			continue;
		}
		p = rcu_dereference_raw(leaf->slot[leaf_index(at)]);
		if (p) {
			*pid = at;
			return p;
		}
		at++;
	}
	return NULL;
}

/* The node in a slot, made if need be; the writer's. */
static struct energy_pidnode *node_in(void __rcu **slot)
{
	struct energy_pidnode *node = rcu_dereference_raw(*slot);

	if (node)
		return node;
	node = kzalloc(sizeof(*node), GFP_KERNEL | __GFP_NOWARN);
	rcu_assign_pointer(*slot, node);
	return node;
}

/* Free the node in a slot if it holds nothing any more. */
static bool prune(void __rcu **slot)
{
	struct energy_pidnode *node = rcu_dereference_raw(*slot);

	if (node->nr)
		return false;
	RCU_INIT_POINTER(*slot, NULL);
	kfree_rcu(node, rcu);
	return true;
}

static struct energy_pidnode *new_leaf(struct energy_pidmap *map, unsigned long pid)
{
	void __rcu **top = &map->top[top_index(pid)];
	struct energy_pidnode *mid = node_in(top), *leaf;

	if (!mid)
		return NULL;
	leaf = node_in(&mid->slot[mid_index(pid)]);
	if (leaf)
		mid->nr++;
	else
		prune(top);
	return leaf;
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
int energy_pidmap_set(struct energy_pidmap *map, unsigned long pid, void *p)
{
	struct energy_pidnode *leaf;
	void __rcu **at;

	if (pid >= PID_MAX_LIMIT)
		return -ERANGE;
	leaf = find_leaf(map, pid) ?: new_leaf(map, pid);
	if (!leaf)
		return -ENOMEM;
	at = &leaf->slot[leaf_index(pid)];
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
void energy_pidmap_clear(struct energy_pidmap *map, unsigned long pid)
{
	struct energy_pidnode *leaf = find_leaf(map, pid), *mid;

	RCU_INIT_POINTER(leaf->slot[leaf_index(pid)], NULL);
	if (--leaf->nr)
		return;
	map->leaf = NULL;
	mid = mid_of(map, pid);
	prune(&mid->slot[mid_index(pid)]);
	mid->nr--;
	prune(&map->top[top_index(pid)]);
}

/**
 * energy_pidmap_empty() - Whether nothing is in a map
 * @map: the map
 *
 * Context: RCU read side, or the writer.
 * Return: true if it holds no pointer, and no memory.
 */
bool energy_pidmap_empty(const struct energy_pidmap *map)
{
	unsigned long i;

	for (i = 0; i < ENERGY_PIDMAP_TOP; i++)
		if (rcu_access_pointer(map->top[i]))
			return false;
	return true;
}
