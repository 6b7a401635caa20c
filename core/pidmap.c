// SPDX-License-Identifier: GPL-2.0-only
/*
 * From PIDs to pointers, in order.
 *
 * A tree of fixed depth. An xarray would do, but each process enters and leaves the table
 * once and is looked up several times in between: with an xarray that took 1,300 of the
 * instructions that a short process costs (`make bench`, fork_exit_insns), and takes 160 here.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "pidmap.h"

static unsigned long top_index(unsigned long pid)
{
	return pid >> 2 * ENERGY_PIDMAP_BITS;
}

static unsigned long mid_index(unsigned long pid)
{
	return pid >> ENERGY_PIDMAP_BITS & (ENERGY_PIDMAP_SLOTS - 1);
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
	return leaf ? rcu_dereference_raw(leaf->slot[energy_pidmap_slot(pid)]) : NULL;
}

/**
 * energy_pidmap_find_leaf() - What energy_pidmap_leaf() does if it is another one
 * @map: the map
 * @pid: the PID; any number
 *
 * Context: the writer.
 * Return: the node, or NULL.
 */
struct energy_pidnode *energy_pidmap_find_leaf(struct energy_pidmap *map, unsigned long pid)
{
	struct energy_pidnode *mid = mid_of(map, pid);
	struct energy_pidnode *leaf = mid ? leaf_of(mid, pid) : NULL;

	map->leaf = leaf;
	map->leaf_pid = pid - energy_pidmap_slot(pid);
	return leaf;
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
		p = rcu_dereference_raw(leaf->slot[energy_pidmap_slot(at)]);
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

/**
 * energy_pidmap_new_leaf() - Make room for a PID's pointer
 * @map: the map
 * @pid: the PID; there is no room for it yet
 *
 * Context: the writer; may sleep.
 * Return: the node that is to have the pointer, or NULL: no memory, or no PID.
 */
struct energy_pidnode *energy_pidmap_new_leaf(struct energy_pidmap *map, unsigned long pid)
{
	struct energy_pidnode *mid, *leaf;
	void __rcu **top;

	if (pid >= PID_MAX_LIMIT)
		return NULL;
	top = &map->top[top_index(pid)];
	mid = node_in(top);
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
 * energy_pidmap_prune() - Free the node that a PID's pointer was in
 * @map: the map
 * @pid: the PID; the node holds nothing any more
 *
 * Context: the writer.
 */
void energy_pidmap_prune(struct energy_pidmap *map, unsigned long pid)
{
	struct energy_pidnode *mid = mid_of(map, pid);

	map->leaf = NULL;
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
