/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tracepoints told while a test case ran. */
#ifndef _ENERGY_KUNIT_HEARD_H
#define _ENERGY_KUNIT_HEARD_H

#include <kunit/test.h>

#include "../core/internal.h"

/* So many of each are kept; all are counted. */
#define HEARD_MAX	32

/**
 * struct heard_exit - One energy_exit
 * @tgid: the process
 * @start_ns: likewise
 * @timestamp_ns: when its totals were final
 * @v: its totals
 */
struct heard_exit {
	pid_t tgid;
	u64 start_ns;
	u64 timestamp_ns;
	struct energy_values v;
};

/**
 * struct heard_sample - One energy_sample
 * @kind: the domain
 * @instance: likewise
 * @timestamp_ns: when it was read
 * @delta_ns: time since the read before
 * @delta_nj: what it counted in that time
 * @billed: whether that was charged
 */
struct heard_sample {
	enum energy_kind kind;
	unsigned int instance;
	u64 timestamp_ns;
	u64 delta_ns;
	u64 delta_nj;
	bool billed;
};

/**
 * struct heard - All that was heard
 * @task: the test case's own: the kernel under test has an energy_core of its own
 * @exit: the first of them
 * @nr_exits: how many
 * @nr_alive: how many of them were not dead, which must not be
 * @exit_nj: the sum of their energies
 * @sample: the last of them, a ring
 * @nr_samples: how many
 * @nr_unbalanced: how many of them came while the domain's account did not balance
 * @sample_nj: the sum of their deltas
 */
struct heard {
	struct task_struct *task;
	struct heard_exit exit[HEARD_MAX];
	u64 nr_exits;
	u64 nr_alive;
	u64 exit_nj;
	struct heard_sample sample[HEARD_MAX];
	u64 nr_samples;
	u64 nr_unbalanced;
	u64 sample_nj;
};

struct heard *heard_begin(struct kunit *test);
const struct heard_sample *heard_last(const struct heard *h, u64 ago);

#endif /* _ENERGY_KUNIT_HEARD_H */
