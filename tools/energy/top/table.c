// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/comm.h"
#include "top/label.h"
#include "top/table.h"

static char *name_of(const struct energy_record *record)
{
	bool kernel = energy_number_or(record->kernel, 0);
	char shown[ENERGY_SHOWN_MAX], *name;

	energy_shown(shown, sizeof(shown), record->comm);
	if (asprintf(&name, kernel ? "[%s]" : "%s", shown) < 0)
		return NULL;
	return name;
}

static char *name_group(const struct energy_group *group, bool tree)
{
	char label[ENERGY_LABEL_MAX] = "(path not known)";

	if (group->path && tree)
		energy_label_in_tree(label, sizeof(label), group->path);
	else if (group->path)
		energy_label(label, sizeof(label), group->path);
	return strdup(label);
}

static int add_entry(struct energy_table *table, struct energy_entry entry)
{
	if (!entry.name)
		return -ENOMEM;
	table->entries[table->nr_entries++] = entry;
	return 0;
}

static int add_process(struct energy_table *table, const struct energy_sight *sight,
		       const struct energy_row *row, size_t parent)
{
	uint64_t pid = row->record->pid.value;

	return add_entry(table, (struct energy_entry){
		.row = row,
		.name = name_of(row->record),
		.remark = energy_number_or(row->record->alive, 1) ? "" : " (exited)",
		.path = energy_places_find(sight->places, pid),
		.track = energy_history_find(sight->processes, pid, row->total_nj),
		.known = true,
		.delta_nj = row->delta_nj,
		.total_nj = row->total_nj,
		.delta_cpu_ns = row->delta_cpu_ns,
		.parent = parent,
	});
}

static int add_group(struct energy_table *table, const struct energy_sight *sight,
		     const struct energy_group *group, bool tree, size_t parent)
{
	return add_entry(table, (struct energy_entry){
		.group = group,
		.name = name_group(group, tree),
		.remark = group->removed ? " (removed)" : "",
		.path = group->path,
		.track = energy_history_find(sight->cgroups, group->key, 0),
		.known = group->known,
		.delta_nj = group->delta_nj,
		.total_nj = group->total_nj,
		.delta_cpu_ns = group->delta_cpu_ns,
		.parent = parent,
	});
}

static int add_processes(struct energy_table *table, const struct energy_sight *sight)
{
	const struct energy_interval *interval = sight->interval;
	size_t i;
	int err = 0;

	for (i = 0; i < interval->nr_rows && !err; i++)
		err = add_process(table, sight, &interval->rows[i], ENERGY_NO_PARENT);
	return err;
}

/* Those that used nothing are not shown, as with processes; so they need not be in order. */
static int add_groups(struct energy_table *table, const struct energy_sight *sight,
		      const struct energy_groups *groups, bool tree)
{
	size_t *entries = calloc(groups->nr_groups + 1, sizeof(*entries));
	size_t i;
	int err = 0;

	if (!entries)
		return -ENOMEM;
	for (i = 0; i < groups->nr_groups && !err; i++) {
		const struct energy_group *group = &groups->groups[i];

		entries[i] = ENERGY_NO_PARENT;
		if (group->known && !group->delta_nj && !group->delta_cpu_ns)
			continue;
		entries[i] = table->nr_entries;
		err = add_group(table, sight, group, tree, group->parent);
	}
	for (i = 0; i < table->nr_entries && !err; i++) {
		size_t parent = table->entries[i].parent;

		if (parent != ENERGY_NO_PARENT)
			table->entries[i].parent = entries[parent];
	}
	free(entries);
	return err;
}

/* One for all processes whose cgroup is not known, last of all roots but by what it used. */
static int add_nowhere(struct energy_table *table)
{
	return add_entry(table, (struct energy_entry){
		.name = strdup("(cgroup not known)"),
		.remark = "",
		.known = true,
		.parent = ENERGY_NO_PARENT,
	});
}

static void add_up(struct energy_entry *entry, const struct energy_row *row)
{
	entry->delta_nj += row->delta_nj;
	entry->total_nj += row->total_nj;
	entry->delta_cpu_ns += row->delta_cpu_ns;
}

/* Each below its cgroup; the groups' numbers are the sums of what is below. */
static int add_process_tree(struct energy_table *table, const struct energy_sight *sight)
{
	const struct energy_interval *interval = sight->interval;
	const struct energy_groups *groups = sight->summed;
	size_t i, nowhere = ENERGY_NO_PARENT;
	int err = 0;

	for (i = 0; i < groups->nr_groups && !err; i++)
		err = add_group(table, sight, &groups->groups[i], true,
				groups->groups[i].parent);
	for (i = 0; i < interval->nr_rows && !err; i++) {
		const struct energy_row *row = &interval->rows[i];
		const char *path = energy_places_find(sight->places, row->record->pid.value);
		size_t parent = path ? energy_groups_find(groups, path) : nowhere;

		if (!path && nowhere == ENERGY_NO_PARENT) {
			parent = nowhere = table->nr_entries;
			err = add_nowhere(table);
		}
		if (!path && !err)
			add_up(&table->entries[nowhere], row);
		if (!err)
			err = add_process(table, sight, row, parent);
	}
	return err;
}

static int compare_numbers(energy_sum left, energy_sum right)
{
	return (left < right) - (left > right);
}

static int compare(const struct energy_entry *left, const struct energy_entry *right,
		   enum energy_sort sort)
{
	uint64_t left_pid, right_pid;

	switch (sort) {
	case ENERGY_SORT_JOULES:
		return compare_numbers(left->total_nj, right->total_nj);
	case ENERGY_SORT_CPU:
		return compare_numbers(left->delta_cpu_ns, right->delta_cpu_ns);
	case ENERGY_SORT_PID:
		left_pid = left->row ? left->row->record->pid.value : 0;
		right_pid = right->row ? right->row->record->pid.value : 0;
		return compare_numbers(right_pid, left_pid);
	case ENERGY_SORT_NAME:
		return strcasecmp(left->name, right->name);
	default:
		return compare_numbers(left->delta_nj, right->delta_nj);
	}
}

struct sorting {
	const struct energy_table *table;
	const struct energy_view *view;
};

static int in_order(const void *a, const void *b, void *context)
{
	const struct sorting *sorting = context;
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	const struct energy_entry *entries = sorting->table->entries;
	int order = compare(&entries[left], &entries[right], sorting->view->sort);

	if (sorting->view->reverse)
		order = -order;
	if (!order)
		order = compare(&entries[left], &entries[right], ENERGY_SORT_WATTS);
	return order ? order : (left > right) - (left < right);
}

static bool matches(const struct energy_entry *entry, const char *filter)
{
	char pid[24] = "", label[ENERGY_LABEL_MAX];

	if (!filter[0])
		return true;
	if (entry->row)
		snprintf(pid, sizeof(pid), "%" PRIu64, entry->row->record->pid.value);
	if (entry->path)
		energy_label(label, sizeof(label), entry->path);
	return energy_filter_matches(filter, entry->name, pid, entry->path,
				     entry->path ? label : NULL);
}

/* In a tree those above are shown with it; @order has them before it. */
static void choose(struct energy_table *table, const size_t *order, const struct energy_view *view)
{
	struct energy_entry *entries = table->entries;
	size_t i;

	for (i = 0; i < table->nr_entries; i++)
		entries[i].matches = matches(&entries[i], view->filter);
	for (i = table->nr_entries; view->tree && i-- > 0;) {
		const struct energy_entry *entry = &entries[order[i]];

		if (entry->matches && entry->depth)
			entries[entry->parent].matches = true;
	}
	for (i = 0; i < table->nr_entries; i++) {
		if (entries[order[i]].matches)
			table->shown[table->nr_shown++] = order[i];
	}
}

static int arrange_tree(struct energy_table *table, const size_t *sorted, size_t *order)
{
	size_t nr = table->nr_entries, i;
	size_t *parents = calloc(nr + 1, sizeof(*parents));
	unsigned int *depths = calloc(nr + 1, sizeof(*depths));
	int err = -ENOMEM;

	if (parents && depths) {
		for (i = 0; i < nr; i++)
			parents[i] = table->entries[i].parent;
		err = energy_tree_order(parents, sorted, nr, order, depths);
		for (i = 0; i < nr && !err; i++)
			table->entries[i].depth = depths[i];
	}
	free(parents);
	free(depths);
	return err;
}

static int arrange(struct energy_table *table, const struct energy_view *view, bool tree)
{
	size_t nr = table->nr_entries, i;
	size_t *sorted = calloc(nr + 1, sizeof(*sorted));
	size_t *order = calloc(nr + 1, sizeof(*order));
	struct sorting sorting = { table, view };
	int err = -ENOMEM;

	table->shown = calloc(nr + 1, sizeof(*table->shown));
	if (sorted && order && table->shown) {
		for (i = 0; i < nr; i++)
			sorted[i] = i;
		qsort_r(sorted, nr, sizeof(*sorted), in_order, &sorting);
		memcpy(order, sorted, nr * sizeof(*order));
		err = tree ? arrange_tree(table, sorted, order) : 0;
	}
	if (!err)
		choose(table, order, view);
	free(sorted);
	free(order);
	return err;
}

static int fill_by_process(struct energy_table *table, const struct energy_sight *sight,
			   const struct energy_view *view)
{
	const struct energy_interval *interval = sight->interval;
	bool tree = view->tree && sight->summed;
	/* And one for those whose cgroup is not known. */
	size_t room = interval->nr_rows + 1 + (tree ? sight->summed->nr_groups : 0);
	int err;

	table->exited_missing = true;
	table->length_ns = interval->length_ns;
	table->attributed_nj = interval->attributed_nj;
	table->entries = calloc(room, sizeof(*table->entries));
	if (!table->entries)
		return -ENOMEM;
	err = tree ? add_process_tree(table, sight) : add_processes(table, sight);
	return err ? err : arrange(table, view, tree);
}

static int fill_by_cgroup(struct energy_table *table, const struct energy_sight *sight,
			  const struct energy_view *view)
{
	const struct energy_groups *groups = sight->counted ? sight->counted : sight->summed;
	int err;

	table->by_cgroup = true;
	table->sums_nest = true;
	table->exited_missing = !sight->counted;
	table->length_ns = groups ? groups->length_ns : sight->interval->length_ns;
	table->attributed_nj = groups ? groups->attributed_nj : sight->interval->attributed_nj;
	table->entries = calloc(groups ? groups->nr_groups + 1 : 1, sizeof(*table->entries));
	if (!table->entries)
		return -ENOMEM;
	err = groups ? add_groups(table, sight, groups, view->tree) : 0;
	return err ? err : arrange(table, view, view->tree);
}

int energy_table_fill(struct energy_table *table, const struct energy_sight *sight,
		      const struct energy_view *view)
{
	int err;

	memset(table, 0, sizeof(*table));
	table->basis = sight->interval->basis;
	err = view->by == ENERGY_BY_CGROUP ? fill_by_cgroup(table, sight, view) :
					     fill_by_process(table, sight, view);
	if (err)
		energy_table_free(table);
	return err;
}

void energy_table_free(struct energy_table *table)
{
	while (table->nr_entries)
		free(table->entries[--table->nr_entries].name);
	free(table->entries);
	free(table->shown);
	memset(table, 0, sizeof(*table));
}
