// SPDX-License-Identifier: GPL-2.0-only
/* How sure a fit is: the bootstrap, and what columns have in common. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_linalg.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>

#include "train/model.h"

#define NR_DRAWS 1000

/* The same recordings give the same intervals. */
#define SEED 6

/* Columns that are the same but for rounding. */
#define SINGULAR 1e-8

static int draw(const struct energy_blocks *blocks, gsl_rng *rng, double ridge,
		double *coefficients)
{
	struct energy_factor factor;
	size_t i;

	energy_factor_init(&factor, blocks->factors[0].nr);
	for (i = 0; i < blocks->nr; i++)
		energy_factor_join(&factor,
				   &blocks->factors[gsl_rng_uniform_int(rng, blocks->nr)]);
	return energy_ridge_fit(&factor, ridge, coefficients);
}

/* @values has the draws of each coefficient, one after the other. */
static void set_limits(struct energy_model *model, double *values)
{
	const struct energy_design *design = &model->design;
	size_t j;

	for (j = 0; j < design->nr; j++) {
		double *mine = values + j * NR_DRAWS;
		double unit = design->y_scale / design->scales[j];

		gsl_sort(mine, 1, NR_DRAWS);
		model->coefficients[j].low =
			unit * gsl_stats_quantile_from_sorted_data(mine, 1, NR_DRAWS, 0.025);
		model->coefficients[j].high =
			unit * gsl_stats_quantile_from_sorted_data(mine, 1, NR_DRAWS, 0.975);
	}
}

int energy_model_bootstrap(struct energy_model *model, const struct energy_blocks *blocks)
{
	double *values = calloc(NR_DRAWS * model->design.nr, sizeof(*values));
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double coefficients[ENERGY_MODEL_MOST];
	int err = values && rng ? 0 : -ENOMEM;
	size_t i, j;

	if (!err)
		gsl_rng_set(rng, SEED);
	for (i = 0; i < NR_DRAWS && !err; i++) {
		err = draw(blocks, rng, model->ridge, coefficients);
		for (j = 0; j < model->design.nr && !err; j++)
			values[j * NR_DRAWS + i] = coefficients[j];
	}
	if (!err)
		set_limits(model, values);
	if (rng)
		gsl_rng_free(rng);
	free(values);
	return err;
}

/* Columns less their means, each of length 1, as columns of @a. */
static void fill_unit_columns(gsl_matrix *a, const struct energy_factor *all)
{
	size_t i, j;

	for (j = 0; j < a->size2; j++) {
		double length = sqrt(energy_factor_spread(all, j + 1));

		for (i = 0; i < a->size1; i++)
			gsl_matrix_set(a, i, j, i <= j ? energy_factor_at(all, i + 1, j + 1) /
					       length : 0);
	}
}

static void set_correlations(struct energy_model *model, const gsl_matrix *a)
{
	size_t i, j, k;

	for (i = 0; i < a->size2; i++) {
		for (j = 0; j < a->size2; j++) {
			double *sum = &model->correlations[i][j];

			*sum = 0;
			for (k = 0; k < a->size1; k++)
				*sum += gsl_matrix_get(a, k, i) * gsl_matrix_get(a, k, j);
		}
	}
}

/* With a = U S V': the inverse of the correlations has sum of (V_jk / S_k)^2 in its diagonal. */
static void set_inflations(struct energy_model *model, const gsl_matrix *v, const gsl_vector *s)
{
	double largest = gsl_vector_get(s, 0);
	size_t j, k;

	model->condition = 1;
	for (j = 0; j < v->size1; j++)
		model->coefficients[j + 1].inflation = 0;
	for (k = 0; k < s->size; k++) {
		double value = gsl_vector_get(s, k);
		bool singular = value < SINGULAR * largest;

		if (singular)
			model->condition = INFINITY;
		else
			model->condition = largest / value;
		for (j = 0; j < v->size1; j++) {
			double part = gsl_matrix_get(v, j, k);
			double *inflation = &model->coefficients[j + 1].inflation;

			if (!singular)
				*inflation += part * part / (value * value);
			else if (fabs(part) > SINGULAR)
				*inflation = INFINITY;
		}
	}
}

int energy_model_collinearity(struct energy_model *model, const struct energy_factor *all)
{
	size_t nr = model->design.nr - 1;
	double a[ENERGY_METRICS * ENERGY_METRICS], v[ENERGY_METRICS * ENERGY_METRICS];
	double s[ENERGY_METRICS], work[ENERGY_METRICS];
	gsl_vector_view work_view;
	gsl_matrix_view a_view, v_view;
	gsl_vector_view s_view;

	model->condition = 1;
	if (!nr)
		return 0;
	a_view = gsl_matrix_view_array(a, nr, nr);
	v_view = gsl_matrix_view_array(v, nr, nr);
	s_view = gsl_vector_view_array(s, nr);
	work_view = gsl_vector_view_array(work, nr);
	fill_unit_columns(&a_view.matrix, all);
	set_correlations(model, &a_view.matrix);
	if (gsl_linalg_SV_decomp(&a_view.matrix, &v_view.matrix, &s_view.vector,
				 &work_view.vector))
		return -EDOM;
	set_inflations(model, &v_view.matrix, &s_view.vector);
	return 0;
}
