/* SPDX-License-Identifier: GPL-2.0-only */
/* The record: one line per process. Pure: no clock, no globals, no lock. */
#ifndef _ENERGY_RECORD_H
#define _ENERGY_RECORD_H

#include <linux/sched.h>
#include <linux/types.h>

#include "proctab.h"

/* The longest lines, every number at its largest; see the table in record.c. */
#define ENERGY_RECORD_MAX		512
#define ENERGY_RECORD_DETAIL_MAX	1024

/* The most digits that a u64 has. */
#define ENERGY_U64_DIGITS		20

/* Every character of a comm escaped, and the NUL. */
#define ENERGY_COMM_ESCAPED_MAX		(4 * (TASK_COMM_LEN - 1) + 1)

/**
 * struct energy_record - What a line says of a process
 * @pid: as the reader knows it; 0 is the whole system
 * @alive: 0 once it has exited
 * @kernel: 1 for a kernel thread
 * @values: its totals: as of the last sample, or of a window in a file that shows only windows
 * @window_alive: @alive as of the window; only in detailed lines, as what follows
 * @window: its totals as of the window
 * @comm: its name, NUL-terminated, not escaped
 *
 * All numbers are u64, so that the table in record.c needs no types.
 */
struct energy_record {
	u64 pid;
	u64 alive;
	u64 kernel;
	struct energy_values values;
	u64 window_alive;
	struct energy_values window;
	char comm[TASK_COMM_LEN];
};

char *energy_put_u64(char *p, u64 v);
size_t energy_comm_escape(char *dst, size_t size, const char *comm);
size_t energy_record_format(char *dst, size_t size, const struct energy_record *r, bool detail);

#endif /* _ENERGY_RECORD_H */
