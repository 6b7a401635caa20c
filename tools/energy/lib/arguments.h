/* SPDX-License-Identifier: GPL-2.0-only */
/* Values on the command line. */
#ifndef ENERGY_ARGUMENTS_H
#define ENERGY_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENERGY_MOST_SECONDS 1e9

/* Seconds, @least_s or more, with decimals. False, and @ns as it was, for anything else. */
bool energy_argument_seconds(const char *text, double least_s, uint64_t *ns);

/* A whole number, 1 or more. */
bool energy_argument_count(const char *text, size_t *count);

/* "wrong value for @option: @value (try --help)", or @why; both return ENERGY_USAGE. */
int energy_argument_wrong(const char *who, const char *option, const char *value);
int energy_argument_misuse(const char *who, const char *why);

#endif /* ENERGY_ARGUMENTS_H */
