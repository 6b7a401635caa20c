/* SPDX-License-Identifier: GPL-2.0-only */
/* What `energy train` tells of a model. */
#ifndef ENERGY_TRAIN_SUMMARY_H
#define ENERGY_TRAIN_SUMMARY_H

#include <stdio.h>

#include "train/model.h"
#include "train/weights.h"

void energy_summary_data(FILE *out, const struct energy_dataset *data);
void energy_summary_model(FILE *out, const struct energy_model *model);

/* What to be careful about, a line each with @who in front. */
void energy_summary_warnings(const char *who, const struct energy_model *model,
			     const struct energy_weights *weights);

/* "energy= counts ..."; @g_per_kwh is looked at only where it counts CO2. */
void energy_summary_counts(FILE *out, const struct energy_weights *weights, double g_per_kwh);

/* Remarks for a modprobe.d file. */
void energy_summary_remarks(FILE *out, const struct energy_model *model,
			    const struct energy_weights *weights, double g_per_kwh);

#endif /* ENERGY_TRAIN_SUMMARY_H */
