// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <string.h>

#include "stat/metrics.h"

#define NJ_PER_J 1e9
#define NS_PER_S 1e9
#define US_PER_S 1e6

const struct energy_stat_metric_info energy_stat_metrics[ENERGY_STAT_NR_METRICS] = {
	[ENERGY_STAT_ENERGY] = { "energy_j", "J", "active energy", 6 },
	[ENERGY_STAT_POWER] = { "power_w", "W", "on average", 3 },
	[ENERGY_STAT_MODEL] = { "model_j", "J", "by the model's weights", 6 },
	[ENERGY_STAT_CARBON] = { "carbon_g", "gCO2e", "emitted for it", 9 },
	[ENERGY_STAT_ELAPSED] = { "elapsed_s", "s", "elapsed", 6 },
	[ENERGY_STAT_CPU] = { "cpu_s", "s", "CPU time of all processes", 6 },
	[ENERGY_STAT_USER] = { "user_s", "s", "user, of those waited for", 6 },
	[ENERGY_STAT_SYSTEM] = { "system_s", "s", "system, likewise", 6 },
	[ENERGY_STAT_INSTRUCTIONS] = { "instructions", "", "instructions", 0 },
	[ENERGY_STAT_PER_INSTRUCTION] = { "nj_per_instruction", "nJ", "per instruction", 3 },
	[ENERGY_STAT_WAKEUPS] = { "wakeups", "", "wakeups", 0 },
	[ENERGY_STAT_DISKI] = { "diski_bytes", "B", "read from storage", 0 },
	[ENERGY_STAT_DISKO] = { "disko_bytes", "B", "written to storage", 0 },
	[ENERGY_STAT_RX] = { "rx_packets", "", "packets received", 0 },
	[ENERGY_STAT_TX] = { "tx_packets", "", "packets sent", 0 },
};

static double seconds(struct timeval time)
{
	return time.tv_sec + time.tv_usec / US_PER_S;
}

static struct energy_stat_value value_of(struct energy_number number, double unit)
{
	return (struct energy_stat_value){ number.value / unit, number.known };
}

/* Known if @top and @bottom are, and @bottom is not 0. */
static struct energy_stat_value ratio(struct energy_stat_value top,
				      struct energy_stat_value bottom, double unit)
{
	struct energy_stat_value out = { 0 };

	out.known = top.known && bottom.known && bottom.value > 0;
	if (out.known)
		out.value = top.value / bottom.value * unit;
	return out;
}

/*
 * A 0 can mean that nobody measures or counts. Where the kernel does not say, 0 of one that ran
 * is not known; where it says that nobody does, nothing is.
 */
static void doubt(struct energy_stat_value *value, const struct energy_cgroup *cgroup)
{
	if (!value->value && cgroup->cpu_ns.value)
		value->known = false;
}

static void fill_from_cgroup(struct energy_stat_value *of, const struct energy_cgroup *cgroup,
			     const char *source_kind)
{
	of[ENERGY_STAT_ENERGY] = value_of(cgroup->energy_nj, NJ_PER_J);
	if (!strcmp(source_kind, "none"))
		of[ENERGY_STAT_ENERGY].known = false;
	else if (!source_kind[0])
		doubt(&of[ENERGY_STAT_ENERGY], cgroup);
	of[ENERGY_STAT_MODEL] = value_of(cgroup->model_nj, NJ_PER_J);
	of[ENERGY_STAT_CPU] = value_of(cgroup->cpu_ns, NS_PER_S);
	of[ENERGY_STAT_INSTRUCTIONS] = value_of(cgroup->instructions, 1);
	doubt(&of[ENERGY_STAT_INSTRUCTIONS], cgroup);
	of[ENERGY_STAT_WAKEUPS] = value_of(cgroup->wakeups, 1);
	of[ENERGY_STAT_DISKI] = value_of(cgroup->diski, 1);
	of[ENERGY_STAT_DISKO] = value_of(cgroup->disko, 1);
	of[ENERGY_STAT_RX] = value_of(cgroup->rx, 1);
	of[ENERGY_STAT_TX] = value_of(cgroup->tx, 1);
}

void energy_stat_values_fill(struct energy_stat_values *values, const struct energy_stat_run *run,
			     const struct energy_stat_reading *reading, const char *source_kind,
			     const struct energy_carbon *carbon)
{
	struct energy_stat_value *of = values->of;

	memset(values, 0, sizeof(*values));
	values->status = run->status;
	of[ENERGY_STAT_ELAPSED] = (struct energy_stat_value){ run->elapsed_ns / NS_PER_S, true };
	of[ENERGY_STAT_USER] = (struct energy_stat_value){ seconds(run->usage.ru_utime), true };
	of[ENERGY_STAT_SYSTEM] = (struct energy_stat_value){ seconds(run->usage.ru_stime), true };
	if (!reading->known)
		return;
	fill_from_cgroup(of, &reading->cgroup, source_kind);
	of[ENERGY_STAT_POWER] = ratio(of[ENERGY_STAT_ENERGY], of[ENERGY_STAT_ELAPSED], 1);
	of[ENERGY_STAT_PER_INSTRUCTION] = ratio(of[ENERGY_STAT_ENERGY],
						of[ENERGY_STAT_INSTRUCTIONS], NJ_PER_J);
	if (carbon->from != ENERGY_CARBON_NONE) {
		of[ENERGY_STAT_CARBON] = of[ENERGY_STAT_ENERGY];
		of[ENERGY_STAT_CARBON].value =
			energy_carbon_g(carbon, of[ENERGY_STAT_ENERGY].value * NJ_PER_J);
	}
}

void energy_stat_summarize(struct energy_stat_summary *summary,
			   const struct energy_stat_values *runs, size_t nr_runs,
			   enum energy_stat_metric metric)
{
	double squares = 0;
	size_t i;

	*summary = (struct energy_stat_summary){ .min = INFINITY, .max = -INFINITY };
	for (i = 0; i < nr_runs; i++) {
		const struct energy_stat_value *value = &runs[i].of[metric];

		if (!value->known)
			continue;
		summary->nr++;
		/* Such that equal values have that very mean. */
		summary->mean += (value->value - summary->mean) / summary->nr;
		summary->min = fmin(summary->min, value->value);
		summary->max = fmax(summary->max, value->value);
	}
	if (summary->nr < 2)
		return;
	for (i = 0; i < nr_runs; i++) {
		double off = runs[i].of[metric].value - summary->mean;

		if (runs[i].of[metric].known)
			squares += off * off;
	}
	summary->deviation = sqrt(squares / (summary->nr - 1));
	if (summary->mean > 0)
		summary->error_percent = 100 * summary->deviation / sqrt(summary->nr) /
					 summary->mean;
}
