// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "report/consumers.h"
#include "report/shares.h"
#include "tap.h"

static struct energy_slice slice(const char *text)
{
	return (struct energy_slice){ text, strlen(text) };
}

/* A step of a process, counted. */
static struct energy_consumer *step(struct energy_consumers *consumers, uint64_t nr, uint64_t pid,
				    const char *comm, uint64_t before_nj, uint64_t delta_nj)
{
	struct energy_deed deed = {
		.step = nr, .from_ns = 10 * nr, .pid = pid, .comm = slice(comm),
		.total_nj = before_nj + delta_nj, .delta_nj = delta_nj,
	};
	struct energy_consumer *found;

	if (energy_consumers_process(consumers, &deed, &found))
		abort();
	if (found)
		energy_band_add(&found->band, NULL, 0, 1, delta_nj);
	return found;
}

static void settle(struct energy_consumers *consumers)
{
	energy_consumers_settle(consumers);
}

/* Twice the same: to find the largest, and again with those alone. */
static void play(struct energy_consumers *consumers)
{
	step(consumers, 1, 5, "a", 0, 10);
	step(consumers, 1, 9, "small", 0, 1);
	settle(consumers);
	/* 5 ends while another 5 begins; the first one has become b. */
	step(consumers, 2, 5, "b", 10, 30);
	step(consumers, 2, 5, "other", 0, 25);
	settle(consumers);
	step(consumers, 3, 5, "other", 25, 50);
	settle(consumers);
}

static void processes(bool *good)
{
	struct energy_consumers all = { 0 }, chosen;

	play(&all);
	CHECK(all.nr == 3 && all.nr_seen == 3);
	CHECK(!energy_consumers_choose(&chosen, &all, 2, NULL));
	CHECK(chosen.nr == 2 && chosen.nr_seen == 3);
	play(&chosen);
	energy_consumers_rank(&chosen);
	CHECK(chosen.nr == 2 && chosen.all[0].band.total_nj == 75);
	CHECK_TEXT(chosen.all[0].name, "other");
	CHECK_TEXT(chosen.all[1].name, "b");
	CHECK(chosen.all[1].band.total_nj == 40);
	CHECK(!step(&chosen, 4, 77, "new", 0, 1));
	energy_consumers_free(&chosen);
	/* Alone, it is not taken for the one whose pid it has. */
	CHECK(!energy_consumers_choose(&chosen, &all, 1, NULL));
	play(&chosen);
	CHECK(chosen.nr == 1 && chosen.all[0].band.total_nj == 75);
	energy_consumers_free(&all);
	energy_consumers_free(&chosen);
}

/* The one that is alive, and one that had its pid and was gone before the step was over. */
static void play_both(struct energy_consumers *consumers, bool *good)
{
	static const char *const names[] = { "z", "a" };
	struct energy_deed deed = { .step = 1, .pid = 5, .total_nj = 3, .delta_nj = 3 };
	struct energy_consumer *found;
	size_t i;

	for (i = 0; i < 2; i++) {
		deed.comm = slice(names[i]);
		deed.ended = i;
		if (energy_consumers_process(consumers, &deed, &found) || !found)
			abort();
		CHECK_TEXT(found->name, names[i]);
		energy_band_add(&found->band, NULL, 0, 1, 3);
	}
	settle(consumers);
}

static void began_and_ended(bool *good)
{
	struct energy_consumers all = { 0 }, chosen = { 0 };

	play_both(&all, good);
	CHECK(!energy_consumers_choose(&chosen, &all, 2, NULL));
	play_both(&chosen, good);
	energy_consumers_free(&all);
	energy_consumers_free(&chosen);
}

/* Also of two that are new in one step, and however the escapes are written. */
static void names(bool *good)
{
	static const char *const comms[] = { "cc1", "ld", "cc1", "\\143c1" };
	struct energy_consumers all = { 0 }, chosen;
	struct energy_consumer *found;
	size_t i;

	for (i = 0; i < 4; i++) {
		if (energy_consumers_name(&all, 1, slice(comms[i]), &found) || !found)
			abort();
		CHECK(found->last_step == 1);
		energy_band_add(&found->band, NULL, 0, 1, 10);
	}
	CHECK(all.nr == 2 && all.nr_seen == 2);
	CHECK(!energy_consumers_choose(&chosen, &all, 1, NULL));
	CHECK(!energy_consumers_name(&chosen, 1, slice("ld"), &found) && !found);
	CHECK(!energy_consumers_name(&chosen, 1, slice("cc1"), &found) && found);
	CHECK(chosen.nr == 1);
	energy_consumers_free(&all);
	energy_consumers_free(&chosen);
}

static void restarted(bool *good)
{
	struct energy_consumers all = { 0 };

	step(&all, 1, 5, "a", 0, 0);
	settle(&all);
	energy_consumers_restart(&all);
	step(&all, 2, 5, "z", 0, 7);
	settle(&all);
	CHECK(all.nr == 2);
	energy_consumers_free(&all);
}

static void escapes(bool *good)
{
	struct energy_consumers all = { 0 };

	CHECK_TEXT(step(&all, 1, 5, "x\\040y\\377", 0, 1)->name, "x y\377");
	energy_consumers_free(&all);
}

static bool is_odd(const struct energy_consumer *consumer, const void *context)
{
	(void)context;
	return consumer->id % 2;
}

/* Gone are the even ones; 2 is among the largest, as large as 3. */
static void forgotten(bool *good)
{
	static const uint64_t nj[] = { 5, 5, 90, 90, 80, 70, 60, 1, 2 };
	struct energy_consumers all = { 0 };
	uint64_t pid;
	size_t i;

	for (pid = 0; pid < 9; pid++)
		step(&all, 1, pid, "x", 0, nj[pid]);
	settle(&all);
	CHECK(!energy_consumers_forget(&all, 9, is_odd, NULL) && all.nr == 9);
	CHECK(!energy_consumers_forget(&all, 3, is_odd, NULL));
	CHECK(all.nr == 6 && all.nr_sorted == 6 && all.nr_seen == 9);
	for (i = 0; i < all.nr; i++)
		CHECK(all.all[i].id % 2 || all.all[i].id == 2 || all.all[i].id == 4);
	energy_consumers_free(&all);
}

static void nobody(bool *good)
{
	struct energy_consumers all = { 0 }, chosen;

	step(&all, 1, 5, "a", 0, 0);
	settle(&all);
	CHECK(!energy_consumers_choose(&chosen, &all, 10, NULL) && !chosen.nr);
	energy_consumers_free(&all);
	energy_consumers_free(&chosen);
}

static struct energy_cgroup_list list_of(const char *text)
{
	struct energy_cgroup_list list;

	if (energy_cgroups_parse(&list, text, strlen(text)))
		abort();
	return list;
}

#define LINE(id, parent, nj, path) \
	"cgroup=" #id " parent=" #parent " alive=1 energy=" #nj ".000 cpu_ns=" #nj \
	" energy_nj=" #nj " path=" path "\n"

static int64_t share_of(const struct energy_shares *shares, const char *path)
{
	size_t i;

	for (i = 0; i < shares->nr; i++) {
		if (path ? shares->shares[i].path && !strcmp(shares->shares[i].path, path) :
			   !shares->shares[i].path)
			return shares->shares[i].nj;
	}
	return -1;
}

/*
 * The root gains 100: 3 is new with 40, 4 goes on with 20, 2 itself uses 11, and 29 are the root's
 * own, with what 5 used before it was removed.
 */
static void shares(bool *good)
{
	struct energy_cgroup_list older = list_of("timestamp=1\n"
		LINE(1, 0, 1000, "/") LINE(2, 1, 500, "/a") LINE(4, 2, 100, "/a/old")
		LINE(5, 1, 30, "/gone"));
	struct energy_cgroup_list newer = list_of("timestamp=2\n"
		LINE(1, 0, 1100, "/") LINE(2, 1, 571, "/a") LINE(3, 2, 40, "/a/new")
		LINE(4, 2, 120, "/a/old"));
	struct energy_shares is;

	CHECK(!energy_shares_fill(&is, &older, &newer, false));
	CHECK(is.nr == 4 && is.nj == 100);
	CHECK(share_of(&is, "/") == 29 && share_of(&is, "/a") == 11);
	CHECK(share_of(&is, "/a/new") == 40 && share_of(&is, "/a/old") == 20);
	energy_shares_free(&is);
	CHECK(!energy_shares_fill(&is, &older, &newer, true));
	CHECK(is.nj == 100000000);
	energy_shares_free(&is);
	CHECK(energy_shares_fill(&is, &newer, &older, false) == -ESTALE);
	energy_cgroups_free(&older);
	energy_cgroups_free(&newer);
}

/* A service that was started anew has another cgroup at the same path; two are without one. */
static void same_path(bool *good)
{
	struct energy_cgroup_list older = list_of("timestamp=1\n"
		LINE(1, 0, 10, "/") LINE(2, 1, 10, "/a"));
	struct energy_cgroup_list newer = list_of("timestamp=2\n"
		LINE(1, 0, 30, "/") LINE(2, 1, 13, "/a") LINE(3, 1, 8, "/a")
		LINE(7, 1, 4, "?") LINE(8, 1, 5, "?"));
	struct energy_shares is;

	CHECK(!energy_shares_fill(&is, &older, &newer, false));
	CHECK(is.nr == 4 && share_of(&is, "/a") == 11 && share_of(&is, "/") == 0);
	CHECK(share_of(&is, NULL) == 4 && is.nj == 20);
	energy_shares_free(&is);
	energy_cgroups_free(&older);
	energy_cgroups_free(&newer);
}

/* 2 was counted while nobody knew where it was; then it comes below the root, with all it had. */
static void place_found(bool *good)
{
	struct energy_cgroup_list older = list_of("timestamp=1\n"
		LINE(1, 0, 10, "/") LINE(2, 0, 50, "?"));
	struct energy_cgroup_list newer = list_of("timestamp=2\n"
		LINE(1, 0, 67, "/") LINE(2, 1, 55, "/a"));
	struct energy_shares is;

	CHECK(!energy_shares_fill(&is, &older, &newer, false));
	CHECK(share_of(&is, "/") == 2 && share_of(&is, "/a") == 5 && is.nj == 7);
	energy_shares_free(&is);
	energy_cgroups_free(&older);
	energy_cgroups_free(&newer);
}

static const struct tap_test tests[] = {
	{ "report: processes are found again, and told apart", processes },
	{ "report: who ended at once, and who has its pid", began_and_ended },
	{ "report: all of a name are one", names },
	{ "report: nobody continues across a restart", restarted },
	{ "report: names without escapes", escapes },
	{ "report: who is gone and small is forgotten", forgotten },
	{ "report: who used nothing is nobody", nobody },
	{ "report: cgroups without those below them", shares },
	{ "report: cgroups of the same path", same_path },
	{ "report: a cgroup whose place is found", place_found },
};

TAP_MAIN(tests)
