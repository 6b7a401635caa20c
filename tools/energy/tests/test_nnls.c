// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_rng.h>

#include "tap.h"
#include "train/factor.h"
#include "train/nnls.h"

#define ROWS 12
#define MOST 8

static gsl_rng *rng;

/* Columns that have much in common, of sizes that differ, so that many coefficients end at 0. */
static void make_up(gsl_matrix *a, gsl_vector *b)
{
	size_t i, j;

	for (i = 0; i < a->size1; i++) {
		double common = gsl_rng_uniform(rng) - 0.5;

		for (j = 0; j < a->size2; j++)
			gsl_matrix_set(a, i, j, pow(10, j % 3) *
				       (common + gsl_rng_uniform(rng) - 0.5));
		gsl_vector_set(b, i, gsl_rng_uniform(rng) - 0.5 + common);
	}
}

static double squares(const gsl_matrix *a, const gsl_vector *b, const gsl_vector *x,
		      gsl_vector *residual)
{
	gsl_vector_memcpy(residual, b);
	gsl_blas_dgemv(CblasNoTrans, -1, a, x, 1, residual);
	return pow(gsl_blas_dnrm2(residual), 2);
}

/* The least of squares with the columns in @set alone; false if one of them is negative. */
static bool solve_set(const gsl_matrix *a, const gsl_vector *b, unsigned int set, double *least)
{
	gsl_matrix *some = gsl_matrix_alloc(a->size1, __builtin_popcount(set));
	gsl_vector *x = gsl_vector_alloc(some->size2), *tau = gsl_vector_alloc(some->size2);
	gsl_vector *residual = gsl_vector_alloc(a->size1);
	size_t j, nr = 0;
	bool positive;

	for (j = 0; j < a->size2; j++) {
		gsl_vector_const_view column = gsl_matrix_const_column(a, j);

		if (set & 1U << j)
			gsl_matrix_set_col(some, nr++, &column.vector);
	}
	gsl_linalg_QR_decomp(some, tau);
	gsl_linalg_QR_lssolve(some, tau, b, x, residual);
	*least = pow(gsl_blas_dnrm2(residual), 2);
	positive = gsl_vector_min(x) >= 0;
	gsl_vector_free(residual);
	gsl_vector_free(tau);
	gsl_vector_free(x);
	gsl_matrix_free(some);
	return positive;
}

/* All ways to have some columns and not the others. */
static double best_of_all(const gsl_matrix *a, const gsl_vector *b)
{
	double best = pow(gsl_blas_dnrm2(b), 2), least;
	unsigned int set;

	for (set = 1; set < 1U << a->size2; set++) {
		if (solve_set(a, b, set, &least) && least < best)
			best = least;
	}
	return best;
}

static void best_there_is(bool *good)
{
	size_t nr, round, nr_zero = 0, nr_all = 0, j;

	for (round = 0; round < 400; round++) {
		nr = 1 + round % MOST;
		gsl_matrix *a = gsl_matrix_alloc(ROWS, nr);
		gsl_vector *b = gsl_vector_alloc(ROWS), *x = gsl_vector_alloc(nr);
		gsl_vector *residual = gsl_vector_alloc(ROWS);
		double best;

		make_up(a, b);
		best = best_of_all(a, b);
		CHECK(!energy_nnls(a, b, x));
		CHECK(gsl_vector_min(x) >= 0);
		CHECK(fabs(squares(a, b, x, residual) - best) <= 1e-12 * (1 + best));
		for (j = 0; j < nr; j++)
			nr_zero += gsl_vector_get(x, j) == 0;
		nr_all += nr;
		gsl_vector_free(residual);
		gsl_vector_free(x);
		gsl_vector_free(b);
		gsl_matrix_free(a);
	}
	/* The test has both kinds of coefficients. */
	CHECK(nr_zero > nr_all / 10 && nr_zero < nr_all * 9 / 10);
}

/* Columns that are the same, or 0: one of many solutions, and it ends. */
static void singular(bool *good)
{
	double a[] = { 1, 1, 0, 2, 2, 0, 3, 3, 0, 4, 4, 0 }, b[] = { 2, 4, 6, 8 }, x[3];
	gsl_matrix_view matrix = gsl_matrix_view_array(a, 4, 3);
	gsl_vector_view right = gsl_vector_view_array(b, 4), left = gsl_vector_view_array(x, 3);

	CHECK(!energy_nnls(&matrix.matrix, &right.vector, &left.vector));
	CHECK(fabs(x[0] + x[1] - 2) < 1e-12 && x[0] >= 0 && x[1] >= 0 && x[2] == 0);
	gsl_vector_scale(&right.vector, -1);
	CHECK(!energy_nnls(&matrix.matrix, &right.vector, &left.vector));
	CHECK(x[0] == 0 && x[1] == 0 && x[2] == 0);
	b[0] = NAN;
	CHECK(energy_nnls(&matrix.matrix, &right.vector, &left.vector) == -EDOM);
}

/* Rows joined in any way have the squares that the rows have. */
static void factors(bool *good)
{
	static const double coefficients[] = { 0.3, 2, 0.1 };
	struct energy_factor one, other;
	double expected = 0, spread = 0, mean = 0, values[50];
	size_t i;

	energy_factor_init(&one, 4);
	energy_factor_init(&other, 4);
	for (i = 0; i < 50; i++) {
		double row[] = { 1, gsl_rng_uniform(rng), 1e6 + gsl_rng_uniform(rng),
				 gsl_rng_uniform(rng) };
		double error = row[3] - coefficients[0] - coefficients[1] * row[1] -
			       coefficients[2] * row[2];

		expected += 2 * error * error;
		values[i] = row[2];
		mean += row[2] / 50;
		energy_factor_add(i % 3 ? &one : &other, row, 2);
	}
	for (i = 0; i < 50; i++)
		spread += 2 * pow(values[i] - mean, 2);
	energy_factor_join(&one, &other);
	CHECK(fabs(energy_factor_squares(&one, coefficients) / expected - 1) < 1e-9);
	CHECK(fabs(energy_factor_spread(&one, 2) / spread - 1) < 1e-8);
	CHECK(fabs(one.weight - 100) < 1e-9);
}

static const struct tap_test tests[] = {
	{ "nnls: as good as the best of all sets of columns", best_there_is },
	{ "nnls: columns that are the same", singular },
	{ "factor: rows add up, however they are joined", factors },
};

int main(void)
{
	int status;

	gsl_set_error_handler_off();
	rng = gsl_rng_alloc(gsl_rng_mt19937);
	status = tap_run(tests, sizeof(tests) / sizeof(tests[0]));
	gsl_rng_free(rng);
	return status;
}
