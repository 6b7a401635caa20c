// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>

#include "train/nnls.h"

/* Singular values below this part of the largest are noise. */
#define RANK_LIMIT 1e-13

struct problem {
	const gsl_matrix *a;
	const gsl_vector *b;
	gsl_vector *x;		/* the best so far */
	size_t nr;		/* columns */
	bool passive[ENERGY_NNLS_MOST];	/* may be positive; all others are 0 */
	double trial[ENERGY_NNLS_MOST];	/* the solution for those, negative or not */
	gsl_matrix *u, *v;
	gsl_vector *s, *work, *y;
	double tolerance;	/* of a gradient that is 0 */
};

/* The gradient of column @j, downhill: how much is gained by raising x_j. */
static double gain(const struct problem *p, size_t j)
{
	gsl_vector_const_view column = gsl_matrix_const_column(p->a, j);
	double value = 0;

	/* p->y is the residual. */
	gsl_blas_ddot(&column.vector, p->y, &value);
	return value;
}

static void set_residual(struct problem *p)
{
	gsl_vector_memcpy(p->y, p->b);
	gsl_blas_dgemv(CblasNoTrans, -1, p->a, p->x, 1, p->y);
}

/* The column that is worth most, or p->nr when none is worth anything: then it is solved. */
static size_t best_column(struct problem *p)
{
	size_t j, best = p->nr;
	double most = p->tolerance;

	set_residual(p);
	for (j = 0; j < p->nr; j++) {
		double value;

		if (p->passive[j])
			continue;
		value = gain(p, j);
		if (value > most) {
			most = value;
			best = j;
		}
	}
	return best;
}

static size_t gather(struct problem *p)
{
	size_t j, nr = 0;

	for (j = 0; j < p->nr; j++) {
		gsl_vector_const_view from = gsl_matrix_const_column(p->a, j);
		gsl_vector_view to;

		if (!p->passive[j])
			continue;
		to = gsl_matrix_column(p->u, nr++);
		gsl_vector_memcpy(&to.vector, &from.vector);
	}
	return nr;
}

/* Least squares over the passive columns, the shortest solution where there are several. */
static int solve_passive(struct problem *p)
{
	size_t nr = gather(p), i, j;
	gsl_matrix_view u = gsl_matrix_submatrix(p->u, 0, 0, p->a->size1, nr);
	gsl_matrix_view v = gsl_matrix_submatrix(p->v, 0, 0, nr, nr);
	gsl_vector_view s = gsl_vector_subvector(p->s, 0, nr);
	gsl_vector_view work = gsl_vector_subvector(p->work, 0, nr);
	/* The residual is computed anew when it is needed. */
	gsl_vector_view solution = gsl_vector_subvector(p->y, 0, nr);
	double largest;

	/* Jacobi's method would give up on columns that are the same but for rounding. */
	if (gsl_linalg_SV_decomp(&u.matrix, &v.matrix, &s.vector, &work.vector))
		return -EDOM;
	largest = gsl_vector_get(&s.vector, 0);
	for (i = 0; i < nr; i++) {
		if (gsl_vector_get(&s.vector, i) < RANK_LIMIT * largest)
			gsl_vector_set(&s.vector, i, 0);
	}
	if (gsl_linalg_SV_solve(&u.matrix, &v.matrix, &s.vector, p->b, &solution.vector))
		return -EDOM;
	for (i = 0, j = 0; j < p->nr; j++) {
		p->trial[j] = p->passive[j] ? gsl_vector_get(&solution.vector, i++) : 0;
		if (!isfinite(p->trial[j]))
			return -EDOM;
	}
	return 0;
}

/* How far from x to the trial, from 0 to 1, until the first column would become negative. */
static double way_to_go(const struct problem *p)
{
	double way = 1;
	size_t j;

	for (j = 0; j < p->nr; j++) {
		double x = gsl_vector_get(p->x, j);

		if (p->passive[j] && p->trial[j] <= 0 && x / (x - p->trial[j]) < way)
			way = x / (x - p->trial[j]);
	}
	return way;
}

/* Goes there, and takes out what has become 0. True if that is the trial itself. */
static bool advance(struct problem *p)
{
	double way = way_to_go(p);
	bool done = true;
	size_t j;

	for (j = 0; j < p->nr; j++) {
		double x = gsl_vector_get(p->x, j);

		x += way * (p->trial[j] - x);
		if (p->passive[j] && p->trial[j] <= 0) {
			done = false;
			if (x <= DBL_EPSILON * fabs(p->trial[j])) {
				x = 0;
				p->passive[j] = false;
			}
		}
		gsl_vector_set(p->x, j, x);
	}
	return done;
}

static bool is_any_passive(const struct problem *p)
{
	size_t j;

	for (j = 0; j < p->nr; j++) {
		if (p->passive[j])
			return true;
	}
	return false;
}

static int iterate(struct problem *p)
{
	/* Each step makes the sum of squares less; rounding alone could make it go in circles. */
	size_t left = 10 * p->nr + 10, best;

	while (left-- && (best = best_column(p)) < p->nr) {
		int err;

		p->passive[best] = true;
		err = solve_passive(p);
		/* It seemed worth raising, and is not: that is rounding, so it is solved. */
		if (!err && p->trial[best] <= 0) {
			p->passive[best] = false;
			return 0;
		}
		while (!err && !advance(p)) {
			if (!is_any_passive(p))
				break;
			err = solve_passive(p);
		}
		if (err)
			return err;
	}
	return 0;
}

/* The largest a gradient can be by rounding, as MATLAB and SciPy have it. */
static double tolerance_of(const gsl_matrix *a, const gsl_vector *b)
{
	double most = 0;
	size_t j;

	for (j = 0; j < a->size2; j++) {
		gsl_vector_const_view column = gsl_matrix_const_column(a, j);
		double norm = gsl_blas_dnrm2(&column.vector);

		if (norm > most)
			most = norm;
	}
	return 10 * DBL_EPSILON * a->size1 * most * gsl_blas_dnrm2(b);
}

int energy_nnls(const gsl_matrix *a, const gsl_vector *b, gsl_vector *x)
{
	struct problem p = { .a = a, .b = b, .x = x, .nr = a->size2 };
	int err = -ENOMEM;

	if (p.nr > ENERGY_NNLS_MOST || a->size1 < p.nr)
		return -EDOM;
	p.u = gsl_matrix_alloc(a->size1, p.nr);
	p.v = gsl_matrix_alloc(p.nr, p.nr);
	p.s = gsl_vector_alloc(p.nr);
	p.work = gsl_vector_alloc(p.nr);
	p.y = gsl_vector_alloc(a->size1);
	if (p.u && p.v && p.s && p.work && p.y) {
		gsl_vector_set_zero(x);
		p.tolerance = tolerance_of(a, b);
		err = isfinite(p.tolerance) ? iterate(&p) : -EDOM;
	}
	gsl_vector_free(p.y);
	gsl_vector_free(p.work);
	gsl_vector_free(p.s);
	gsl_matrix_free(p.v);
	gsl_matrix_free(p.u);
	return err;
}
