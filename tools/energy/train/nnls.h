/* SPDX-License-Identifier: GPL-2.0-only */
/* Least squares with no negative coefficient. */
#ifndef ENERGY_TRAIN_NNLS_H
#define ENERGY_TRAIN_NNLS_H

#include <gsl/gsl_matrix.h>
#include <gsl/gsl_vector.h>

/* Columns that can be solved for. */
#define ENERGY_NNLS_MOST 16

/*
 * Finds the @x >= 0 for which |@a x - @b| is least, by Lawson's and Hanson's active sets. Where
 * several do, one of them. Needs as many rows as columns. Returns 0, -ENOMEM, or -EDOM for
 * numbers that are not finite.
 */
int energy_nnls(const gsl_matrix *a, const gsl_vector *b, gsl_vector *x);

#endif /* ENERGY_TRAIN_NNLS_H */
