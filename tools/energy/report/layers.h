/* SPDX-License-Identifier: GPL-2.0-only */
/* What a chart, its legend, its table and its data consist of. */
#ifndef ENERGY_REPORT_LAYERS_H
#define ENERGY_REPORT_LAYERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/band.h"
#include "report/tally.h"

#define ENERGY_LAYER_LABEL 640

struct energy_layer {
	const char *kind;	/* "consumer", "domain", or of an account */
	char label[ENERGY_LAYER_LABEL];
	char *detail;		/* a cgroup's whole path, for people; NULL: nothing to add */
	const struct energy_band *band, *covered;
	int with;		/* small, or negative: drawn as a part of that one; or -1 */
	unsigned int color;	/* of a consumer or a domain: counts from 0 */
	uint64_t cpu_ns;
	bool billed;
	const char *source;	/* of a domain */
};

struct energy_layers {
	const char *name;	/* "processes": in identifiers */
	bool stacked;
	struct energy_layer *layers;	/* a stack's from the ground up */
	size_t nr;
	const struct energy_view *view;	/* NULL: of domains */
};

/* Ranks the consumers of @view. All return 0 or -ENOMEM. */
int energy_layers_of_processes(struct energy_layers *layers, struct energy_view *view,
			       bool by_name);
int energy_layers_of_cgroups(struct energy_layers *layers, struct energy_view *view);
int energy_layers_of_domains(struct energy_layers *layers, const struct energy_tally *tally);
void energy_layers_free(struct energy_layers *layers);

/* The power of @layer in a bucket, with its parts; false where nothing is known. */
bool energy_layers_watts(const struct energy_layers *layers, size_t layer, size_t bucket,
			 double *watts);

#endif /* ENERGY_REPORT_LAYERS_H */
