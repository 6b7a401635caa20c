/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ENERGY_TESTS_PARSED_H
#define ENERGY_TESTS_PARSED_H

#include <stdlib.h>
#include <string.h>

#include "lib/records.h"

/* Parses @len bytes of @text, which stay the caller's. */
static inline int parse_bytes(struct energy_listing *listing, const char *text, size_t len)
{
	char *copy = malloc(len + !len);

	memcpy(copy, text, len);
	return energy_listing_parse(listing, copy, len);
}

static inline int parse(struct energy_listing *listing, const char *text)
{
	return parse_bytes(listing, text, strlen(text));
}

#endif /* ENERGY_TESTS_PARSED_H */
