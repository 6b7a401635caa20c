/* SPDX-License-Identifier: GPL-2.0-only */
/* What is recorded: the files of energy_core, and of which boot and loading they are. */
#ifndef ENERGY_LOG_INPUT_H
#define ENERGY_LOG_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/frame.h"
#include "lib/reader.h"

struct energy_log_input {
	char listing[4096];	/* paths */
	char cgroups[4096];	/* empty: not wanted */
	char boot[4096];
	char module[4096];
};

/* Paths below @root, which is empty but for tests. False where they are too long. */
bool energy_log_input_init(struct energy_log_input *input, const char *root, bool all);

/*
 * Reads a sample, whose text the caller frees. Returns 0, or a negative errno with @failure
 * filled in; -EAGAIN if what was read lacks its end.
 */
int energy_log_input_read(const struct energy_log_input *input, struct energy_frame *frame,
			  struct energy_failure *failure);

/* An origin's text, from malloc; NULL if there is no memory. */
char *energy_log_input_origin(const struct energy_log_input *input);

#endif /* ENERGY_LOG_INPUT_H */
