// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/command.h"
#include "lib/complain.h"
#include "lib/recording.h"
#include "log/dump.h"

/* Listings are printable ASCII; what a damaged or made up recording has instead is escaped. */
static void print_line(FILE *out, struct energy_slice line)
{
	size_t i;

	for (i = 0; i < line.len; i++) {
		unsigned char c = line.at[i];

		if (c >= ' ' && c <= '~')
			putc(c, out);
		else
			fprintf(out, "\\%03o", c);
	}
	putc('\n', out);
}

void energy_log_print(FILE *out, struct energy_slice listing, struct energy_slice cgroups,
		      uint64_t wall_ns, bool restarted)
{
	struct energy_slice line;

	while (energy_line_next(&listing, &line))
		print_line(out, line);
	while (energy_line_next(&cgroups, &line)) {
		if (energy_slice_begins(line, "cgroup="))
			print_line(out, line);
	}
	if (wall_ns)
		fprintf(out, "wall_ns=%" PRIu64 "\n", wall_ns);
	if (restarted)
		fputs("restarted=1\n", out);
	fputs("-------\n", out);
}

static void print_sample(const struct energy_sample *sample)
{
	struct energy_slice listing = { sample->listing.text, sample->listing_len };
	struct energy_slice cgroups = { sample->cgroups_text, sample->cgroups_len };

	energy_log_print(stdout, listing, cgroups, sample->wall_ns, sample->restarted);
}

int energy_log_dump(const char *who, const char *path)
{
	struct energy_recording *recording;
	struct energy_sample sample;
	uint64_t nr_damaged;
	char why[4352];
	int state = energy_recording_open(&recording, path, why, sizeof(why));

	if (state) {
		energy_complain(who, "%s", why);
		return ENERGY_FAILED;
	}
	while ((state = energy_recording_next(recording, &sample, why, sizeof(why))) > 0) {
		print_sample(&sample);
		energy_sample_free(&sample);
		if (ferror(stdout))
			break;
	}
	nr_damaged = energy_recording_damaged(recording);
	energy_recording_close(recording);
	if (fflush(stdout) || ferror(stdout)) {
		energy_complain(who, "cannot write: %s", strerror(errno));
		return ENERGY_FAILED;
	}
	if (state < 0) {
		energy_complain(who, "%s", why);
		return ENERGY_FAILED;
	}
	if (nr_damaged)
		energy_complain(who, "damaged records left out: %" PRIu64, nr_damaged);
	return ENERGY_OK;
}
