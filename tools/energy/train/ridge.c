// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>

#include "train/model.h"
#include "train/nnls.h"

/* Parts of a column's own squares. */
static const double ridges[] = { 0, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1 };

#define NR_RIDGES (sizeof(ridges) / sizeof(ridges[0]))

/* A larger ridge has to be better than rounding to be preferred. */
#define WORTH_IT 1e-6

int energy_ridge_fit(const struct energy_factor *factor, double ridge, double *coefficients)
{
	double a[2 * ENERGY_FACTOR_MOST * ENERGY_FACTOR_MOST] = { 0 };
	double b[2 * ENERGY_FACTOR_MOST] = { 0 };
	size_t nr = factor->nr - 1, nr_rows = factor->nr + nr - 1, i, j;
	gsl_matrix_view matrix = gsl_matrix_view_array(a, nr_rows, nr);
	gsl_vector_view right = gsl_vector_view_array(b, nr_rows);
	gsl_vector_view left = gsl_vector_view_array(coefficients, nr);

	for (i = 0; i < factor->nr; i++) {
		for (j = 0; j < nr; j++)
			a[i * nr + j] = energy_factor_at(factor, i, j);
		b[i] = energy_factor_at(factor, i, nr);
	}
	/* Idle power is left as large as it is. */
	for (j = 1; j < nr; j++)
		a[(factor->nr + j - 1) * nr + j] = sqrt(ridge * factor->weight);
	return energy_nnls(&matrix.matrix, &right.vector, &left.vector);
}

/* Joins the blocks of all folds but two, which may be the same, or none. */
static void join_others(const struct energy_blocks *blocks, size_t fold, size_t other,
			struct energy_factor *factor)
{
	size_t length = blocks->nr / blocks->nr_folds, i;

	energy_factor_init(factor, blocks->factors[0].nr);
	for (i = 0; i < blocks->nr; i++) {
		if (i / length != fold && i / length != other)
			energy_factor_join(factor, &blocks->factors[i]);
	}
}

static double squares_of_fold(const struct energy_blocks *blocks, size_t fold,
			      const double *coefficients)
{
	size_t length = blocks->nr / blocks->nr_folds, i;
	double squares = 0;

	for (i = fold * length; i < (fold + 1) * length; i++)
		squares += energy_factor_squares(&blocks->factors[i], coefficients);
	return squares;
}

int energy_ridge_choose(const struct energy_blocks *blocks, size_t without, double *ridge)
{
	double squares[NR_RIDGES] = { 0 }, coefficients[ENERGY_MODEL_MOST], least;
	struct energy_factor others;
	size_t fold, i;

	for (fold = 0; fold < blocks->nr_folds; fold++) {
		if (fold == without)
			continue;
		join_others(blocks, fold, without, &others);
		for (i = 0; i < NR_RIDGES; i++) {
			int err = energy_ridge_fit(&others, ridges[i], coefficients);

			if (err)
				return err;
			squares[i] += squares_of_fold(blocks, fold, coefficients);
		}
	}
	*ridge = ridges[0];
	least = squares[0];
	for (i = 1; i < NR_RIDGES; i++) {
		if (squares[i] < least * (1 - WORTH_IT)) {
			least = squares[i];
			*ridge = ridges[i];
		}
	}
	return 0;
}

static int predict_fold(struct energy_model *model, const struct energy_dataset *data,
			const struct energy_blocks *blocks, size_t fold)
{
	size_t length = blocks->nr / blocks->nr_folds, i;
	double coefficients[ENERGY_MODEL_MOST], ridge;
	struct energy_factor others;
	int err = energy_ridge_choose(blocks, fold, &ridge);

	if (err)
		return err;
	join_others(blocks, fold, fold, &others);
	err = energy_ridge_fit(&others, ridge, coefficients);
	if (err)
		return err;
	for (i = energy_blocks_row(blocks, fold * length);
	     i < energy_blocks_row(blocks, (fold + 1) * length); i++)
		model->predicted_w[i] = energy_design_watts(&model->design, coefficients,
							    &data->rows[i]);
	return 0;
}

static void judge(struct energy_quality *quality, const struct energy_dataset *data,
		  const double *predicted_w)
{
	double mean = 0, squares = 0, all_squares = 0, errors = 0, parts = 0;
	size_t i, nr_parts = 0;

	for (i = 0; i < data->nr_rows; i++)
		mean += data->rows[i].watts / data->nr_rows;
	for (i = 0; i < data->nr_rows; i++) {
		double watts = data->rows[i].watts, error = fabs(predicted_w[i] - watts);

		squares += error * error;
		all_squares += (watts - mean) * (watts - mean);
		errors += error;
		if (watts > 0) {
			parts += error / watts;
			nr_parts++;
		}
	}
	quality->r2 = energy_design_varies(mean, sqrt(all_squares / data->nr_rows)) ?
		      1 - squares / all_squares : NAN;
	quality->rmse_w = sqrt(squares / data->nr_rows);
	quality->mae_w = errors / data->nr_rows;
	quality->mape = nr_parts ? parts / nr_parts : NAN;
}

int energy_model_hold_out(struct energy_model *model, const struct energy_dataset *data,
			  const struct energy_blocks *blocks)
{
	size_t fold;

	for (fold = 0; fold < blocks->nr_folds; fold++) {
		int err = predict_fold(model, data, blocks, fold);

		if (err)
			return err;
	}
	judge(&model->held_out, data, model->predicted_w);
	return 0;
}
