/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of key=value pairs, as all of energy_core's files have them (export/ABI.md). */
#ifndef ENERGY_PAIRS_H
#define ENERGY_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct energy_number {
	uint64_t value;
	bool known;
};

/* A piece of a file's text; not terminated. */
struct energy_slice {
	const char *at;
	size_t len;
};

/* By which power of ten a number in a file is scaled up to the one in a struct. */
enum { ENERGY_AS_IS = 0, ENERGY_UJ_TO_NJ = 3, ENERGY_MJ_TO_NJ = 6 };

/* Where a struct has the struct energy_number for a key. A table ends with a key of NULL. */
struct energy_number_key {
	const char *key;
	size_t offset;
	unsigned int digits;
};

bool energy_slice_is(struct energy_slice slice, const char *word);
bool energy_slice_begins(struct energy_slice slice, const char *word);

/*
 * Takes the next line, without its end, off the front of @text. False where there is none; what
 * is left of @text then is a line that is torn.
 */
bool energy_line_next(struct energy_slice *text, struct energy_slice *line);

/* Takes what comes before the next space off the front of @line; false at its end. */
bool energy_pair_next(struct energy_slice *line, struct energy_slice *pair);

/* Splits @pair at its first '='; false when there is none, or no key before it. */
bool energy_pair_split(struct energy_slice pair, struct energy_slice *key,
		       struct energy_slice *value);

/*
 * Reads "123" or "123.456" as an integer, scaled up by ten to the @digits. False for anything
 * else: a sign, a space, more decimals than @digits, or a value that 64 bits cannot hold.
 */
bool energy_number_parse(struct energy_slice text, unsigned int digits, uint64_t *value);

/* False when @key is in the table @known and its value is wrong, or is its second one. */
bool energy_number_store(void *base, const struct energy_number_key *known,
			 struct energy_slice key, struct energy_slice value);

/* A missing number counts as @otherwise. */
static inline uint64_t energy_number_or(struct energy_number number, uint64_t otherwise)
{
	return number.known ? number.value : otherwise;
}

#endif /* ENERGY_PAIRS_H */
