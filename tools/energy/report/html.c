// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "report/html.h"

#define NSEC_PER_SEC 1000000000ULL

void energy_html_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			putc(*text, out);
		}
	}
}

void energy_html_digits(char out[ENERGY_DIGITS_MAX], energy_total value)
{
	unsigned __int128 left = value < 0 ? -(unsigned __int128)value : (unsigned __int128)value;
	char digits[ENERGY_DIGITS_MAX], *at = digits + sizeof(digits) - 1;

	*at = '\0';
	do {
		*--at = '0' + (char)(left % 10);
		left /= 10;
	} while (left);
	if (value < 0)
		*--at = '-';
	strcpy(out, at);
}

void energy_html_si(char out[ENERGY_SI_MAX], double value, const char *unit)
{
	static const char *const prefixes[] = { "n", "\302\265", "m", "", "k", "M", "G", "T" };
	double size = fabs(value) * 1e9;
	unsigned int prefix = 0;
	int decimals;

	if (!(size > 0)) {
		snprintf(out, ENERGY_SI_MAX, "0 %s", unit);
		return;
	}
	/* What would be rounded up to 1000 is 1 of the next. */
	while (size >= 999.95 && prefix + 1 < sizeof(prefixes) / sizeof(prefixes[0])) {
		size /= 1000;
		prefix++;
	}
	decimals = size < 9.9995 ? 3 : size < 99.995 ? 2 : size < 1000 ? 1 : 0;
	snprintf(out, ENERGY_SI_MAX, "%s%.*f %s%s", value < 0 ? "-" : "", decimals, size,
		 prefixes[prefix], unit);
}

void energy_html_duration(char out[ENERGY_SI_MAX], uint64_t ns)
{
	uint64_t seconds = ns / NSEC_PER_SEC;
	uint64_t days = seconds / 86400;
	unsigned int hour = seconds / 3600 % 24, minute = seconds / 60 % 60, second = seconds % 60;

	/* Before printf() takes to exponents. */
	if (ns < 100000)
		energy_html_si(out, ns / (double)NSEC_PER_SEC, "s");
	else if (seconds < 60)
		snprintf(out, ENERGY_SI_MAX, "%.3g s", ns / (double)NSEC_PER_SEC);
	else if (days)
		snprintf(out, ENERGY_SI_MAX, "%" PRIu64 " d %02u:%02u:%02u", days, hour, minute,
			 second);
	else
		snprintf(out, ENERGY_SI_MAX, "%02u:%02u:%02u", hour, minute, second);
}

void energy_html_clock(char out[ENERGY_CLOCK_MAX], uint64_t wall_ns)
{
	time_t seconds = wall_ns / NSEC_PER_SEC;
	struct tm tm;

	localtime_r(&seconds, &tm);
	if (!strftime(out, ENERGY_CLOCK_MAX, "%Y-%m-%d %H:%M:%S %Z", &tm))
		*out = '\0';
}
