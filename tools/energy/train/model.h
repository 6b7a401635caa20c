/* SPDX-License-Identifier: GPL-2.0-only */
/* The linear model of power: fitted, tried on what it was not fitted to, and doubted. */
#ifndef ENERGY_TRAIN_MODEL_H
#define ENERGY_TRAIN_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "train/dataset.h"
#include "train/design.h"

/* Fewer intervals tell nothing. */
#define ENERGY_MODEL_LEAST_ROWS 30

/* Coefficients: idle power and the metrics' weights. */
#define ENERGY_MODEL_MOST (1 + ENERGY_METRICS)

/* Blocks of consecutive rows: those next to each other are too alike to be drawn apart. */
struct energy_blocks {
	struct energy_factor *factors;
	size_t nr;
	size_t nr_folds;	/* of nr / nr_folds blocks each */
	size_t nr_rows;
};

/* How good predictions of watts are. */
struct energy_quality {
	double r2;
	double rmse_w;
	double mae_w;
	double mape;		/* a part of 1, of the intervals that used energy */
};

struct energy_coefficient {
	double value;		/* watts for idle power, else joules per unit */
	double low, high;	/* of the interval of 95 %; NAN: too few rows to tell */
	double inflation;	/* variance inflation factor; of idle power 0 */
};

struct energy_model {
	struct energy_design design;
	double ridge;
	size_t nr_folds;
	struct energy_coefficient coefficients[ENERGY_MODEL_MOST];
	double scaled[ENERGY_MODEL_MOST];
	struct energy_quality held_out;
	double *predicted_w;	/* for each row, by a model that did not see it */
	double condition;	/* of the columns' correlations; infinite: some are the same */
	double correlations[ENERGY_METRICS][ENERGY_METRICS];	/* of used metrics */
};

/*
 * Fits with the @wanted metrics, those that vary, by @nr_folds of cross-validation. Returns 0 or
 * a negative errno, with @why.
 */
int energy_model_fit(struct energy_model *model, const struct energy_dataset *data,
		     const bool wanted[ENERGY_METRICS], size_t nr_folds, char *why, size_t size);
void energy_model_free(struct energy_model *model);

/* The steps of it. */

int energy_blocks_init(struct energy_blocks *blocks, const struct energy_design *design,
		       const struct energy_dataset *data, size_t nr_folds);
void energy_blocks_free(struct energy_blocks *blocks);

/* The first row of block @i of @blocks, whose last one ends with the last row. */
size_t energy_blocks_row(const struct energy_blocks *blocks, size_t i);

/* Scaled coefficients >= 0 for the rows of @factor, those of metrics kept small by @ridge. */
int energy_ridge_fit(const struct energy_factor *factor, double ridge, double *coefficients);

/* The ridge that predicts left out folds best, of those that are not @without (or nr_folds). */
int energy_ridge_choose(const struct energy_blocks *blocks, size_t without, double *ridge);

/* Predicts each fold by a fit, with a ridge chosen, without it. */
int energy_model_hold_out(struct energy_model *model, const struct energy_dataset *data,
			  const struct energy_blocks *blocks);

/* Fills in low and high; @all is the factor of all rows. */
int energy_model_bootstrap(struct energy_model *model, const struct energy_blocks *blocks,
			   const struct energy_factor *all);

/* Fills in inflation, condition and correlations. */
int energy_model_collinearity(struct energy_model *model, const struct energy_factor *all);

#endif /* ENERGY_TRAIN_MODEL_H */
