// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kepler's names, labels and units. Where Kepler has a process's share of each zone, energy_core
 * has its share of what is billed, the packages and their memory: that is the zone "package"
 * here. Names that only an orchestrator knows are "unknown".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/kepler.h"
#include "export/process.h"

#define UNKNOWN "unknown"

void energy_kepler_begin_joules(struct energy_kepler *kepler,
				const struct energy_kepler_pair *pair)
{
	energy_text_metric(kepler->text, pair->joules, ENERGY_METRIC_COUNTER, "joules",
			   pair->joules_help);
}

void energy_kepler_begin_watts(struct energy_kepler *kepler,
			       const struct energy_kepler_pair *pair)
{
	energy_text_metric(kepler->text, pair->watts, ENERGY_METRIC_GAUGE, "watts",
			   pair->watts_help);
}

void energy_kepler_add_joules(struct energy_kepler *kepler, const struct energy_kepler_pair *pair,
			      const struct energy_label *labels, uint64_t nj)
{
	energy_text_sample(kepler->text, pair->joules, labels);
	energy_text_value(kepler->text, nj, ENERGY_KEPLER_DECIMALS);
}

void energy_kepler_add_watts(struct energy_kepler *kepler, const struct energy_kepler_pair *pair,
			     const struct energy_label *labels, struct energy_number before,
			     uint64_t after_nj)
{
	double watts;

	if (!energy_metrics_watts(kepler->reading, before, after_nj, &watts))
		return;
	energy_text_sample(kepler->text, pair->watts, labels);
	energy_text_real(kepler->text, watts);
}

static const char *runtime_of(const struct energy_container *container)
{
	return container->runtime == ENERGY_RUNTIME_CRIO ? "crio" :
		energy_runtime_name(container->runtime);
}

static bool is_machine(const struct energy_container *container)
{
	return container->runtime == ENERGY_RUNTIME_LIBVIRT;
}

static bool is_container(const struct energy_container *container)
{
	return container->runtime != ENERGY_RUNTIME_NONE && !is_machine(container);
}

static const char *state_of(bool alive)
{
	return alive ? "running" : "terminated";
}

enum process_metric { PROCESS_JOULES, PROCESS_WATTS, PROCESS_SECONDS };

static const struct energy_kepler_pair process_pair = {
	"kepler_process_cpu_joules_total",
	"Energy consumption of cpu at process level in joules",
	"kepler_process_cpu_watts", "Power consumption of cpu at process level in watts",
};

static void add_process(struct energy_kepler *kepler, const struct energy_account *account,
			const struct energy_process *process, enum process_metric metric)
{
	const struct energy_record *record = &kepler->reading->listing.records[account->position];
	const struct energy_container *container = &process->container;
	struct energy_comm comm = energy_metrics_comm(kepler->reading, account);
	const char *type = is_machine(container) ? "vm" :
			   is_container(container) ? "container" : "regular";
	bool seconds = metric == PROCESS_SECONDS;
	char pid[24];
	const struct energy_label labels[] = {
		{ "pid", pid }, { "comm", comm.text }, { "exe", process->exe }, { "type", type },
		{ "state", seconds ? NULL : state_of(energy_number_or(record->alive, 1)) },
		{ "container_id", is_container(container) ? container->id : NULL },
		{ "vm_id", is_machine(container) ? container->id : NULL },
		{ "zone", seconds ? NULL : "package" }, { "node_name", kepler->node_name },
		{ NULL, NULL }
	};

	snprintf(pid, sizeof(pid), "%" PRIu64, account->id);
	if (metric == PROCESS_JOULES) {
		energy_kepler_add_joules(kepler, &process_pair, labels, account->shown_nj);
	} else if (metric == PROCESS_WATTS) {
		energy_kepler_add_watts(kepler, &process_pair, labels, account->before_nj,
					account->total_nj);
	} else {
		energy_text_sample(kepler->text, "kepler_process_cpu_seconds_total", labels);
		energy_text_value(kepler->text, account->cpu_ns, ENERGY_KEPLER_DECIMALS);
	}
}

static void add_other_processes(struct energy_kepler *kepler, enum process_metric metric)
{
	const struct energy_reading *reading = kepler->reading;
	const struct energy_label labels[] = {
		{ "pid", ENERGY_OTHERS }, { "state", "running" }, { "zone", "package" },
		{ "node_name", kepler->node_name }, { NULL, NULL }
	};
	struct energy_number rest_nj = reading->process_ledger.rest_nj;

	if (metric == PROCESS_JOULES && rest_nj.known)
		energy_kepler_add_joules(kepler, &process_pair, labels, rest_nj.value);
	if (metric == PROCESS_WATTS)
		energy_kepler_add_watts(kepler, &process_pair, labels,
					energy_metrics_others_before(reading),
					reading->attributed_nj.value);
}

/* All that has a series, looked up once, by the order of the accounts. */
static struct energy_process *look_up_all(const struct energy_reading *reading)
{
	struct energy_process *processes;
	size_t nr = 0, i;

	for (i = 0; i < reading->nr_processes; i++)
		nr += reading->processes[i].named;
	processes = calloc(nr + 1, sizeof(*processes));
	if (!processes)
		return NULL;
	for (i = nr = 0; i < reading->nr_processes; i++) {
		if (reading->processes[i].named)
			energy_process_look_up(&processes[nr++], reading->options.proc,
					       reading->processes[i].id);
	}
	return processes;
}

static void add_processes(struct energy_kepler *kepler)
{
	const struct energy_reading *reading = kepler->reading;
	struct energy_process *processes = look_up_all(reading);
	enum process_metric metric;

	if (!processes) {
		kepler->text->failed = true;
		return;
	}
	for (metric = PROCESS_JOULES; metric <= PROCESS_SECONDS; metric++) {
		const struct energy_process *process = processes;
		size_t i;

		if (metric == PROCESS_JOULES)
			energy_kepler_begin_joules(kepler, &process_pair);
		else if (metric == PROCESS_WATTS)
			energy_kepler_begin_watts(kepler, &process_pair);
		else
			energy_text_metric(kepler->text, "kepler_process_cpu_seconds_total",
					   ENERGY_METRIC_COUNTER, "seconds", "Total user and "
					   "system time of cpu at process level in seconds");
		for (i = 0; i < reading->nr_processes; i++) {
			if (reading->processes[i].named)
				add_process(kepler, &reading->processes[i], process++, metric);
		}
		add_other_processes(kepler, metric);
	}
	free(processes);
}

/* The cgroups of one kind that have used the most: Kepler's metrics of them are not bounded. */
struct chosen {
	const struct energy_owner **owners;
	size_t nr;
};

static int by_energy(const void *a, const void *b)
{
	const struct energy_owner *left = *(const struct energy_owner *const *)a;
	const struct energy_owner *right = *(const struct energy_owner *const *)b;

	if (left->total_nj != right->total_nj)
		return left->total_nj > right->total_nj ? -1 : 1;
	return left->id < right->id ? -1 : 1;
}

static bool is_pod(const struct energy_reading *reading, const struct energy_owner *owner)
{
	const struct energy_cgroup *cgroup = &reading->cgroups.cgroups[owner->position];
	const struct energy_cgroup *parent = energy_cgroups_find(&reading->cgroups,
								 cgroup->parent);
	struct energy_container above;

	if (!owner->container.pod[0] || owner->container.id[0])
		return false;
	return !parent || !parent->path || !energy_container_of(&above, parent->path) ||
	       strcmp(above.pod, owner->container.pod) != 0;
}

static bool is_container_owner(const struct energy_reading *reading,
			       const struct energy_owner *owner)
{
	(void)reading;
	return is_container(&owner->container);
}

static bool is_machine_owner(const struct energy_reading *reading,
			     const struct energy_owner *owner)
{
	(void)reading;
	return is_machine(&owner->container);
}

/* Would both have the same labels? A container that was started anew is listed twice, or more. */
static bool is_alike(const struct energy_reading *reading, const struct energy_owner *one,
		     const struct energy_owner *two)
{
	const struct energy_cgroup *cgroups = reading->cgroups.cgroups;

	return one->container.runtime == two->container.runtime &&
	       !strcmp(one->container.id, two->container.id) &&
	       !strcmp(one->container.pod, two->container.pod) &&
	       cgroups[one->position].alive == cgroups[two->position].alive;
}

/* Of those that are alike the first, and @most of all. */
static void keep_first(struct chosen *chosen, const struct energy_reading *reading, size_t most)
{
	size_t nr = 0, i, j;

	for (i = 0; i < chosen->nr && nr < most; i++) {
		for (j = 0; j < nr; j++) {
			if (is_alike(reading, chosen->owners[i], chosen->owners[j]))
				break;
		}
		if (j == nr)
			chosen->owners[nr++] = chosen->owners[i];
	}
	chosen->nr = nr;
}

static struct chosen choose(struct energy_kepler *kepler,
			    bool (*fits)(const struct energy_reading *reading,
					 const struct energy_owner *owner))
{
	const struct energy_owners *owners = &kepler->reading->owners;
	struct chosen chosen = { calloc(owners->nr_owners + 1, sizeof(*chosen.owners)), 0 };
	size_t i;

	if (!chosen.owners) {
		kepler->text->failed = true;
		return chosen;
	}
	for (i = 0; i < owners->nr_owners; i++) {
		if (fits(kepler->reading, &owners->owners[i]))
			chosen.owners[chosen.nr++] = &owners->owners[i];
	}
	qsort(chosen.owners, chosen.nr, sizeof(*chosen.owners), by_energy);
	keep_first(&chosen, kepler->reading, kepler->reading->options.most_cgroups);
	return chosen;
}

static void add_owners(struct energy_kepler *kepler, const struct energy_kepler_pair *pair,
		       struct chosen chosen,
		       void (*fill)(struct energy_label *labels, const struct energy_owner *owner))
{
	struct energy_label labels[8];
	bool watts;
	size_t i;

	for (watts = false; chosen.nr; watts = true) {
		if (watts)
			energy_kepler_begin_watts(kepler, pair);
		else
			energy_kepler_begin_joules(kepler, pair);
		for (i = 0; i < chosen.nr; i++) {
			const struct energy_owner *owner = chosen.owners[i];
			bool alive = kepler->reading->cgroups.cgroups[owner->position].alive;

			memset(labels, 0, sizeof(labels));
			labels[0] = (struct energy_label){ "state", state_of(alive) };
			labels[1] = (struct energy_label){ "zone", "package" };
			labels[2] = (struct energy_label){ "node_name", kepler->node_name };
			fill(&labels[3], owner);
			if (watts)
				energy_kepler_add_watts(kepler, pair, labels, owner->before_nj,
							owner->total_nj);
			else
				energy_kepler_add_joules(kepler, pair, labels, owner->total_nj);
		}
		if (watts)
			break;
	}
	free(chosen.owners);
}

static void fill_container(struct energy_label *labels, const struct energy_owner *owner)
{
	labels[0] = (struct energy_label){ "container_id", owner->container.id };
	labels[1] = (struct energy_label){ "container_name", UNKNOWN };
	labels[2] = (struct energy_label){ "runtime", runtime_of(&owner->container) };
	labels[3] = (struct energy_label){ "pod_id", owner->container.pod };
}

static void fill_pod(struct energy_label *labels, const struct energy_owner *owner)
{
	labels[0] = (struct energy_label){ "pod_id", owner->container.pod };
	labels[1] = (struct energy_label){ "pod_name", UNKNOWN };
	labels[2] = (struct energy_label){ "pod_namespace", UNKNOWN };
}

/* libvirt's cgroup is named for the machine; what its id is, is not to be seen there. */
static void fill_machine(struct energy_label *labels, const struct energy_owner *owner)
{
	labels[0] = (struct energy_label){ "vm_id", owner->container.id };
	labels[1] = (struct energy_label){ "vm_name", owner->container.id };
	labels[2] = (struct energy_label){ "hypervisor", "kvm" };
}

static void add_cgroups(struct energy_kepler *kepler)
{
	static const struct energy_kepler_pair container = {
		"kepler_container_cpu_joules_total",
		"Energy consumption of cpu at container level in joules",
		"kepler_container_cpu_watts",
		"Power consumption of cpu at container level in watts",
	};
	static const struct energy_kepler_pair machine = {
		"kepler_vm_cpu_joules_total",
		"Energy consumption of cpu at vm level in joules",
		"kepler_vm_cpu_watts", "Power consumption of cpu at vm level in watts",
	};
	static const struct energy_kepler_pair pod = {
		"kepler_pod_cpu_joules_total",
		"Energy consumption of cpu at pod level in joules",
		"kepler_pod_cpu_watts", "Power consumption of cpu at pod level in watts",
	};

	add_owners(kepler, &container, choose(kepler, is_container_owner), fill_container);
	add_owners(kepler, &machine, choose(kepler, is_machine_owner), fill_machine);
	add_owners(kepler, &pod, choose(kepler, is_pod), fill_pod);
}

void energy_metrics_kepler(struct energy_text *text, const struct energy_reading *reading,
			   const char *node_name)
{
	struct energy_kepler kepler = { text, reading, node_name };

	energy_kepler_add_node(&kepler);
	/* Kepler's energies are measured ones. */
	if (reading->model)
		return;
	add_processes(&kepler);
	add_cgroups(&kepler);
}
