// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "train/weights.h"

#define MJ_PER_KWH 3.6e9
#define MOST_ROUNDING 0.01

static const struct {
	const char *name;
	double per_g;
} counted[] = {
	[ENERGY_COUNTS_MJ] = { "millijoules", 0 },
	[ENERGY_COUNTS_MG] = { "milligrams of CO2e", 1e3 },
	[ENERGY_COUNTS_UG] = { "micrograms of CO2e", 1e6 },
	[ENERGY_COUNTS_NG] = { "nanograms of CO2e", 1e9 },
};

const char *energy_counts_name(enum energy_counts counts)
{
	return counted[counts].name;
}

/* By how much a number that stands for a millijoule is to be multiplied. */
static double scale_of(enum energy_counts counts, double g_per_kwh)
{
	return counts == ENERGY_COUNTS_MJ ? 1 : g_per_kwh * counted[counts].per_g / MJ_PER_KWH;
}

int energy_weights_fill(struct energy_weights *weights, const struct energy_model *model,
			enum energy_counts counts, double g_per_kwh, char *why, size_t size)
{
	const struct energy_design *design = &model->design;
	double scale = ENERGY_PJ_PER_J * scale_of(counts, g_per_kwh);
	size_t j;

	*weights = (struct energy_weights){ .counts = counts };
	for (j = 1; j < design->nr; j++) {
		size_t i = design->metrics[j - 1];
		double exact = model->coefficients[j].value * scale, rounding;

		if (!(exact <= ENERGY_WEIGHT_MOST)) {
			snprintf(why, size, "%s would be %.6g, and is %.0f at most, for energy= to "
				 "count %s", energy_train_metrics[i].parameter, exact,
				 ENERGY_WEIGHT_MOST, counted[counts].name);
			return -ERANGE;
		}
		weights->exact[i] = exact;
		weights->values[i] = lround(exact);
		rounding = exact > 0 ? fabs(weights->values[i] / exact - 1) : 0;
		if (rounding > weights->rounding)
			weights->rounding = rounding;
	}
	return 0;
}

int energy_weights_fill_carbon(struct energy_weights *weights, const struct energy_model *model,
			       double g_per_kwh, char *why, size_t size)
{
	enum energy_counts counts;
	int err = 0;

	for (counts = ENERGY_COUNTS_MG; counts <= ENERGY_COUNTS_NG; counts++) {
		struct energy_weights next;

		err = energy_weights_fill(&next, model, counts, g_per_kwh, why, size);
		/* The next unit makes them larger still. */
		if (err)
			break;
		*weights = next;
		if (weights->rounding <= MOST_ROUNDING)
			break;
	}
	return counts == ENERGY_COUNTS_MG ? err : 0;
}

int energy_weights_check(const struct energy_weights *weights, const struct energy_model *model,
			 char *why, size_t size)
{
	double exact = 0, fitted = 0;
	size_t values = 0, i;

	for (i = 0; i < ENERGY_METRICS; i++) {
		exact += weights->exact[i];
		values += weights->values[i];
	}
	for (i = 1; i < model->design.nr; i++)
		fitted += model->coefficients[i].value;
	if (values || (fitted > 0 && !exact))
		return 0;
	snprintf(why, size, "all weights are 0, nothing is set (%s)", fitted > 0 ?
		 "give a smaller --carbon-unit" :
		 "record loads that differ, while energy is measured");
	return -ERANGE;
}
