/* SPDX-License-Identifier: GPL-2.0-only */
/* A drawing of measured and predicted power, and of the difference. */
#ifndef ENERGY_TRAIN_PLOT_H
#define ENERGY_TRAIN_PLOT_H

#include "train/model.h"

/* Draws an SVG into @path, by gnuplot. Returns 0 or a negative errno, with @why. */
int energy_plot(const struct energy_model *model, const struct energy_dataset *data,
		const char *path, char *why, size_t size);

#endif /* ENERGY_TRAIN_PLOT_H */
