// SPDX-License-Identifier: GPL-2.0-only
/* Where the caller is in the default hierarchy. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/comm.h"
#include "stat/cgroup.h"

/* A mount of the hierarchy, which of its directories is mounted there, and what is sought in it. */
struct mount {
	char point[PATH_MAX];
	char top[PATH_MAX];
	const char *own;
};

/* Calls @take for each line of the file until it returns true; 0, -ENOENT or a negative errno. */
static int find_line(const char *root, const char *file,
		     bool (*take)(void *context, struct energy_slice line), void *context)
{
	char path[PATH_MAX], *line = NULL;
	size_t size = 0;
	int err = -ENOENT;
	ssize_t len;
	FILE *in;

	snprintf(path, sizeof(path), "%s%s", root, file);
	in = fopen(path, "re");
	if (!in)
		return -errno;
	while (err && (len = getline(&line, &size, in)) > 0) {
		if (take(context, (struct energy_slice){ line, len - (line[len - 1] == '\n') }))
			err = 0;
	}
	free(line);
	fclose(in);
	return err;
}

/* What of the path @own is below @top; NULL: nothing, it is elsewhere. */
static const char *below(const char *own, const char *top)
{
	size_t len = strlen(top);

	if (!strncmp(own, "/..", 3))
		return NULL;
	if (!strcmp(top, "/"))
		return own;
	if (strncmp(own, top, len) || (own[len] && own[len] != '/'))
		return NULL;
	return own + len;
}

/*
 * A container may have its host's mounted, too, in which it is not to be found. proc(5): id,
 * parent, device, top, point, options, optional fields, "-", type...
 */
static bool take_mount(void *context, struct energy_slice line)
{
	enum { TOP = 3, POINT = 4 };
	struct mount *mount = context;
	struct energy_slice field, top = { 0 }, point = { 0 };
	unsigned int i;

	for (i = 0; energy_pair_next(&line, &field); i++) {
		if (i == TOP)
			top = field;
		else if (i == POINT)
			point = field;
		else if (i > POINT && energy_slice_is(field, "-"))
			break;
	}
	if (!energy_pair_next(&line, &field) || !energy_slice_is(field, "cgroup2"))
		return false;
	energy_unescape(mount->top, sizeof(mount->top), top);
	energy_unescape(mount->point, sizeof(mount->point), point);
	return below(mount->own, mount->top);
}

static bool take_own(void *context, struct energy_slice line)
{
	char *own = context;

	if (!energy_slice_begins(line, "0::/"))
		return false;
	snprintf(own, PATH_MAX, "%.*s", (int)line.len - 3, line.at + 3);
	return true;
}

int energy_stat_home_find(struct energy_stat_home *home, const char *root, char *why, size_t size)
{
	char own[PATH_MAX];
	struct mount mount = { .own = own };
	const char *rest;
	int err, len;

	err = find_line(root, "/proc/self/cgroup", take_own, own);
	if (!err)
		err = find_line(root, "/proc/self/mountinfo", take_mount, &mount);
	if (err && !mount.point[0]) {
		snprintf(why, size, "no cgroup v2 hierarchy is mounted, which is needed to count "
			 "all of the command's processes (mkdir /sys/fs/cgroup/unified; "
			 "mount -t cgroup2 none /sys/fs/cgroup/unified)");
		return err;
	}
	if (err) {
		snprintf(why, size, "this process's cgroup is not to be seen in %s "
			 "(in a container: give it a cgroup namespace)", mount.point);
		return err;
	}
	rest = below(own, mount.top);
	snprintf(home->mount, sizeof(home->mount), "%s%s", root, mount.point);
	len = snprintf(home->own, sizeof(home->own), "%s%s", home->mount,
		       strcmp(rest, "/") ? rest : "");
	if ((size_t)len >= sizeof(home->own)) {
		snprintf(why, size, "the path of this process's cgroup is too long");
		return -ENAMETOOLONG;
	}
	return 0;
}
