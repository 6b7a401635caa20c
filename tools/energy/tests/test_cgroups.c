// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "lib/cgroups.h"
#include "tap.h"

#define TAIL "instructions=3 wakeups=14 diski=5 disko=6 rx=22 tx=17"

static int parse(struct energy_cgroup_list *list, const char *text)
{
	return energy_cgroups_parse(list, text, strlen(text));
}

static void whole_line(bool *good)
{
	struct energy_cgroup_list list;
	const struct energy_cgroup *root, *child;

	CHECK(!parse(&list, "timestamp=77\niterations=4\n"
		     "cgroup=9 parent=1 alive=0 energy=0.001 cpu_ns=8 " TAIL
		     " energy_uj=10231 energy_nj=10231432 new=x path=/a\\040b\\075\n"
		     "cgroup=1 parent=0 alive=1 energy=1234.567 cpu_ns=9 " TAIL
		     " energy_uj=10231 path=/\n"));
	CHECK(list.timestamp_ns.value == 77 && list.nr_cgroups == 2);
	CHECK(!list.nr_garbage && !list.torn);
	root = energy_cgroups_find(&list, 1);
	child = energy_cgroups_find(&list, 9);
	CHECK(root && child && !energy_cgroups_find(&list, 2));
	if (root && child) {
		CHECK(root->alive && !root->parent);
		CHECK(root->energy_nj.value == 10231000 && root->model_nj.value == 1234567000);
		CHECK(!child->alive && child->parent == 1);
		CHECK(child->energy_nj.value == 10231432 && child->model_nj.value == 1000);
		CHECK(child->cpu_ns.value == 8 && child->instructions.value == 3);
		CHECK(child->wakeups.value == 14 && child->diski.value == 5);
		CHECK(child->disko.value == 6 && child->rx.value == 22 && child->tx.value == 17);
		CHECK_TEXT(root->path, "/");
		CHECK_TEXT(child->path, "/a b=");
	}
	energy_cgroups_free(&list);
}

static void unknown_path(bool *good)
{
	struct energy_cgroup_list list;

	CHECK(!parse(&list, "timestamp=1\ncgroup=5 path=?\ncgroup=6\ncgroup=7 path=\n"));
	CHECK(list.nr_cgroups == 3 && !list.nr_garbage);
	for (size_t i = 0; i < list.nr_cgroups; i++)
		CHECK(!list.cgroups[i].path && list.cgroups[i].alive);
	/* What a line does not say is not known, and not 0. */
	CHECK(!list.cgroups[0].energy_nj.known && !list.cgroups[0].cpu_ns.known);
	energy_cgroups_free(&list);
}

static void forged_fields(bool *good)
{
	struct energy_cgroup_list list;

	/* A file that does not escape must not mislead either. */
	CHECK(!parse(&list, "timestamp=1\ncgroup=5 energy_nj=7 path=/x energy_nj=9 parent=3\n"));
	CHECK(list.nr_cgroups == 1 && list.cgroups[0].energy_nj.value == 7);
	CHECK(!list.cgroups[0].parent);
	CHECK_TEXT(list.cgroups[0].path, "/x energy_nj=9 parent=3");
	energy_cgroups_free(&list);
}

static void garbage(bool *good)
{
	struct energy_cgroup_list list;

	CHECK(!parse(&list, "timestamp=1\ncgroup=x path=/\ncgroup=1 parent=-1\nnothing\n"
		     "cgroup=2 cpu_ns=1 cpu_ns=2\nnew_line=5\ncgroup=3 pa"));
	CHECK(list.nr_cgroups == 0 && list.nr_garbage == 4 && list.torn);
	CHECK(!energy_cgroups_find(&list, 1));
	energy_cgroups_free(&list);
	CHECK(parse(&list, "cgroup=1 path=/\n") == -EBADMSG);
	CHECK(parse(&list, "") == -EBADMSG);
	CHECK(!list.cgroups);
}

/* A kernel with one file. */
static const char *file;
static size_t at;
static int stale;	/* so many readings fail at their end */

static int fake_open(const char *path)
{
	(void)path;
	at = 0;
	return file ? 3 : -ENOENT;
}

static ssize_t fake_read(int fd, void *buffer, size_t size)
{
	size_t left = strlen(file) - at;

	(void)fd;
	if (!left && stale) {
		stale--;
		return -ESTALE;
	}
	if (size > left)
		size = left;
	memcpy(buffer, file + at, size);
	at += size;
	return size;
}

static void fake_close(int fd)
{
	(void)fd;
}

static const struct energy_io fake_io = { fake_open, fake_read, fake_close };

static void read_list(bool *good)
{
	struct energy_cgroup_list list;
	struct energy_failure failure;
	char message[8192];

	file = "timestamp=1\ncgroup=1 path=/\n";
	stale = 2;
	CHECK(!energy_cgroups_read(&fake_io, ENERGY_PROC_CGROUPS, &list, &failure));
	CHECK(list.nr_cgroups == 1);
	energy_cgroups_free(&list);

	file = "cgroup=1 path=/\n";
	CHECK(energy_cgroups_read(&fake_io, ENERGY_PROC_CGROUPS, &list, &failure) == -EBADMSG);
	energy_failure_text(message, sizeof(message), &failure);
	CHECK_TEXT(message, "/proc/energy/cgroups is no energy listing: it has no timestamp");

	file = NULL;
	CHECK(energy_cgroups_read(&fake_io, ENERGY_PROC_CGROUPS, &list, &failure) == -ENOENT);
	energy_failure_text(message, sizeof(message), &failure);
	CHECK_TEXT(message, "cannot open /proc/energy/cgroups: No such file or directory "
		   "(is energy_core loaded? modprobe energy_rapl_msr)");
	energy_cgroups_free(&list);
}

static void read_stat(bool *good)
{
	struct energy_cgroup cgroup;
	struct energy_failure failure;
	uint64_t timestamp_ns;

	file = "timestamp 55\nwindow 3\nenergy_uj 10\nmodel_uj 20\ncpu_ns 30\ninstructions 40\n"
	       "wakeups 50\ndiski 60\ndisko 70\ntx 80\nrx 90\nnew_key some words\n";
	CHECK(!energy_cgroup_stat_read(&fake_io, ENERGY_PROC_CGROUP_STAT, &cgroup,
				       &timestamp_ns, &failure));
	CHECK(timestamp_ns == 55 && !cgroup.id && !cgroup.path && cgroup.alive);
	CHECK(cgroup.energy_nj.value == 10000 && cgroup.model_nj.value == 20000);
	CHECK(cgroup.cpu_ns.value == 30 && cgroup.instructions.value == 40);
	CHECK(cgroup.wakeups.value == 50 && cgroup.diski.value == 60);
	CHECK(cgroup.disko.value == 70 && cgroup.tx.value == 80 && cgroup.rx.value == 90);
}

static void broken_stat(bool *good)
{
	static const char *const files[] = {
		"", "cpu_ns 30\n", "timestamp 55\ncpu_ns x\n", "timestamp 55\ncpu_ns 3",
		"timestamp 55\ncpu_ns\n", "timestamp 55\ncpu_ns 1\ncpu_ns 1\n",
	};
	struct energy_cgroup cgroup;
	struct energy_failure failure;
	uint64_t timestamp_ns;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		file = files[i];
		CHECK(energy_cgroup_stat_read(&fake_io, "x", &cgroup, &timestamp_ns,
					      &failure) == -EBADMSG);
		CHECK(failure.step == ENERGY_STEP_PARSE && failure.err == -EBADMSG);
	}
	file = NULL;
	CHECK(energy_cgroup_stat_read(&fake_io, "x", &cgroup, &timestamp_ns,
				      &failure) == -ENOENT);
	CHECK(failure.step == ENERGY_STEP_OPEN);
}

static const struct tap_test tests[] = {
	{ "cgroups: all that a line has", whole_line },
	{ "cgroups: a path that is not known", unknown_path },
	{ "cgroups: nothing in a path is a field", forged_fields },
	{ "cgroups: lines that are not understood", garbage },
	{ "cgroups: the file, and why it cannot be read", read_list },
	{ "cgroups: cgroup.stat", read_stat },
	{ "cgroups: a cgroup.stat that is broken", broken_stat },
};

TAP_MAIN(tests)
