/* SPDX-License-Identifier: GPL-2.0-only */
/* The carbon intensity of electricity, in grams of CO2 equivalent per kWh. */
#ifndef ENERGY_CARBON_H
#define ENERGY_CARBON_H

#include <stdbool.h>
#include <stddef.h>

#define ENERGY_NJ_PER_KWH 3.6e15
#define ENERGY_CARBON_TIMEOUT_MS 10000

enum energy_carbon_from {
	ENERGY_CARBON_NONE,	/* was not asked for */
	ENERGY_CARBON_NUMBER,
	ENERGY_CARBON_FILE,
	ENERGY_CARBON_COMMAND,
};

struct energy_carbon {
	enum energy_carbon_from from;
	const char *text;	/* as given; of a command, without its '!' */
	double g_per_kwh;	/* of the last good reading */
	int timeout_ms;		/* of a command; then it is killed */
};

/*
 * Understands an option's value: a number; the path of a file that has one; or, behind '!', a
 * shell command that prints one. Reads it for the first time. Returns 0 or a negative errno,
 * with @why filled in for people.
 */
int energy_carbon_init(struct energy_carbon *carbon, const char *value, char *why, size_t size);

/* Reads a file or command again; when that fails, what was read before stays. */
int energy_carbon_refresh(struct energy_carbon *carbon, char *why, size_t size);

static inline double energy_carbon_g(const struct energy_carbon *carbon, double nj)
{
	return nj / ENERGY_NJ_PER_KWH * carbon->g_per_kwh;
}

#endif /* ENERGY_CARBON_H */
