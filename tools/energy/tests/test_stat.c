// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsed.h"
#include "stat/cgroup.h"
#include "stat/machine.h"
#include "stat/metrics.h"
#include "stat/report.h"
#include "tap.h"

static const struct energy_carbon no_carbon;

static struct energy_stat_reading reading_of(uint64_t energy_nj, uint64_t instructions)
{
	return (struct energy_stat_reading){
		.known = true,
		.cgroup = {
			.energy_nj = { energy_nj, true },
			.model_nj = { 1500000000, true },
			.cpu_ns = { 2000000000, true },
			.instructions = { instructions, true },
			.wakeups = { 14, true },
		},
	};
}

static struct energy_stat_values values_of(const struct energy_stat_reading *reading,
					   const char *source_kind,
					   const struct energy_carbon *carbon)
{
	const struct energy_stat_run run = {
		.status = 3,
		.elapsed_ns = 500000000,
		.usage = { .ru_utime = { 1, 250000 }, .ru_stime = { 0, 500 } },
	};
	struct energy_stat_values values;

	energy_stat_values_fill(&values, &run, reading, source_kind, carbon);
	return values;
}

static bool is(const struct energy_stat_values *values, enum energy_stat_metric metric,
	       double value)
{
	return values->of[metric].known && values->of[metric].value == value;
}

static void one_run(bool *good)
{
	const struct energy_stat_reading reading = reading_of(3000000000, 1000000000);
	const struct energy_carbon carbon = { .from = ENERGY_CARBON_NUMBER, .g_per_kwh = 1200 };
	struct energy_stat_values values = values_of(&reading, "measured", &carbon);

	CHECK(values.status == 3);
	CHECK(is(&values, ENERGY_STAT_ENERGY, 3) && is(&values, ENERGY_STAT_POWER, 6));
	CHECK(is(&values, ENERGY_STAT_MODEL, 1.5) && is(&values, ENERGY_STAT_CARBON, 0.001));
	CHECK(is(&values, ENERGY_STAT_ELAPSED, 0.5) && is(&values, ENERGY_STAT_CPU, 2));
	CHECK(is(&values, ENERGY_STAT_USER, 1.25) && is(&values, ENERGY_STAT_SYSTEM, 0.0005));
	CHECK(is(&values, ENERGY_STAT_INSTRUCTIONS, 1e9));
	CHECK(is(&values, ENERGY_STAT_PER_INSTRUCTION, 3));
	CHECK(is(&values, ENERGY_STAT_WAKEUPS, 14));
	/* The file did not have it. */
	CHECK(!values.of[ENERGY_STAT_DISKI].known);
}

static void not_known(bool *good)
{
	struct energy_stat_reading reading = reading_of(0, 0);
	struct energy_stat_values values = values_of(&reading, "measured", &no_carbon);

	/* A source that measures 0 has measured it. */
	CHECK(is(&values, ENERGY_STAT_ENERGY, 0) && is(&values, ENERGY_STAT_POWER, 0));
	CHECK(!values.of[ENERGY_STAT_INSTRUCTIONS].known);
	CHECK(!values.of[ENERGY_STAT_PER_INSTRUCTION].known);
	CHECK(!values.of[ENERGY_STAT_CARBON].known);

	values = values_of(&reading, "", &no_carbon);
	CHECK(!values.of[ENERGY_STAT_ENERGY].known && !values.of[ENERGY_STAT_POWER].known);

	reading = reading_of(5, 5);
	values = values_of(&reading, "none", &no_carbon);
	CHECK(!values.of[ENERGY_STAT_ENERGY].known && values.of[ENERGY_STAT_CPU].known);
	values = values_of(&reading, "", &no_carbon);
	CHECK(values.of[ENERGY_STAT_ENERGY].known);

	reading.known = false;
	values = values_of(&reading, "measured", &no_carbon);
	CHECK(!values.of[ENERGY_STAT_ENERGY].known && !values.of[ENERGY_STAT_CPU].known);
	CHECK(is(&values, ENERGY_STAT_ELAPSED, 0.5) && is(&values, ENERGY_STAT_USER, 1.25));
}

static void set(struct energy_stat_values *runs, const double *values, size_t nr)
{
	size_t i;

	memset(runs, 0, nr * sizeof(*runs));
	for (i = 0; i < nr; i++)
		runs[i].of[ENERGY_STAT_ENERGY] = (struct energy_stat_value){
			values[i], !isnan(values[i]) };
}

static void several_runs(bool *good)
{
	static const double spread[] = { 2, 4, NAN, 4, 4, 5, 5, 7, 9 };
	static const double same[] = { 0.1, 0.1, 0.1 };
	static const double none[] = { NAN, NAN };
	struct energy_stat_values runs[9];
	struct energy_stat_summary summary;

	set(runs, spread, 9);
	energy_stat_summarize(&summary, runs, 9, ENERGY_STAT_ENERGY);
	CHECK(summary.nr == 8 && summary.mean == 5 && summary.min == 2 && summary.max == 9);
	/* The squares add up to 32: of the sample, so over 7. */
	CHECK(fabs(summary.deviation - 2.13808993529940) < 1e-12);
	CHECK(fabs(summary.error_percent - 15.1185789203691) < 1e-11);

	energy_stat_summarize(&summary, runs, 1, ENERGY_STAT_ENERGY);
	CHECK(summary.nr == 1 && summary.mean == 2 && summary.deviation == 0);

	set(runs, same, 3);
	energy_stat_summarize(&summary, runs, 3, ENERGY_STAT_ENERGY);
	CHECK(summary.mean == 0.1 && summary.deviation == 0 && summary.error_percent == 0);

	set(runs, none, 2);
	energy_stat_summarize(&summary, runs, 2, ENERGY_STAT_ENERGY);
	CHECK(!summary.nr);
}

#define BOOKS(at, measured, idle, unattributed, pending)			\
	"timestamp=" at "\nmeasured_nj=" measured "\nexited_nj=0\n"		\
	"unattributed_nj=" unattributed "\nidle_nj=" idle "\npending_nj=" pending "\n"

#define DOMAIN(name, measured, idle)						\
	"domain=" name " kind=package instance=0 source=x billed=1 measured_nj=" measured	\
	" attributed_nj=0 unattributed_nj=0 idle_nj=" idle "\n"

static int add(struct energy_stat_machine *machine, const char *before, const char *after)
{
	struct energy_listing older, newer;
	int err = parse(&older, before) || parse(&newer, after) ? -EBADMSG : 0;

	if (!err)
		err = energy_stat_machine_add(machine, &older, &newer);
	energy_listing_free(&older);
	energy_listing_free(&newer);
	return err;
}

static void machine_sums(bool *good)
{
	struct energy_stat_machine machine = { 0 };

	CHECK(!add(&machine, BOOKS("100", "1000", "200", "30", "7") DOMAIN("a", "500", "20"),
		   BOOKS("300", "2000", "500", "40", "5") DOMAIN("a", "600", "30")
		   DOMAIN("new", "9", "4")));
	CHECK(machine.known && machine.length_ns == 200 && machine.measured_nj == 1000);
	CHECK(machine.idle_nj == 300 && machine.unattributed_nj == 10);
	CHECK(machine.processes_nj == 692);
	CHECK(machine.nr_domains == 2 && machine.domains[0].measured_nj == 100);
	CHECK(machine.domains[0].idle_nj.value == 10 && machine.domains[1].measured_nj == 9);
	CHECK(machine.domains[1].idle_nj.value == 4 && machine.domains[1].idle_nj.known);

	/* A second run; the domains in another order. */
	CHECK(!add(&machine, BOOKS("400", "2000", "500", "40", "5") DOMAIN("a", "600", "30")
		   DOMAIN("new", "9", "4"),
		   BOOKS("500", "2100", "500", "40", "5") DOMAIN("new", "10", "5")
		   DOMAIN("a", "650", "31")));
	CHECK(machine.length_ns == 300 && machine.measured_nj == 1100 && machine.nr_domains == 2);
	CHECK(machine.processes_nj == 792 && machine.domains[0].measured_nj == 150);
	CHECK(machine.domains[0].idle_nj.value == 11 && machine.domains[1].measured_nj == 10);
	energy_stat_machine_free(&machine);
}

static void machine_anew(bool *good)
{
	struct energy_stat_machine machine = { 0 };

	CHECK(add(&machine, BOOKS("100", "1000", "200", "30", "7"),
		  BOOKS("300", "20", "5", "4", "5")) == -ERANGE);
	CHECK(add(&machine, BOOKS("100", "1000", "200", "30", "7") DOMAIN("b", "1", "0")
		  DOMAIN("a", "500", "20"),
		  BOOKS("300", "2000", "500", "40", "5") DOMAIN("b", "2", "0")
		  DOMAIN("a", "499", "30")) == -ERANGE);
	CHECK(add(&machine, "timestamp=1\nwindow=1\n", "timestamp=2\nwindow=2\n") == -ERANGE);
	CHECK(!machine.known && !machine.nr_domains && !machine.measured_nj);
	energy_stat_machine_free(&machine);
}

static void put(const char *folder, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/self/%s", folder, name);
	file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
}

static void remove_all(const char *folder)
{
	static const char *const names[] = { "/proc/self/mountinfo", "/proc/self/cgroup",
					     "/proc/self", "/proc", "" };
	char path[256];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", folder, names[i]);
		remove(path);
	}
}

/* "mount own", both without the folder; or why there is none. */
static const char *home_of(const char *mountinfo, const char *cgroup)
{
	char folder[] = "/tmp/energy-stat-XXXXXX", path[256];
	static char out[1024];
	struct energy_stat_home home;
	size_t len;

	if (!mkdtemp(folder))
		return "no folder";
	len = strlen(folder);
	snprintf(path, sizeof(path), "%s/proc", folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/proc/self", folder);
	mkdir(path, 0700);
	put(folder, "mountinfo", mountinfo);
	put(folder, "cgroup", cgroup);
	if (!energy_stat_home_find(&home, folder, out, sizeof(out)))
		snprintf(out, sizeof(out), "%.400s %.400s", home.mount + len, home.own + len);
	remove_all(folder);
	return out;
}

#define V1 "30 24 0:26 / /sys/fs/cgroup/cpu rw,nosuid - cgroup cgroup2 rw,cpu\n"
#define V2(top, point) "29 24 0:25 " top " " point " rw shared:4 - cgroup2 cgroup2 rw\n"

static void homes(bool *good)
{
	CHECK_TEXT(home_of(V1 V2("/", "/sys/fs/cgroup"), "1:name=x:/y\n0::/a/b\n"),
		   "/sys/fs/cgroup /sys/fs/cgroup/a/b");
	CHECK_TEXT(home_of(V2("/", "/c\\040d"), "0::/\n"), "/c d /c d");
	/* Mounted from within: of a container without a cgroup namespace. */
	CHECK_TEXT(home_of(V2("/docker/1", "/c"), "0::/docker/1/in\n"), "/c /c/in");
	CHECK_TEXT(home_of(V2("/docker/1", "/c"), "0::/docker/1\n"), "/c /c");
	CHECK(strstr(home_of(V2("/docker/1", "/c"), "0::/docker/12\n"), "not to be seen in /c"));
	CHECK(strstr(home_of(V2("/", "/c"), "0::/../other\n"), "not to be seen in /c"));
	/* A container's own, and its host's beside it. */
	CHECK_TEXT(home_of(V2("/../..", "/host/c") V2("/", "/c"), "0::/in\n"), "/c /c/in");
	CHECK_TEXT(home_of(V2("/", "/c") V2("/../..", "/host/c"), "0::/in\n"), "/c /c/in");
	CHECK(strstr(home_of(V2("/a", "/c") V2("/b", "/d"), "0::/in\n"), "not to be seen in /"));
	CHECK(strstr(home_of(V1, "0::/\n"), "no cgroup v2 hierarchy is mounted"));
	CHECK(strstr(home_of(V2("/", "/c"), "3:cpu:/\n"), "no cgroup v2 hierarchy is mounted"));
}

static char *words[] = { "a,b", "c", NULL };

/* Of two runs, and a machine whose domain has a hostile name. */
static const char *printed(void (*print)(FILE *out, const struct energy_stat_report *report))
{
	const struct energy_stat_reading readings[] = { reading_of(1000000000, 0),
							reading_of(3000000000, 0) };
	struct energy_stat_values runs[] = { values_of(&readings[0], "measured", &no_carbon),
					     values_of(&readings[1], "measured", &no_carbon) };
	struct energy_stat_domain domain = { .domain = { .name = "x\033\"y,z" },
					     .measured_nj = 4000000000 };
	struct energy_stat_report report = {
		.argv = words,
		.runs = runs,
		.nr_runs = 2,
		.machine = { .known = true, .length_ns = 1000000000, .domains = &domain,
			     .nr_domains = 1, .processes_nj = 16000000000 },
	};
	static char out[8192];
	FILE *file = fmemopen(out, sizeof(out), "w");

	energy_stat_note(&report, "once");
	energy_stat_note(&report, "once");
	energy_stat_note(&report, "%s", "%s twice");
	print(file, &report);
	fclose(file);
	return out;
}

static void print_json(FILE *out, const struct energy_stat_report *report)
{
	energy_stat_print_json(out, report);
}

static void formats(bool *good)
{
	const char *text = printed(energy_stat_print_text);

	CHECK(strstr(text, "\n Energy of 'a,b c' (2 runs):\n"));
	CHECK(strstr(text, "            2.000000 J      active energy              "
		     "( +-  50.00% )  sd 1.414214  1.000000 .. 3.000000\n"));
	CHECK(strstr(text, "not known        instructions\n"));
	CHECK(!strstr(text, "model's weights") && !strchr(text, '\033'));
	CHECK(strstr(text, " J      x\\033\"y,z, not billed\n"));
	CHECK(strstr(text, "charged to processes, 25.0 % of it to this command\n"));
	CHECK(strstr(text, "\n once\n %s twice\n"));

	text = printed(energy_stat_print_csv);
	CHECK(strstr(text, "\nenergy_j,J,2,2.000000,1.414214,50.0000,1.000000,3.000000\n"));
	CHECK(strstr(text, "\ninstructions,,0,,,,,\n"));
	CHECK(strstr(text, "\n\"domain:x\033\"\"y,z\",J,2,2.000000,,,,\n"));

	text = printed(print_json);
	CHECK(strstr(text, "\"x\\u001b\\\"y,z\""));
	CHECK(strstr(text, "\"once\", \"%s twice\"]"));
}

static const struct tap_test tests[] = {
	{ "stat: the numbers of a run", one_run },
	{ "stat: what is not known", not_known },
	{ "stat: mean, deviation and spread", several_runs },
	{ "stat: the machine, summed over runs", machine_sums },
	{ "stat: a machine whose counters began anew", machine_anew },
	{ "stat: where the caller is", homes },
	{ "stat: the formats", formats },
};

TAP_MAIN(tests)
