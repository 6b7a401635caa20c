// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "export/owners.h"
#include "tap.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* A list in which all energies are known. */
static struct energy_cgroup_list list_of(struct energy_cgroup *cgroups, size_t nr)
{
	return (struct energy_cgroup_list){ .cgroups = cgroups, .nr_cgroups = nr };
}

static struct energy_cgroup cgroup(uint64_t id, uint64_t parent, const char *path, uint64_t nj)
{
	return (struct energy_cgroup){
		.id = id, .parent = parent, .alive = true, .path = (char *)path,
		.energy_nj = { nj, true },
	};
}

static int update(struct energy_owners *owners, struct energy_cgroup *cgroups, size_t nr)
{
	struct energy_cgroup_list list = list_of(cgroups, nr);

	return energy_owners_update(owners, &list, false, false);
}

static uint64_t own(const struct energy_owners *owners, uint64_t id)
{
	size_t i;

	for (i = 0; i < owners->nr_owners; i++) {
		if (owners->owners[i].id == id)
			return owners->owners[i].own_nj;
	}
	return UINT64_MAX;
}

static void each_has_its_own(bool *good)
{
	struct energy_cgroup cgroups[] = {
		cgroup(1, 0, "/", 1000), cgroup(20, 1, "/system.slice", 600),
		cgroup(30, 20, "/system.slice/a.service", 250),
		cgroup(31, 20, "/system.slice/b.service", 300),
	};
	struct energy_owners owners = { 0 };

	CHECK(!update(&owners, cgroups, 4));
	CHECK(own(&owners, 1) == 400 && own(&owners, 20) == 50);
	CHECK(own(&owners, 30) == 250 && own(&owners, 31) == 300);
	CHECK(owners.attributed_nj.known && owners.attributed_nj.value == 1000);
	energy_owners_free(&owners);
}

/* 100 more in the child until it was seen last, 7 after that. */
static void a_removed_child(bool *good)
{
	struct energy_cgroup cgroups[] = {
		cgroup(1, 0, "/", 1000), cgroup(20, 1, "/a", 600), cgroup(30, 20, "/a/b", 500),
	};
	struct energy_owners owners = { 0 };

	CHECK(!update(&owners, cgroups, 3));
	cgroups[0].energy_nj.value += 100;
	cgroups[1].energy_nj.value += 100;
	cgroups[2].energy_nj.value += 100;
	CHECK(!update(&owners, cgroups, 3));
	CHECK(own(&owners, 20) == 100 && own(&owners, 30) == 600);
	cgroups[0].energy_nj.value += 7;
	cgroups[1].energy_nj.value += 7;
	CHECK(!update(&owners, cgroups, 2));
	CHECK(own(&owners, 1) == 400 && own(&owners, 20) == 107);
	energy_owners_free(&owners);
}

static void a_new_child_takes_its_part(bool *good)
{
	struct energy_cgroup cgroups[] = {
		cgroup(1, 0, "/", 1000), cgroup(20, 1, "/a", 100),
	};
	struct energy_owners owners = { 0 };

	CHECK(!update(&owners, cgroups, 1));
	CHECK(own(&owners, 1) == 1000);
	cgroups[0].energy_nj.value = 1150;
	CHECK(!update(&owners, cgroups, 2));
	CHECK(own(&owners, 1) == 1050 && own(&owners, 20) == 100);
	energy_owners_free(&owners);
}

/* Its parent is told one reading later: then the parent's total has all of it at once. */
static void a_parent_that_comes_late(bool *good)
{
	struct energy_cgroup cgroups[] = {
		cgroup(1, 0, "/", 1000), cgroup(20, 0, "/a", 100),
	};
	struct energy_owners owners = { 0 };

	CHECK(!update(&owners, cgroups, 2));
	CHECK(own(&owners, 1) == 1000 && own(&owners, 20) == 100);
	cgroups[1].parent = 1;
	cgroups[1].energy_nj.value = 130;
	cgroups[0].energy_nj.value = 1135;
	CHECK(!update(&owners, cgroups, 2));
	CHECK(own(&owners, 1) == 1005 && own(&owners, 20) == 130);
	energy_owners_free(&owners);
}

static void never_back(bool *good)
{
	struct energy_cgroup cgroups[] = {
		cgroup(1, 0, "/", 1000), cgroup(20, 1, "/a", 100),
	};
	struct energy_owners owners = { 0 };

	CHECK(!update(&owners, cgroups, 2));
	/* The child's line is of the next sample already. */
	cgroups[1].energy_nj.value = 150;
	CHECK(!update(&owners, cgroups, 2));
	CHECK(own(&owners, 1) == 900);
	cgroups[0].energy_nj.value = 1060;
	CHECK(!update(&owners, cgroups, 2));
	CHECK(own(&owners, 1) == 910);
	energy_owners_free(&owners);
}

static void a_container_is_one(bool *good)
{
	struct energy_cgroup cgroups[] = {
		cgroup(1, 0, "/", 1000), cgroup(20, 1, "/docker", 600),
		cgroup(30, 20, "/docker/" ID, 500),
		cgroup(40, 30, "/docker/" ID "/inside", 400), cgroup(50, 40, NULL, 30),
	};
	struct energy_owners owners = { 0 };

	CHECK(!update(&owners, cgroups, 5));
	CHECK(owners.nr_owners == 3);
	CHECK(own(&owners, 30) == 500 && own(&owners, 20) == 100);
	CHECK_TEXT(owners.owners[2].container.id, ID);
	energy_owners_free(&owners);
}

static void begins_anew(bool *good)
{
	struct energy_cgroup cgroups[] = {
		cgroup(1, 0, "/", 1000), cgroup(20, 1, "/a", 100),
	};
	struct energy_cgroup_list list = list_of(cgroups, 2);
	struct energy_owners owners = { 0 };

	CHECK(!update(&owners, cgroups, 2));
	cgroups[0].energy_nj.value = 50;
	cgroups[1].energy_nj.value = 20;
	CHECK(!energy_owners_update(&owners, &list, false, true));
	CHECK(own(&owners, 1) == 30 && own(&owners, 20) == 20);
	energy_owners_free(&owners);
}

static const struct tap_test tests[] = {
	{ "owners: no nanojoule has two", each_has_its_own },
	{ "owners: what a removed child used is the parent's", a_removed_child },
	{ "owners: a new child takes its part", a_new_child_takes_its_part },
	{ "owners: a parent that is told late", a_parent_that_comes_late },
	{ "owners: none ever goes back", never_back },
	{ "owners: a container is one", a_container_is_one },
	{ "owners: a module that was reloaded", begins_anew },
};

TAP_MAIN(tests)
