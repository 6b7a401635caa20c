// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>

#include "train/design.h"

#define LEAST_SPREAD 1e-9

struct spread {
	double mean, deviation;
};

bool energy_design_varies(double mean, double deviation)
{
	return deviation > LEAST_SPREAD * fabs(mean);
}

/* Of metric @metric, or of the power if that is ENERGY_METRICS; each interval by its length. */
static struct spread spread_of(const struct energy_dataset *data, size_t metric)
{
	double length_s = 0, sum = 0, squares = 0, mean;
	size_t i;

	for (i = 0; i < data->nr_rows; i++) {
		const struct energy_train_row *row = &data->rows[i];

		length_s += row->length_s;
		sum += row->length_s *
		       (metric < ENERGY_METRICS ? row->rates[metric] : row->watts);
	}
	mean = sum / length_s;
	/* In a second pass, so that large means leave small spreads their digits. */
	for (i = 0; i < data->nr_rows; i++) {
		const struct energy_train_row *row = &data->rows[i];
		double value = metric < ENERGY_METRICS ? row->rates[metric] : row->watts;

		squares += row->length_s * (value - mean) * (value - mean);
	}
	return (struct spread){ mean, sqrt(squares / length_s) };
}

static double mean_length_s(const struct energy_dataset *data)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < data->nr_rows; i++)
		sum += data->rows[i].length_s;
	return sum / data->nr_rows;
}

void energy_design_init(struct energy_design *design, const struct energy_dataset *data,
			const bool wanted[ENERGY_METRICS])
{
	struct spread spread = spread_of(data, ENERGY_METRICS);
	size_t i;

	*design = (struct energy_design){
		.nr = 1,
		.scales = { 1 },
		.y_scale = energy_design_varies(spread.mean, spread.deviation) ?
			   spread.deviation : 1,
		.mean_length_s = mean_length_s(data),
	};
	for (i = 0; i < ENERGY_METRICS; i++) {
		spread = spread_of(data, i);
		if (!wanted[i])
			design->state[i] = ENERGY_COLUMN_UNWANTED;
		else if (!data->has[i])
			design->state[i] = ENERGY_COLUMN_MISSING;
		else if (!energy_design_varies(spread.mean, spread.deviation))
			design->state[i] = ENERGY_COLUMN_CONSTANT;
		if (design->state[i] != ENERGY_COLUMN_USED)
			continue;
		design->scales[design->nr] = spread.deviation;
		design->metrics[design->nr++ - 1] = i;
	}
}

void energy_design_add(const struct energy_design *design, const struct energy_dataset *data,
		       size_t from, size_t to, struct energy_factor *factor)
{
	double values[ENERGY_FACTOR_MOST];
	size_t i, j;

	for (i = from; i < to; i++) {
		const struct energy_train_row *row = &data->rows[i];

		values[0] = 1;
		for (j = 1; j < design->nr; j++)
			values[j] = row->rates[design->metrics[j - 1]] / design->scales[j];
		values[design->nr] = row->watts / design->y_scale;
		energy_factor_add(factor, values, row->length_s / design->mean_length_s);
	}
}

double energy_design_watts(const struct energy_design *design, const double *coefficients,
			   const struct energy_train_row *row)
{
	double watts = coefficients[0];
	size_t j;

	for (j = 1; j < design->nr; j++)
		watts += coefficients[j] * row->rates[design->metrics[j - 1]] / design->scales[j];
	return watts * design->y_scale;
}
