// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "top/sparkline.h"

#define LOWEST_BLOCK 0x2581	/* "lower one eighth block"; the others follow it */
#define LEVELS 8		/* of which the first is 0 */

bool energy_sparkline_has_blocks(void)
{
	char bytes[MB_LEN_MAX];
	int level;

	for (level = 0; level < LEVELS; level++) {
		mbstate_t state = { 0 };
		wchar_t block = LOWEST_BLOCK + level;

		if (wcrtomb(bytes, block, &state) == (size_t)-1 || wcwidth(block) != 1)
			return false;
	}
	return true;
}

/* Anything but 0 is to be told from 0, however small beside the highest. */
static int level_of(float value, float highest)
{
	int level;

	if (!(value > 0))
		return 0;
	level = 1 + (int)((LEVELS - 1) * (value / highest));
	return level < LEVELS ? level : LEVELS - 1;
}

static size_t bar(char *bytes, int level, bool blocks)
{
	static const char signs[LEVELS] = "_.:-=+*#";
	mbstate_t state = { 0 };

	if (blocks)
		return wcrtomb(bytes, LOWEST_BLOCK + level, &state);
	*bytes = signs[level];
	return 1;
}

void energy_sparkline(char *out, size_t size, const float *values, size_t nr, size_t columns,
		      bool blocks)
{
	size_t shown = nr < columns ? nr : columns;
	float highest = 0;
	size_t i;

	values += nr - shown;
	for (i = 0; i < shown; i++) {
		if (values[i] > highest)
			highest = values[i];
	}
	for (i = 0; i < columns; i++) {
		size_t blank = columns - shown, len = 1;
		char bytes[MB_LEN_MAX] = " ";

		if (i >= blank)
			len = bar(bytes, level_of(values[i - blank], highest), blocks);
		if (len >= size)
			break;
		memcpy(out, bytes, len);
		out += len;
		size -= len;
	}
	*out = '\0';
}
