// SPDX-License-Identifier: GPL-2.0-only
/* How sure a fit is: the bootstrap, and what columns have in common. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>

#include "train/model.h"

#define NR_DRAWS 1000

/* Of 95 %. */
#define LOW 0.025
#define HIGH 0.975

/* The same recordings give the same intervals. */
#define SEED 6

/* Columns that are the same but for rounding. */
#define SINGULAR 1e-8

static int draw(const struct energy_blocks *blocks, gsl_rng *rng, double *coefficients)
{
	struct energy_factor factor;
	size_t i;

	energy_factor_init(&factor, blocks->factors[0].nr);
	for (i = 0; i < blocks->nr; i++)
		energy_factor_join(&factor,
				   &blocks->factors[gsl_rng_uniform_int(rng, blocks->nr)]);
	return energy_ridge_fit(&factor, 0, coefficients);
}

/*
 * How far the draws are to be stretched. They scatter less than fits to new recordings would:
 * residuals of a fit with p coefficients to n rows are too small by sqrt((n - p) / n) (MacKinnon
 * and White 1985, Journal of Econometrics 29, HC1), and a variance that is learnt from G blocks is
 * uncertain itself, which Student's t with G - 1 degrees of freedom allows for (Cameron, Gelbach
 * and Miller 2008, Review of Economics and Statistics 90).
 */
static double stretch_of(const struct energy_blocks *blocks, size_t nr_coefficients)
{
	double nr_rows = blocks->nr_rows;

	return sqrt(nr_rows / (nr_rows - nr_coefficients)) *
	       gsl_cdf_tdist_Pinv(HIGH, blocks->nr - 1) / gsl_cdf_ugaussian_Pinv(HIGH);
}

/* @values has the draws of each coefficient, one after the other; @plain is the fit to all. */
static void set_limits(struct energy_model *model, double *values, const double *plain,
		       double stretch)
{
	const struct energy_design *design = &model->design;
	size_t j;

	for (j = 0; j < design->nr; j++) {
		struct energy_coefficient *coefficient = &model->coefficients[j];
		double *mine = values + j * NR_DRAWS, low, high;

		gsl_sort(mine, 1, NR_DRAWS);
		low = gsl_stats_quantile_from_sorted_data(mine, 1, NR_DRAWS, LOW);
		high = gsl_stats_quantile_from_sorted_data(mine, 1, NR_DRAWS, HIGH);
		low = plain[j] - stretch * (plain[j] - low);
		high = plain[j] + stretch * (high - plain[j]);
		/* No weight is negative; and what the ridge has made of it is possible, too. */
		low = fmin(fmax(low, 0), model->scaled[j]);
		high = fmax(high, model->scaled[j]);
		coefficient->low = energy_design_unit(design, j) * low;
		coefficient->high = energy_design_unit(design, j) * high;
	}
}

/*
 * Without a ridge: it draws all weights the same way in each draw, which then agree on something
 * that is not so.
 */
int energy_model_bootstrap(struct energy_model *model, const struct energy_blocks *blocks,
			   const struct energy_factor *all)
{
	double *values;
	gsl_rng *rng;
	double coefficients[ENERGY_MODEL_MOST], plain[ENERGY_MODEL_MOST];
	int err;
	size_t i, j;

	for (j = 0; j < model->design.nr; j++)
		model->coefficients[j].low = model->coefficients[j].high = NAN;
	/* Fewer cannot tell in how many ways the coefficients are uncertain. */
	if (blocks->nr <= model->design.nr)
		return 0;
	values = calloc(NR_DRAWS * model->design.nr, sizeof(*values));
	rng = gsl_rng_alloc(gsl_rng_mt19937);
	err = values && rng ? energy_ridge_fit(all, 0, plain) : -ENOMEM;
	if (!err)
		gsl_rng_set(rng, SEED);
	for (i = 0; i < NR_DRAWS && !err; i++) {
		err = draw(blocks, rng, coefficients);
		for (j = 0; j < model->design.nr && !err; j++)
			values[j * NR_DRAWS + i] = coefficients[j];
	}
	if (!err)
		set_limits(model, values, plain, stretch_of(blocks, model->design.nr));
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
