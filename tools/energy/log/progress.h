/* SPDX-License-Identifier: GPL-2.0-only */
/* One line on a terminal that tells how a recording is going. */
#ifndef ENERGY_LOG_PROGRESS_H
#define ENERGY_LOG_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/pairs.h"

struct energy_log_progress {
	bool shown;		/* stderr is a terminal */
	uint64_t shown_ns;	/* when last */
	uint64_t begun_ns;
	struct energy_number timestamp, measured_uj;	/* of the sample before */
	double watts;		/* negative: not known */
};

void energy_log_progress_init(struct energy_log_progress *progress);

/* A sample has come. */
void energy_log_progress_note(struct energy_log_progress *progress, struct energy_slice listing);

/* Draws the line, at most four times in a second unless it is the @last. */
void energy_log_progress_draw(struct energy_log_progress *progress, const char *who,
			      uint64_t nr_samples, uint64_t nr_bytes, bool last);

/* Takes the line away, so that a message can be seen. */
void energy_log_progress_clear(const struct energy_log_progress *progress);

#endif /* ENERGY_LOG_PROGRESS_H */
