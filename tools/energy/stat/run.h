/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs the command once, in its cgroup. */
#ifndef ENERGY_STAT_RUN_H
#define ENERGY_STAT_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include "stat/cgroup.h"

enum {
	ENERGY_STAT_FAILED = 125,	/* the measurement failed, not the command */
	ENERGY_STAT_NOT_RUNNABLE = 126,
	ENERGY_STAT_NOT_FOUND = 127,
	ENERGY_STAT_SIGNALED = 128,	/* plus its number */
};

enum energy_stat_stage {
	ENERGY_STAT_JOINING,	/* did not get into its cgroup */
	ENERGY_STAT_STARTING,	/* is no program that can be run */
	ENERGY_STAT_RAN,
};

struct energy_stat_run {
	enum energy_stat_stage stage;	/* how far it came */
	int err;			/* why no further: negative errno */
	int status;			/* as a shell has it */
	uint64_t elapsed_ns;
	uint64_t ended_boottime_ns;
	struct rusage usage;		/* of it, and of the children that it waited for */
	int window_fd;			/* a file opened inside of the cgroup, or negative */
	int window_err;
};

/*
 * From here on the signals that ask to end wait until the functions below look at them. The
 * command gets them as they were.
 */
void energy_stat_signals_hold(void);

/*
 * Runs @argv in @cgroup. @window_path is opened by it, inside of the cgroup, for us; NULL: none.
 * Signals from the terminal reach the command anyway, others are passed on to it. Returns 0, or
 * a negative errno if there was no process to be had.
 */
int energy_stat_run(struct energy_stat_run *run, char **argv,
		    const struct energy_stat_cgroup *cgroup, const char *window_path);

/* Has a signal asked to end, since they are held? */
bool energy_stat_asked_to_end(void);

/* Waits; false when a signal asks to end it. */
bool energy_stat_pause(uint64_t ns);

#endif /* ENERGY_STAT_RUN_H */
