// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "top/groups.h"

/* The path of a cgroup, which may be the beginning of a longer one. */
static int by_text(const void *a, const void *b)
{
	const struct energy_slice *left = a, *right = b;
	size_t len = left->len < right->len ? left->len : right->len;
	int order = memcmp(left->at, right->at, len);

	return order ? order : (left->len > right->len) - (left->len < right->len);
}

static struct energy_slice path_at(const struct energy_groups *groups, size_t index)
{
	const char *path = groups->groups[index].path;

	return (struct energy_slice){ path, strlen(path) };
}

static int by_path(const void *a, const void *b, void *context)
{
	struct energy_slice left = path_at(context, *(const size_t *)a);
	struct energy_slice right = path_at(context, *(const size_t *)b);

	return by_text(&left, &right);
}

static int index_paths(struct energy_groups *groups)
{
	size_t i;

	groups->by_path = calloc(groups->nr_groups + 1, sizeof(*groups->by_path));
	if (!groups->by_path)
		return -ENOMEM;
	for (i = 0; i < groups->nr_groups; i++) {
		if (groups->groups[i].path)
			groups->by_path[groups->nr_paths++] = i;
	}
	qsort_r(groups->by_path, groups->nr_paths, sizeof(*groups->by_path), by_path, groups);
	return 0;
}

static size_t find(const struct energy_groups *groups, struct energy_slice path)
{
	size_t low = 0, high = groups->nr_paths;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct energy_slice there = path_at(groups, groups->by_path[middle]);
		int order = by_text(&path, &there);

		if (!order)
			return groups->by_path[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return ENERGY_NO_PARENT;
}

size_t energy_groups_find(const struct energy_groups *groups, const char *path)
{
	return find(groups, (struct energy_slice){ path, strlen(path) });
}

/* The place of @row among the groups; ENERGY_NO_PARENT where it is not known. */
static size_t group_of(const struct energy_groups *groups, const struct energy_places *places,
		       const struct energy_row *row)
{
	const char *path = energy_places_find(places, row->record->pid.value);

	return path ? energy_groups_find(groups, path) : ENERGY_NO_PARENT;
}

/* Each process counts where it is and in all above, of which there are at most all. */
void energy_groups_place(struct energy_groups *groups, const struct energy_interval *interval,
			 const struct energy_places *places)
{
	size_t i;

	groups->has_places = places->nr_places > 0;
	for (i = 0; i < groups->nr_groups; i++)
		groups->groups[i].nr_active = 0;
	for (i = 0; i < interval->nr_rows; i++) {
		size_t at = group_of(groups, places, &interval->rows[i]);
		size_t left = groups->nr_groups;

		for (; at != ENERGY_NO_PARENT && left; left--) {
			groups->groups[at].nr_active++;
			at = groups->groups[at].parent;
		}
	}
}

static struct energy_number energy_of(const struct energy_cgroup *cgroup, enum energy_basis basis)
{
	return basis == ENERGY_BASIS_MODEL ? cgroup->model_nj : cgroup->energy_nj;
}

static bool went_back(struct energy_number before, struct energy_number after)
{
	return before.known && after.known && after.value < before.value;
}

/* False when it went back: the module was loaded anew. @before is NULL for one that is new. */
static bool count_group(struct energy_group *group, const struct energy_cgroup *before,
			const struct energy_cgroup *after, enum energy_basis basis)
{
	struct energy_number nothing = { 0, true };
	struct energy_number old = before ? energy_of(before, basis) : nothing;
	struct energy_number new = energy_of(after, basis);

	if (went_back(old, new) || (before && went_back(before->cpu_ns, after->cpu_ns)))
		return false;
	group->key = after->id;
	group->removed = !after->alive;
	group->known = old.known && new.known;
	group->total_nj = new.value;
	if (group->known)
		group->delta_nj = new.value - old.value;
	group->delta_cpu_ns = after->cpu_ns.value - (before ? before->cpu_ns.value : 0);
	return true;
}

static size_t index_of(const struct energy_cgroup_list *list, uint64_t id)
{
	const struct energy_cgroup *found = energy_cgroups_find(list, id);

	return found ? (size_t)(found - list->cgroups) : ENERGY_NO_PARENT;
}

static int count_all(struct energy_groups *groups, const struct energy_cgroup_list *older,
		     const struct energy_cgroup_list *newer, enum energy_basis basis)
{
	size_t i;

	for (i = 0; i < newer->nr_cgroups; i++) {
		const struct energy_cgroup *cgroup = &newer->cgroups[i];
		struct energy_group *group = &groups->groups[i];

		groups->nr_groups = i + 1;
		if (!count_group(group, energy_cgroups_find(older, cgroup->id), cgroup, basis))
			return ENERGY_RESTARTED;
		group->parent = cgroup->parent ? index_of(newer, cgroup->parent) :
						 ENERGY_NO_PARENT;
		if (group->parent == ENERGY_NO_PARENT)
			groups->attributed_nj += group->delta_nj;
		if (!cgroup->path)
			continue;
		group->path = strdup(cgroup->path);
		if (!group->path)
			return -ENOMEM;
	}
	return ENERGY_INTERVAL;
}

int energy_groups_count(struct energy_groups *groups, const struct energy_cgroup_list *older,
			const struct energy_cgroup_list *newer, enum energy_basis basis,
			const struct energy_interval *interval,
			const struct energy_places *places)
{
	int outcome = -ENOMEM;

	memset(groups, 0, sizeof(*groups));
	if (!older->timestamp_ns.value || newer->timestamp_ns.value < older->timestamp_ns.value)
		return ENERGY_RESTARTED;
	if (newer->timestamp_ns.value == older->timestamp_ns.value)
		return ENERGY_NO_TIME_PASSED;
	groups->counted = true;
	groups->length_ns = newer->timestamp_ns.value - older->timestamp_ns.value;
	groups->groups = calloc(newer->nr_cgroups + 1, sizeof(*groups->groups));
	if (groups->groups)
		outcome = count_all(groups, older, newer, basis);
	if (outcome == ENERGY_INTERVAL && index_paths(groups))
		outcome = -ENOMEM;
	if (outcome == ENERGY_INTERVAL)
		energy_groups_place(groups, interval, places);
	else
		energy_groups_free(groups);
	return outcome;
}

static bool is_root(const char *path)
{
	return !path[1];
}

static uint64_t hash(const char *path)
{
	uint64_t key = 0xcbf29ce484222325;	/* FNV-1a */

	while (*path)
		key = (key ^ (unsigned char)*path++) * 0x100000001b3;
	return key;
}

static size_t count_names(const char *path)
{
	size_t nr = 1;

	while (*path)
		nr += *path++ == '/';
	return nr;
}

/* All paths of @places and of what is above them, sorted; some are there more than once. */
static struct energy_slice *all_paths(const struct energy_places *places, size_t *nr)
{
	struct energy_slice *paths;
	size_t room = 0, i;

	for (i = 0; i < places->nr_places; i++)
		room += count_names(places->places[i].path);
	paths = calloc(room + 1, sizeof(*paths));
	*nr = 0;
	for (i = 0; paths && i < places->nr_places; i++) {
		const char *path = places->places[i].path;
		size_t len = strlen(path);

		while (len > 1) {
			paths[(*nr)++] = (struct energy_slice){ path, len };
			len = (const char *)memrchr(path, '/', len) - path;
		}
		paths[(*nr)++] = (struct energy_slice){ path, 1 };
	}
	if (paths)
		qsort(paths, *nr, sizeof(*paths), by_text);
	return paths;
}

/* A group of each path, each after those above it. */
static int add_groups(struct energy_groups *groups, const struct energy_slice *paths, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		struct energy_group *group = &groups->groups[groups->nr_groups];

		if (i && !by_text(&paths[i - 1], &paths[i]))
			continue;
		*group = (struct energy_group){ .known = true };
		group->path = strndup(paths[i].at, paths[i].len);
		if (!group->path)
			return -ENOMEM;
		group->key = hash(group->path);
		groups->nr_groups++;
	}
	return index_paths(groups);
}

static size_t find_parent(const struct energy_groups *groups, const char *path)
{
	size_t len = strrchr(path, '/') - path;

	if (is_root(path))
		return ENERGY_NO_PARENT;
	return find(groups, (struct energy_slice){ path, len ? len : 1 });
}

static void add_up(struct energy_groups *groups, const struct energy_interval *interval,
		   const struct energy_places *places)
{
	size_t i;

	for (i = 0; i < groups->nr_groups; i++)
		groups->groups[i].parent = find_parent(groups, groups->groups[i].path);
	for (i = 0; i < interval->nr_rows; i++) {
		const struct energy_row *row = &interval->rows[i];
		size_t at = group_of(groups, places, row);

		if (at == ENERGY_NO_PARENT)
			continue;
		groups->groups[at].total_nj += row->total_nj;
		groups->groups[at].delta_nj += row->delta_nj;
		groups->groups[at].delta_cpu_ns += row->delta_cpu_ns;
	}
	/* What is below comes after: it is complete when its turn comes. */
	for (i = groups->nr_groups; i-- > 0;) {
		const struct energy_group *group = &groups->groups[i];
		struct energy_group *parent;

		if (group->parent == ENERGY_NO_PARENT)
			continue;
		parent = &groups->groups[group->parent];
		parent->total_nj += group->total_nj;
		parent->delta_nj += group->delta_nj;
		parent->delta_cpu_ns += group->delta_cpu_ns;
	}
	energy_groups_place(groups, interval, places);
}

int energy_groups_sum(struct energy_groups *groups, const struct energy_interval *interval,
		      const struct energy_places *places)
{
	struct energy_slice *paths;
	size_t nr;
	int err = -ENOMEM;

	memset(groups, 0, sizeof(*groups));
	groups->length_ns = interval->length_ns;
	groups->attributed_nj = interval->attributed_nj;
	paths = all_paths(places, &nr);
	if (!paths)
		return err;
	groups->groups = calloc(nr + 1, sizeof(*groups->groups));
	if (groups->groups)
		err = add_groups(groups, paths, nr);
	free(paths);
	if (err)
		energy_groups_free(groups);
	else
		add_up(groups, interval, places);
	return err;
}

void energy_groups_free(struct energy_groups *groups)
{
	while (groups->nr_groups)
		free(groups->groups[--groups->nr_groups].path);
	free(groups->groups);
	free(groups->by_path);
	memset(groups, 0, sizeof(*groups));
}
