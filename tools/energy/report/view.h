/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine's energy, split up: into accounts, and among processes or cgroups. */
#ifndef ENERGY_REPORT_VIEW_H
#define ENERGY_REPORT_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "report/band.h"
#include "report/consumers.h"

enum energy_account {
	ENERGY_ACCOUNT_MEASURED,	/* the sum of all the others, and of the consumers */
	ENERGY_ACCOUNT_IDLE,
	ENERGY_ACCOUNT_EXITED,		/* of processes that ended between samples */
	ENERGY_ACCOUNT_REST,		/* of consumers that are not among the largest */
	ENERGY_ACCOUNT_UNATTRIBUTED,
	ENERGY_ACCOUNT_PENDING,		/* may go down */
	ENERGY_ACCOUNT_DIFFERENCE,	/* as what was read is not of one instant; may go down */
	ENERGY_ACCOUNTS,
};

struct energy_view {
	const struct energy_buckets *buckets;	/* NULL: totals alone */
	bool counted;		/* there is an interval */
	bool books;		/* idle, unattributed and pending are known */
	bool split;		/* there are consumers */
	int64_t from_ns, to_ns;
	uint64_t length_ns;	/* of the intervals */
	struct energy_band covered;	/* that length, in ns, not nJ */
	struct energy_band accounts[ENERGY_ACCOUNTS];
	struct energy_consumers consumers;
	uint64_t step;
};

/* With the consumers of @largest, which it takes over, or, where that is NULL, to find them. */
int energy_view_init(struct energy_view *view, const struct energy_buckets *buckets,
		     struct energy_consumers *largest);
void energy_view_free(struct energy_view *view);

/* Begins an interval. */
void energy_view_step(struct energy_view *view, int64_t from_ns, int64_t to_ns);

void energy_view_add(struct energy_view *view, enum energy_account account, int64_t from_ns,
		     int64_t to_ns, int64_t nj);

/* @consumer is NULL for one that is not among the largest. */
void energy_view_consume(struct energy_view *view, struct energy_consumer *consumer,
			 int64_t from_ns, int64_t to_ns, int64_t nj, int64_t cpu_ns);

/* What the consumers that have a band have used together. */
energy_total energy_view_consumed(const struct energy_view *view);

#endif /* ENERGY_REPORT_VIEW_H */
