/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who used energy. A recording is read twice: first all are counted, but for those that can no
 * more be among the largest; then the largest get a series each.
 */
#ifndef ENERGY_REPORT_CONSUMERS_H
#define ENERGY_REPORT_CONSUMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/pairs.h"
#include "report/band.h"

struct energy_consumer {
	uint64_t id;		/* pid; of a cgroup whose path is not known, its id; else 0 */
	char *name;		/* comm (a process's as last seen), path; escapes undone */
	int64_t first_ns;	/* where it was first seen in the recording... */
	uint64_t first_nj;	/* ...and what it had used before that */
	uint64_t last_nj;	/* what it had used when it was last seen */
	uint64_t last_step;
	bool ended;		/* in the step that it began in */
	bool begun;		/* of those chosen: has been met again */
	uint64_t cpu_ns;
	struct energy_band band;
};

struct energy_consumers {
	struct energy_consumer *all;
	size_t nr;
	size_t nr_sorted;	/* so many, by id and name; those behind are new in this step */
	size_t room;
	bool chosen;		/* nobody is added any more */
	uint64_t nr_seen;
};

/* One step of a process. */
struct energy_deed {
	uint64_t step;		/* grows */
	int64_t from_ns;
	uint64_t pid;
	struct energy_slice comm;	/* as in a listing */
	bool ended;		/* it began and ended in the step: another may have its pid now */
	uint64_t total_nj;	/* after the step */
	uint64_t delta_nj;
};

/*
 * The process of @deed, added if it is new. Who continues from what a process with its pid had used
 * is that one. Sets *@found to NULL for one that was not chosen. Returns 0 or -ENOMEM.
 */
int energy_consumers_process(struct energy_consumers *consumers, const struct energy_deed *deed,
			     struct energy_consumer **found);

/* The same for all processes of a name, as in a listing. */
int energy_consumers_name(struct energy_consumers *consumers, uint64_t step,
			  struct energy_slice comm, struct energy_consumer **found);

/* The same for a cgroup, which comes once in a step. */
int energy_consumers_cgroup(struct energy_consumers *consumers, uint64_t id, const char *path,
			    struct energy_consumer **found);

/* The module or the machine was started anew: nobody continues. */
void energy_consumers_restart(struct energy_consumers *consumers);

/* At the end of a step: those that are new can be found from now on. */
void energy_consumers_settle(struct energy_consumers *consumers);

/*
 * Forgets those of whom @is_there does not know, and who have used less than the @top-th has:
 * no process that is gone will use more. Returns 0 or -ENOMEM.
 */
int energy_consumers_forget(struct energy_consumers *consumers, size_t top,
			    bool (*is_there)(const struct energy_consumer *consumer,
					     const void *context), const void *context);

/* The @top largest of @from that used anything, with empty bands. Returns 0 or -ENOMEM. */
int energy_consumers_choose(struct energy_consumers *chosen, struct energy_consumers *from,
			    size_t top, const struct energy_buckets *buckets);

/* The largest first; nobody can be found any more. */
void energy_consumers_rank(struct energy_consumers *consumers);

void energy_consumers_free(struct energy_consumers *consumers);

#endif /* ENERGY_REPORT_CONSUMERS_H */
