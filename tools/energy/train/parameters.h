/* SPDX-License-Identifier: GPL-2.0-only */
/* Weights for the module: at its next loading, or now. */
#ifndef ENERGY_TRAIN_PARAMETERS_H
#define ENERGY_TRAIN_PARAMETERS_H

#include <stddef.h>

#include "train/weights.h"

/*
 * Writes a file for modprobe.d, in one step; @remarks are lines that begin with '#'. Returns 0 or
 * a negative errno, with @why.
 */
int energy_parameters_save(const struct energy_weights *weights, const char *remarks,
			   const char *path, char *why, size_t size);

/*
 * Sets the parameters of the module that is loaded, below @root; all of them, or, with a negative
 * errno and @why, none as far as that can be done.
 */
int energy_parameters_apply(const struct energy_weights *weights, const char *root, char *why,
			    size_t size);

#endif /* ENERGY_TRAIN_PARAMETERS_H */
