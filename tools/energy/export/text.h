/* SPDX-License-Identifier: GPL-2.0-only */
/* Metrics as text: Prometheus' format 0.0.4, and OpenMetrics 1.0. */
#ifndef ENERGY_EXPORT_TEXT_H
#define ENERGY_EXPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum energy_format {
	ENERGY_FORMAT_PROMETHEUS,
	ENERGY_FORMAT_OPENMETRICS,
	ENERGY_NR_FORMATS,
};

enum energy_metric_type {
	ENERGY_METRIC_COUNTER,	/* its name ends in _total */
	ENERGY_METRIC_GAUGE,
	ENERGY_METRIC_INFO,	/* its name ends in _info, its value is 1 */
	/* A counter by another name, which OpenMetrics does not take for one. */
	ENERGY_METRIC_UNTOLD_COUNTER,
};

struct energy_label {
	const char *name;
	const char *value;	/* any bytes; empty or NULL: the same as no label */
};

struct energy_text {
	enum energy_format format;
	char *at;
	size_t len;
	size_t size;
	bool failed;		/* no memory: the text is of no use */
};

/* The format that an HTTP client prefers, by its Accept header, which may be NULL. */
enum energy_format energy_format_accepted(const char *accept);
const char *energy_format_type(enum energy_format format);

/* Begins a metric; its samples follow at once. @unit may be NULL. */
void energy_text_metric(struct energy_text *text, const char *name,
			enum energy_metric_type type, const char *unit, const char *help);

/*
 * A sample: its labels first, ended by one with a NULL name, then the value. What is no valid
 * UTF-8, and each character that a terminal acts on, is written as \ooo, its bytes in octal.
 */
void energy_text_sample(struct energy_text *text, const char *name,
			const struct energy_label *labels);
/* @value / 10^@decimals, exactly. */
void energy_text_value(struct energy_text *text, uint64_t value, unsigned int decimals);
void energy_text_real(struct energy_text *text, double value);

/* What the format wants at its end. */
void energy_text_end(struct energy_text *text);
void energy_text_free(struct energy_text *text);

#endif /* ENERGY_EXPORT_TEXT_H */
