/* SPDX-License-Identifier: GPL-2.0-only */
/* The processes of a cgroup and of those below it, in PID order. */
#ifndef _ENERGY_MEMBERS_H
#define _ENERGY_MEMBERS_H

#include <linux/types.h>

struct energy_cgroup;
struct energy_core;
struct energy_proc;

#define ENERGY_MEMBERS_BATCH 64

/**
 * struct energy_members - A reader's batch of PIDs, all that there are within a range
 * @top: the cgroup's row, kept by the reader
 * @from: begin of the range
 * @to: its end; below @from in a batch that has not been made yet
 * @nr: how many
 * @pid: ascending
 */
struct energy_members {
	struct energy_cgroup *top;
	unsigned long from;
	unsigned long to;
	unsigned int nr;
	pid_t pid[ENERGY_MEMBERS_BATCH];
};

void energy_members_begin(struct energy_members *m, struct energy_cgroup *top);
bool energy_members_from(struct energy_core *core, struct energy_members *m, unsigned long pid,
			 struct energy_proc **p);

#endif /* _ENERGY_MEMBERS_H */
