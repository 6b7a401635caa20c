/* SPDX-License-Identifier: GPL-2.0-only */
/* What is told in the end, in one of three formats. */
#ifndef ENERGY_STAT_REPORT_H
#define ENERGY_STAT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/carbon.h"
#include "stat/machine.h"
#include "stat/metrics.h"

#define ENERGY_STAT_MOST_NOTES 12

struct energy_stat_report {
	char **argv;
	struct energy_carbon carbon;
	struct energy_stat_values *runs;
	size_t nr_runs;
	struct energy_stat_machine machine;
	char source[128], source_kind[32];	/* empty: not told */
	bool windows;			/* from cgroup.stat */
	char notes[ENERGY_STAT_MOST_NOTES][256];
	size_t nr_notes;
};

/* A sentence for people; one that is there already is not repeated. */
__attribute__((format(printf, 2, 3)))
void energy_stat_note(struct energy_stat_report *report, const char *format, ...);

void energy_stat_print_text(FILE *out, const struct energy_stat_report *report);
void energy_stat_print_csv(FILE *out, const struct energy_stat_report *report);
/* Returns 0 or -ENOMEM. */
int energy_stat_print_json(FILE *out, const struct energy_stat_report *report);

#endif /* ENERGY_STAT_REPORT_H */
