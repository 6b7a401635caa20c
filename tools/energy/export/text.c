// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "export/text.h"

#define FIRST_SIZE (64 << 10)
#define OPENMETRICS "application/openmetrics-text"

const char *energy_format_type(enum energy_format format)
{
	return format == ENERGY_FORMAT_OPENMETRICS ?
		OPENMETRICS "; version=1.0.0; charset=utf-8" :
		"text/plain; version=0.0.4; charset=utf-8";
}

/* The q of a media range with its parameters; 1 where there is none. */
static double quality(const char *range, size_t len)
{
	const char *at = range, *end = range + len;

	while ((at = memchr(at, ';', end - at))) {
		at++;
		while (at < end && *at == ' ')
			at++;
		if (end - at > 2 && (at[0] == 'q' || at[0] == 'Q') && at[1] == '=')
			return strtod(at + 2, NULL);
	}
	return 1;
}

static bool range_is(const char *range, size_t len, const char *type)
{
	size_t type_len = strcspn(range, ";, ");

	if (type_len > len)
		type_len = len;
	return type_len == strlen(type) && !strncasecmp(range, type, type_len);
}

enum energy_format energy_format_accepted(const char *accept)
{
	double open = 0, plain = 0;

	while (accept && *accept) {
		size_t len;

		accept += strspn(accept, ", ");
		len = strcspn(accept, ",");
		if (range_is(accept, len, OPENMETRICS) && quality(accept, len) > open)
			open = quality(accept, len);
		if ((range_is(accept, len, "text/plain") || range_is(accept, len, "text/*") ||
		     range_is(accept, len, "*/*")) && quality(accept, len) > plain)
			plain = quality(accept, len);
		accept += len;
	}
	return open > 0 && open >= plain ? ENERGY_FORMAT_OPENMETRICS : ENERGY_FORMAT_PROMETHEUS;
}

static bool make_room(struct energy_text *text, size_t len)
{
	size_t size = text->size ? text->size : FIRST_SIZE;
	char *grown;

	if (text->failed)
		return false;
	while (size - text->len < len)
		size *= 2;
	if (size == text->size)
		return true;
	grown = realloc(text->at, size);
	if (!grown) {
		text->failed = true;
		return false;
	}
	text->at = grown;
	text->size = size;
	return true;
}

static void add_bytes(struct energy_text *text, const char *bytes, size_t len)
{
	if (!make_room(text, len))
		return;
	memcpy(text->at + text->len, bytes, len);
	text->len += len;
}

static void add(struct energy_text *text, const char *string)
{
	add_bytes(text, string, strlen(string));
}

__attribute__((format(printf, 2, 3)))
static void add_format(struct energy_text *text, const char *format, ...)
{
	char piece[64];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(piece, sizeof(piece), format, args);
	va_end(args);
	if (len > 0 && (size_t)len < sizeof(piece))
		add_bytes(text, piece, len);
	else
		text->failed = true;
}

/* The bytes of the character at @at, by the first of them; 0 if none begins so. */
static size_t sequence_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* The character at @at, which ends with a 0 byte, and its bytes; 0 bytes if it is not valid. */
static size_t decode(const char *at, uint32_t *character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = sequence_length(at[0]), i;

	if (len <= 1) {
		*character = (unsigned char)at[0];
		return len;
	}
	*character = (unsigned char)at[0] & (0xff >> (len + 1));
	for (i = 1; i < len; i++) {
		if (((unsigned char)at[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | ((unsigned char)at[i] & 0x3f);
	}
	if (*character < least[len] || *character > 0x10ffff ||
	    (*character >= 0xd800 && *character <= 0xdfff))
		return 0;
	return len;
}

/* Controls, line and paragraph ends, and what turns the writing direction. */
static bool acts_on_terminals(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0) ||
	       character == 0x061c || character == 0x200e || character == 0x200f ||
	       (character >= 0x2028 && character <= 0x202e) ||
	       (character >= 0x2066 && character <= 0x2069) || character == 0xfeff;
}

/* What is written for a byte that may not stand in a label. */
static bool looks_escaped(const char *at)
{
	return at[0] == '\\' && strspn(at + 1, "01234567") >= 3;
}

static void add_label_value(struct energy_text *text, const char *value)
{
	while (*value) {
		uint32_t character;
		size_t len = decode(value, &character);

		if (looks_escaped(value)) {
			/* So that no two names have the same label. */
			add(text, "\\\\134");
			value++;
		} else if (*value == '\\' || *value == '"') {
			add(text, "\\");
			add_bytes(text, value++, 1);
		} else if (len && !acts_on_terminals(character)) {
			add_bytes(text, value, len);
			value += len;
		} else {
			/* The backslash is a label's own, and so is doubled. */
			for (len += !len; len; len--)
				add_format(text, "\\\\%03o", (unsigned char)*value++);
		}
	}
}

/* OpenMetrics names a family without the suffix of its samples. */
static int family_length(enum energy_format format, const char *name,
			 enum energy_metric_type type)
{
	size_t len = strlen(name);

	if (format == ENERGY_FORMAT_OPENMETRICS && type == ENERGY_METRIC_COUNTER)
		len -= strlen("_total");
	if (format == ENERGY_FORMAT_OPENMETRICS && type == ENERGY_METRIC_INFO)
		len -= strlen("_info");
	return len;
}

static void begin_comment(struct energy_text *text, const char *what, const char *name, int len)
{
	add(text, "# ");
	add(text, what);
	add(text, " ");
	add_bytes(text, name, len);
	add(text, " ");
}

static void add_comment(struct energy_text *text, const char *what, const char *name, int len,
			const char *value)
{
	begin_comment(text, what, name, len);
	add(text, value);
	add(text, "\n");
}

/* OpenMetrics wants quotes escaped there, too; Prometheus' format would show the backslash. */
static void add_help(struct energy_text *text, const char *name, int len, const char *help)
{
	begin_comment(text, "HELP", name, len);
	for (; *help; help++) {
		if (*help == '"' && text->format == ENERGY_FORMAT_OPENMETRICS)
			add(text, "\\");
		add_bytes(text, help, 1);
	}
	add(text, "\n");
}

void energy_text_metric(struct energy_text *text, const char *name,
			enum energy_metric_type type, const char *unit, const char *help)
{
	static const char *const types[ENERGY_NR_FORMATS][4] = {
		[ENERGY_FORMAT_PROMETHEUS] = { "counter", "gauge", "gauge", "counter" },
		[ENERGY_FORMAT_OPENMETRICS] = { "counter", "gauge", "info", "unknown" },
	};
	int len = family_length(text->format, name, type);

	add_help(text, name, len, help);
	add_comment(text, "TYPE", name, len, types[text->format][type]);
	if (unit && text->format == ENERGY_FORMAT_OPENMETRICS)
		add_comment(text, "UNIT", name, len, unit);
}

void energy_text_sample(struct energy_text *text, const char *name,
			const struct energy_label *labels)
{
	const char *separator = "{";

	add(text, name);
	for (; labels && labels->name; labels++) {
		if (!labels->value || !labels->value[0])
			continue;
		add(text, separator);
		add(text, labels->name);
		add(text, "=\"");
		add_label_value(text, labels->value);
		add(text, "\"");
		separator = ",";
	}
	add(text, *separator == ',' ? "} " : " ");
}

void energy_text_value(struct energy_text *text, uint64_t value, unsigned int decimals)
{
	uint64_t unit = 1, fraction;
	unsigned int i;

	for (i = 0; i < decimals; i++)
		unit *= 10;
	add_format(text, "%" PRIu64, value / unit);
	fraction = value % unit;
	if (fraction) {
		while (fraction % 10 == 0) {
			fraction /= 10;
			decimals--;
		}
		add_format(text, ".%0*" PRIu64, (int)decimals, fraction);
	}
	add(text, "\n");
}

void energy_text_real(struct energy_text *text, double value)
{
	add_format(text, "%.9g\n", value);
}

void energy_text_end(struct energy_text *text)
{
	if (text->format == ENERGY_FORMAT_OPENMETRICS)
		add(text, "# EOF\n");
}

void energy_text_free(struct energy_text *text)
{
	free(text->at);
	*text = (struct energy_text){ .format = text->format };
}
