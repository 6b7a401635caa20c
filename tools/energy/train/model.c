// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>

#include "train/model.h"

/* The least of rows in a block, and the most of blocks in a fold. */
#define LEAST_LENGTH 4
#define MOST_BLOCKS 20

/* Longer blocks for longer recordings, by the usual rule for a block bootstrap. */
static size_t blocks_in_fold(size_t nr_rows, size_t nr_folds)
{
	size_t length = cbrt(nr_rows), nr;

	if (length < LEAST_LENGTH)
		length = LEAST_LENGTH;
	nr = nr_rows / (nr_folds * length);
	if (!nr)
		return 1;
	return nr < MOST_BLOCKS ? nr : MOST_BLOCKS;
}

size_t energy_blocks_row(const struct energy_blocks *blocks, size_t i)
{
	return (unsigned __int128)blocks->nr_rows * i / blocks->nr;
}

int energy_blocks_init(struct energy_blocks *blocks, const struct energy_design *design,
		       const struct energy_dataset *data, size_t nr_folds)
{
	size_t i;

	*blocks = (struct energy_blocks){
		.nr = nr_folds * blocks_in_fold(data->nr_rows, nr_folds),
		.nr_folds = nr_folds,
		.nr_rows = data->nr_rows,
	};
	blocks->factors = calloc(blocks->nr, sizeof(*blocks->factors));
	if (!blocks->factors)
		return -ENOMEM;
	for (i = 0; i < blocks->nr; i++) {
		energy_factor_init(&blocks->factors[i], design->nr + 1);
		energy_design_add(design, data, energy_blocks_row(blocks, i),
				  energy_blocks_row(blocks, i + 1), &blocks->factors[i]);
	}
	return 0;
}

void energy_blocks_free(struct energy_blocks *blocks)
{
	free(blocks->factors);
	blocks->factors = NULL;
}

static int fit(struct energy_model *model, const struct energy_dataset *data,
	       const struct energy_blocks *blocks)
{
	struct energy_factor all;
	size_t i;
	int err;

	energy_factor_init(&all, model->design.nr + 1);
	for (i = 0; i < blocks->nr; i++)
		energy_factor_join(&all, &blocks->factors[i]);
	err = energy_ridge_choose(blocks, blocks->nr_folds, &model->ridge);
	if (!err)
		err = energy_ridge_fit(&all, model->ridge, model->scaled);
	if (!err)
		err = energy_model_collinearity(model, &all);
	if (!err)
		err = energy_model_hold_out(model, data, blocks);
	if (!err)
		err = energy_model_bootstrap(model, blocks, &all);
	for (i = 0; i < model->design.nr; i++)
		model->coefficients[i].value = energy_design_unit(&model->design, i) *
					       model->scaled[i];
	return err;
}

int energy_model_fit(struct energy_model *model, const struct energy_dataset *data,
		     const bool wanted[ENERGY_METRICS], size_t nr_folds, char *why, size_t size)
{
	struct energy_blocks blocks;
	int err;

	*model = (struct energy_model){ .nr_folds = nr_folds };
	if (data->nr_rows < ENERGY_MODEL_LEAST_ROWS) {
		snprintf(why, size, "too few intervals between samples: %zu, and %d are needed "
			 "(record for longer)", data->nr_rows, ENERGY_MODEL_LEAST_ROWS);
		return -EINVAL;
	}
	/* Its errors are returned instead. */
	gsl_set_error_handler_off();
	energy_design_init(&model->design, data, wanted);
	model->predicted_w = calloc(data->nr_rows, sizeof(*model->predicted_w));
	err = model->predicted_w ? energy_blocks_init(&blocks, &model->design, data, nr_folds)
				 : -ENOMEM;
	if (!err) {
		err = fit(model, data, &blocks);
		energy_blocks_free(&blocks);
	}
	if (err) {
		snprintf(why, size, "cannot fit: %s", strerror(-err));
		energy_model_free(model);
	}
	return err;
}

void energy_model_free(struct energy_model *model)
{
	free(model->predicted_w);
	model->predicted_w = NULL;
}
