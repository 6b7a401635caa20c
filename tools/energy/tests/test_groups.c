// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "tap.h"
#include "top/groups.h"

/* Three processes: 1 and 2 in /a/b, 3 in /a; a fourth in nobody knows where. */
static struct energy_record records[] = {
	{ .pid = { 1, true } }, { .pid = { 2, true } }, { .pid = { 3, true } },
	{ .pid = { 4, true } },
};
static struct energy_row rows[] = {
	{ &records[0], 100, 10, 1 }, { &records[1], 200, 20, 2 }, { &records[2], 400, 40, 4 },
	{ &records[3], 800, 80, 8 },
};
static const struct energy_interval interval = {
	.rows = rows, .nr_rows = 4, .length_ns = 5, .attributed_nj = 150,
};
static char deep[] = "/a/b", shallow[] = "/a";
static struct energy_place place[] = { { 1, deep }, { 2, deep }, { 3, shallow } };
static const struct energy_places places = { place, 3 };

static void parse(struct energy_cgroup_list *list, const char *text, bool *good)
{
	CHECK(!energy_cgroups_parse(list, text, strlen(text)));
}

static const struct energy_group *at(const struct energy_groups *groups, const char *path)
{
	static const struct energy_group none;
	size_t found = energy_groups_find(groups, path);

	return found == ENERGY_NO_PARENT ? &none : &groups->groups[found];
}

static void sums(bool *good)
{
	struct energy_groups groups;

	CHECK(!energy_groups_sum(&groups, &interval, &places));
	CHECK(groups.nr_groups == 3 && !groups.counted && groups.has_places);
	CHECK(groups.length_ns == 5 && groups.attributed_nj == 150);
	CHECK(at(&groups, "/a/b")->delta_nj == 30 && at(&groups, "/a/b")->nr_active == 2);
	CHECK(at(&groups, "/a")->delta_nj == 70 && at(&groups, "/a")->nr_active == 3);
	CHECK(at(&groups, "/")->delta_nj == 70 && at(&groups, "/")->total_nj == 700);
	CHECK(at(&groups, "/")->delta_cpu_ns == 7 && at(&groups, "/")->nr_active == 3);
	CHECK(at(&groups, "/")->parent == ENERGY_NO_PARENT);
	CHECK(at(&groups, "/a/b")->parent == energy_groups_find(&groups, "/a"));
	CHECK(energy_groups_find(&groups, "/b") == ENERGY_NO_PARENT);
	energy_groups_free(&groups);
}

static void sums_of_nothing(bool *good)
{
	struct energy_interval empty = { .length_ns = 1 };
	struct energy_places nowhere = { 0 };
	struct energy_groups groups;

	CHECK(!energy_groups_sum(&groups, &empty, &nowhere));
	CHECK(!groups.nr_groups && energy_groups_find(&groups, "/") == ENERGY_NO_PARENT);
	energy_groups_free(&groups);
}

static void counts(bool *good)
{
	struct energy_cgroup_list older, newer;
	struct energy_groups groups;

	parse(&older, "timestamp=10\n"
	      "cgroup=1 parent=0 energy=0.009 cpu_ns=5 energy_nj=1000 path=/\n"
	      "cgroup=7 parent=1 energy=0.001 cpu_ns=1 energy_nj=300 path=/a\n", good);
	parse(&newer, "timestamp=20\n"
	      "cgroup=1 parent=0 energy=0.029 cpu_ns=50 energy_nj=1900 path=/\n"
	      "cgroup=4 parent=7 alive=0 energy=0.002 cpu_ns=6 energy_nj=100 path=/a/b\n"
	      "cgroup=7 parent=1 energy=0.003 cpu_ns=9 energy_nj=500 path=/a\n"
	      "cgroup=8 parent=99 cpu_ns=2 path=?\n", good);
	CHECK(energy_groups_count(&groups, &older, &newer, ENERGY_BASIS_LIVE, &interval,
				  &places) == ENERGY_INTERVAL);
	CHECK(groups.nr_groups == 4 && groups.counted && groups.length_ns == 10);
	/* Shares are of the roots'. */
	CHECK(groups.attributed_nj == 900);
	CHECK(at(&groups, "/")->delta_nj == 900 && at(&groups, "/")->delta_cpu_ns == 45);
	CHECK(at(&groups, "/a")->delta_nj == 200 && at(&groups, "/a")->total_nj == 500);
	CHECK(at(&groups, "/a")->nr_active == 3 && at(&groups, "/a/b")->nr_active == 2);
	energy_groups_place(&groups, &interval, &places);
	CHECK(at(&groups, "/a")->nr_active == 3 && at(&groups, "/a/b")->nr_active == 2);
	/* A new one has used all of it now. */
	CHECK(at(&groups, "/a/b")->delta_nj == 100 && at(&groups, "/a/b")->removed);
	/* Neither its energy nor its place is known. */
	CHECK(!groups.groups[3].known && groups.groups[3].parent == ENERGY_NO_PARENT);
	energy_groups_free(&groups);

	CHECK(energy_groups_count(&groups, &older, &newer, ENERGY_BASIS_MODEL, &interval,
				  &places) == ENERGY_INTERVAL);
	CHECK(at(&groups, "/a")->delta_nj == 2000);
	energy_groups_free(&groups);
	energy_cgroups_free(&older);
	energy_cgroups_free(&newer);
}

static void no_interval(bool *good)
{
	struct energy_cgroup_list older, newer, unsampled;
	struct energy_groups groups;

	parse(&older, "timestamp=10\ncgroup=1 cpu_ns=5 energy_nj=1000 path=/\n", good);
	parse(&newer, "timestamp=20\ncgroup=1 cpu_ns=5 energy_nj=999 path=/\n", good);
	parse(&unsampled, "timestamp=0\n", good);
	CHECK(energy_groups_count(&groups, &older, &newer, ENERGY_BASIS_LIVE, &interval,
				  &places) == ENERGY_RESTARTED);
	CHECK(energy_groups_count(&groups, &newer, &older, ENERGY_BASIS_LIVE, &interval,
				  &places) == ENERGY_RESTARTED);
	CHECK(energy_groups_count(&groups, &unsampled, &older, ENERGY_BASIS_LIVE, &interval,
				  &places) == ENERGY_RESTARTED);
	CHECK(energy_groups_count(&groups, &older, &older, ENERGY_BASIS_LIVE, &interval,
				  &places) == ENERGY_NO_TIME_PASSED);
	CHECK(!groups.groups);
	energy_cgroups_free(&older);
	energy_cgroups_free(&newer);
	energy_cgroups_free(&unsampled);
}

/* What the kernel never tells, but a file may. */
static void circle(bool *good)
{
	struct energy_cgroup_list older, newer;
	struct energy_groups groups;

	parse(&older, "timestamp=10\n", good);
	parse(&newer, "timestamp=20\ncgroup=1 parent=2 path=/a\ncgroup=2 parent=1 path=/a/b\n",
	      good);
	CHECK(energy_groups_count(&groups, &older, &newer, ENERGY_BASIS_LIVE, &interval,
				  &places) == ENERGY_INTERVAL);
	CHECK(groups.nr_groups == 2);
	energy_groups_free(&groups);
	energy_cgroups_free(&older);
	energy_cgroups_free(&newer);
}

static const struct tap_test tests[] = {
	{ "groups: summed up from processes", sums },
	{ "groups: of no processes", sums_of_nothing },
	{ "groups: counted by the kernel", counts },
	{ "groups: readings that make no interval", no_interval },
	{ "groups: a circle of parents", circle },
};

TAP_MAIN(tests)
