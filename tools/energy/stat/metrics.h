/* SPDX-License-Identifier: GPL-2.0-only */
/* What is told about a run, one table of it, and what several runs have in common. */
#ifndef ENERGY_STAT_METRICS_H
#define ENERGY_STAT_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/carbon.h"
#include "stat/meter.h"
#include "stat/run.h"

enum energy_stat_metric {
	ENERGY_STAT_ENERGY,
	ENERGY_STAT_POWER,
	ENERGY_STAT_MODEL,
	ENERGY_STAT_CARBON,
	ENERGY_STAT_ELAPSED,
	ENERGY_STAT_CPU,
	ENERGY_STAT_USER,
	ENERGY_STAT_SYSTEM,
	ENERGY_STAT_INSTRUCTIONS,
	ENERGY_STAT_PER_INSTRUCTION,
	ENERGY_STAT_WAKEUPS,
	ENERGY_STAT_DISKI,
	ENERGY_STAT_DISKO,
	ENERGY_STAT_RX,
	ENERGY_STAT_TX,
	ENERGY_STAT_NR_METRICS,
};

struct energy_stat_metric_info {
	const char *key;	/* in JSON and CSV, with its unit */
	const char *unit;
	const char *label;	/* for people */
	int decimals;
};

extern const struct energy_stat_metric_info energy_stat_metrics[ENERGY_STAT_NR_METRICS];

struct energy_stat_value {
	double value;
	bool known;
};

struct energy_stat_values {
	struct energy_stat_value of[ENERGY_STAT_NR_METRICS];
	int status;
};

/* @source_kind is the listing's; empty: not told. Without carbon->from there is no carbon. */
void energy_stat_values_fill(struct energy_stat_values *values, const struct energy_stat_run *run,
			     const struct energy_stat_reading *reading, const char *source_kind,
			     const struct energy_carbon *carbon);

struct energy_stat_summary {
	size_t nr;	/* of the runs of which it is known */
	double mean;
	double deviation;	/* standard deviation of a run */
	double error_percent;	/* that of the mean, in percent of it; as perf stat has it */
	double min, max;
};

void energy_stat_summarize(struct energy_stat_summary *summary,
			   const struct energy_stat_values *runs, size_t nr_runs,
			   enum energy_stat_metric metric);

#endif /* ENERGY_STAT_METRICS_H */
