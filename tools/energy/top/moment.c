// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "top/moment.h"

/* Of a kind with more domains than this the header has the sum. */
#define MOST_OF_A_KIND 4

/* All but the histories, which go on. */
static void free_interval(struct energy_moment *moment)
{
	energy_interval_free(&moment->interval);
	energy_places_free(&moment->places);
	energy_groups_free(&moment->summed);
	energy_groups_free(&moment->counted);
	energy_powers_free(&moment->powers);
}

/*
 * The kernel's list may be of a sample that was seen the last time already: what it told then
 * is still the newest, and is moved here from @moment.
 */
static int fill_counted(struct energy_moment *next, struct energy_moment *moment,
			const struct energy_glance *older, const struct energy_glance *newer)
{
	int outcome = energy_groups_count(&next->counted, &older->cgroups, &newer->cgroups,
					  next->interval.basis, &next->interval, &next->places);

	if (outcome == ENERGY_NO_TIME_PASSED && moment->has_counted) {
		next->counted = moment->counted;
		memset(&moment->counted, 0, sizeof(moment->counted));
	}
	next->counted_anew = outcome == ENERGY_INTERVAL;
	next->has_counted = next->counted.counted;
	return outcome < 0 ? outcome : 0;
}

static int fill_places(struct energy_moment *moment, const struct energy_places *before,
		       const char *proc)
{
	moment->looked_up = proc;
	if (energy_places_fill(&moment->places, before, proc, &moment->interval))
		return -ENOMEM;
	if (!moment->places.nr_places)
		return 0;
	return energy_groups_sum(&moment->summed, &moment->interval, &moment->places);
}

static int fill_groups(struct energy_moment *next, struct energy_moment *moment,
		       const struct energy_glance *older, const struct energy_glance *newer)
{
	if (older->has_cgroups && newer->has_cgroups)
		return fill_counted(next, moment, older, newer);
	return 0;
}

/* Domains have live values only, so it is the time of those that counts. */
static int fill_powers(struct energy_moment *next, const struct energy_glance *older,
		       const struct energy_glance *newer)
{
	uint64_t start_ns = older->listing.header.timestamp_ns.value;
	uint64_t end_ns = newer->listing.header.timestamp_ns.value;

	if (end_ns <= start_ns)
		return 0;
	return energy_powers_fill(&next->powers, &older->domains, &newer->domains,
				  end_ns - start_ns, MOST_OF_A_KIND);
}

static int note_processes(struct energy_history *history, const struct energy_interval *interval)
{
	struct energy_point *points = calloc(interval->nr_rows + 1, sizeof(*points));
	size_t i;
	int err = -ENOMEM;

	if (!points)
		return err;
	for (i = 0; i < interval->nr_rows; i++) {
		const struct energy_row *row = &interval->rows[i];

		points[i] = (struct energy_point){
			.key = row->record->pid.value,
			.start_nj = row->total_nj - row->delta_nj,
			.end_nj = row->total_nj,
			.delta_nj = row->delta_nj,
		};
	}
	err = energy_history_add(history, points, interval->nr_rows, interval->length_ns);
	free(points);
	return err;
}

static int note_groups(struct energy_history *history, const struct energy_groups *groups)
{
	struct energy_point *points = calloc(groups->nr_groups + 1, sizeof(*points));
	size_t i, nr = 0;
	int err = -ENOMEM;

	if (!points)
		return err;
	for (i = 0; i < groups->nr_groups; i++) {
		if (groups->groups[i].known && groups->groups[i].delta_nj)
			points[nr++] = (struct energy_point){
				.key = groups->groups[i].key,
				.delta_nj = groups->groups[i].delta_nj,
			};
	}
	err = energy_history_add(history, points, nr, groups->length_ns);
	free(points);
	return err;
}

static int note(struct energy_moment *moment)
{
	const struct energy_groups *groups = moment->has_counted ? &moment->counted :
								   &moment->summed;

	/* What is summed up and what is counted do not make one history. */
	if (moment->cgroups_counted != moment->has_counted)
		energy_history_free(&moment->cgroups);
	moment->cgroups_counted = moment->has_counted;
	if (note_processes(&moment->processes, &moment->interval))
		return -ENOMEM;
	/* A time of which nothing is known would be missing in between. */
	if (!groups->length_ns)
		energy_history_free(&moment->cgroups);
	if (!groups->length_ns || (moment->has_counted && !moment->counted_anew))
		return 0;
	return note_groups(&moment->cgroups, groups);
}

int energy_moment_advance(struct energy_moment *moment, const struct energy_glance *older,
			  const struct energy_glance *newer, const char *proc)
{
	struct energy_moment next = { 0 };
	int outcome = ENERGY_RESTARTED;

	if (older)
		outcome = energy_interval_fill(&next.interval, &older->listing, older->basis,
					       &newer->listing, newer->basis,
					       sysconf(_SC_NPROCESSORS_CONF));
	if (outcome == ENERGY_NO_TIME_PASSED || outcome < 0)
		return outcome;
	if (outcome == ENERGY_RESTARTED) {
		energy_moment_free(moment);
		return outcome;
	}
	next.has_interval = true;
	energy_own_complete(&next.interval, &older->own, &newer->own);
	if (fill_places(&next, &moment->places, proc) ||
	    fill_groups(&next, moment, older, newer) || fill_powers(&next, older, newer)) {
		free_interval(&next);
		return -ENOMEM;
	}
	next.processes = moment->processes;
	next.cgroups = moment->cgroups;
	next.cgroups_counted = moment->cgroups_counted;
	free_interval(moment);
	*moment = next;
	return note(moment) ? -ENOMEM : outcome;
}

int energy_moment_look_up(struct energy_moment *moment, const char *proc)
{
	const struct energy_places nobody = { 0 };

	if (!proc || moment->looked_up || !moment->has_interval)
		return 0;
	if (fill_places(moment, &nobody, proc))
		return -ENOMEM;
	if (moment->has_counted)
		energy_groups_place(&moment->counted, &moment->interval, &moment->places);
	else if (moment->summed.length_ns)
		return note_groups(&moment->cgroups, &moment->summed);
	return 0;
}

struct energy_sight energy_moment_sight(const struct energy_moment *moment)
{
	return (struct energy_sight){
		.interval = &moment->interval,
		.places = &moment->places,
		.summed = moment->summed.nr_groups ? &moment->summed : NULL,
		.counted = moment->has_counted ? &moment->counted : NULL,
		.processes = &moment->processes,
		.cgroups = &moment->cgroups,
	};
}

void energy_moment_free(struct energy_moment *moment)
{
	free_interval(moment);
	energy_history_free(&moment->processes);
	energy_history_free(&moment->cgroups);
	memset(moment, 0, sizeof(*moment));
}
