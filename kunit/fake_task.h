/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks for the ledger to look at, and what it has charged to them. */
#ifndef _ENERGY_KUNIT_FAKE_TASK_H
#define _ENERGY_KUNIT_FAKE_TASK_H

#include <kunit/test.h>
#include <linux/sched.h>

#include "../core/internal.h"

struct task_struct *fake_task_new(struct kunit *test, pid_t tgid, u64 start_ns);
struct task_struct *fake_idle_new(struct kunit *test);
const struct energy_usage *fake_used(const struct energy_bank *bank, unsigned long cookie,
				     u64 start_ns);

#endif /* _ENERGY_KUNIT_FAKE_TASK_H */
