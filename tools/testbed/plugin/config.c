// SPDX-License-Identifier: GPL-2.0-only
#include "config.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Intel's servers count in 61 uJ, AMD in 15.3 uJ. */
#define ESU_INTEL	14
#define ESU_AMD		16
#define ESU_OF_MODEL	UINT64_MAX

struct config config = {
	.packages = 1,
	.cpus_per_package = 1,
	.insn_pj = {
		[INSN_INT] = 8000,
		[INSN_MEM] = 16000,
		[INSN_SIMD] = 24000,
		[INSN_STRING] = 8000,
	},
	.string_byte_pj = 1000,
	.wake_nj = 20000,
	.static_mw = 5000,
	.dram_static_mw = 1000,
	.dram_permille = 100,
	.pp1_mw = 500,
	.psys_static_mw = 10000,
	.psys_permille = 1100,
	.esu = ESU_OF_MODEL,
	.dram_esu = 16,
	.period_us = 1000,
	/* Not zero: the kernel takes a domain whose counter reads 0 for absent. */
	.start = 4096,
	.hide = 1 << DOMAIN_PP1,
};

static const char *const domain_names[NR_DOMAINS] = {
	[DOMAIN_UNIT] = "unit",
	[DOMAIN_PKG] = "pkg",
	[DOMAIN_PP0] = "pp0",
	[DOMAIN_PP1] = "pp1",
	[DOMAIN_DRAM] = "dram",
	[DOMAIN_PSYS] = "psys",
};

enum param_type { PARAM_NUMBER, PARAM_DOMAINS, PARAM_CPU, PARAM_CLOCK };

static const struct param {
	const char *name;
	enum param_type type;
	void *value;
	uint64_t min;
	uint64_t max;
} params[] = {
	{ "packages", PARAM_NUMBER, &config.packages, 1, MAX_VCPUS },
	{ "cpus_per_package", PARAM_NUMBER, &config.cpus_per_package, 1, MAX_VCPUS },
	{ "cpu", PARAM_CPU, &config.amd, 0, 0 },
	{ "clock", PARAM_CLOCK, &config.clock_tsc, 0, 0 },
	{ "int_pj", PARAM_NUMBER, &config.insn_pj[INSN_INT], 0, 1000000000 },
	{ "mem_pj", PARAM_NUMBER, &config.insn_pj[INSN_MEM], 0, 1000000000 },
	{ "simd_pj", PARAM_NUMBER, &config.insn_pj[INSN_SIMD], 0, 1000000000 },
	{ "string_pj", PARAM_NUMBER, &config.insn_pj[INSN_STRING], 0, 1000000000 },
	{ "string_byte_pj", PARAM_NUMBER, &config.string_byte_pj, 0, 1000000000 },
	{ "uniform", PARAM_NUMBER, &config.uniform_pj, 0, 1000000000 },
	{ "wake_nj", PARAM_NUMBER, &config.wake_nj, 0, 1000000000 },
	{ "static_mw", PARAM_NUMBER, &config.static_mw, 0, 1000000 },
	{ "dram_static_mw", PARAM_NUMBER, &config.dram_static_mw, 0, 1000000 },
	{ "dram_permille", PARAM_NUMBER, &config.dram_permille, 0, 10000 },
	{ "pp1_mw", PARAM_NUMBER, &config.pp1_mw, 0, 1000000 },
	{ "psys_static_mw", PARAM_NUMBER, &config.psys_static_mw, 0, 1000000 },
	{ "psys_permille", PARAM_NUMBER, &config.psys_permille, 0, 10000 },
	{ "esu", PARAM_NUMBER, &config.esu, 0, 31 },
	{ "dram_esu", PARAM_NUMBER, &config.dram_esu, 0, 31 },
	{ "period_us", PARAM_NUMBER, &config.period_us, 1, 10000000 },
	{ "start", PARAM_NUMBER, &config.start, 0, UINT32_MAX },
	{ "start_below", PARAM_NUMBER, &config.start_below, 0, UINT32_MAX },
	{ "start_below_s", PARAM_NUMBER, &config.start_below_s, 0, 1000000 },
	{ "hide", PARAM_DOMAINS, &config.hide, 0, 0 },
	{ "fault", PARAM_DOMAINS, &config.fault, 0, 0 },
	{ "still", PARAM_DOMAINS, &config.still, 0, 0 },
};

static bool parse_number(const struct param *param, const char *text)
{
	char *end;
	uint64_t number = strtoull(text, &end, 0);

	if (end == text || *end || *text == '-' || number < param->min || number > param->max)
		return false;
	*(uint64_t *)param->value = number;
	return true;
}

/* A colon list of domain names, or "all", or "none". */
static bool parse_domains(const struct param *param, const char *text)
{
	char **names = g_strsplit(text, ":", 0);
	uint64_t mask = 0;
	bool good = true;

	for (char **name = names; *name; name++) {
		int domain = 0;

		if (!strcmp(*name, "none"))
			continue;
		if (!strcmp(*name, "all")) {
			mask |= (1 << NR_DOMAINS) - 1;
			continue;
		}
		while (domain < NR_DOMAINS && strcmp(*name, domain_names[domain]))
			domain++;
		if (domain == NR_DOMAINS)
			good = false;
		else
			mask |= 1 << domain;
	}
	g_strfreev(names);
	*(uint64_t *)param->value = mask;
	return good;
}

static bool parse_choice(const struct param *param, const char *text, const char *off,
			 const char *on)
{
	if (strcmp(text, off) && strcmp(text, on))
		return false;
	*(bool *)param->value = !strcmp(text, on);
	return true;
}

static bool parse_value(const struct param *param, const char *text)
{
	switch (param->type) {
	case PARAM_NUMBER:
		return parse_number(param, text);
	case PARAM_DOMAINS:
		return parse_domains(param, text);
	case PARAM_CPU:
		return parse_choice(param, text, "intel", "amd");
	case PARAM_CLOCK:
		return parse_choice(param, text, "host", "tsc");
	}
	return false;
}

static bool parse_argument(const char *arg)
{
	for (size_t i = 0; i < G_N_ELEMENTS(params); i++) {
		size_t len = strlen(params[i].name);

		if (!strncmp(arg, params[i].name, len) && arg[len] == '=')
			return parse_value(&params[i], arg + len + 1);
	}
	return false;
}

bool config_parse(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (!parse_argument(argv[i])) {
			fprintf(stderr, "energy plugin: unknown or out of range: %s\n", argv[i]);
			return false;
		}
	}
	if (config.packages * config.cpus_per_package > MAX_VCPUS) {
		fprintf(stderr, "energy plugin: more than %d vCPUs\n", MAX_VCPUS);
		return false;
	}
	if (config.esu == ESU_OF_MODEL)
		config.esu = config.amd ? ESU_AMD : ESU_INTEL;
	if (config.uniform_pj) {
		for (int class = 0; class < NR_INSN_CLASSES; class++)
			config.insn_pj[class] = config.uniform_pj;
		config.string_byte_pj = 0;
		config.wake_nj = 0;
	}
	return true;
}
