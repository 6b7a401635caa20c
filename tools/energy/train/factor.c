// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <string.h>

#include "train/factor.h"

void energy_factor_init(struct energy_factor *factor, size_t nr_columns)
{
	memset(factor, 0, sizeof(*factor));
	factor->nr = nr_columns;
}

/* Givens rotations take the row into the triangle, column by column; @row is used up. */
static void rotate_in(struct energy_factor *factor, double *row)
{
	size_t i, j;

	for (i = 0; i < factor->nr; i++) {
		double *mine = factor->r + i * factor->nr;
		double length, cosine, sine;

		if (!row[i])
			continue;
		/* Columns have been scaled: no square overflows. */
		length = sqrt(mine[i] * mine[i] + row[i] * row[i]);
		cosine = mine[i] / length;
		sine = row[i] / length;
		for (j = i; j < factor->nr; j++) {
			double old = mine[j];

			mine[j] = cosine * old + sine * row[j];
			row[j] = cosine * row[j] - sine * old;
		}
	}
}

void energy_factor_add(struct energy_factor *factor, const double *row, double weight)
{
	double scaled[ENERGY_FACTOR_MOST];
	size_t j;

	for (j = 0; j < factor->nr; j++)
		scaled[j] = row[j] * sqrt(weight);
	rotate_in(factor, scaled);
	factor->weight += weight;
}

void energy_factor_join(struct energy_factor *factor, const struct energy_factor *other)
{
	double row[ENERGY_FACTOR_MOST];
	size_t i;

	for (i = 0; i < other->nr; i++) {
		memcpy(row, other->r + i * other->nr, other->nr * sizeof(*row));
		rotate_in(factor, row);
	}
	factor->weight += other->weight;
}

double energy_factor_squares(const struct energy_factor *factor, const double *coefficients)
{
	size_t y = factor->nr - 1, i, j;
	double squares = 0;

	for (i = 0; i < factor->nr; i++) {
		double residual = energy_factor_at(factor, i, y);

		for (j = i; j < y; j++)
			residual -= energy_factor_at(factor, i, j) * coefficients[j];
		squares += residual * residual;
	}
	return squares;
}

/* Below the row of the constant all columns are without their mean. */
double energy_factor_spread(const struct energy_factor *factor, size_t j)
{
	double squares = 0;
	size_t i;

	for (i = 1; i <= j; i++)
		squares += pow(energy_factor_at(factor, i, j), 2);
	return squares;
}
