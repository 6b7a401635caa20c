// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cgroups.h"
#include "lib/comm.h"

/* A line of either file, before it is known which of its numbers count. */
struct line {
	struct energy_cgroup cgroup;
	struct energy_number id, parent, alive;
	struct energy_number rounded_nj;	/* energy_uj */
	struct energy_number timestamp_ns;
	struct energy_slice path;
};

#define IN_LINE(key, member, digits) { key, offsetof(struct line, member), digits }

/* The same in both files. */
#define SHARED_NUMBERS								\
	IN_LINE("energy_uj", rounded_nj, ENERGY_UJ_TO_NJ),			\
	IN_LINE("cpu_ns", cgroup.cpu_ns, ENERGY_AS_IS),				\
	IN_LINE("instructions", cgroup.instructions, ENERGY_AS_IS),		\
	IN_LINE("wakeups", cgroup.wakeups, ENERGY_AS_IS),			\
	IN_LINE("diski", cgroup.diski, ENERGY_AS_IS),				\
	IN_LINE("disko", cgroup.disko, ENERGY_AS_IS),				\
	IN_LINE("rx", cgroup.rx, ENERGY_AS_IS),					\
	IN_LINE("tx", cgroup.tx, ENERGY_AS_IS)

static const struct energy_number_key list_numbers[] = {
	IN_LINE("cgroup", id, ENERGY_AS_IS),
	IN_LINE("parent", parent, ENERGY_AS_IS),
	IN_LINE("alive", alive, ENERGY_AS_IS),
	IN_LINE("energy", cgroup.model_nj, ENERGY_MJ_TO_NJ),
	IN_LINE("energy_nj", cgroup.energy_nj, ENERGY_AS_IS),
	SHARED_NUMBERS,
	{ NULL, 0, 0 }
};

static const struct energy_number_key stat_numbers[] = {
	IN_LINE("timestamp", timestamp_ns, ENERGY_AS_IS),
	IN_LINE("model_uj", cgroup.model_nj, ENERGY_UJ_TO_NJ),
	SHARED_NUMBERS,
	{ NULL, 0, 0 }
};

static const struct energy_number_key header_numbers[] = {
	{ "timestamp", offsetof(struct energy_cgroup_list, timestamp_ns), ENERGY_AS_IS },
	{ NULL, 0, 0 }
};

static bool parse_line(struct line *line, struct energy_slice text)
{
	struct energy_slice pair, key, value;

	memset(line, 0, sizeof(*line));
	for (;;) {
		/* path is last and takes all that is left: nothing in it can be a field. */
		if (energy_slice_begins(text, "path=")) {
			line->path.at = text.at + strlen("path=");
			line->path.len = text.len - strlen("path=");
			return line->id.known;
		}
		if (!energy_pair_next(&text, &pair))
			return line->id.known;
		if (!energy_pair_split(pair, &key, &value) ||
		    !energy_number_store(line, list_numbers, key, value))
			return false;
	}
}

static void settle(struct line *line)
{
	struct energy_cgroup *cgroup = &line->cgroup;

	cgroup->id = line->id.value;
	cgroup->parent = line->parent.value;
	cgroup->alive = energy_number_or(line->alive, 1);
	if (!cgroup->energy_nj.known)
		cgroup->energy_nj = line->rounded_nj;
}

/* A path begins with a slash: "?" says that the module does not know it. */
static int keep_path(struct energy_cgroup *cgroup, struct energy_slice path)
{
	if (!path.len || path.at[0] != '/')
		return 0;
	cgroup->path = malloc(path.len + 1);
	if (!cgroup->path)
		return -ENOMEM;
	energy_unescape(cgroup->path, path.len + 1, path);
	return 0;
}

static int append(struct energy_cgroup_list *list, struct line *line)
{
	size_t nr = list->nr_cgroups;
	struct energy_cgroup *grown;
	int err;

	/* The room doubles whenever the count reaches a power of two. */
	if (!(nr & (nr - 1))) {
		grown = reallocarray(list->cgroups, nr ? 2 * nr : 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		list->cgroups = grown;
	}
	err = keep_path(&line->cgroup, line->path);
	if (err)
		return err;
	list->cgroups[list->nr_cgroups++] = line->cgroup;
	return 0;
}

static bool parse_header(struct energy_cgroup_list *list, struct energy_slice text)
{
	struct energy_slice key, value;

	return energy_pair_split(text, &key, &value) &&
	       energy_number_store(list, header_numbers, key, value);
}

static int by_id(const void *a, const void *b)
{
	const struct energy_cgroup *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

int energy_cgroups_parse(struct energy_cgroup_list *list, const char *text, size_t len)
{
	struct energy_slice rest = { text, len }, each;
	int err;

	memset(list, 0, sizeof(*list));
	while (energy_line_next(&rest, &each)) {
		struct line line;

		if (!energy_slice_begins(each, "cgroup=")) {
			list->nr_garbage += !parse_header(list, each);
			continue;
		}
		if (!parse_line(&line, each)) {
			list->nr_garbage++;
			continue;
		}
		settle(&line);
		err = append(list, &line);
		if (err)
			goto free_list;
	}
	list->torn = rest.len;
	err = -EBADMSG;
	if (!list->timestamp_ns.known)
		goto free_list;
	if (list->nr_cgroups)
		qsort(list->cgroups, list->nr_cgroups, sizeof(*list->cgroups), by_id);
	return 0;

free_list:
	energy_cgroups_free(list);
	return err;
}

int energy_cgroups_read(const struct energy_io *io, const char *path,
			struct energy_cgroup_list *list, struct energy_failure *failure)
{
	char *text;
	size_t len;
	int err;

	memset(list, 0, sizeof(*list));
	err = energy_read_text(io, path, &text, &len, failure);
	if (err)
		return err;
	err = energy_cgroups_parse(list, text, len);
	free(text);
	failure->step = ENERGY_STEP_PARSE;
	failure->err = err;
	return err;
}

/* A key, a space, a number; keys that are not known may have anything. */
static bool parse_stat_line(struct line *line, struct energy_slice text)
{
	struct energy_slice key;

	return energy_pair_next(&text, &key) &&
	       energy_number_store(line, stat_numbers, key, text);
}

static int parse_stat(struct line *line, const char *text, size_t len)
{
	struct energy_slice rest = { text, len }, each;

	memset(line, 0, sizeof(*line));
	while (energy_line_next(&rest, &each)) {
		if (!parse_stat_line(line, each))
			return -EBADMSG;
	}
	if (rest.len || !line->timestamp_ns.known)
		return -EBADMSG;
	settle(line);
	return 0;
}

int energy_cgroup_stat_read(const struct energy_io *io, const char *path,
			    struct energy_cgroup *cgroup, uint64_t *timestamp_ns,
			    struct energy_failure *failure)
{
	struct line line;
	char *text;
	size_t len;
	int err;

	err = energy_read_text(io, path, &text, &len, failure);
	if (err)
		return err;
	err = parse_stat(&line, text, len);
	free(text);
	failure->step = ENERGY_STEP_PARSE;
	failure->err = err;
	if (err)
		return err;
	*cgroup = line.cgroup;
	*timestamp_ns = line.timestamp_ns.value;
	return 0;
}

const struct energy_cgroup *energy_cgroups_find(const struct energy_cgroup_list *list,
						uint64_t id)
{
	struct energy_cgroup key = { .id = id };

	if (!list->nr_cgroups)
		return NULL;
	return bsearch(&key, list->cgroups, list->nr_cgroups, sizeof(key), by_id);
}

void energy_cgroups_free(struct energy_cgroup_list *list)
{
	size_t i;

	for (i = 0; i < list->nr_cgroups; i++)
		free(list->cgroups[i].path);
	free(list->cgroups);
	memset(list, 0, sizeof(*list));
}
