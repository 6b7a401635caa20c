/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads what a run has used, when it is all there. */
#ifndef ENERGY_STAT_METER_H
#define ENERGY_STAT_METER_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/cgroups.h"
#include "lib/reader.h"
#include "stat/run.h"

struct energy_stat_meter {
	bool windows;		/* cgroup.stat: what everybody may read */
	uint64_t step_ns;	/* how often the values change: sample_ns or window_ns */
	int64_t time_offset_ns;	/* of CLOCK_BOOTTIME here and the kernel's */
	char cgroups[PATH_MAX];
	char cgroup_stat[PATH_MAX];
	char listing[PATH_MAX];	/* the machine's; "" where it cannot be read */
};

/* What was found about one run. */
struct energy_stat_reading {
	bool known;
	bool incomplete;	/* the wait for its last sample was cut short */
	struct energy_cgroup cgroup;	/* without a path */
	int cgroups_fd;		/* the list, open since before the run; or negative */
	struct energy_listing before, after;	/* the machine's; no text: not known */
};

/* Finds what this user may read, below @root. Returns 0 or a negative errno, with @failure. */
int energy_stat_meter_find(struct energy_stat_meter *meter, const char *root,
			   struct energy_failure *failure);

/*
 * Before the run. What is opened here ends with the module (EIO): totals that a module loaded
 * meanwhile begins at 0 are not taken for the run's. Returns 0 or a negative errno, with @failure;
 * either way energy_stat_reading_free() is due.
 */
int energy_stat_meter_before(const struct energy_stat_meter *meter,
			     struct energy_stat_reading *reading, struct energy_failure *failure);

/*
 * After it: waits until all that the run did has been sampled (and published), and reads it.
 * Returns 0; -ETIMEDOUT where there came no more samples, or -EINTR where a signal ended the wait,
 * both with what there was until then; -ENODATA where the cgroup is not listed; or a negative
 * errno with @failure.
 */
int energy_stat_meter_after(const struct energy_stat_meter *meter,
			    const struct energy_stat_run *run,
			    const struct energy_stat_cgroup *cgroup,
			    struct energy_stat_reading *reading, struct energy_failure *failure);

void energy_stat_reading_free(struct energy_stat_reading *reading);

#endif /* ENERGY_STAT_METER_H */
