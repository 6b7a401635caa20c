/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests put around the core: a clock that stands still, processes and cgroups that
 * exist as far as a test says so, and sources whose counters go where they are told.
 *
 * The core asks its environment without a context, so there is one fake kernel, `fake`. It is
 * made anew for each test case by fake_init(), which also makes a core of FAKE_CPUS CPUs and
 * leaves it in test->priv. The kernel that the tests run in may have a single CPU.
 */
#ifndef _ENERGY_KUNIT_FAKE_H
#define _ENERGY_KUNIT_FAKE_H

#include <kunit/test.h>
#include <linux/sched.h>
#include <linux/time64.h>

#include "../core/internal.h"

#define FAKE_CPUS	4
#define FAKE_PROCS	64
#define FAKE_CGROUPS	16
#define FAKE_SOURCES	4
#define FAKE_DOMAINS	6

/* A millisecond and a second, ns. */
#define FAKE_MS		((u64)NSEC_PER_MSEC)
#define FAKE_S		((u64)NSEC_PER_SEC)

/* Where the clock stands when a test begins: not at 0, which the core takes for "never". */
#define FAKE_START_NS	(1000 * FAKE_S)

/**
 * FAKE_TABLE() - KUNIT_ARRAY_PARAM() for a table whose rows have a name
 * @table: prefix of the generator's name
 * @array: the table
 */
#define FAKE_TABLE(table, array)					\
	static void table##_desc(typeof(&(array)[0]) row, char *desc)	\
	{								\
		strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);	\
	}								\
	KUNIT_ARRAY_PARAM(table, array, table##_desc)

/**
 * struct fake_proc - A process
 * @key: what the probes would charge
 * @cgid: the cgroup that it is in now
 * @mem: its memory
 * @comm: its name
 * @kernel: a kernel thread
 * @gone: identify() does not find it any more
 */
struct fake_proc {
	struct energy_key key;
	u64 cgid;
	u64 mem;
	char comm[TASK_COMM_LEN];
	bool kernel;
	bool gone;
};

/**
 * struct fake_cgroup - A cgroup; the first has the id 1
 * @parent: its parent's id; 0 for the root
 * @name: the last part of its path
 * @error: what a look-up returns
 */
struct fake_cgroup {
	u64 parent;
	const char *name;
	int error;
};

/**
 * struct fake_kernel - The kernel around the core
 * @now_ns: CLOCK_BOOTTIME and every CPU's clock
 * @late_ns: how long reading all counters takes
 * @skew_ns: what a CPU's clock is ahead by
 * @offline: CPUs that are
 * @dying: those who have begun to exit have not come to the end yet
 * @mem_used: the machine's memory in use
 * @proc: processes
 * @nr_procs: how many
 * @nr_born: how many there have ever been
 * @cgroup: cgroups by id - 1
 * @nr_cgroups: how many
 * @nr_identified: how often identify() was asked
 * @nr_looked_up: how often a cgroup was looked up
 * @nr_settled: how often a CPU was asked to charge its running task's instructions
 * @cred: given to the core with every identity, or NULL
 * @src: registered sources, for fake_exit()
 */
struct fake_kernel {
	u64 now_ns;
	u64 late_ns;
	s64 skew_ns[FAKE_CPUS];
	bool offline[FAKE_CPUS];
	bool dying;
	u64 mem_used;
	struct fake_proc proc[FAKE_PROCS];
	unsigned int nr_procs;
	u64 nr_born;
	struct fake_cgroup cgroup[FAKE_CGROUPS];
	unsigned int nr_cgroups;
	unsigned int nr_identified;
	unsigned int nr_looked_up;
	unsigned int nr_settled;
	const struct cred *cred;
	struct energy_source *src[FAKE_SOURCES];
};

extern struct fake_kernel fake;

/**
 * struct fake_source - A source and its counters
 * @src: the source
 * @dom: its domains
 * @raw: their counters
 * @error: what reading one returns
 * @reset: the next good read of it says that it was reset
 * @step: by how much it moves before each read
 * @nr_steps: of the next so many
 * @model: if not NULL, all counters are the model's energy of this core, nJ
 * @start_error: what start() returns
 * @nr_starts: calls
 * @nr_stops: calls
 * @nr_reads: calls
 * @nr_bad_calls: calls that must not come: reads of a source that is not started, a second
 *	start, a stop without a start
 * @started: start() was called last
 */
struct fake_source {
	struct energy_source src;
	struct energy_domain dom[FAKE_DOMAINS];
	u64 raw[FAKE_DOMAINS];
	int error[FAKE_DOMAINS];
	bool reset[FAKE_DOMAINS];
	u64 step[FAKE_DOMAINS];
	unsigned int nr_steps[FAKE_DOMAINS];
	const struct energy_core *model;
	int start_error;
	unsigned int nr_starts;
	unsigned int nr_stops;
	unsigned int nr_reads;
	unsigned int nr_bad_calls;
	bool started;
};

int fake_init(struct kunit *test);
void fake_exit(struct kunit *test);

struct fake_proc *fake_proc_new(struct kunit *test, pid_t tgid, const char *comm);
void fake_proc_replace(struct fake_proc *fp, pid_t tgid, const char *comm);
struct energy_proc *fake_find(struct energy_core *core, const struct fake_proc *fp);
struct energy_proc *fake_record(struct kunit *test, const struct fake_proc *fp);
struct energy_cgroup *fake_row(struct kunit *test, const struct fake_proc *fp);
u64 fake_cgroup_new(struct kunit *test, u64 parent, const char *name);
void fake_cgroup_remove(struct energy_core *core, u64 id);

struct energy_usage *fake_charge(struct energy_core *core, unsigned int cpu,
				 const struct energy_key *key);
void fake_run(struct energy_core *core, unsigned int cpu, const struct fake_proc *fp, u64 ns);
void fake_run_tail(struct energy_core *core, unsigned int cpu, const struct fake_proc *fp,
		   u64 ns);
bool fake_die(struct energy_core *core, unsigned int cpu, struct fake_proc *fp);

struct fake_source *fake_source_new(struct kunit *test, const char *name, int rating);
unsigned int fake_domain_add(struct fake_source *fs, enum energy_kind kind,
			     unsigned int instance, unsigned int first_cpu,
			     unsigned int nr_cpus);
void fake_source_use(struct fake_source *fs, unsigned int dom, u64 units);
int fake_source_register(struct kunit *test, struct fake_source *fs);
void fake_source_unregister(struct kunit *test, struct fake_source *fs);
struct energy_slot *fake_slot(struct energy_core *core, enum energy_kind kind,
			      unsigned int instance);

void fake_step(struct kunit *test, u64 dt_ns);
void fake_publish(struct kunit *test);
void fake_check(struct kunit *test);

#endif /* _ENERGY_KUNIT_FAKE_H */
