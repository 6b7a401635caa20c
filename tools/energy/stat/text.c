// SPDX-License-Identifier: GPL-2.0-only
/* The report for people. */
#include <stdarg.h>
#include <string.h>

#include "lib/comm.h"
#include "stat/report.h"

#define NJ_PER_J 1e9
#define NS_PER_S 1e9

void energy_stat_note(struct energy_stat_report *report, const char *format, ...)
{
	char text[sizeof(report->notes[0])];
	va_list args;
	size_t i;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (i = 0; i < report->nr_notes; i++) {
		if (!strcmp(report->notes[i], text))
			return;
	}
	if (report->nr_notes < ENERGY_STAT_MOST_NOTES)
		strcpy(report->notes[report->nr_notes++], text);
}

/* The command's words, with nothing in them that a terminal would obey. */
static void print_command(FILE *out, char **argv)
{
	char words[ENERGY_SHOWN_MAX], shown[4 * ENERGY_SHOWN_MAX];
	size_t len = 0;

	for (; *argv; argv++) {
		const char *at;

		for (at = *argv; *at && len + sizeof("\\134 ") < sizeof(words); at++) {
			/* A backslash is the command's own, and no escape. */
			if (*at == '\\')
				len += sprintf(words + len, "\\134");
			else
				words[len++] = *at;
		}
		if (argv[1])
			words[len++] = ' ';
		if (len + sizeof("\\134 ") >= sizeof(words))
			break;
	}
	energy_shown(shown, sizeof(shown), (struct energy_slice){ words, len });
	fprintf(out, "'%s'%s", shown, *argv ? " ..." : "");
}

static bool is_shown(const struct energy_stat_report *report, enum energy_stat_metric metric)
{
	struct energy_stat_summary energy;

	if (metric == ENERGY_STAT_CARBON)
		return report->carbon.from != ENERGY_CARBON_NONE;
	/* The model's is for where nothing better is to be had. */
	energy_stat_summarize(&energy, report->runs, report->nr_runs, ENERGY_STAT_ENERGY);
	return metric != ENERGY_STAT_MODEL || !energy.nr;
}

static void print_metric(FILE *out, const struct energy_stat_report *report,
			 enum energy_stat_metric metric)
{
	const struct energy_stat_metric_info *info = &energy_stat_metrics[metric];
	struct energy_stat_summary summary;

	energy_stat_summarize(&summary, report->runs, report->nr_runs, metric);
	if (!summary.nr) {
		fprintf(out, "%20s %-5s  %s\n", "not known", "", info->label);
		return;
	}
	fprintf(out, "%20.*f %-5s  ", info->decimals, summary.mean, info->unit);
	if (report->nr_runs == 1) {
		fprintf(out, "%s\n", info->label);
		return;
	}
	fprintf(out, "%-26s ( +- %6.2f%% )  sd %.*f  %.*f .. %.*f", info->label,
		summary.error_percent, info->decimals, summary.deviation,
		info->decimals, summary.min, info->decimals, summary.max);
	if (summary.nr < report->nr_runs)
		fprintf(out, "  known of %zu runs", summary.nr);
	putc('\n', out);
}

static void print_joules(FILE *out, double nj, const char *label, const char *remark)
{
	fprintf(out, "%20.6f J      %s%s\n", nj / NJ_PER_J, label, remark);
}

static double command_nj(const struct energy_stat_report *report)
{
	struct energy_stat_summary energy;

	energy_stat_summarize(&energy, report->runs, report->nr_runs, ENERGY_STAT_ENERGY);
	return energy.mean * energy.nr * NJ_PER_J;
}

static void print_machine(FILE *out, const struct energy_stat_report *report)
{
	const struct energy_stat_machine *machine = &report->machine;
	char shown[ENERGY_SHOWN_MAX], remark[64] = "";
	size_t i;

	fprintf(out, "\n The machine meanwhile, %.3f s between the samples around %s:\n\n",
		machine->length_ns / NS_PER_S, report->nr_runs == 1 ? "it" : "the runs");
	for (i = 0; i < machine->nr_domains; i++) {
		const struct energy_stat_domain *sum = &machine->domains[i];

		energy_shown(shown, sizeof(shown), (struct energy_slice){
			     sum->domain.name, strlen(sum->domain.name) });
		print_joules(out, sum->measured_nj, shown,
			     sum->domain.is_sum ? "" : sum->domain.billed ? ", billed"
									  : ", not billed");
	}
	if (machine->processes_nj > 0)
		snprintf(remark, sizeof(remark), ", %.1f %% of it to this command",
			 100 * command_nj(report) / machine->processes_nj);
	print_joules(out, machine->processes_nj, "charged to processes", remark);
	print_joules(out, machine->idle_nj, "idle", "");
	print_joules(out, machine->unattributed_nj, "unattributed", "");
}

void energy_stat_print_text(FILE *out, const struct energy_stat_report *report)
{
	unsigned int metric;
	size_t i;

	fputs("\n Energy of ", out);
	print_command(out, report->argv);
	if (report->nr_runs > 1)
		fprintf(out, " (%zu runs)", report->nr_runs);
	fputs(":\n\n", out);
	for (metric = 0; metric < ENERGY_STAT_NR_METRICS; metric++) {
		if (is_shown(report, metric))
			print_metric(out, report, metric);
	}
	if (report->machine.known)
		print_machine(out, report);
	if (report->nr_notes)
		putc('\n', out);
	for (i = 0; i < report->nr_notes; i++)
		fprintf(out, " %s\n", report->notes[i]);
	putc('\n', out);
}
