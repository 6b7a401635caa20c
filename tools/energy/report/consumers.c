// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/comm.h"
#include "report/consumers.h"

#define FEW 16

static int by_key(const void *a, const void *b)
{
	const struct energy_consumer *left = a, *right = b;

	if (left->id != right->id)
		return left->id < right->id ? -1 : 1;
	return strcmp(left->name, right->name);
}

static int by_energy(const void *a, const void *b)
{
	const struct energy_consumer *left = a, *right = b;

	if (left->band.total_nj != right->band.total_nj)
		return left->band.total_nj > right->band.total_nj ? -1 : 1;
	if (left->first_ns != right->first_ns)
		return left->first_ns < right->first_ns ? -1 : 1;
	return by_key(a, b);
}

/* The first one whose id is not lower. */
static size_t first_with(const struct energy_consumers *consumers, uint64_t id)
{
	size_t low = 0, high = consumers->nr_sorted;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (consumers->all[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Returns NULL for lack of memory; takes @name over. */
static struct energy_consumer *add(struct energy_consumers *consumers, uint64_t id, char *name)
{
	struct energy_consumer *grown;

	if (!name)
		return NULL;
	if (consumers->nr == consumers->room) {
		size_t room = consumers->room ? 2 * consumers->room : 64;

		grown = reallocarray(consumers->all, room, sizeof(*grown));
		if (!grown) {
			free(name);
			return NULL;
		}
		consumers->all = grown;
		consumers->room = room;
	}
	consumers->nr_seen++;
	grown = &consumers->all[consumers->nr++];
	*grown = (struct energy_consumer){ .id = id, .name = name };
	return grown;
}

static char *plain_name(struct energy_slice comm)
{
	char *name = malloc(comm.len + 1);

	if (name)
		energy_unescape(name, comm.len + 1, comm);
	return name;
}

/* Processes take other names, mostly by exec. */
static int rename_to(struct energy_consumer *consumer, struct energy_slice comm)
{
	char *name = plain_name(comm);

	if (!name)
		return -ENOMEM;
	free(consumer->name);
	consumer->name = name;
	return 0;
}

static bool continues(const struct energy_consumer *consumer, const struct energy_deed *deed)
{
	uint64_t before_nj = deed->total_nj - deed->delta_nj;

	if (!consumer->begun)
		return consumer->first_ns == deed->from_ns && consumer->first_nj == before_nj &&
		       consumer->ended == deed->ended;
	return consumer->last_nj == before_nj && consumer->last_step != deed->step;
}

int energy_consumers_process(struct energy_consumers *consumers, const struct energy_deed *deed,
			     struct energy_consumer **found)
{
	struct energy_consumer *consumer = NULL;
	size_t i = first_with(consumers, deed->pid);

	for (; i < consumers->nr_sorted && consumers->all[i].id == deed->pid && !consumer; i++) {
		if (continues(&consumers->all[i], deed))
			consumer = &consumers->all[i];
	}
	*found = consumer;
	if (!consumer) {
		if (consumers->chosen)
			return 0;
		consumer = add(consumers, deed->pid, plain_name(deed->comm));
		if (!consumer)
			return -ENOMEM;
		consumer->first_ns = deed->from_ns;
		consumer->first_nj = deed->total_nj - deed->delta_nj;
		consumer->ended = deed->ended;
		*found = consumer;
	} else if (!consumers->chosen && rename_to(consumer, deed->comm)) {
		return -ENOMEM;
	}
	consumer->begun = true;
	consumer->last_nj = deed->total_nj;
	consumer->last_step = deed->step;
	return 0;
}

/* NULL: there is none, or it is new in this step. */
static struct energy_consumer *find(const struct energy_consumers *consumers, uint64_t id,
				    const char *name)
{
	const struct energy_consumer wanted = { .id = id, .name = (char *)name };

	if (!consumers->nr_sorted)
		return NULL;
	return bsearch(&wanted, consumers->all, consumers->nr_sorted, sizeof(wanted), by_key);
}

int energy_consumers_name(struct energy_consumers *consumers, uint64_t step,
			  struct energy_slice comm, struct energy_consumer **found)
{
	char *name = plain_name(comm);

	*found = NULL;
	if (!name)
		return -ENOMEM;
	*found = find(consumers, 0, name);
	if (*found || consumers->chosen) {
		free(name);
	} else {
		if (!add(consumers, 0, name))
			return -ENOMEM;
		/* The next one in this step may have it, too. */
		energy_consumers_settle(consumers);
		*found = find(consumers, 0, name);
	}
	if (*found)
		(*found)->last_step = step;
	return 0;
}

int energy_consumers_cgroup(struct energy_consumers *consumers, uint64_t id, const char *path,
			    struct energy_consumer **found)
{
	*found = find(consumers, path ? 0 : id, path ?: "");
	if (*found || consumers->chosen)
		return 0;
	*found = add(consumers, path ? 0 : id, strdup(path ?: ""));
	return *found ? 0 : -ENOMEM;
}

void energy_consumers_restart(struct energy_consumers *consumers)
{
	size_t i;

	for (i = 0; i < consumers->nr; i++)
		consumers->all[i].last_nj = UINT64_MAX;
}

/* Where the last of @nr belongs among those before it, which are sorted. */
static void insert_last(struct energy_consumer *all, size_t nr)
{
	const struct energy_consumer last = all[nr - 1];
	size_t low = 0, high = nr - 1;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_key(&all[middle], &last) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	memmove(&all[low + 1], &all[low], (nr - 1 - low) * sizeof(*all));
	all[low] = last;
}

void energy_consumers_settle(struct energy_consumers *consumers)
{
	/* Mostly few are new; then all need not be sorted. */
	if (consumers->nr - consumers->nr_sorted > FEW) {
		qsort(consumers->all, consumers->nr, sizeof(*consumers->all), by_key);
		consumers->nr_sorted = consumers->nr;
	}
	while (consumers->nr_sorted < consumers->nr)
		insert_last(consumers->all, ++consumers->nr_sorted);
}

static int descending(const void *a, const void *b)
{
	energy_total left = *(const energy_total *)a, right = *(const energy_total *)b;

	return (left < right) - (left > right);
}

static void free_consumer(struct energy_consumer *consumer)
{
	free(consumer->name);
	energy_band_free(&consumer->band);
}

int energy_consumers_forget(struct energy_consumers *consumers, size_t top,
			    bool (*is_there)(const struct energy_consumer *consumer,
					     const void *context), const void *context)
{
	energy_total *totals, least;
	size_t i, kept = 0;

	if (consumers->nr <= top)
		return 0;
	totals = reallocarray(NULL, consumers->nr, sizeof(*totals));
	if (!totals)
		return -ENOMEM;
	for (i = 0; i < consumers->nr; i++)
		totals[i] = consumers->all[i].band.total_nj;
	qsort(totals, consumers->nr, sizeof(*totals), descending);
	least = totals[top - 1];
	free(totals);
	for (i = 0; i < consumers->nr; i++) {
		struct energy_consumer *consumer = &consumers->all[i];

		if (consumer->band.total_nj < least && !is_there(consumer, context))
			free_consumer(consumer);
		else
			consumers->all[kept++] = *consumer;
	}
	consumers->nr = kept;
	consumers->nr_sorted = kept;
	return 0;
}

int energy_consumers_choose(struct energy_consumers *chosen, struct energy_consumers *from,
			    size_t top, const struct energy_buckets *buckets)
{
	size_t i;

	memset(chosen, 0, sizeof(*chosen));
	energy_consumers_rank(from);
	for (i = 0; i < from->nr && i < top && from->all[i].band.total_nj > 0; i++) {
		const struct energy_consumer *large = &from->all[i];
		struct energy_consumer *consumer = add(chosen, large->id, strdup(large->name));

		if (!consumer || energy_band_init(&consumer->band, buckets))
			return -ENOMEM;
		consumer->first_ns = large->first_ns;
		consumer->first_nj = large->first_nj;
		consumer->ended = large->ended;
	}
	chosen->nr_seen = from->nr_seen;
	chosen->chosen = true;
	energy_consumers_settle(chosen);
	return 0;
}

void energy_consumers_rank(struct energy_consumers *consumers)
{
	if (consumers->nr > 1)
		qsort(consumers->all, consumers->nr, sizeof(*consumers->all), by_energy);
	consumers->nr_sorted = 0;
}

void energy_consumers_free(struct energy_consumers *consumers)
{
	while (consumers->nr)
		free_consumer(&consumers->all[--consumers->nr]);
	free(consumers->all);
	memset(consumers, 0, sizeof(*consumers));
}
