/* SPDX-License-Identifier: GPL-2.0-only */
/* Parents before their children, siblings in a given order. */
#ifndef ENERGY_TREE_H
#define ENERGY_TREE_H

#include <stddef.h>

#define ENERGY_NO_PARENT ((size_t)-1)

/*
 * @parents has the parent of each of the @nr nodes; @sorted has all nodes in the order that
 * siblings are to have. Fills in @order, all nodes from top to bottom, and @depths, each node's
 * distance from its root. A node that is its own ancestor counts as a root. Returns 0 or -ENOMEM.
 */
int energy_tree_order(const size_t *parents, const size_t *sorted, size_t nr, size_t *order,
		      unsigned int *depths);

#endif /* ENERGY_TREE_H */
