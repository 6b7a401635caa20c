// SPDX-License-Identifier: GPL-2.0-only
/* energy report: a recording in, a page out. */
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/comm.h"
#include "lib/command.h"
#include "lib/complain.h"
#include "report/options.h"
#include "report/output.h"
#include "report/page.h"

/* An interval so many times as long as the median one has samples missing. */
#define GAP 10

struct report {
	const char *who;
	struct energy_report_options options;
	struct energy_carbon carbon;
	struct energy_tally totals;	/* of the first reading */
	struct energy_tally tally;	/* of the second one */
	struct energy_buckets buckets;
	uint64_t nr_damaged;
	char why[8192];
};

static int fail(struct report *report, int err)
{
	energy_complain(report->who, "%s", report->why);
	return err;
}

/* All of the recording, or its first @most samples: one that is still written to goes on. */
static int read_recording(struct report *report, struct energy_tally *tally, uint64_t most)
{
	const char *log = report->options.log;
	struct energy_recording *recording;
	char reason[4352];
	int state = energy_recording_open(&recording, log, report->why, sizeof(report->why));

	if (state)
		return state;
	do {
		struct energy_sample sample;

		if (tally->nr_samples == most) {
			state = 0;
			break;
		}
		state = energy_recording_next(recording, &sample, report->why,
					      sizeof(report->why));
		if (state <= 0)
			break;
		if (energy_tally_sample(tally, &sample, reason, sizeof(reason))) {
			snprintf(report->why, sizeof(report->why), "%s: %s", log, reason);
			state = -EINVAL;
		}
		energy_sample_free(&sample);
	} while (state > 0);
	report->nr_damaged = energy_recording_damaged(recording);
	energy_recording_close(recording);
	return state;
}

static int first_reading(struct report *report, bool by_model)
{
	struct energy_tally *totals = &report->totals;

	if (energy_tally_init(totals, NULL, NULL, NULL)) {
		snprintf(report->why, sizeof(report->why), "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	totals->top = report->options.top;
	totals->range = report->options.range;
	totals->by_model = by_model;
	totals->by_name = report->options.by_name;
	return read_recording(report, totals, UINT64_MAX);
}

/* Where no sample has anything that was measured, what the model says is counted instead. */
static int find_totals(struct report *report)
{
	int err = first_reading(report, false);

	if (!err && report->totals.nr_samples && !report->totals.any_measured) {
		energy_tally_free(&report->totals);
		err = first_reading(report, true);
	}
	if (err || report->totals.processes.counted)
		return err;
	snprintf(report->why, sizeof(report->why), "%s: %s", report->options.log,
		 report->totals.nr_samples < 2 ? "it has fewer than two samples" :
		 "no two samples in that time can be compared (see --from, --to)");
	return -ENODATA;
}

static int prepare_series(struct report *report)
{
	const struct energy_tally *totals = &report->totals;
	struct energy_tally *tally = &report->tally;
	struct energy_consumers processes, cgroups = { 0 };
	size_t top = report->options.top;
	int err = energy_buckets_make(&report->buckets, &report->totals.edges);

	if (err)
		return err;
	err = energy_consumers_choose(&processes, &report->totals.processes.consumers, top,
				      &report->buckets);
	if (!err)
		err = energy_consumers_choose(&cgroups, &report->totals.cgroups.consumers, top,
					      &report->buckets);
	if (!err)
		err = energy_tally_init(tally, &report->buckets, &processes, &cgroups);
	energy_consumers_free(&processes);
	energy_consumers_free(&cgroups);
	tally->range = totals->range;
	tally->by_model = totals->by_model;
	tally->by_name = totals->by_name;
	tally->longest_ns = GAP * energy_lengths_median(&totals->lengths);
	return err;
}

static energy_total measured_nj(const struct energy_tally *tally)
{
	return tally->processes.accounts[ENERGY_ACCOUNT_MEASURED].total_nj;
}

/* The second reading, for how it went over time. */
static int fill_series(struct report *report)
{
	int err = prepare_series(report);

	if (err) {
		snprintf(report->why, sizeof(report->why), "%s", strerror(-err));
		return err;
	}
	err = read_recording(report, &report->tally, report->totals.nr_samples);
	if (err)
		return err;
	if (report->tally.nr_samples != report->totals.nr_samples ||
	    measured_nj(&report->tally) != measured_nj(&report->totals)) {
		snprintf(report->why, sizeof(report->why),
			 "%s changed while it was read (try again)", report->options.log);
		return -EAGAIN;
	}
	return 0;
}

/* Whatever it is called, what is printed is printable. */
static void make_title(char *out, size_t size, const struct energy_report_options *options)
{
	const char *slash = strrchr(options->log, '/');
	char *title = NULL;

	if (options->title)
		energy_shown_plain(out, size, options->title);
	else if (asprintf(&title, "Energy report: %s", slash ? slash + 1 : options->log) >= 0)
		energy_shown_plain(out, size, title);
	free(title);
}

static int make_layers(struct report *report, struct energy_page_content *page)
{
	struct energy_tally *tally = &report->tally;
	int err = energy_layers_of_processes(&page->processes, &tally->processes,
					     tally->by_name);

	if (!err && tally->cgroups.counted)
		err = energy_layers_of_cgroups(&page->cgroups, &tally->cgroups);
	if (!err && tally->nr_domains)
		err = energy_layers_of_domains(&page->domains, tally);
	return err;
}

static int print_page(struct report *report, FILE *out)
{
	char title[1024] = "", log[4096 + 64];
	struct energy_page_content page = {
		.title = title,
		.log = log,
		.tally = &report->tally,
		.buckets = &report->buckets,
		.totals = &report->tally.processes,
		.carbon = &report->carbon,
		.nr_damaged = report->nr_damaged,
	};
	int err;

	make_title(title, sizeof(title), &report->options);
	energy_shown_plain(log, sizeof(log), report->options.log);
	err = make_layers(report, &page);
	if (!err)
		err = energy_page_print(out, &page);
	energy_layers_free(&page.domains);
	energy_layers_free(&page.cgroups);
	energy_layers_free(&page.processes);
	if (err)
		snprintf(report->why, sizeof(report->why), "%s", strerror(-err));
	return err;
}

static int write_page(struct report *report)
{
	const struct energy_report_options *options = &report->options;
	struct energy_output output;
	char *path = NULL;
	int err, closed;

	if (!options->output && asprintf(&path, "%s.html", options->log) < 0) {
		snprintf(report->why, sizeof(report->why), "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	err = energy_output_open(&output, options->output ?: path, options->log, options->force,
				 report->why, sizeof(report->why));
	if (!err) {
		err = print_page(report, output.file);
		closed = energy_output_close(&output, !err, report->why, sizeof(report->why));
		err = err ?: closed;
	}
	free(path);
	return err;
}

/* It is read twice: a pipe would be empty then. */
static int check_log(struct report *report)
{
	const char *log = report->options.log;
	struct stat what;

	if (strcmp(log, "-") && (stat(log, &what) || S_ISREG(what.st_mode)))
		return 0;
	snprintf(report->why, sizeof(report->why), "%s is no file, and has to be read twice "
		 "(write the recording to a file first)", log);
	return -EINVAL;
}

static int run(struct report *report)
{
	int err = check_log(report);

	if (!err && report->options.carbon)
		err = energy_carbon_init(&report->carbon, report->options.carbon, report->why,
					 sizeof(report->why));
	if (!err)
		err = find_totals(report);
	if (!err)
		err = fill_series(report);
	if (!err)
		err = write_page(report);
	if (err)
		return fail(report, err);
	if (report->nr_damaged)
		energy_complain(report->who, "damaged records left out: %" PRIu64,
				report->nr_damaged);
	return 0;
}

int energy_report(int argc, char **argv)
{
	struct report report = { .who = argv[0] };
	locale_t utf8;
	int status, err;

	if (!energy_report_options_parse(&report.options, argc, argv, &status))
		return status;
	/*
	 * A page is UTF-8, whatever the terminal is. Where there is no such locale, all that is not
	 * ASCII is escaped.
	 */
	utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
	uselocale(utf8);
	err = run(&report);
	energy_tally_free(&report.totals);
	energy_tally_free(&report.tally);
	energy_buckets_free(&report.buckets);
	uselocale(LC_GLOBAL_LOCALE);
	freelocale(utf8);
	return err ? ENERGY_FAILED : ENERGY_OK;
}
