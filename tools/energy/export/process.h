/* SPDX-License-Identifier: GPL-2.0-only */
/* What procfs tells about a process and energy_core does not. All is empty where it may not. */
#ifndef ENERGY_EXPORT_PROCESS_H
#define ENERGY_EXPORT_PROCESS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/container.h"

struct energy_process {
	char exe[512];		/* its program's path: takes the right to trace it */
	char cmdline[512];	/* its arguments, with spaces between */
	struct energy_container container;
};

/* @proc is where the host's procfs is mounted. */
void energy_process_look_up(struct energy_process *process, const char *proc, uint64_t pid);

/* Bytes of memory; 0 where it is not known. */
uint64_t energy_process_resident(const char *proc, uint64_t pid);

#endif /* ENERGY_EXPORT_PROCESS_H */
