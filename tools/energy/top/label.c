// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "lib/comm.h"
#include "lib/container.h"
#include "top/label.h"

#define ID_SHOWN 12	/* as engines print it */
#define POD_SHOWN 8

static bool is_hash(const struct energy_container *container)
{
	return strlen(container->id) == sizeof(container->id) - 1 &&
	       strspn(container->id, "0123456789abcdef") == strlen(container->id);
}

static void name_container(char *out, size_t size, const struct energy_container *container)
{
	int shown = is_hash(container) ? ID_SHOWN : (int)sizeof(container->id);
	const char *pod = container->pod[0] ? " pod " : "";

	snprintf(out, size, "%s %.*s%s%.*s", energy_runtime_name(container->runtime), shown,
		 container->id, pod, POD_SHOWN, container->pod);
}

/*
 * Fills in @name and finds what is @rest of the path below it. False where the path is all
 * that is known.
 */
static bool understand(char *name, size_t size, const char *path, const char **rest)
{
	struct energy_container container;

	if (!energy_container_of(&container, path))
		return false;
	*rest = path + container.end;
	if (container.runtime != ENERGY_RUNTIME_NONE) {
		name_container(name, size, &container);
		return true;
	}
	snprintf(name, size, "%s", container.unit);
	return container.unit[0];
}

void energy_label(char *out, size_t size, const char *path)
{
	char name[ENERGY_LABEL_MAX], whole[ENERGY_LABEL_MAX];
	const char *rest;

	if (!understand(name, sizeof(name), path, &rest)) {
		energy_shown_plain(out, size, path);
		return;
	}
	snprintf(whole, sizeof(whole), "%s%s", name, rest);
	energy_shown_plain(out, size, whole);
}

void energy_label_in_tree(char *out, size_t size, const char *path)
{
	const char *last = strrchr(path, '/');
	struct energy_container container;
	char name[ENERGY_LABEL_MAX];
	const char *rest;

	energy_container_of(&container, path);
	if (container.runtime != ENERGY_RUNTIME_NONE &&
	    understand(name, sizeof(name), path, &rest) && !*rest)
		energy_shown_plain(out, size, name);
	else
		energy_shown_plain(out, size, last && last[1] ? last + 1 : path);
}
