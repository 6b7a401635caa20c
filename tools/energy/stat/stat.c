// SPDX-License-Identifier: GPL-2.0-only
/* energy stat: a cgroup, the command in it, and what the kernel counted for that cgroup. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/comm.h"
#include "lib/command.h"
#include "lib/complain.h"
#include "stat/cgroup.h"
#include "stat/meter.h"
#include "stat/options.h"
#include "stat/report.h"
#include "stat/run.h"

#define NS_PER_S 1e9

/* A wait that is longer than this is announced. */
#define LONG_WAIT_NS 5000000000ULL

struct stat_session {
	const char *who;
	struct energy_stat_options options;
	struct energy_stat_home home;
	struct energy_stat_meter meter;
	struct energy_stat_report report;
	FILE *out;
	int status;		/* of the first run that failed */
	bool failed;		/* energy stat, not the command */
};

static void copy_text(char *to, size_t size, struct energy_slice from)
{
	snprintf(to, size, "%.*s", (int)from.len, from.at ? from.at : "");
}

static int fail(struct stat_session *session, const char *why)
{
	energy_complain(session->who, "%s", why);
	return ENERGY_STAT_FAILED;
}

static int fail_reading(struct stat_session *session, const struct energy_failure *failure)
{
	if (failure->step == ENERGY_STEP_OPEN && failure->err == -ENOENT)
		energy_complain(session->who, "cannot open %s: %s (is energy_core loaded? "
				"modprobe energy_rapl_msr)", failure->path,
				strerror(-failure->err));
	else if (failure->step == ENERGY_STEP_READ && failure->err == -EIO)
		energy_complain(session->who, "cannot read %s: %s (was the module unloaded "
				"meanwhile?)", failure->path, strerror(-failure->err));
	else
		energy_complain_failure(session->who, failure);
	return ENERGY_STAT_FAILED;
}

static int append_run(struct stat_session *session, const struct energy_stat_run *run,
		      const struct energy_stat_reading *reading)
{
	struct energy_stat_report *report = &session->report;
	struct energy_stat_values *grown;

	grown = reallocarray(report->runs, report->nr_runs + 1, sizeof(*grown));
	if (!grown)
		return fail(session, strerror(ENOMEM));
	report->runs = grown;
	energy_stat_values_fill(&grown[report->nr_runs++], run, reading, report->source_kind,
				&report->carbon);
	return 0;
}

static void note_source(struct energy_stat_report *report,
			const struct energy_stat_values *values)
{
	const char *kind = report->source_kind;

	if (!strcmp(kind, "none"))
		energy_stat_note(report, "No energy is measured: there is no source "
				 "(modprobe energy_rapl_msr, or energy_rapl_powercap).");
	else if (!kind[0] && !values->of[ENERGY_STAT_ENERGY].known)
		energy_stat_note(report, "No energy was measured: there is no source (modprobe "
				 "energy_rapl_msr), or it was too little.");
	else if (!strcmp(kind, "model"))
		energy_stat_note(report, "The energy is estimated by a model, not measured.");
	else if (!strcmp(kind, "host"))
		energy_stat_note(report, "The energy is what this virtual machine's host tells.");
	if (!values->of[ENERGY_STAT_INSTRUCTIONS].known)
		energy_stat_note(report, "Instructions are not counted: no meter is loaded "
				 "(modprobe energy_pmu_instr).");
}

static void note_readings(struct stat_session *session, const struct energy_stat_reading *reading,
			  int err)
{
	struct energy_stat_report *report = &session->report;

	if (session->meter.windows)
		energy_stat_note(report, "From /proc/energy/cgroup.stat, as root is needed for "
				 "domains, idle and source (try sudo).");
	if (reading->incomplete && reading->known)
		energy_stat_note(report, err == -ETIMEDOUT ?
				 "Incomplete: no sample came after the command's end (see "
				 "dmesg)." :
				 "Incomplete: the wait for the sample after the command's end "
				 "was cut short.");
	if (reading->known)
		note_source(report, &report->runs[report->nr_runs - 1]);
}

static void note_left(struct stat_session *session, const struct energy_stat_cgroup *cgroup,
		      const struct energy_stat_left *left)
{
	char shown[ENERGY_SHOWN_MAX];

	if (left->nr)
		energy_stat_note(&session->report, "Still running, counted up to here, not "
				 "killed: %zu process%s (%s%s).", left->nr,
				 left->nr > 1 ? "es" : "", left->some,
				 left->nr > 3 ? ", ..." : "");
	if (left->stays) {
		energy_shown(shown, sizeof(shown),
			     (struct energy_slice){ cgroup->path, strlen(cgroup->path) });
		energy_complain(session->who, "cannot remove %s: processes or cgroups of the "
				"command are in it (remove it with rmdir when they are gone)",
				shown);
	}
	if (cgroup->at_root)
		energy_stat_note(&session->report, "It ran outside of its caller's cgroup, where "
				 "no cgroup can be made: that one's limits did not hold.");
}

static int add_machine(struct stat_session *session, const struct energy_stat_reading *reading)
{
	const struct energy_header *header = &reading->after.header;
	struct energy_stat_report *report = &session->report;
	int err;

	if (!reading->after.text)
		return 0;
	copy_text(report->source, sizeof(report->source), header->source);
	copy_text(report->source_kind, sizeof(report->source_kind), header->source_kind);
	err = energy_stat_machine_add(&report->machine, &reading->before, &reading->after);
	if (err == -ERANGE)
		energy_stat_note(report, "The machine's counters began anew meanwhile: was the "
				 "module loaded again?");
	return err == -ENOMEM ? fail(session, strerror(ENOMEM)) : 0;
}

static void complain_unread(struct stat_session *session, int err,
			    const struct energy_failure *failure)
{
	session->failed = true;
	if (err == -ENODATA)
		energy_complain(session->who, "%s does not list the command's cgroup (was the "
				"module loaded again?)", session->meter.cgroups);
	else if (err == -EINTR || err == -ETIMEDOUT)
		energy_complain(session->who, "nothing is known about the command: no sample "
				"came after it");
	else
		fail_reading(session, failure);
}

/* Takes the run's numbers, after it has ended. */
static int take_run(struct stat_session *session, const struct energy_stat_run *run,
		    const struct energy_stat_cgroup *cgroup, struct energy_stat_reading *reading)
{
	struct energy_failure failure;
	int err;

	if (session->meter.windows && session->meter.step_ns > LONG_WAIT_NS)
		energy_complain(session->who, "waiting for the end of the window, up to %.0f s "
				"(Ctrl-C: do not wait)", session->meter.step_ns / NS_PER_S);
	err = energy_stat_meter_after(&session->meter, run, cgroup, reading, &failure);
	if (err && !(reading->known && reading->incomplete))
		complain_unread(session, err, &failure);
	if (!session->status)
		session->status = run->status;
	if (add_machine(session, reading) || append_run(session, run, reading))
		return ENERGY_STAT_FAILED;
	note_readings(session, reading, err);
	return 0;
}

static int complain_not_run(struct stat_session *session, const struct energy_stat_run *run)
{
	if (run->stage == ENERGY_STAT_JOINING) {
		energy_complain(session->who, "cannot enter the command's cgroup: %s (try sudo)",
				strerror(-run->err));
		return ENERGY_STAT_FAILED;
	}
	energy_complain(session->who, "cannot run %s: %s", session->options.argv[0],
			strerror(-run->err));
	return run->err == -ENOENT ? ENERGY_STAT_NOT_FOUND : ENERGY_STAT_NOT_RUNNABLE;
}

/* Returns 0, or with what to exit where it makes no sense to go on. */
static int run_in(struct stat_session *session, const struct energy_stat_cgroup *cgroup)
{
	struct energy_stat_meter *meter = &session->meter;
	struct energy_stat_reading reading;
	struct energy_failure failure;
	struct energy_stat_run run;
	int err, status;

	if (energy_stat_meter_before(meter, &reading, &failure)) {
		status = fail_reading(session, &failure);
		energy_stat_reading_free(&reading);
		return status;
	}
	err = energy_stat_run(&run, session->options.argv, cgroup,
			      meter->windows ? meter->cgroup_stat : NULL);
	if (err)
		status = fail(session, strerror(-err));
	else if (run.stage != ENERGY_STAT_RAN)
		status = complain_not_run(session, &run);
	else
		status = take_run(session, &run, cgroup, &reading);
	if (run.window_fd >= 0)
		close(run.window_fd);
	energy_stat_reading_free(&reading);
	return status;
}

static int run_once(struct stat_session *session)
{
	struct energy_stat_cgroup cgroup;
	struct energy_stat_left left;
	char why[2 * PATH_MAX];
	int status;

	if (energy_stat_cgroup_create(&cgroup, &session->home, why, sizeof(why)))
		return fail(session, why);
	status = run_in(session, &cgroup);
	energy_stat_cgroup_remove(&cgroup, &session->home, &left);
	note_left(session, &cgroup, &left);
	return status;
}

static int print_report(struct stat_session *session)
{
	FILE *out = session->out;
	int err = 0;

	if (session->options.format == ENERGY_STAT_JSON)
		err = energy_stat_print_json(out, &session->report);
	else if (session->options.format == ENERGY_STAT_CSV)
		energy_stat_print_csv(out, &session->report);
	else
		energy_stat_print_text(out, &session->report);
	if (err)
		return fail(session, strerror(-err));
	if (fflush(out) || ferror(out)) {
		energy_complain(session->who, "cannot write %s: %s",
				session->options.output ? session->options.output : "the summary",
				strerror(errno));
		return ENERGY_STAT_FAILED;
	}
	return 0;
}

static int run_all(struct stat_session *session)
{
	struct energy_stat_report *report = &session->report;
	int status = 0;
	size_t i;

	energy_stat_signals_hold();
	for (i = 0; i < session->options.runs && !status && !energy_stat_asked_to_end(); i++)
		status = run_once(session);
	if (i < session->options.runs && report->nr_runs)
		energy_stat_note(report, "%zu of %zu runs: it was ended early.", report->nr_runs,
				 session->options.runs);
	if (report->nr_runs && print_report(session))
		session->failed = true;
	if (status)
		return status;
	return session->failed && !session->status ? ENERGY_STAT_FAILED : session->status;
}

/* All that can be wrong before the command runs. */
static int prepare(struct stat_session *session)
{
	const struct energy_stat_options *options = &session->options;
	struct energy_failure failure;
	char why[2 * PATH_MAX];

	if (energy_stat_meter_find(&session->meter, options->root, &failure))
		return fail_reading(session, &failure);
	if (energy_stat_home_find(&session->home, options->root, why, sizeof(why)))
		return fail(session, why);
	if (options->carbon && energy_carbon_init(&session->report.carbon, options->carbon, why,
						  sizeof(why)))
		return fail(session, why);
	session->out = stderr;
	if (options->output) {
		session->out = fopen(options->output, "we");
		if (!session->out) {
			energy_complain(session->who, "cannot open %s: %s", options->output,
					strerror(errno));
			return ENERGY_STAT_FAILED;
		}
	}
	session->report.argv = options->argv;
	session->report.windows = session->meter.windows;
	return 0;
}

int energy_stat(int argc, char **argv)
{
	struct stat_session session = { .who = argv[0] };
	int status;

	if (!energy_stat_options_parse(&session.options, argc, argv, &status))
		return status;
	status = prepare(&session);
	if (!status)
		status = run_all(&session);
	if (session.out && session.out != stderr)
		fclose(session.out);
	energy_stat_machine_free(&session.report.machine);
	free(session.report.runs);
	return status;
}
