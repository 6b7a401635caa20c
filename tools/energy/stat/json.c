// SPDX-License-Identifier: GPL-2.0-only
/* The report for programs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "stat/report.h"

#define NJ_PER_J 1e9
#define NS_PER_S 1e9

/* Bytes of the character in UTF-8 at @at; 0: it is none, and not allowed in JSON. */
static size_t character(const char *at)
{
	const unsigned char *byte = (const unsigned char *)at;
	size_t len = byte[0] < 0x80 ? 1 : byte[0] < 0xc2 ? 0 : byte[0] < 0xe0 ? 2 :
		     byte[0] < 0xf0 ? 3 : byte[0] < 0xf5 ? 4 : 0;
	size_t i;

	for (i = 1; i < len; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
	}
	/* Longer than needed, half of a pair, or beyond the last one. */
	if ((byte[0] == 0xe0 && byte[1] < 0xa0) || (byte[0] == 0xed && byte[1] > 0x9f) ||
	    (byte[0] == 0xf0 && byte[1] < 0x90) || (byte[0] == 0xf4 && byte[1] > 0x8f))
		return 0;
	return len;
}

/* NULL: no memory. */
static cJSON *text_item(const char *text)
{
	static const char replacement[] = "\357\277\275";	/* U+FFFD */
	char *valid = malloc(strlen(text) * strlen(replacement) + 1), *to = valid;
	cJSON *item;

	if (!valid)
		return NULL;
	while (*text) {
		size_t len = character(text);

		to = mempcpy(to, len ? text : replacement, len ? len : strlen(replacement));
		text += len ? len : 1;
	}
	*to = '\0';
	item = cJSON_CreateString(valid);
	free(valid);
	return item;
}

/* Each returns false where memory is short; what was added goes with @object. */
static bool add(cJSON *object, const char *key, cJSON *item)
{
	if (item && cJSON_AddItemToObject(object, key, item))
		return true;
	cJSON_Delete(item);
	return false;
}

static bool append(cJSON *array, cJSON *item)
{
	if (item && cJSON_AddItemToArray(array, item))
		return true;
	cJSON_Delete(item);
	return false;
}

static bool add_text(cJSON *object, const char *key, const char *text)
{
	return add(object, key, text[0] ? text_item(text) : cJSON_CreateNull());
}

static bool add_number(cJSON *object, const char *key, double number, bool known)
{
	return add(object, key, known ? cJSON_CreateNumber(number) : cJSON_CreateNull());
}

static bool is_told(const struct energy_stat_report *report, unsigned int metric)
{
	return metric != ENERGY_STAT_CARBON || report->carbon.from != ENERGY_CARBON_NONE;
}

static bool add_summary(cJSON *metrics, const struct energy_stat_report *report,
			enum energy_stat_metric metric)
{
	cJSON *object = cJSON_AddObjectToObject(metrics, energy_stat_metrics[metric].key);
	struct energy_stat_summary summary;

	energy_stat_summarize(&summary, report->runs, report->nr_runs, metric);
	return object && add_number(object, "runs", summary.nr, true) &&
	       add_number(object, "mean", summary.mean, summary.nr) &&
	       add_number(object, "stddev", summary.deviation, summary.nr > 1) &&
	       add_number(object, "error_percent", summary.error_percent, summary.nr > 1) &&
	       add_number(object, "min", summary.min, summary.nr) &&
	       add_number(object, "max", summary.max, summary.nr);
}

static bool add_summaries(cJSON *report_object, const struct energy_stat_report *report)
{
	cJSON *metrics = cJSON_AddObjectToObject(report_object, "metrics");
	unsigned int metric;

	for (metric = 0; metric < ENERGY_STAT_NR_METRICS; metric++) {
		if (is_told(report, metric) && (!metrics || !add_summary(metrics, report, metric)))
			return false;
	}
	return true;
}

static bool add_run(cJSON *run, const struct energy_stat_report *report,
		    const struct energy_stat_values *values)
{
	unsigned int metric;

	for (metric = 0; metric < ENERGY_STAT_NR_METRICS; metric++) {
		if (is_told(report, metric) &&
		    !add_number(run, energy_stat_metrics[metric].key, values->of[metric].value,
				values->of[metric].known))
			return false;
	}
	return add_number(run, "exit_status", values->status, true);
}

static bool add_runs(cJSON *report_object, const struct energy_stat_report *report)
{
	cJSON *runs = cJSON_AddArrayToObject(report_object, "each_run");
	size_t i;

	for (i = 0; i < report->nr_runs; i++) {
		cJSON *run = cJSON_CreateObject();

		if (!runs || !append(runs, run) || !add_run(run, report, &report->runs[i]))
			return false;
	}
	return true;
}

static bool add_joules(cJSON *object, const char *key, struct energy_number nj)
{
	return add_number(object, key, nj.value / NJ_PER_J, nj.known);
}

static bool add_domain(cJSON *object, const struct energy_stat_domain *sum)
{
	const struct energy_domain *domain = &sum->domain;

	return add_text(object, "domain", domain->name) &&
	       add_text(object, "kind", domain->kind) &&
	       add_text(object, "source", domain->source) &&
	       add(object, "billed", domain->is_sum ? cJSON_CreateNull()
						    : cJSON_CreateBool(domain->billed)) &&
	       add_number(object, "measured_j", sum->measured_nj / NJ_PER_J, true) &&
	       add_joules(object, "processes_j", sum->attributed_nj) &&
	       add_joules(object, "idle_j", sum->idle_nj) &&
	       add_joules(object, "unattributed_j", sum->unattributed_nj);
}

static bool add_domains(cJSON *object, const struct energy_stat_machine *machine)
{
	cJSON *domains = cJSON_AddArrayToObject(object, "domains");
	size_t i;

	for (i = 0; i < machine->nr_domains; i++) {
		cJSON *domain = cJSON_CreateObject();

		if (!domains || !append(domains, domain) ||
		    !add_domain(domain, &machine->domains[i]))
			return false;
	}
	return true;
}

static bool add_machine(cJSON *report_object, const struct energy_stat_machine *machine)
{
	cJSON *object;

	if (!machine->known)
		return add(report_object, "machine", cJSON_CreateNull());
	object = cJSON_AddObjectToObject(report_object, "machine");
	return object &&
	       add_number(object, "interval_s", machine->length_ns / NS_PER_S, true) &&
	       add_number(object, "measured_j", machine->measured_nj / NJ_PER_J, true) &&
	       add_number(object, "processes_j", machine->processes_nj / NJ_PER_J, true) &&
	       add_number(object, "idle_j", machine->idle_nj / NJ_PER_J, true) &&
	       add_number(object, "unattributed_j", machine->unattributed_nj / NJ_PER_J, true) &&
	       add_domains(object, machine);
}

static bool add_command(cJSON *report_object, char **argv)
{
	cJSON *words = cJSON_AddArrayToObject(report_object, "command");

	for (; words && *argv; argv++) {
		if (!append(words, text_item(*argv)))
			return false;
	}
	return words;
}

static bool add_notes(cJSON *report_object, const struct energy_stat_report *report)
{
	cJSON *notes = cJSON_AddArrayToObject(report_object, "notes");
	size_t i;

	for (i = 0; notes && i < report->nr_notes; i++) {
		if (!append(notes, text_item(report->notes[i])))
			return false;
	}
	return notes;
}

static bool fill(cJSON *object, const struct energy_stat_report *report)
{
	const struct energy_carbon *carbon = &report->carbon;

	return add_command(object, report->argv) &&
	       add_number(object, "runs", report->nr_runs, true) &&
	       add_text(object, "source", report->source) &&
	       add_text(object, "source_kind", report->source_kind) &&
	       add_text(object, "values", report->windows ? "window" : "sample") &&
	       add_number(object, "carbon_g_per_kwh", carbon->g_per_kwh,
			  carbon->from != ENERGY_CARBON_NONE) &&
	       add_summaries(object, report) && add_runs(object, report) &&
	       add_machine(object, &report->machine) && add_notes(object, report);
}

int energy_stat_print_json(FILE *out, const struct energy_stat_report *report)
{
	cJSON *object = cJSON_CreateObject();
	char *text = NULL;

	if (object && fill(object, report))
		text = cJSON_Print(object);
	cJSON_Delete(object);
	if (!text)
		return -ENOMEM;
	fprintf(out, "%s\n", text);
	cJSON_free(text);
	return 0;
}
