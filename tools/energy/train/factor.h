/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows of a linear regression, summed up: the triangular factor R of [X y] = QR has all that
 * least squares needs of them, however many there were, and the factors of several sets of rows
 * join to that of all. So each fold and each draw of a bootstrap is a few rows.
 *
 * Column 0 of X is the constant one; y is behind the last of X.
 */
#ifndef ENERGY_TRAIN_FACTOR_H
#define ENERGY_TRAIN_FACTOR_H

#include <stddef.h>

#include "train/metrics.h"

/* The constant, the metrics, y. */
#define ENERGY_FACTOR_MOST (1 + ENERGY_METRICS + 1)

struct energy_factor {
	size_t nr;		/* columns, y included */
	double weight;		/* of all rows */
	double r[ENERGY_FACTOR_MOST * ENERGY_FACTOR_MOST];	/* nr x nr, by rows */
};

void energy_factor_init(struct energy_factor *factor, size_t nr_columns);

static inline double energy_factor_at(const struct energy_factor *factor, size_t i, size_t j)
{
	return factor->r[i * factor->nr + j];
}

/*
 * Adds a row of @factor->nr values, in which X's constant is 1, as if it were there @weight
 * times.
 */
void energy_factor_add(struct energy_factor *factor, const double *row, double weight);

/* Adds all rows of @other. */
void energy_factor_join(struct energy_factor *factor, const struct energy_factor *other);

/* The sum of squares of y - X @coefficients, over all rows. */
double energy_factor_squares(const struct energy_factor *factor, const double *coefficients);

/* That of y less its mean, and of column @j less its mean. */
double energy_factor_spread(const struct energy_factor *factor, size_t j);

#endif /* ENERGY_TRAIN_FACTOR_H */
