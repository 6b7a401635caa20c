// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "lib/pairs.h"

bool energy_slice_is(struct energy_slice slice, const char *word)
{
	return slice.len == strlen(word) && !memcmp(slice.at, word, slice.len);
}

bool energy_slice_begins(struct energy_slice slice, const char *word)
{
	return slice.len >= strlen(word) && !memcmp(slice.at, word, strlen(word));
}

bool energy_line_next(struct energy_slice *text, struct energy_slice *line)
{
	const char *newline = text->len ? memchr(text->at, '\n', text->len) : NULL;

	if (!newline)
		return false;
	line->at = text->at;
	line->len = newline - text->at;
	text->at += line->len + 1;
	text->len -= line->len + 1;
	return true;
}

bool energy_pair_next(struct energy_slice *line, struct energy_slice *pair)
{
	const char *space;

	if (!line->len)
		return false;
	space = memchr(line->at, ' ', line->len);
	pair->at = line->at;
	pair->len = space ? (size_t)(space - line->at) : line->len;
	line->at += pair->len + !!space;
	line->len -= pair->len + !!space;
	return true;
}

bool energy_pair_split(struct energy_slice pair, struct energy_slice *key,
		       struct energy_slice *value)
{
	const char *equals = memchr(pair.at, '=', pair.len);

	if (!equals || equals == pair.at)
		return false;
	key->at = pair.at;
	key->len = equals - pair.at;
	value->at = equals + 1;
	value->len = pair.len - key->len - 1;
	return true;
}

static bool append_digit(uint64_t *value, unsigned int digit)
{
	return !__builtin_mul_overflow(*value, (uint64_t)10, value) &&
	       !__builtin_add_overflow(*value, (uint64_t)digit, value);
}

bool energy_number_parse(struct energy_slice text, unsigned int digits, uint64_t *value)
{
	bool point = false;
	size_t i;

	*value = 0;
	if (!text.len || text.at[0] == '.' || text.at[text.len - 1] == '.')
		return false;
	for (i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (c == '.' && !point) {
			point = true;
			continue;
		}
		if (c < '0' || c > '9' || (point && !digits))
			return false;
		if (!append_digit(value, c - '0'))
			return false;
		digits -= point;
	}
	while (digits--) {
		if (!append_digit(value, 0))
			return false;
	}
	return true;
}

bool energy_number_store(void *base, const struct energy_number_key *known,
			 struct energy_slice key, struct energy_slice value)
{
	for (; known->key; known++) {
		struct energy_number *number = (void *)((char *)base + known->offset);

		if (!energy_slice_is(key, known->key))
			continue;
		if (number->known || !energy_number_parse(value, known->digits, &number->value))
			return false;
		number->known = true;
		break;
	}
	return true;
}
