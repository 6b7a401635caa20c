/* SPDX-License-Identifier: GPL-2.0-only */
/* Which metrics a model has, and the dataset as rows of its regression. */
#ifndef ENERGY_TRAIN_DESIGN_H
#define ENERGY_TRAIN_DESIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "train/dataset.h"
#include "train/factor.h"

enum energy_column {
	ENERGY_COLUMN_USED,
	ENERGY_COLUMN_MISSING,	/* the recordings do not have it */
	ENERGY_COLUMN_CONSTANT,	/* it never varies, so it cannot be told from idle power */
	ENERGY_COLUMN_UNWANTED,
};

/*
 * The regression has columns divided by their standard deviations, so that a ridge means the
 * same to each; the constant one is 1.
 */
struct energy_design {
	enum energy_column state[ENERGY_METRICS];
	size_t nr;			/* coefficients: the constant and the metrics used */
	size_t metrics[ENERGY_METRICS];	/* which metric is coefficient 1, 2... */
	double scales[1 + ENERGY_METRICS];	/* of each coefficient's column */
	double y_scale;
	double mean_length_s;
};

/* A spread that is less than a billionth of the mean is rounding. */
bool energy_design_varies(double mean, double deviation);

void energy_design_init(struct energy_design *design, const struct energy_dataset *data,
			const bool wanted[ENERGY_METRICS]);

/*
 * Adds rows @from to @to - 1 of @data. A long interval counts as much as short ones in the same
 * time: what blurs a power is less in proportion.
 */
void energy_design_add(const struct energy_design *design, const struct energy_dataset *data,
		       size_t from, size_t to, struct energy_factor *factor);

/* Watts in an interval by scaled @coefficients. */
double energy_design_watts(const struct energy_design *design, const double *coefficients,
			   const struct energy_train_row *row);

/* What a scaled coefficient of 1 is: watts for the constant, else joules per unit. */
static inline double energy_design_unit(const struct energy_design *design, size_t j)
{
	return design->y_scale / design->scales[j];
}

#endif /* ENERGY_TRAIN_DESIGN_H */
