/* SPDX-License-Identifier: GPL-2.0-only */
/* A reading as metrics, by our names and by those of other exporters. */
#ifndef ENERGY_EXPORT_METRICS_H
#define ENERGY_EXPORT_METRICS_H

#include "export/reading.h"
#include "export/text.h"

/* The labels of the one series for all that have none of their own. */
#define ENERGY_OTHERS "other"

struct energy_metrics_options {
	bool kepler, scaphandre;
	const char *node_name;
};

/* All that is asked for, whole, with its end. */
void energy_metrics(struct energy_text *text, const struct energy_reading *reading,
		    const struct energy_metrics_options *options);

void energy_metrics_kepler(struct energy_text *text, const struct energy_reading *reading,
			   const char *node_name);
void energy_metrics_scaphandre(struct energy_text *text, const struct energy_reading *reading);

/* Its comm, its escapes undone; Linux has 15 bytes, but for kernel threads. */
struct energy_comm {
	char text[64];
};

struct energy_comm energy_metrics_comm(const struct energy_reading *reading,
				       const struct energy_account *account);

/* What @after is more than @before, over the reading's interval; false where not known. */
bool energy_metrics_watts(const struct energy_reading *reading, struct energy_number before,
			  uint64_t after_nj, double *watts);

/*
 * For the power of all processes without a series of their own: what was attributed before and
 * what those with one have used since. What is attributed now is more than that by the others'.
 */
struct energy_number energy_metrics_others_before(const struct energy_reading *reading);

/* The domain's measured energy as of the reading before. */
const struct energy_domain_before *energy_metrics_domain_before(
	const struct energy_reading *reading, const struct energy_domain *domain);

#endif /* ENERGY_EXPORT_METRICS_H */
