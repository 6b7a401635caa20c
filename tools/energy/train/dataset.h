/* SPDX-License-Identifier: GPL-2.0-only */
/* Recordings as what a model is fitted to: power, and the rates that explain it. */
#ifndef ENERGY_TRAIN_DATASET_H
#define ENERGY_TRAIN_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "train/metrics.h"

/* Between two samples of the whole system (pid 0). */
struct energy_train_row {
	double end_s;		/* of the time recorded, restarts and gaps left out */
	double length_s;
	double watts;
	double rates[ENERGY_METRICS];	/* per second; of a level, its mean */
};

struct energy_dataset {
	struct energy_train_row *rows;
	size_t nr_rows;
	bool has[ENERGY_METRICS];	/* the recordings have this field */
	char target[64];	/* what was measured, for people */
	size_t nr_logs;
	size_t nr_samples;
	size_t nr_restarts;
	size_t nr_gaps;		/* intervals left out, as samples are missing in them */
	size_t nr_unusable;	/* samples without pid 0, a field, or the energy */
	size_t nr_unmeasured;	/* samples while no source was there, or a model only */
	uint64_t nr_damaged;
};

/*
 * Adds the recording @path. @target is a kind of domain ("psys"), or NULL: what is billed, or
 * where that is not told, as in procpower's logs, psys, else core. Intervals that are far longer
 * than most of that recording are left out. Returns 0 or a negative errno, with @why.
 */
int energy_dataset_add(struct energy_dataset *data, const char *path, const char *target,
		       char *why, size_t size);

/* When all are added: says when each interval ends. */
void energy_dataset_finish(struct energy_dataset *data);

void energy_dataset_free(struct energy_dataset *data);

#endif /* ENERGY_TRAIN_DATASET_H */
