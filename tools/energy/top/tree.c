// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "top/tree.h"

struct node {
	size_t first_child, next_sibling;
	bool placed;
};

/* From @root down, and back up by @parents: no stack, as paths can be thousands of names deep. */
static size_t place(struct node *nodes, const size_t *parents, size_t root, size_t *order,
		    unsigned int *depths, size_t nr_placed)
{
	unsigned int depth = 0;
	size_t at = root;

	for (;;) {
		size_t next;

		if (!nodes[at].placed) {
			nodes[at].placed = true;
			order[nr_placed++] = at;
			depths[at] = depth;
		}
		next = nodes[at].first_child;
		if (next != ENERGY_NO_PARENT) {
			/* Taken off the list, so that it is not gone to again. */
			nodes[at].first_child = nodes[next].next_sibling;
			if (nodes[next].placed)
				continue;
			at = next;
			depth++;
		} else if (at == root) {
			return nr_placed;
		} else {
			at = parents[at];
			depth--;
		}
	}
}

int energy_tree_order(const size_t *parents, const size_t *sorted, size_t nr, size_t *order,
		      unsigned int *depths)
{
	struct node *nodes = calloc(nr + 1, sizeof(*nodes));
	size_t nr_placed = 0, i;

	if (!nodes)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		nodes[i].first_child = nodes[i].next_sibling = ENERGY_NO_PARENT;
	/* From the last to the first, as each goes to the front of its parent's list. */
	for (i = nr; i-- > 0;) {
		size_t node = sorted[i], parent = parents[node];

		if (parent == ENERGY_NO_PARENT)
			continue;
		nodes[node].next_sibling = nodes[parent].first_child;
		nodes[parent].first_child = node;
	}
	for (i = 0; i < nr; i++) {
		if (parents[sorted[i]] == ENERGY_NO_PARENT)
			nr_placed = place(nodes, parents, sorted[i], order, depths, nr_placed);
	}
	/* What no root leads to is in a circle. */
	for (i = 0; i < nr && nr_placed < nr; i++) {
		if (!nodes[sorted[i]].placed)
			nr_placed = place(nodes, parents, sorted[i], order, depths, nr_placed);
	}
	free(nodes);
	return 0;
}
