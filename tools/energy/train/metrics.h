/* SPDX-License-Identifier: GPL-2.0-only */
/* What the model has a weight for: fields of a record, and parameters of energy_core. */
#ifndef ENERGY_TRAIN_METRICS_H
#define ENERGY_TRAIN_METRICS_H

#include <stdbool.h>

#define ENERGY_METRICS 8

struct energy_train_metric {
	const char *field;
	const char *parameter;
	const char *unit;	/* of the parameter */
	bool is_level;		/* counts as level x seconds */
};

extern const struct energy_train_metric energy_train_metrics[ENERGY_METRICS];

/* The parameters' range (core/attrib.h). */
#define ENERGY_WEIGHT_MOST 1000000000.0

/* Weights are in picojoules. */
#define ENERGY_PJ_PER_J 1e12

#endif /* ENERGY_TRAIN_METRICS_H */
