/* SPDX-License-Identifier: GPL-2.0-only */
/* Samples as plain text. */
#ifndef ENERGY_LOG_DUMP_H
#define ENERGY_LOG_DUMP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/pairs.h"

/* A sample with a line of dashes behind it; of @cgroups only the cgroups' own lines. */
void energy_log_print(FILE *out, struct energy_slice listing, struct energy_slice cgroups,
		      uint64_t wall_ns, bool restarted);

/* Prints the recording @path to stdout; returns the exit status. */
int energy_log_dump(const char *who, const char *path);

#endif /* ENERGY_LOG_DUMP_H */
