/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of Kepler's names share. */
#ifndef ENERGY_EXPORT_KEPLER_H
#define ENERGY_EXPORT_KEPLER_H

#include "export/metrics.h"

#define ENERGY_KEPLER_DECIMALS 9	/* of a number of nanojoules or nanoseconds */

/* What is the same for a joules and a watts metric. */
struct energy_kepler_pair {
	const char *joules, *joules_help;
	const char *watts, *watts_help;
};

struct energy_kepler {
	struct energy_text *text;
	const struct energy_reading *reading;
	const char *node_name;
};

void energy_kepler_begin_joules(struct energy_kepler *kepler,
				const struct energy_kepler_pair *pair);
void energy_kepler_begin_watts(struct energy_kepler *kepler,
			       const struct energy_kepler_pair *pair);
void energy_kepler_add_joules(struct energy_kepler *kepler, const struct energy_kepler_pair *pair,
			      const struct energy_label *labels, uint64_t nj);

/* Nothing where the power is not known. */
void energy_kepler_add_watts(struct energy_kepler *kepler, const struct energy_kepler_pair *pair,
			     const struct energy_label *labels, struct energy_number before,
			     uint64_t after_nj);

/* The machine itself: domains, use of the CPUs, what CPUs these are. */
void energy_kepler_add_node(struct energy_kepler *kepler);

#endif /* ENERGY_EXPORT_KEPLER_H */
