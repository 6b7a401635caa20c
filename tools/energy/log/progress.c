// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/wait.h"
#include "log/progress.h"

#define NSEC_PER_SEC 1000000000ULL
#define REDRAW_NS (NSEC_PER_SEC / 4)

void energy_log_progress_init(struct energy_log_progress *progress)
{
	const char *terminal = getenv("TERM");

	*progress = (struct energy_log_progress){
		.shown = isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb"),
		.begun_ns = energy_now_ns(),
		.watts = -1,
	};
}

void energy_log_progress_note(struct energy_log_progress *progress, struct energy_slice listing)
{
	static const struct energy_number_key known[] = {
		{ "timestamp", offsetof(struct energy_log_progress, timestamp), ENERGY_AS_IS },
		{ "measured_uj", offsetof(struct energy_log_progress, measured_uj), ENERGY_AS_IS },
		{ NULL, 0, 0 }
	};
	struct energy_log_progress now = { 0 };
	struct energy_slice line, key, value;

	while (energy_line_next(&listing, &line) && !energy_slice_begins(line, "pid=")) {
		if (energy_pair_split(line, &key, &value))
			energy_number_store(&now, known, key, value);
	}
	progress->watts = -1;
	if (progress->timestamp.known && now.timestamp.value > progress->timestamp.value &&
	    progress->measured_uj.known && now.measured_uj.known &&
	    now.measured_uj.value >= progress->measured_uj.value)
		progress->watts = 1e3 * (now.measured_uj.value - progress->measured_uj.value) /
				  (now.timestamp.value - progress->timestamp.value);
	progress->timestamp = now.timestamp;
	progress->measured_uj = now.measured_uj;
}

static void print_bytes(uint64_t bytes)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	double value = bytes;
	size_t i = 0;

	while (value >= 1024 && i < 4) {
		value /= 1024;
		i++;
	}
	fprintf(stderr, i ? "%.1f %s" : "%.0f %s", value, units[i]);
}

void energy_log_progress_draw(struct energy_log_progress *progress, const char *who,
			      uint64_t nr_samples, uint64_t nr_bytes, bool last)
{
	uint64_t now_ns = energy_now_ns();
	uint64_t seconds = (now_ns - progress->begun_ns) / NSEC_PER_SEC;

	if (!progress->shown || (!last && now_ns - progress->shown_ns < REDRAW_NS))
		return;
	progress->shown_ns = now_ns;
	fprintf(stderr, "\r\033[K%s: %" PRIu64 " samples, ", who, nr_samples);
	print_bytes(nr_bytes);
	fprintf(stderr, ", %" PRIu64 ":%02" PRIu64 ":%02" PRIu64, seconds / 3600,
		seconds / 60 % 60, seconds % 60);
	if (progress->watts >= 0)
		fprintf(stderr, ", %.3f W", progress->watts);
	if (last)
		fputc('\n', stderr);
}

void energy_log_progress_clear(const struct energy_log_progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
}
