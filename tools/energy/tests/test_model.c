// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "tap.h"
#include "train/model.h"

#define ROWS 1000

/* What the synthetic machine costs: W, then J per unit, as energy_train_metrics has them. */
static const double idle_w = 7.5;
static const double truth[ENERGY_METRICS] = {
	4.2e-9, 3e-10, 6.5e-10, 2.3e-5, 3.1e-8, 5.5e-8, 8e-6, 1.2e-5,
};

/* About what a busy machine does in a second. */
static const double sizes[ENERGY_METRICS] = { 4e9, 8e9, 9e9, 2e4, 5e7, 3e7, 4e4, 3e4 };

static const bool all[ENERGY_METRICS] = { true, true, true, true, true, true, true, true };

static struct energy_train_row rows[ROWS];
static struct energy_dataset data;
static char why[256];

/* Load that changes slowly, as load does; each metric for itself. */
static void make_up(double noise_w, unsigned long seed)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double load[ENERGY_METRICS] = { 0 }, end_s = 0;
	size_t i, j;

	gsl_rng_set(rng, seed);
	data = (struct energy_dataset){ .rows = rows, .nr_rows = ROWS };
	for (i = 0; i < ROWS; i++) {
		rows[i].length_s = 1 + (i % 7 == 0);
		rows[i].end_s = end_s += rows[i].length_s;
		rows[i].watts = idle_w + gsl_ran_gaussian(rng, noise_w);
		for (j = 0; j < ENERGY_METRICS; j++) {
			data.has[j] = true;
			load[j] = 0.8 * load[j] + 0.2 * gsl_rng_uniform(rng);
			rows[i].rates[j] = sizes[j] * (j == 1 ? 0.5 + load[j] / 4 : load[j]);
			rows[i].watts += truth[j] * rows[i].rates[j];
		}
	}
	gsl_rng_free(rng);
}

static void fit(struct energy_model *model, const bool *wanted, bool *good)
{
	CHECK(!energy_model_fit(model, &data, wanted, 5, why, sizeof(why)));
}

static double error_of(const struct energy_model *model, size_t j)
{
	return fabs(model->coefficients[j].value / (j ? truth[model->design.metrics[j - 1]]
						      : idle_w) - 1);
}

/* The acceptance is 1 %; without noise there is no reason for even that. */
static void recovers(bool *good)
{
	struct energy_model model;
	size_t j;

	make_up(0, 1);
	fit(&model, all, good);
	CHECK(model.design.nr == 1 + ENERGY_METRICS);
	for (j = 0; j < model.design.nr; j++)
		CHECK(error_of(&model, j) < 1e-6);
	CHECK(model.ridge == 0);
	CHECK(model.held_out.r2 > 1 - 1e-9 && model.held_out.rmse_w < 1e-6);
	CHECK(model.held_out.mae_w < 1e-6 && model.held_out.mape < 1e-6);
	CHECK(model.condition < 3);
	energy_model_free(&model);
}

/* 95 % of the intervals have the truth: over many recordings, not in each. */
static void recovers_in_noise(bool *good)
{
	size_t inside = 0, nr = 0, j;
	unsigned long seed;

	for (seed = 1; seed <= 10; seed++) {
		struct energy_model model;

		make_up(1, seed);
		fit(&model, all, good);
		for (j = 0; j < model.design.nr; j++) {
			const struct energy_coefficient *c = &model.coefficients[j];
			double true_value = j ? truth[model.design.metrics[j - 1]] : idle_w;

			CHECK(c->low <= c->value && c->value <= c->high);
			inside += c->low <= true_value && true_value <= c->high;
			nr++;
		}
		/* 1 W of noise is what is left. */
		CHECK(fabs(model.held_out.rmse_w - 1) < 0.08);
		CHECK(fabs(model.held_out.mae_w - sqrt(2 / M_PI)) < 0.08);
		energy_model_free(&model);
	}
	CHECK(nr == 90);
	/* Binomial: 0.95 x 90 = 85.5, standard deviation 2.1. */
	CHECK(inside >= 80 && inside <= 89);
	printf("# %zu of %zu intervals have the truth\n", inside, nr);
}

/* In few rows draws scatter too little, and a ridge makes them agree on something else. */
static void intervals_of_few_rows(bool *good)
{
	static const size_t counts[] = { 40, 80 };
	struct energy_model model;
	unsigned long seed;
	size_t i, j;

	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		size_t inside = 0, nr = 0;

		for (seed = 1; seed <= 40; seed++) {
			make_up(1, seed);
			data.nr_rows = counts[i];
			fit(&model, all, good);
			for (j = 0; j < model.design.nr; j++) {
				const struct energy_coefficient *c = &model.coefficients[j];
				double true_value = j ? truth[model.design.metrics[j - 1]] : idle_w;

				CHECK(c->low <= c->value && c->value <= c->high);
				inside += c->low <= true_value && true_value <= c->high;
				nr++;
			}
			energy_model_free(&model);
		}
		/* 0.95 x 360 = 342, standard deviation 4.1 if all were independent. */
		CHECK(nr == 360 && inside >= 334 && inside <= 354);
		printf("# %zu rows: %zu of %zu intervals have the truth\n", counts[i], inside, nr);
	}
	/* Five blocks cannot tell of nine coefficients. */
	make_up(1, 1);
	data.nr_rows = ENERGY_MODEL_LEAST_ROWS;
	fit(&model, all, good);
	for (j = 0; j < model.design.nr; j++)
		CHECK(isnan(model.coefficients[j].low) && isnan(model.coefficients[j].high));
	energy_model_free(&model);
}

static void columns_left_out(bool *good)
{
	static const bool wanted[ENERGY_METRICS] = {
		true, true, true, true, true, true, false, true,
	};
	struct energy_model model;
	size_t i;

	make_up(0, 3);
	for (i = 0; i < ROWS; i++) {
		rows[i].rates[2] = 0;
		rows[i].watts += truth[1] * (6e9 - rows[i].rates[1]);
		rows[i].rates[1] = 6e9;
	}
	data.has[4] = false;
	fit(&model, wanted, good);
	CHECK(model.design.nr == 1 + 4);
	CHECK(model.design.state[1] == ENERGY_COLUMN_CONSTANT);
	CHECK(model.design.state[2] == ENERGY_COLUMN_CONSTANT);
	CHECK(model.design.state[4] == ENERGY_COLUMN_MISSING);
	CHECK(model.design.state[6] == ENERGY_COLUMN_UNWANTED);
	energy_model_free(&model);
}

/* A weight that would be negative is 0, and the others are the best that go with it. */
static void never_negative(bool *good)
{
	struct energy_model model;
	size_t i, j;

	make_up(0, 4);
	for (i = 0; i < ROWS; i++)
		rows[i].watts -= 3 * truth[3] * rows[i].rates[3];
	fit(&model, all, good);
	CHECK(model.coefficients[4].value == 0 && model.coefficients[4].low == 0);
	for (j = 0; j < model.design.nr; j++)
		CHECK(model.coefficients[j].value >= 0 && model.coefficients[j].low >= 0);
	energy_model_free(&model);
}

static void collinear(bool *good)
{
	struct energy_model model;
	double sum;
	size_t i;

	make_up(0.1, 5);
	for (i = 0; i < ROWS; i++) {
		rows[i].watts += truth[2] * (2 * rows[i].rates[0] - rows[i].rates[2]);
		rows[i].rates[2] = 2 * rows[i].rates[0];
	}
	fit(&model, all, good);
	CHECK(isinf(model.condition));
	CHECK(isinf(model.coefficients[1].inflation) && isinf(model.coefficients[3].inflation));
	CHECK(model.coefficients[2].inflation < 1.5 && model.coefficients[8].inflation < 1.5);
	CHECK(fabs(model.correlations[0][2] - 1) < 1e-9);
	CHECK(fabs(model.correlations[0][1]) < 0.3);
	/* What they cost together is known. */
	sum = model.coefficients[1].value + 2 * model.coefficients[3].value;
	CHECK(fabs(sum / (truth[0] + 2 * truth[2]) - 1) < 0.01);
	energy_model_free(&model);

	/* Correlated by 0.99: an inflation of 1 / (1 - 0.99^2) = 50. */
	make_up(0.1, 5);
	for (i = 0; i < ROWS; i++)
		rows[i].rates[2] = 20 * rows[i].rates[0] + rows[i].rates[2];
	fit(&model, all, good);
	CHECK(model.coefficients[3].inflation > 10 && model.condition > 5);
	CHECK(fabs(model.coefficients[3].inflation *
		   (1 - pow(model.correlations[0][2], 2)) - 1) < 0.1);
	energy_model_free(&model);
}

/* Noise in few rows with many columns: a ridge predicts better than none. */
static void ridge_helps(bool *good)
{
	struct energy_model model;
	size_t i;

	make_up(60, 6);
	data.nr_rows = 60;
	for (i = 0; i < data.nr_rows; i++)
		rows[i].rates[2] = 2 * rows[i].rates[0] + rows[i].rates[2] / 10;
	fit(&model, all, good);
	CHECK(model.ridge > 0);
	energy_model_free(&model);
}

/* With few rows a fit is better on what it has seen: held out is the rest. */
static void held_out_is_honest(bool *good)
{
	struct energy_model model;
	double squares = 0;
	size_t i;

	make_up(1, 7);
	data.nr_rows = 40;
	fit(&model, all, good);
	for (i = 0; i < data.nr_rows; i++)
		squares += pow(rows[i].watts - energy_design_watts(&model.design, model.scaled,
								   &rows[i]), 2);
	CHECK(model.held_out.rmse_w > 1.15 * sqrt(squares / data.nr_rows));
	energy_model_free(&model);
}

static void too_few(bool *good)
{
	struct energy_model model;

	make_up(0, 8);
	data.nr_rows = ENERGY_MODEL_LEAST_ROWS - 1;
	CHECK(energy_model_fit(&model, &data, all, 5, why, sizeof(why)) < 0);
	CHECK_TEXT(why, "too few intervals between samples: 29, and 30 are needed "
		   "(record for longer)");
	/* The least there can be, with a power that never changes. */
	data.nr_rows = ENERGY_MODEL_LEAST_ROWS;
	for (size_t i = 0; i < data.nr_rows; i++)
		rows[i].watts = 5;
	fit(&model, all, good);
	CHECK(fabs(model.coefficients[0].value - 5) < 1e-6 && isnan(model.held_out.r2));
	energy_model_free(&model);
}

static const struct tap_test tests[] = {
	{ "model: weights without noise, exactly", recovers },
	{ "model: weights in noise, within their intervals", recovers_in_noise },
	{ "model: intervals of few rows", intervals_of_few_rows },
	{ "model: columns that are left out", columns_left_out },
	{ "model: no weight is negative", never_negative },
	{ "model: columns that go together", collinear },
	{ "model: a ridge where it helps", ridge_helps },
	{ "model: what is held out was not seen", held_out_is_honest },
	{ "model: too few intervals", too_few },
};

TAP_MAIN(tests)
