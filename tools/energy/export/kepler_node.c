// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export/kepler.h"

enum part { WHOLE, ACTIVE, IDLE };

/* What of a domain's energy is in that part; not known for what is not billed. */
static struct energy_number part_of(enum part part, uint64_t measured_nj,
				    struct energy_number idle_nj)
{
	struct energy_number number = { measured_nj, true };

	if (part == WHOLE)
		return number;
	number.known = idle_nj.known;
	if (part == IDLE)
		number.value = idle_nj.value;
	else
		number.value -= idle_nj.value < measured_nj ? idle_nj.value : measured_nj;
	return number;
}

static struct energy_number domain_part(enum part part, const struct energy_domain *domain)
{
	struct energy_number idle_nj = domain->idle_nj;

	idle_nj.known &= domain->billed;
	return part_of(part, domain->measured_nj, idle_nj);
}

static void add_node_part(struct energy_kepler *kepler, const struct energy_kepler_pair *pair,
			  enum part part)
{
	const struct energy_domains *domains = &kepler->reading->domains;
	bool watts;
	size_t i;

	for (watts = false;; watts = true) {
		if (watts)
			energy_kepler_begin_watts(kepler, pair);
		else
			energy_kepler_begin_joules(kepler, pair);
		for (i = 0; i < domains->nr_domains; i++) {
			const struct energy_domain *domain = &domains->domains[i];
			const struct energy_label labels[] = {
				{ "zone", domain->kind }, { "path", domain->name },
				{ "node_name", kepler->node_name }, { NULL, NULL }
			};
			const struct energy_domain_before *before =
				energy_metrics_domain_before(kepler->reading, domain);
			struct energy_number now = domain_part(part, domain), then = { 0 };

			if (!now.known)
				continue;
			if (before)
				then = part_of(part, before->measured_nj, before->idle_nj);
			if (watts)
				energy_kepler_add_watts(kepler, pair, labels, then, now.value);
			else
				energy_kepler_add_joules(kepler, pair, labels, now.value);
		}
		if (watts)
			return;
	}
}

static void add_domains(struct energy_kepler *kepler)
{
	static const struct energy_kepler_pair whole = {
		"kepler_node_cpu_joules_total",
		"Energy consumption of cpu at node level in joules",
		"kepler_node_cpu_watts", "Power consumption of cpu at node level in watts",
	};
	static const struct energy_kepler_pair active = {
		"kepler_node_cpu_active_joules_total",
		"Energy consumption of cpu in active state at node level in joules",
		"kepler_node_cpu_active_watts",
		"Power consumption of cpu in active state at node level in watts",
	};
	static const struct energy_kepler_pair idle = {
		"kepler_node_cpu_idle_joules_total",
		"Energy consumption of cpu in idle state at node level in joules",
		"kepler_node_cpu_idle_watts",
		"Power consumption of cpu in idle state at node level in watts",
	};

	add_node_part(kepler, &whole, WHOLE);
	add_node_part(kepler, &active, ACTIVE);
	add_node_part(kepler, &idle, IDLE);
}

static void add_usage(struct energy_kepler *kepler)
{
	const struct energy_label labels[] = { { "node_name", kepler->node_name }, { NULL, NULL } };
	const struct energy_reading *reading = kepler->reading;
	double capacity_ns = (double)reading->length_ns * sysconf(_SC_NPROCESSORS_ONLN);

	if (!reading->length_ns)
		return;
	energy_text_metric(kepler->text, "kepler_node_cpu_usage_ratio", ENERGY_METRIC_GAUGE, NULL,
			   "CPU usage ratio of a node (value between 0.0 and 1.0)");
	energy_text_sample(kepler->text, "kepler_node_cpu_usage_ratio", labels);
	energy_text_real(kepler->text, reading->system_cpu_ns / capacity_ns);
}

/* A processor of /proc/cpuinfo. */
struct processor {
	char number[16], vendor[64], model[128], package[16], core[16];
};

static void add_processor(struct energy_kepler *kepler, struct processor *processor)
{
	const struct energy_label labels[] = {
		{ "processor", processor->number }, { "vendor_id", processor->vendor },
		{ "model_name", processor->model }, { "physical_id", processor->package },
		{ "core_id", processor->core }, { "node_name", kepler->node_name }, { NULL, NULL }
	};

	if (processor->number[0]) {
		energy_text_sample(kepler->text, "kepler_node_cpu_info", labels);
		energy_text_value(kepler->text, 1, 0);
	}
	memset(processor, 0, sizeof(*processor));
}

static void note_line(struct processor *processor, char *line)
{
	const struct { const char *key; char *value; size_t size; } known[] = {
		{ "processor\t", processor->number, sizeof(processor->number) },
		{ "vendor_id\t", processor->vendor, sizeof(processor->vendor) },
		{ "model name\t", processor->model, sizeof(processor->model) },
		{ "physical id\t", processor->package, sizeof(processor->package) },
		{ "core id\t", processor->core, sizeof(processor->core) },
	};
	char *value = strstr(line, ": ");
	size_t i;

	if (!value)
		return;
	value += 2;
	value[strcspn(value, "\n")] = '\0';
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!strncmp(line, known[i].key, strlen(known[i].key)))
			snprintf(known[i].value, known[i].size, "%.*s",
				 (int)known[i].size - 1, value);
	}
}

static void add_processors(struct energy_kepler *kepler)
{
	struct processor processor = { 0 };
	char path[512], *line = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/cpuinfo", kepler->reading->options.proc);
	file = fopen(path, "re");
	if (!file)
		return;
	energy_text_metric(kepler->text, "kepler_node_cpu_info", ENERGY_METRIC_GAUGE, NULL,
			   "CPU information from procfs");
	while (getline(&line, &size, file) > 0) {
		if (line[0] == '\n')
			add_processor(kepler, &processor);
		else
			note_line(&processor, line);
	}
	add_processor(kepler, &processor);
	free(line);
	fclose(file);
}

void energy_kepler_add_node(struct energy_kepler *kepler)
{
	add_domains(kepler);
	add_usage(kepler);
	add_processors(kepler);
}
