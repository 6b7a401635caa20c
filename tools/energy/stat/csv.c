// SPDX-License-Identifier: GPL-2.0-only
/* The report for spreadsheets and scripts (RFC 4180, with LF as a line's end). */
#include <string.h>

#include "stat/report.h"

#define NJ_PER_J 1e9
#define NS_PER_S 1e9

static void print_metric(FILE *out, const struct energy_stat_report *report,
			 enum energy_stat_metric metric)
{
	const struct energy_stat_metric_info *info = &energy_stat_metrics[metric];
	struct energy_stat_summary summary;

	energy_stat_summarize(&summary, report->runs, report->nr_runs, metric);
	fprintf(out, "%s,%s,%zu,", info->key, info->unit, summary.nr);
	if (summary.nr)
		fprintf(out, "%.*f", info->decimals, summary.mean);
	putc(',', out);
	/* One run does not tell how much runs differ. */
	if (summary.nr > 1)
		fprintf(out, "%.*f,%.4f", info->decimals, summary.deviation,
			summary.error_percent);
	else
		putc(',', out);
	if (summary.nr)
		fprintf(out, ",%.*f,%.*f\n", info->decimals, summary.min, info->decimals,
			summary.max);
	else
		fputs(",,\n", out);
}

/* A quote in @name is doubled: it stands in quotes. */
static void print_name(FILE *out, const char *name)
{
	for (; *name; name++) {
		if (*name == '"')
			putc('"', out);
		putc(*name, out);
	}
}

static void print_total(FILE *out, const struct energy_stat_report *report, const char *key,
			const char *name, double value, const char *unit)
{
	fprintf(out, "\"%s", key);
	print_name(out, name);
	fprintf(out, "\",%s,%zu,%.6f,,,,\n", unit, report->nr_runs, value / report->nr_runs);
}

void energy_stat_print_csv(FILE *out, const struct energy_stat_report *report)
{
	const struct energy_stat_machine *machine = &report->machine;
	unsigned int metric;
	size_t i;

	fputs("metric,unit,runs,mean,stddev,error_percent,min,max\n", out);
	for (metric = 0; metric < ENERGY_STAT_NR_METRICS; metric++) {
		if (metric != ENERGY_STAT_CARBON || report->carbon.from != ENERGY_CARBON_NONE)
			print_metric(out, report, metric);
	}
	if (!machine->known)
		return;
	print_total(out, report, "machine:", "interval_s", machine->length_ns / NS_PER_S, "s");
	for (i = 0; i < machine->nr_domains; i++)
		print_total(out, report, "domain:", machine->domains[i].domain.name,
			    machine->domains[i].measured_nj / NJ_PER_J, "J");
	print_total(out, report, "machine:", "processes_j", machine->processes_nj / NJ_PER_J, "J");
	print_total(out, report, "machine:", "idle_j", machine->idle_nj / NJ_PER_J, "J");
	print_total(out, report, "machine:", "unattributed_j",
		    machine->unattributed_nj / NJ_PER_J, "J");
}
