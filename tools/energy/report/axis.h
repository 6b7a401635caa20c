/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a chart has its lines, and what is written at them. */
#ifndef ENERGY_REPORT_AXIS_H
#define ENERGY_REPORT_AXIS_H

#include <stddef.h>
#include <stdint.h>

/* The distance of about @most lines or fewer from 0 to @value: 1, 2 or 5 times a power of ten. */
double energy_axis_step(double value, unsigned int most);

/* The same for time, in seconds: steps that a clock has. */
int64_t energy_axis_time_step(int64_t length_ns, unsigned int most);

#define ENERGY_AXIS_LABEL 24

/*
 * What is written at @at_ns, for lines @step_ns apart: the time of day, if the recording began
 * at @wall_ns, else the time since then (@wall_ns is 0).
 */
void energy_axis_label(char out[ENERGY_AXIS_LABEL], int64_t at_ns, int64_t step_ns,
		       uint64_t wall_ns);

/* The first place at or after @from_ns where a line stands. */
int64_t energy_axis_first(int64_t from_ns, int64_t step_ns, uint64_t wall_ns);

/* The one after the line at @at_ns. */
int64_t energy_axis_next(int64_t at_ns, int64_t step_ns, uint64_t wall_ns);

#endif /* ENERGY_REPORT_AXIS_H */
