// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "export/owners.h"

uint64_t energy_cgroup_total_nj(const struct energy_cgroup *cgroup, bool model)
{
	return energy_number_or(model ? cgroup->model_nj : cgroup->energy_nj, 0);
}

static int by_id(const void *key, const void *element)
{
	const struct energy_owner *owner = element;
	uint64_t id = *(const uint64_t *)key;

	return id == owner->id ? 0 : id < owner->id ? -1 : 1;
}

static struct energy_owner *find_owner(const struct energy_owners *owners, uint64_t id)
{
	if (!owners->nr_owners)
		return NULL;
	return bsearch(&id, owners->owners, owners->nr_owners, sizeof(*owners->owners), by_id);
}

static bool is_in_container_of(const struct energy_cgroup_list *list,
			       const struct energy_cgroup *cgroup,
			       const struct energy_container *container)
{
	const struct energy_cgroup *parent = energy_cgroups_find(list, cgroup->parent);
	struct energy_container above;

	return container->id[0] && parent && parent->path &&
	       energy_container_of(&above, parent->path) &&
	       above.runtime == container->runtime && !strcmp(above.id, container->id);
}

/* False for what has no path (yet), too: until it has, it counts as its parent's. */
static bool make_owner(struct energy_owner *owner, const struct energy_cgroup_list *list,
		       size_t position, bool model)
{
	const struct energy_cgroup *cgroup = &list->cgroups[position];

	if (!cgroup->path)
		return false;
	memset(owner, 0, sizeof(*owner));
	energy_container_of(&owner->container, cgroup->path);
	if (is_in_container_of(list, cgroup, &owner->container))
		return false;
	owner->id = cgroup->id;
	owner->position = position;
	owner->total_nj = energy_cgroup_total_nj(cgroup, model);
	return true;
}

/* Moves what @owner has used since the last reading, or at all, from its parent to it. */
static void settle(const struct energy_owners *now, struct energy_owner *owner,
		   const struct energy_owner *before, uint64_t parent_id)
{
	struct energy_owner *parent = find_owner(now, parent_id);
	uint64_t grown_nj = owner->total_nj;

	if (before) {
		/* Would it fall, it would be another one. */
		if (owner->total_nj < before->total_nj)
			owner->total_nj = before->total_nj;
		grown_nj = owner->total_nj - before->total_nj;
	}
	owner->exact_nj += grown_nj;
	owner->placed = parent;
	if (parent)
		parent->exact_nj -= before && before->placed ? grown_nj : owner->total_nj;
}

int energy_owners_update(struct energy_owners *owners, const struct energy_cgroup_list *list,
			 bool model, bool restarted)
{
	struct energy_owners now = { 0 }, none = { 0 };
	const struct energy_owners *old = restarted ? &none : owners;
	const struct energy_owner *before;
	size_t i;

	now.owners = calloc(list->nr_cgroups + 1, sizeof(*now.owners));
	if (!now.owners)
		return -ENOMEM;
	for (i = 0; i < list->nr_cgroups; i++) {
		struct energy_owner *owner = &now.owners[now.nr_owners];

		if (!make_owner(owner, list, i, model))
			continue;
		now.nr_owners++;
		before = find_owner(old, owner->id);
		if (before) {
			owner->exact_nj = before->exact_nj;
			owner->own_nj = before->own_nj;
			owner->before_nj = (struct energy_number){ before->total_nj, true };
		}
		if (list->cgroups[i].parent == 0 && !strcmp(list->cgroups[i].path, "/"))
			now.attributed_nj = (struct energy_number){ owner->total_nj, true };
	}
	for (i = 0; i < now.nr_owners; i++) {
		struct energy_owner *owner = &now.owners[i];

		settle(&now, owner, find_owner(old, owner->id),
		       list->cgroups[owner->position].parent);
	}
	for (i = 0; i < now.nr_owners; i++) {
		struct energy_owner *owner = &now.owners[i];

		if (owner->exact_nj > (__int128)owner->own_nj)
			owner->own_nj = owner->exact_nj;
	}
	free(owners->owners);
	*owners = now;
	return 0;
}

void energy_owners_free(struct energy_owners *owners)
{
	free(owners->owners);
	memset(owners, 0, sizeof(*owners));
}
