// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top/places.h"

/* The line of the default hierarchy; those before it are of version 1. */
#define DEFAULT_HIERARCHY "0::/"
#define REMOVED " (deleted)"

static void cut_end(char *path)
{
	size_t len = strcspn(path, "\n"), removed = strlen(REMOVED);

	path[len] = '\0';
	if (len > removed && !strcmp(path + len - removed, REMOVED))
		path[len - removed] = '\0';
}

/* NULL where it is not known. */
static char *read_path(const char *root, uint64_t pid)
{
	char name[PATH_MAX], *line = NULL, *path = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(name, sizeof(name), "%s/%" PRIu64 "/cgroup", root, pid);
	file = fopen(name, "re");
	if (!file)
		return NULL;
	while (!path && getline(&line, &size, file) > 0) {
		if (!strncmp(line, DEFAULT_HIERARCHY, strlen(DEFAULT_HIERARCHY)))
			path = strdup(strchr(line, '/'));
	}
	if (path)
		cut_end(path);
	free(line);
	fclose(file);
	return path;
}

static int by_pid(const void *a, const void *b)
{
	const struct energy_place *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

static char *path_of(const struct energy_places *before, const char *root,
		     const struct energy_record *record)
{
	const char *known;

	/* Its number may be another's by now. */
	if (energy_number_or(record->alive, 1))
		return read_path(root, record->pid.value);
	known = energy_places_find(before, record->pid.value);
	return known ? strdup(known) : NULL;
}

int energy_places_fill(struct energy_places *places, const struct energy_places *before,
		       const char *root, const struct energy_interval *interval)
{
	size_t i;

	memset(places, 0, sizeof(*places));
	if (!root)
		return 0;
	places->places = calloc(interval->nr_rows + 1, sizeof(*places->places));
	if (!places->places)
		return -ENOMEM;
	for (i = 0; i < interval->nr_rows; i++) {
		const struct energy_record *record = interval->rows[i].record;
		char *path = path_of(before, root, record);

		if (path)
			places->places[places->nr_places++] = (struct energy_place){
				.pid = record->pid.value,
				.path = path,
			};
	}
	qsort(places->places, places->nr_places, sizeof(*places->places), by_pid);
	return 0;
}

const char *energy_places_find(const struct energy_places *places, uint64_t pid)
{
	struct energy_place wanted = { .pid = pid }, *found = NULL;

	if (places->nr_places)
		found = bsearch(&wanted, places->places, places->nr_places, sizeof(wanted),
				by_pid);
	return found ? found->path : NULL;
}

void energy_places_free(struct energy_places *places)
{
	while (places->nr_places)
		free(places->places[--places->nr_places].path);
	free(places->places);
	memset(places, 0, sizeof(*places));
}
