// SPDX-License-Identifier: GPL-2.0-only
/* Scaphandre's names, labels and units: whole microjoules and microwatts. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "export/metrics.h"
#include "export/process.h"

#define NJ_PER_UJ 1000
#define UW_PER_W 1e6

static void add_energy(struct energy_text *text, const char *name,
		       const struct energy_label *labels, uint64_t nj)
{
	energy_text_sample(text, name, labels);
	energy_text_value(text, nj / NJ_PER_UJ, 0);
}

/* Nothing where the power is not known (yet). */
static void add_power(struct energy_text *text, const char *name,
		      const struct energy_label *labels, const struct energy_reading *reading,
		      struct energy_number before, uint64_t after_nj)
{
	double watts;

	if (!energy_metrics_watts(reading, before, after_nj, &watts))
		return;
	energy_text_sample(text, name, labels);
	energy_text_value(text, (uint64_t)(watts * UW_PER_W + 0.5), 0);
}

static struct energy_number measured_before(const struct energy_reading *reading,
					    const struct energy_domain *domain)
{
	const struct energy_domain_before *before = energy_metrics_domain_before(reading, domain);
	struct energy_number number = { 0 };

	if (before)
		number = (struct energy_number){ before->measured_nj, true };
	return number;
}

/* Scaphandre takes the whole platform where that is measured. */
static const struct energy_domain *find_platform(const struct energy_reading *reading)
{
	size_t i;

	for (i = 0; i < reading->domains.nr_domains; i++) {
		if (!strcmp(reading->domains.domains[i].kind, "psys"))
			return &reading->domains.domains[i];
	}
	return NULL;
}

static void add_host(struct energy_text *text, const struct energy_reading *reading)
{
	const struct energy_domain *platform = find_platform(reading);
	struct energy_number now = energy_reading_books(reading)->measured_nj;
	struct energy_number before = reading->before_measured_nj;
	const struct energy_label labels[] = {
		{ "value_source", platform ? "powercap_rapl_psys" : "powercap_rapl_pkg" },
		{ NULL, NULL }
	};

	if (platform) {
		now = (struct energy_number){ platform->measured_nj, true };
		before = measured_before(reading, platform);
	}
	if (!now.known)
		return;
	energy_text_metric(text, "scaph_host_energy_microjoules", ENERGY_METRIC_UNTOLD_COUNTER,
			   NULL, "Energy measurement for the whole host, as extracted from the "
			   "sensor, in microjoules.");
	add_energy(text, "scaph_host_energy_microjoules", labels, now.value);
	energy_text_metric(text, "scaph_host_power_microwatts", ENERGY_METRIC_GAUGE, NULL,
			   "Power measurement on the whole host, in microwatts");
	add_power(text, "scaph_host_power_microwatts", labels, reading, before, now.value);
}

enum domain_metric { SOCKET_ENERGY, SOCKET_POWER, DOMAIN_ENERGY, DOMAIN_POWER };

struct domain_name {
	const char *name;
	enum energy_metric_type type;
	const char *help;
};

static const struct domain_name domain_names[] = {
	[SOCKET_ENERGY] = { "scaph_socket_energy_microjoules", ENERGY_METRIC_UNTOLD_COUNTER,
		"Socket related energy measurement in microjoules." },
	[SOCKET_POWER] = { "scaph_socket_power_microwatts", ENERGY_METRIC_GAUGE,
		"Power measurement relative to a CPU socket, in microwatts" },
	[DOMAIN_ENERGY] = { "scaph_domain_energy_microjoules", ENERGY_METRIC_UNTOLD_COUNTER,
		"Domain related energy measurement in microjoules." },
	[DOMAIN_POWER] = { "scaph_domain_power_microwatts", ENERGY_METRIC_GAUGE,
		"Power measurement relative to a RAPL Domain, in microwatts" },
};

/* A package is a socket; what else a socket has are its domains; the platform is neither. */
static bool fits(enum domain_metric metric, const struct energy_domain *domain)
{
	if (domain->is_sum || !strcmp(domain->kind, "psys"))
		return false;
	return (metric == SOCKET_ENERGY || metric == SOCKET_POWER) ==
	       !strcmp(domain->kind, "package");
}

/* Scaphandre numbers the domains of a socket in the order that powercap has them in. */
static unsigned int number_in_socket(const struct energy_reading *reading,
				     const struct energy_domain *domain)
{
	const struct energy_domain *other = reading->domains.domains;
	unsigned int number = 0;

	for (; other < domain; other++)
		number += fits(DOMAIN_ENERGY, other) && other->instance == domain->instance;
	return number;
}

static void add_domain(struct energy_text *text, enum domain_metric metric,
		       const struct energy_reading *reading, const struct energy_domain *domain)
{
	const char *name = domain_names[metric].name;
	bool is_socket = metric == SOCKET_ENERGY || metric == SOCKET_POWER;
	char socket[16], id[16];
	const struct energy_label labels[] = {
		{ "socket_id", socket },
		{ "domain_name", is_socket ? NULL : domain->kind },
		{ "domain_id", is_socket ? NULL : id },
		{ NULL, NULL }
	};

	snprintf(socket, sizeof(socket), "%u", domain->instance);
	snprintf(id, sizeof(id), "%u", number_in_socket(reading, domain));
	if (metric == SOCKET_ENERGY || metric == DOMAIN_ENERGY)
		add_energy(text, name, labels, domain->measured_nj);
	else
		add_power(text, name, labels, reading, measured_before(reading, domain),
			  domain->measured_nj);
}

static void add_domains(struct energy_text *text, const struct energy_reading *reading)
{
	const struct energy_domains *domains = &reading->domains;
	enum domain_metric metric;
	size_t i;

	if (!domains->nr_domains || domains->domains[0].is_sum)
		return;
	for (metric = SOCKET_ENERGY; metric <= DOMAIN_POWER; metric++) {
		const struct domain_name *name = &domain_names[metric];

		energy_text_metric(text, name->name, name->type, NULL, name->help);
		for (i = 0; i < domains->nr_domains; i++) {
			if (fits(metric, &domains->domains[i]))
				add_domain(text, metric, reading, &domains->domains[i]);
		}
	}
}

enum process_metric { PROCESS_POWER, PROCESS_CPU, PROCESS_MEMORY };

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* As Scaphandre: in percent of all CPUs. */
static void add_usage(struct energy_text *text, const char *name,
		      const struct energy_label *labels, const struct energy_reading *reading,
		      const struct energy_account *account)
{
	double capacity_ns = (double)reading->length_ns * sysconf(_SC_NPROCESSORS_ONLN);

	if (!reading->length_ns || !account->before_cpu_ns.known)
		return;
	energy_text_sample(text, name, labels);
	energy_text_real(text, 100 * (account->cpu_ns - account->before_cpu_ns.value) /
			 capacity_ns);
}

static void add_process(struct energy_text *text, enum process_metric metric, const char *name,
			const struct energy_reading *reading,
			const struct energy_account *account)
{
	struct energy_comm comm = energy_metrics_comm(reading, account);
	const struct energy_container *container;
	struct energy_process process;
	uint64_t resident;
	char pid[24];

	energy_process_look_up(&process, reading->options.proc, account->id);
	container = &process.container;
	snprintf(pid, sizeof(pid), "%" PRIu64, account->id);

	const struct energy_label labels[] = {
		{ "pid", pid },
		/* Whoever may not see the program's path takes the process's name for it. */
		{ "exe", process.exe[0] ? base_name(process.exe) : comm.text },
		{ "cmdline", process.cmdline },
		{ "container_id", container->id },
		{ "container_runtime", container->id[0] ? energy_runtime_name(container->runtime) :
							  NULL },
		{ "container_scheduler", container->pod[0] ? "kubernetes" :
			container->runtime == ENERGY_RUNTIME_DOCKER ? "docker" : NULL },
		{ NULL, NULL }
	};

	switch (metric) {
	case PROCESS_POWER:
		add_power(text, name, labels, reading, account->before_nj, account->total_nj);
		break;
	case PROCESS_CPU:
		add_usage(text, name, labels, reading, account);
		break;
	case PROCESS_MEMORY:
		resident = energy_process_resident(reading->options.proc, account->id);
		if (resident) {
			energy_text_sample(text, name, labels);
			energy_text_value(text, resident, 0);
		}
	}
}

static void add_processes(struct energy_text *text, const struct energy_reading *reading)
{
	static const struct { const char *name, *help; } metrics[] = {
		[PROCESS_POWER] = { "scaph_process_power_consumption_microwatts",
			"Power consumption due to the process, measured on at the topology level, "
			"in microwatts" },
		[PROCESS_CPU] = { "scaph_process_cpu_usage_percentage",
			"CPU time consumed by the process, as a percentage of the capacity of all "
			"the CPU Cores" },
		[PROCESS_MEMORY] = { "scaph_process_memory_bytes",
			"Physical RAM usage by the process, in bytes" },
	};
	const struct energy_label others[] = { { "pid", ENERGY_OTHERS }, { NULL, NULL } };
	enum process_metric metric;
	size_t i;

	for (metric = PROCESS_POWER; metric <= PROCESS_MEMORY; metric++) {
		energy_text_metric(text, metrics[metric].name, ENERGY_METRIC_GAUGE, NULL,
				   metrics[metric].help);
		for (i = 0; i < reading->nr_processes; i++) {
			if (reading->processes[i].named)
				add_process(text, metric, metrics[metric].name, reading,
					    &reading->processes[i]);
		}
		if (metric == PROCESS_POWER)
			add_power(text, metrics[metric].name, others, reading,
				  energy_metrics_others_before(reading),
				  reading->attributed_nj.value);
	}
}

void energy_metrics_scaphandre(struct energy_text *text, const struct energy_reading *reading)
{
	/* Scaphandre's energies are measured ones. */
	if (reading->model)
		return;
	add_host(text, reading);
	add_domains(text, reading);
	add_processes(text, reading);
}
