/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which few of many have time series of their own, and one series for all the rest.
 *
 * What a series grows by is what its reader counts: nothing when it appears, its new value when
 * it fell, else the difference. The ledger counts in the same way and gives the rest whatever the
 * others do not get, so that over any time all series together grow by exactly what was
 * attributed, whoever gets or loses a series meanwhile. None ever goes back, but for those of a
 * process or module that began anew.
 *
 * So who loses its series moves to the rest once, with what it uses from then on; what it had
 * used before is counted already. If it gets its series again, that goes on where it ended.
 */
#ifndef ENERGY_LEDGER_H
#define ENERGY_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/pairs.h"

/* A process or cgroup, and what it has used. */
struct energy_account {
	uint64_t id;
	uint64_t label;		/* stands for its labels: with others it is another series */
	uint64_t total_nj;	/* the kernel's counter */
	uint64_t shown_nj;	/* its series' value, if it has one */
	bool named;		/* it has one */
	size_t position;	/* the caller's */
	/* As of the reading before, for the caller. */
	struct energy_number before_nj, before_cpu_ns;
	uint64_t cpu_ns;
};

struct energy_series {
	uint64_t id;
	uint64_t label;
	uint64_t total_nj;	/* when it was shown last */
	uint64_t shown_nj;
	/*
	 * What it used while it was in the rest, after it had a series. Below zero, modulo 2^64,
	 * for a process that goes on with the series of one that is gone.
	 */
	uint64_t hidden_nj;
	bool named;
};

struct energy_ledger {
	struct energy_series *series;	/* by id; also of those that had one */
	size_t nr_series;
	bool started;
	uint64_t attributed_nj;		/* as of the last update */
	__int128 owed_nj;		/* what the rest got too much */
	struct energy_number rest_nj;	/* since the first update */
};

/*
 * Takes in a new reading: @accounts by id, no id twice, and what all together have been
 * attributed; where that is not known, the rest is not known either. Gives the @most accounts
 * that have used the most a series; who has one keeps it until another has used a quarter more.
 * @restarted: all counters began anew since the last update. Returns 0 or -ENOMEM, then nothing
 * has changed.
 */
int energy_ledger_update(struct energy_ledger *ledger, struct energy_account *accounts,
			 size_t nr_accounts, size_t most, struct energy_number attributed_nj,
			 bool restarted);
void energy_ledger_free(struct energy_ledger *ledger);

#endif /* ENERGY_LEDGER_H */
