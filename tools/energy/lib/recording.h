/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recordings that `energy log` writes, in order of time; and plain text: what
 * `cat debugfs/energy/sys` (or energy/all) gives, one after the other, separated by lines of
 * dashes. See log/FORMAT.md.
 */
#ifndef ENERGY_RECORDING_H
#define ENERGY_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/cgroups.h"
#include "lib/records.h"

struct energy_recording;

/* One reading of the files. */
struct energy_sample {
	uint64_t wall_ns;	/* CLOCK_REALTIME; 0 where the recording does not tell */
	struct energy_listing listing;	/* its text is the text that was recorded, whole */
	size_t listing_len;	/* of that text */
	struct energy_cgroup_list cgroups;	/* empty where they were not recorded */
	char *cgroups_text;	/* what they were read from; NULL where they were not recorded */
	size_t cgroups_len;
	bool restarted;		/* the module or machine was started anew before it */
};

/*
 * Opens a recording and those that it was rotated from (FILE.2, FILE.1, FILE, the oldest first),
 * or one file of plain text; "-" is standard input. Returns 0 or a negative errno, with @why.
 */
int energy_recording_open(struct energy_recording **recording, const char *path, char *why,
			  size_t size);

/*
 * The next sample, freed by energy_sample_free(). Returns 1, 0 at the end, or a negative errno
 * with @why. A record that is torn or damaged is left out and counted; reading goes on with the
 * next whole one.
 */
int energy_recording_next(struct energy_recording *recording, struct energy_sample *sample,
			  char *why, size_t size);
void energy_sample_free(struct energy_sample *sample);

/* How many records were left out so far. */
uint64_t energy_recording_damaged(const struct energy_recording *recording);
void energy_recording_close(struct energy_recording *recording);

#endif /* ENERGY_RECORDING_H */
