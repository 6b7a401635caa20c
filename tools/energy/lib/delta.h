/* SPDX-License-Identifier: GPL-2.0-only */
/* What happened between two readings. */
#ifndef ENERGY_DELTA_H
#define ENERGY_DELTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/records.h"

/* Which of a listing's values are compared. */
enum energy_basis {
	/*
	 * Those of the last published window: header and records are of one instant, so that
	 * the intervals add up to the nanojoule.
	 */
	ENERGY_BASIS_WINDOW,
	/* Those of the last sample; header and records may be a sample apart. */
	ENERGY_BASIS_LIVE,
	/* The model's, where nothing is measured. */
	ENERGY_BASIS_MODEL,
};

/*
 * The best basis of @listing for a reader that comes back every @delay_ns: window values
 * where there are any and a new window is published in that time, else live ones; the model
 * where the listing says that it has no source, or, not saying, has no measured energy.
 */
enum energy_basis energy_basis_of(const struct energy_listing *listing, uint64_t delay_ns);

typedef unsigned __int128 energy_sum;

/* A process that used energy or a CPU in the interval. */
struct energy_row {
	const struct energy_record *record;
	uint64_t total_nj;	/* since the module was loaded */
	uint64_t delta_nj;
	uint64_t delta_cpu_ns;
};

/* The whole machine's, in the interval. */
struct energy_flows {
	bool known;
	uint64_t measured_nj;
	uint64_t unattributed_nj;
	uint64_t idle_nj;
	__int128 pending_nj;	/* may go down */
};

/*
 * Of exited processes: those that are not listed any more or never were, as the books have it,
 * and those still listed that began and ended in the interval, or ended before it. Who was
 * there before and ended in the interval has a row.
 */
struct energy_gone {
	bool known;
	bool others;		/* with others that are not listed; the total is not known */
	uint64_t total_nj;
	uint64_t delta_nj;
};

struct energy_interval {
	enum energy_basis basis;
	uint64_t end_ns;	/* of the listing's clock */
	uint64_t length_ns;	/* never 0 */
	unsigned int cpus;
	struct energy_row *rows;	/* most energy first */
	size_t nr_rows;
	struct energy_row *ended;	/* of the gone, those who are listed and used energy... */
	size_t nr_ended;		/* ...in the interval; in no order */
	size_t nr_listed;	/* processes, with or without a row */
	struct energy_flows flows;
	struct energy_gone gone;
	energy_sum attributed_nj;	/* of all rows and the gone */
};

enum energy_outcome {
	ENERGY_INTERVAL,	/* @interval is filled in */
	ENERGY_NO_TIME_PASSED,	/* both readings are of the same instant */
	ENERGY_RESTARTED,	/* the readings cannot be compared; begin anew at the newer */
};

/*
 * Compares two readings, the older with the basis that was chosen for it. A process is
 * continued when a record with its pid is there in both and nothing in it went back;
 * otherwise the older one is gone and the newer one began in the interval. But who has more
 * CPU time than @cpus can give in the interval only came in sight, out of another cgroup
 * maybe: what it used before is not the interval's.
 *
 * The rows point into @newer, which must outlive them. Returns an enum energy_outcome or
 * -ENOMEM.
 */
int energy_interval_fill(struct energy_interval *interval, const struct energy_listing *older,
			 enum energy_basis older_basis, const struct energy_listing *newer,
			 enum energy_basis newer_basis, unsigned int cpus);
void energy_interval_free(struct energy_interval *interval);

/* Nanojoules per nanosecond are watts. */
static inline double energy_watts(const struct energy_interval *interval, double nj)
{
	return nj / interval->length_ns;
}

#endif /* ENERGY_DELTA_H */
