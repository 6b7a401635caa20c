// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/shares.h"

static uint64_t energy_of(const struct energy_cgroup *cgroup, bool by_model)
{
	return energy_number_or(by_model ? cgroup->model_nj : cgroup->energy_nj, 0);
}

/*
 * What its parent has of it that is new. One whose parent was not known before comes there with
 * all it had.
 */
static void take_from_parent(struct energy_shares *shares, const struct energy_cgroup_list *newer,
			     const struct energy_cgroup *before,
			     const struct energy_cgroup *cgroup, bool by_model)
{
	const struct energy_cgroup *parent = energy_cgroups_find(newer, cgroup->parent);
	struct energy_share *share;

	if (!cgroup->parent || !parent)
		return;
	if (before && before->parent != cgroup->parent)
		before = NULL;
	share = &shares->shares[parent - newer->cgroups];
	share->nj -= energy_of(cgroup, by_model) - (before ? energy_of(before, by_model) : 0);
	share->cpu_ns -= cgroup->cpu_ns.value - (before ? before->cpu_ns.value : 0);
}

static int by_path(const void *a, const void *b)
{
	const struct energy_share *left = a, *right = b;

	if (left->path && right->path)
		return strcmp(left->path, right->path);
	if (left->path || right->path)
		return left->path ? 1 : -1;
	return (left->id > right->id) - (left->id < right->id);
}

/* One that was removed, and the next of the same path. */
static void join(struct energy_shares *shares)
{
	size_t i, kept = 0;

	qsort(shares->shares, shares->nr, sizeof(*shares->shares), by_path);
	for (i = 0; i < shares->nr; i++) {
		struct energy_share *share = &shares->shares[i];

		if (kept && !by_path(&shares->shares[kept - 1], share)) {
			shares->shares[kept - 1].nj += share->nj;
			shares->shares[kept - 1].cpu_ns += share->cpu_ns;
		} else {
			shares->shares[kept++] = *share;
		}
	}
	shares->nr = kept;
}

int energy_shares_fill(struct energy_shares *shares, const struct energy_cgroup_list *older,
		       const struct energy_cgroup_list *newer, bool by_model)
{
	size_t i;

	memset(shares, 0, sizeof(*shares));
	shares->shares = calloc(newer->nr_cgroups + 1, sizeof(*shares->shares));
	if (!shares->shares)
		return -ENOMEM;
	shares->nr = newer->nr_cgroups;
	for (i = 0; i < shares->nr; i++) {
		const struct energy_cgroup *cgroup = &newer->cgroups[i];
		const struct energy_cgroup *before = energy_cgroups_find(older, cgroup->id);
		struct energy_share *share = &shares->shares[i];

		if (before && energy_of(cgroup, by_model) < energy_of(before, by_model)) {
			energy_shares_free(shares);
			return -ESTALE;
		}
		share->id = cgroup->id;
		share->path = cgroup->path;
		share->nj += energy_of(cgroup, by_model) -
			     (before ? energy_of(before, by_model) : 0);
		share->cpu_ns += cgroup->cpu_ns.value - (before ? before->cpu_ns.value : 0);
		take_from_parent(shares, newer, before, cgroup, by_model);
	}
	for (i = 0; i < shares->nr; i++)
		shares->nj += shares->shares[i].nj;
	if (shares->nr)
		join(shares);
	return 0;
}

void energy_shares_free(struct energy_shares *shares)
{
	free(shares->shares);
	memset(shares, 0, sizeof(*shares));
}
