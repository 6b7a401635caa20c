/* SPDX-License-Identifier: GPL-2.0-only */
/* Text and numbers as a page has them. */
#ifndef ENERGY_REPORT_HTML_H
#define ENERGY_REPORT_HTML_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "report/band.h"

/* Prints @text, of which nothing can be taken for markup, in HTML, in SVG, or in an attribute. */
void energy_html_text(FILE *out, const char *text);

#define ENERGY_DIGITS_MAX 48

/* All digits of a total. */
void energy_html_digits(char out[ENERGY_DIGITS_MAX], energy_total value);

#define ENERGY_SI_MAX 32

/* "12.35 kJ": four digits, and the prefix that suits them; 0 is "0 J". */
void energy_html_si(char out[ENERGY_SI_MAX], double value, const char *unit);

/* "1 d 02:03:04", "02:03:04", "12.3 s", or, of very little, "12.00 µs" */
void energy_html_duration(char out[ENERGY_SI_MAX], uint64_t ns);

#define ENERGY_CLOCK_MAX 64

/* The time of day of @wall_ns, with its time zone. */
void energy_html_clock(char out[ENERGY_CLOCK_MAX], uint64_t wall_ns);

#endif /* ENERGY_REPORT_HTML_H */
