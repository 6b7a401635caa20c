// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "lib/comm.h"

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* The next byte of @text with its escape undone; anything but \ooo stands for itself. */
static unsigned char next_byte(struct energy_slice *text)
{
	const char *at = text->at;
	size_t used = 1;
	unsigned char byte = at[0];

	if (at[0] == '\\' && text->len >= 4 && at[1] >= '0' && at[1] <= '3' &&
	    is_octal(at[2]) && is_octal(at[3])) {
		byte = (at[1] - '0') * 64 + (at[2] - '0') * 8 + (at[3] - '0');
		used = 4;
	}
	text->at += used;
	text->len -= used;
	return byte;
}

/* Bytes of the printable character at @bytes; 0 if there is none. */
static size_t printable(const char *bytes, size_t len)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t used = mbrtowc(&wide, bytes, len, &state);

	if (used == 0 || used == (size_t)-1 || used == (size_t)-2)
		return 0;
	return iswprint(wide) && wcwidth(wide) > 0 ? used : 0;
}

size_t energy_unescape(char *out, size_t size, struct energy_slice text)
{
	size_t len = 0;

	while (text.len && len + 1 < size)
		out[len++] = next_byte(&text);
	out[len] = '\0';
	return len;
}

static void show_bytes(char *out, size_t size, const char *bytes, size_t len)
{
	size_t at = 0;

	while (at < len) {
		char piece[MB_LEN_MAX];
		size_t used = printable(bytes + at, len - at);
		size_t width = used;

		if (used) {
			memcpy(piece, bytes + at, used);
		} else {
			width = snprintf(piece, sizeof(piece), "\\%03o", (unsigned char)bytes[at]);
			used = 1;
		}
		if (width >= size)
			break;
		memcpy(out, piece, width);
		out += width;
		size -= width;
		at += used;
	}
	*out = '\0';
}

void energy_shown(char *out, size_t size, struct energy_slice text)
{
	char bytes[ENERGY_SHOWN_MAX];
	size_t len = 0;

	while (text.len && len < sizeof(bytes))
		bytes[len++] = next_byte(&text);
	show_bytes(out, size, bytes, len);
}

void energy_shown_plain(char *out, size_t size, const char *text)
{
	show_bytes(out, size, text, strlen(text));
}

void energy_fit(char *line, size_t columns)
{
	size_t len = strlen(line);
	size_t width = 0;

	while (len) {
		mbstate_t state = { 0 };
		wchar_t wide;
		size_t used = mbrtowc(&wide, line, len, &state);

		if (used == (size_t)-1 || used == (size_t)-2)
			break;
		width += wcwidth(wide);
		if (width > columns)
			break;
		line += used;
		len -= used;
	}
	*line = '\0';
}

size_t energy_width(const char *line)
{
	size_t width = 0;

	while (*line) {
		mbstate_t state = { 0 };
		wchar_t wide;
		size_t used = mbrtowc(&wide, line, strlen(line), &state);

		if (used == (size_t)-1 || used == (size_t)-2)
			break;
		width += wcwidth(wide);
		line += used;
	}
	return width;
}
