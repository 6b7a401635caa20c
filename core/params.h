/* SPDX-License-Identifier: GPL-2.0-only */
/* The parameters: one table, from which parsing, ranges and printing derive. */
#ifndef _ENERGY_PARAMS_H
#define _ENERGY_PARAMS_H

#include <linux/moduleparam.h>
#include <linux/types.h>

#include <energy/source.h>
#include "attrib.h"

struct energy_core;

#define ENERGY_SAMPLE_NS_MIN	1000000ULL
#define ENERGY_SAMPLE_NS_MAX	10000000000ULL
#define ENERGY_SAMPLE_NS_DEF	100000000ULL
/* The window is the privacy control: no faster than this for the unprivileged. */
#define ENERGY_WINDOW_NS_MIN	100000000ULL
#define ENERGY_WINDOW_NS_MAX	3600000000000ULL
#define ENERGY_WINDOW_NS_DEF	1000000000ULL
#define ENERGY_IDLE_UW_MAX	1000000000U
/* As `source`: no certain one, but the best. */
#define ENERGY_SOURCE_AUTO	"auto"
/* Packages that idle_uw can speak of; those beyond are learnt. */
#define ENERGY_IDLE_PACKAGES	64

/**
 * struct energy_params - What the administrator can set
 * @sample_ns: time between samples
 * @window_ns: time between publications; never less than @sample_ns
 * @weights: the model
 * @idle_uw: idle power by package, uW; 0 is learnt
 * @nr_idle_uw: how many of @idle_uw were written last; under the kernel's parameter lock
 * @source: which source to read, or ENERGY_SOURCE_AUTO; under core->lock, once the core runs
 *
 * Written under the kernel's parameter lock with WRITE_ONCE(), read with READ_ONCE().
 */
struct energy_params {
	u64 sample_ns;
	u64 window_ns;
	struct energy_weights weights;
	u32 idle_uw[ENERGY_IDLE_PACKAGES];
	unsigned int nr_idle_uw;
	char source[ENERGY_NAME_LEN];
};

#define ENERGY_PARAMS_INIT {					\
	.sample_ns = ENERGY_SAMPLE_NS_DEF,			\
	.window_ns = ENERGY_WINDOW_NS_DEF,			\
	.weights = { .cpu_ns = 1000 },				\
	.nr_idle_uw = 1,					\
	.source = ENERGY_SOURCE_AUTO,				\
}

int energy_params_set_sample_ns(struct energy_params *p, u64 v, bool cross_check);
int energy_params_set_window_ns(struct energy_params *p, u64 v, bool cross_check);
int energy_params_check(const struct energy_params *p);
int energy_params_set_weight(u32 *weight, u64 v);
int energy_params_set_idle_uw(struct energy_params *p, const char *list);
bool energy_source_name_ok(const char *name);
int energy_params_set_source(struct energy_params *p, const char *name);
void energy_params_weights(const struct energy_params *p, struct energy_weights *w);

extern const struct kernel_param_ops energy_param_sample_ns_ops;
extern const struct kernel_param_ops energy_param_window_ns_ops;
extern const struct kernel_param_ops energy_param_weight_ops;
extern const struct kernel_param_ops energy_param_idle_uw_ops;
extern const struct kernel_param_ops energy_param_source_ops;

#endif /* _ENERGY_PARAMS_H */
