/* SPDX-License-Identifier: GPL-2.0-only */
/* A model as energy_core's parameters: whole picojoules, or what stands for them. */
#ifndef ENERGY_TRAIN_WEIGHTS_H
#define ENERGY_TRAIN_WEIGHTS_H

#include <stddef.h>
#include <stdint.h>

#include "train/model.h"

/* What energy= counts. */
enum energy_counts {
	ENERGY_COUNTS_MJ,
	ENERGY_COUNTS_MG,	/* of CO2 equivalent, as are the others */
	ENERGY_COUNTS_UG,
	ENERGY_COUNTS_NG,
};

struct energy_weights {
	enum energy_counts counts;
	double exact[ENERGY_METRICS];
	uint32_t values[ENERGY_METRICS];
	double rounding;	/* the most that a value is off, as a part of it */
};

/*
 * Fills @weights for @counts, at @g_per_kwh where that is not joules. Returns 0, or -ERANGE with
 * @why where a parameter cannot have that value.
 */
int energy_weights_fill(struct energy_weights *weights, const struct energy_model *model,
			enum energy_counts counts, double g_per_kwh, char *why, size_t size);

/*
 * Counts milligrams, if parameters as small as that still are within 1 % of what was fitted;
 * else the next smaller unit.
 */
int energy_weights_fill_carbon(struct energy_weights *weights, const struct energy_model *model,
			       double g_per_kwh, char *why, size_t size);

/*
 * Without any weight the module could tell nobody's energy by them. Returns 0, or -ERANGE with
 * @why. An intensity of 0 is no such case: then nothing is what there is to count.
 */
int energy_weights_check(const struct energy_weights *weights, const struct energy_model *model,
			 char *why, size_t size);

/* "millijoules", "milligrams of CO2e"... */
const char *energy_counts_name(enum energy_counts counts);

#endif /* ENERGY_TRAIN_WEIGHTS_H */
