// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "export/metrics.h"
#include "lib/comm.h"

#define NANO 9	/* decimals of a number of nanojoules or nanoseconds */

/* What the header tells in one number. */
struct header_metric {
	const char *key;
	const char *name;
	enum energy_metric_type type;
	const char *unit;
	unsigned int decimals;
	const char *help;
};

static const struct header_metric header_metrics[] = {
	{ "timestamp", "energy_last_sample_boottime_seconds", ENERGY_METRIC_GAUGE, "seconds", NANO,
	  "When the last sample was taken, by CLOCK_BOOTTIME." },
	{ "sample_ns", "energy_sample_interval_seconds", ENERGY_METRIC_GAUGE, "seconds", NANO,
	  "Time between samples, as it is set." },
	{ "window_ns", "energy_window_interval_seconds", ENERGY_METRIC_GAUGE, "seconds", NANO,
	  "Time between the windows that the unprivileged see, as it is set." },
	{ "iterations", "energy_samples_total", ENERGY_METRIC_COUNTER, NULL, 0,
	  "Samples taken." },
	{ "late", "energy_samples_late_total", ENERGY_METRIC_COUNTER, NULL, 0,
	  "Samples left out because the sampler came too late." },
	{ "drift_ns", "energy_sampler_drift_seconds_total", ENERGY_METRIC_COUNTER, "seconds", NANO,
	  "How much later than they were due samples were taken, summed." },
	{ "drift_max_ns", "energy_sampler_drift_max_seconds", ENERGY_METRIC_GAUGE, "seconds", NANO,
	  "The most that one sample was late." },
	{ "drains", "energy_drains_total", ENERGY_METRIC_COUNTER, NULL, 0,
	  "Early drains of the ledgers, between samples." },
	{ "charges_lost", "energy_charges_lost_total", ENERGY_METRIC_COUNTER, NULL, 0,
	  "Charges that fitted no ledger; their energy is unattributed." },
	{ "charges_unmatched", "energy_charges_unmatched_total", ENERGY_METRIC_COUNTER, NULL, 0,
	  "Charges whose process could not be found; their energy is unattributed." },
	{ "exits_lost", "energy_exits_lost_total", ENERGY_METRIC_COUNTER, NULL, 0,
	  "Exits of processes that found no room to be recorded in." },
	{ "no_memory", "energy_allocation_failures_total", ENERGY_METRIC_COUNTER, NULL, 0,
	  "Allocations that failed in the sampler." },
	{ "unbalanced", "energy_unbalanced_samples_total", ENERGY_METRIC_COUNTER, NULL, 0,
	  "Samples after which the books did not balance; anything but 0 is a bug." },
	{ "procs", "energy_processes", ENERGY_METRIC_GAUGE, NULL, 0,
	  "Processes that the module has records of, dead ones included." },
};

struct energy_comm energy_metrics_comm(const struct energy_reading *reading,
				       const struct energy_account *account)
{
	struct energy_comm comm = { "" };

	energy_unescape(comm.text, sizeof(comm.text),
			reading->listing.records[account->position].comm);
	return comm;
}

bool energy_metrics_watts(const struct energy_reading *reading, struct energy_number before,
			  uint64_t after_nj, double *watts)
{
	if (!reading->length_ns || !before.known || after_nj < before.value)
		return false;
	*watts = (double)(after_nj - before.value) / (double)reading->length_ns;
	return true;
}

struct energy_number energy_metrics_others_before(const struct energy_reading *reading)
{
	struct energy_number before = reading->before_attributed_nj;
	size_t i;

	before.known &= reading->attributed_nj.known;
	for (i = 0; i < reading->nr_processes; i++) {
		const struct energy_account *account = &reading->processes[i];

		if (account->named && account->before_nj.known)
			before.value += account->total_nj - account->before_nj.value;
	}
	return before;
}

const struct energy_domain_before *energy_metrics_domain_before(
	const struct energy_reading *reading, const struct energy_domain *domain)
{
	size_t i;

	for (i = 0; i < reading->nr_domains_before; i++) {
		if (!strcmp(reading->domains_before[i].name, domain->name))
			return &reading->domains_before[i];
	}
	return NULL;
}

static void add_alone(struct energy_text *text, const char *name, enum energy_metric_type type,
		      const char *unit, const char *help, uint64_t value, unsigned int decimals)
{
	energy_text_metric(text, name, type, unit, help);
	energy_text_sample(text, name, NULL);
	energy_text_value(text, value, decimals);
}

static void add_exporter(struct energy_text *text, const struct energy_reading *reading)
{
	const struct energy_label version[] = { { "version", ENERGY_VERSION }, { NULL, NULL } };

	add_alone(text, "energy_up", ENERGY_METRIC_GAUGE, NULL,
		  "1: energy_core's files could be read; 0: they could not, and nothing is known.",
		  reading->up, 0);
	energy_text_metric(text, "energy_build_info", ENERGY_METRIC_INFO, NULL,
			   "The exporter's version.");
	energy_text_sample(text, "energy_build_info", version);
	energy_text_value(text, 1, 0);
	add_alone(text, "energy_exporter_readings_total", ENERGY_METRIC_COUNTER, NULL,
		  "How often the files were read.", reading->nr_readings, 0);
	add_alone(text, "energy_exporter_reading_failures_total", ENERGY_METRIC_COUNTER, NULL,
		  "How often that failed.", reading->nr_failures, 0);
	add_alone(text, "energy_exporter_reading_cpu_seconds", ENERGY_METRIC_GAUGE, "seconds",
		  "CPU time that the last reading took.", reading->cost_ns, NANO);
}

static void add_source(struct energy_text *text, const struct energy_reading *reading)
{
	const struct energy_header *header = &reading->listing.header;
	char source[256], kind[32], domains[128];
	const struct energy_label labels[] = {
		{ "source", source }, { "source_kind", kind }, { "domains", domains },
		{ NULL, NULL }
	};

	if (!header->source.len)
		return;
	energy_unescape(source, sizeof(source), header->source);
	energy_unescape(kind, sizeof(kind), header->source_kind);
	energy_unescape(domains, sizeof(domains), header->domains);
	energy_text_metric(text, "energy_source_info", ENERGY_METRIC_INFO, NULL,
			   "Where the energies come from: measured, told by the host, a model's.");
	energy_text_sample(text, "energy_source_info", labels);
	energy_text_value(text, 1, 0);
}

static void add_header(struct energy_text *text, const struct energy_reading *reading)
{
	size_t i;

	for (i = 0; i < sizeof(header_metrics) / sizeof(header_metrics[0]); i++) {
		const struct header_metric *metric = &header_metrics[i];
		struct energy_number number = energy_reading_header(reading, metric->key,
								    ENERGY_AS_IS);

		if (number.known)
			add_alone(text, metric->name, metric->type, metric->unit, metric->help,
				  number.value, metric->decimals);
	}
}

static void add_account(struct energy_text *text, const char *name, const char *help,
			struct energy_number nj)
{
	if (nj.known)
		add_alone(text, name, ENERGY_METRIC_COUNTER, "joules", help, nj.value, NANO);
}

/* The machine's books. With nothing measured their numbers are no energies of anything. */
static void add_books(struct energy_text *text, const struct energy_reading *reading)
{
	const struct energy_books *books = energy_reading_books(reading);

	if (reading->model)
		return;
	add_account(text, "energy_measured_joules_total",
		    "Measured by the billed domains since the module was loaded.",
		    books->measured_nj);
	add_account(text, "energy_attributed_joules_total",
		    "Part of it that processes used, exited ones included.",
		    reading->attributed_nj);
	add_account(text, "energy_exited_joules_total",
		    "Part of that of processes that are not listed any more.",
		    books->exited_nj);
	add_account(text, "energy_idle_joules_total",
		    "Part of what was measured that the machine needs with nothing running.",
		    books->idle_nj);
	add_account(text, "energy_unattributed_joules_total",
		    "Part of what was measured that no process could be charged with.",
		    books->unattributed_nj);
	if (books->pending_nj.known)
		add_alone(text, "energy_pending_joules", ENERGY_METRIC_GAUGE, "joules",
			  "What is measured and not yet in any of the others.",
			  books->pending_nj.value, NANO);
}

static void add_domain_info(struct energy_text *text, const struct energy_domain *domain)
{
	char instance[16];
	const struct energy_label labels[] = {
		{ "domain", domain->name }, { "kind", domain->kind }, { "instance", instance },
		{ "source", domain->source }, { "billed", domain->billed ? "1" : "0" },
		{ NULL, NULL }
	};

	snprintf(instance, sizeof(instance), "%u", domain->instance);
	energy_text_sample(text, "energy_domain_info", labels);
	energy_text_value(text, 1, 0);
}

static void add_domain_joules(struct energy_text *text, const char *name,
			      const struct energy_domain *domain, uint64_t nj)
{
	const struct energy_label labels[] = {
		{ "domain", domain->name }, { "kind", domain->kind }, { NULL, NULL }
	};

	energy_text_sample(text, name, labels);
	energy_text_value(text, nj, NANO);
}

static void add_domains(struct energy_text *text, const struct energy_reading *reading)
{
	const struct energy_domains *domains = &reading->domains;
	size_t i;

	if (!domains->nr_domains)
		return;
	energy_text_metric(text, "energy_domain_joules_total", ENERGY_METRIC_COUNTER, "joules",
			   "Measured by each domain. A package has its cores in it: "
			   "add up domains of one kind only.");
	for (i = 0; i < domains->nr_domains; i++)
		add_domain_joules(text, "energy_domain_joules_total", &domains->domains[i],
				  domains->domains[i].measured_nj);
	/* Sums of a kind do not tell more. */
	if (domains->domains[0].is_sum)
		return;
	energy_text_metric(text, "energy_domain_idle_joules_total", ENERGY_METRIC_COUNTER,
			   "joules", "Part of it that the machine needs with nothing running.");
	for (i = 0; i < domains->nr_domains; i++) {
		if (domains->domains[i].billed && domains->domains[i].idle_nj.known)
			add_domain_joules(text, "energy_domain_idle_joules_total",
					  &domains->domains[i],
					  domains->domains[i].idle_nj.value);
	}
	energy_text_metric(text, "energy_domain_info", ENERGY_METRIC_INFO, NULL,
			   "Who reads the domain, and whether its energy is charged to anybody.");
	for (i = 0; i < domains->nr_domains; i++)
		add_domain_info(text, &domains->domains[i]);
}

static void add_process(struct energy_text *text, const char *name,
			const struct energy_reading *reading,
			const struct energy_account *account, uint64_t value)
{
	struct energy_comm comm = energy_metrics_comm(reading, account);
	char pid[24];
	const struct energy_label labels[] = {
		{ "pid", pid }, { "comm", comm.text }, { NULL, NULL }
	};

	snprintf(pid, sizeof(pid), "%" PRIu64, account->id);
	energy_text_sample(text, name, labels);
	energy_text_value(text, value, NANO);
}

static void add_other_processes(struct energy_text *text, const char *name, uint64_t nj)
{
	const struct energy_label labels[] = { { "pid", ENERGY_OTHERS }, { NULL, NULL } };

	energy_text_sample(text, name, labels);
	energy_text_value(text, nj, NANO);
}

static void add_processes(struct energy_text *text, const struct energy_reading *reading)
{
	const char *name = reading->model ? "energy_process_model_joules_total" :
					    "energy_process_joules_total";
	const struct energy_ledger *ledger = &reading->process_ledger;
	size_t i;

	energy_text_metric(text, name, ENERGY_METRIC_COUNTER, "joules", reading->model ?
			   "The model's estimate of what a process used; nothing is measured." :
			   "Used by a process; pid=\"" ENERGY_OTHERS "\" is all others since the "
			   "exporter started, exited ones included.");
	for (i = 0; i < reading->nr_processes; i++) {
		const struct energy_account *account = &reading->processes[i];

		if (account->named)
			add_process(text, name, reading, account, account->shown_nj);
	}
	if (ledger->rest_nj.known)
		add_other_processes(text, name, ledger->rest_nj.value);

	energy_text_metric(text, "energy_process_cpu_seconds_total", ENERGY_METRIC_COUNTER,
			   "seconds", "Time that the threads of a process were on a CPU.");
	for (i = 0; i < reading->nr_processes; i++) {
		const struct energy_account *account = &reading->processes[i];

		if (account->named)
			add_process(text, "energy_process_cpu_seconds_total", reading, account,
				    account->cpu_ns);
	}
}

static void add_cgroup(struct energy_text *text, const char *name,
		       const struct energy_reading *reading,
		       const struct energy_account *account)
{
	const struct energy_owner *owner = &reading->owners.owners[account->position];
	const struct energy_container *container = &owner->container;
	const struct energy_label labels[] = {
		{ "cgroup", reading->cgroups.cgroups[owner->position].path },
		{ "unit", container->unit },
		{ "runtime", energy_runtime_name(container->runtime) },
		{ "container_id", container->id },
		{ "pod_uid", container->pod },
		{ "qos", container->qos },
		{ NULL, NULL }
	};

	energy_text_sample(text, name, labels);
	energy_text_value(text, account->shown_nj, NANO);
}

static void add_cgroups(struct energy_text *text, const struct energy_reading *reading)
{
	const struct energy_label others[] = { { "cgroup", ENERGY_OTHERS }, { NULL, NULL } };
	const char *name = reading->model ? "energy_cgroup_model_joules_total" :
					    "energy_cgroup_joules_total";
	const struct energy_ledger *ledger = &reading->cgroup_ledger;
	size_t i;

	if (!reading->cgroups.timestamp_ns.known)
		return;
	energy_text_metric(text, name, ENERGY_METRIC_COUNTER, "joules", reading->model ?
			   "The model's estimate of what a cgroup itself used." :
			   "Used by a cgroup itself, cgroups below it left out; a container is one "
			   "cgroup; cgroup=\"" ENERGY_OTHERS "\" is all others since the exporter "
			   "started.");
	for (i = 0; i < reading->nr_cgroup_accounts; i++) {
		if (reading->cgroup_accounts[i].named)
			add_cgroup(text, name, reading, &reading->cgroup_accounts[i]);
	}
	if (ledger->rest_nj.known) {
		energy_text_sample(text, name, others);
		energy_text_value(text, ledger->rest_nj.value, NANO);
	}
}

void energy_metrics(struct energy_text *text, const struct energy_reading *reading,
		    const struct energy_metrics_options *options)
{
	add_exporter(text, reading);
	if (reading->up) {
		add_source(text, reading);
		add_header(text, reading);
		add_books(text, reading);
		add_domains(text, reading);
		add_processes(text, reading);
		add_cgroups(text, reading);
		if (options->kepler)
			energy_metrics_kepler(text, reading, options->node_name);
		if (options->scaphandre)
			energy_metrics_scaphandre(text, reading);
	}
	energy_text_end(text);
}
