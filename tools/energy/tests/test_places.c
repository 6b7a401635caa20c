// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"
#include "top/places.h"

static char root[] = "/tmp/energy-places-XXXXXX";

static void put(const char *pid, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, pid);
	mkdir(path, 0755);
	strcat(path, "/cgroup");
	file = fopen(path, "w");
	if (file) {
		fputs(text, file);
		fclose(file);
	}
}

static void take_away(const char *pid)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s/cgroup", root, pid);
	unlink(path);
	snprintf(path, sizeof(path), "%s/%s", root, pid);
	rmdir(path);
}

static struct energy_record record(uint64_t pid, bool alive)
{
	return (struct energy_record){ .pid = { pid, true }, .alive = { alive, true } };
}

static void looks_up(bool *good)
{
	struct energy_record records[] = { record(9, true), record(2, true), record(5, true),
					   record(6, true), record(7, true) };
	struct energy_row rows[5];
	struct energy_interval interval = { .rows = rows, .nr_rows = 5 };
	struct energy_places none = { 0 }, places;

	for (size_t i = 0; i < 5; i++)
		rows[i] = (struct energy_row){ .record = &records[i] };
	put("9", "12:pids:/x\n1:name=systemd:/y\n0::/system.slice/a b.service\n");
	put("2", "0::/\n");
	put("6", "12:pids:/x\n");
	put("7", "0::/gone (deleted)\n");
	CHECK(!energy_places_fill(&places, &none, root, &interval));
	CHECK(places.nr_places == 3);
	CHECK_TEXT(energy_places_find(&places, 9), "/system.slice/a b.service");
	CHECK_TEXT(energy_places_find(&places, 2), "/");
	CHECK_TEXT(energy_places_find(&places, 7), "/gone");
	/* Gone, or only in hierarchies of version 1. */
	CHECK(!energy_places_find(&places, 5) && !energy_places_find(&places, 6));
	energy_places_free(&places);
	CHECK(!energy_places_fill(&places, &none, NULL, &interval));
	CHECK(!places.nr_places && !energy_places_find(&places, 9));
	energy_places_free(&places);
	take_away("9");
	take_away("2");
	take_away("6");
	take_away("7");
}

static void exited(bool *good)
{
	struct energy_record records[] = { record(9, false), record(8, false) };
	struct energy_row rows[] = { { .record = &records[0] }, { .record = &records[1] } };
	struct energy_interval interval = { .rows = rows, .nr_rows = 2 };
	char path[] = "/old";
	struct energy_place place = { 9, path };
	struct energy_places before = { &place, 1 }, places;

	/* Its number is another's by now. */
	put("9", "0::/new\n");
	CHECK(!energy_places_fill(&places, &before, root, &interval));
	CHECK(places.nr_places == 1);
	CHECK_TEXT(energy_places_find(&places, 9), "/old");
	energy_places_free(&places);
	take_away("9");
	rmdir(root);
}

static const struct tap_test tests[] = {
	{ "places: looked up in /proc", looks_up },
	{ "places: an exited process is where it was", exited },
};

int main(void)
{
	if (!mkdtemp(root))
		return 1;
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
