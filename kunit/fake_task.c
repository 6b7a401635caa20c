// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tasks that were never scheduled: of a task the ledger looks at nothing but what is set here.
 */
#include <linux/cgroup.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "fake_task.h"

/* Thread and leader differ, so that what is the leader's has to come from there. */
struct task_pair {
	struct task_struct leader;
	struct task_struct thread;
};

/**
 * fake_task_new() - Make a thread of a process of its own
 * @test: the test case, which frees it
 * @tgid: its process's id
 * @start_ns: when that was born
 *
 * Return: the thread, in the cgroup of the one that runs the test.
 */
struct task_struct *fake_task_new(struct kunit *test, pid_t tgid, u64 start_ns)
{
	struct task_pair *pair = kunit_kzalloc(test, sizeof(*pair), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pair);
	pair->leader.start_boottime = start_ns;
	pair->thread.start_boottime = start_ns + 1000;
	pair->thread.group_leader = &pair->leader;
	pair->thread.signal = (struct signal_struct *)pair;
	pair->thread.tgid = tgid;
	pair->thread.pid = tgid + 1;
	pair->thread.thread_pid = task_pid(current);
	rcu_assign_pointer(pair->thread.cgroups, rcu_access_pointer(current->cgroups));
	return &pair->thread;
}

/**
 * fake_idle_new() - Make an idle task
 * @test: the test case, which frees it
 *
 * The boot task becomes the idle task only once it has nothing else to do.
 *
 * Return: the task.
 */
struct task_struct *fake_idle_new(struct kunit *test)
{
	struct task_struct *idle = fake_task_new(test, 0, 0);

	idle->flags |= PF_IDLE;
	return idle;
}

/**
 * fake_used() - Usage of a key in a bank
 * @bank: the bank
 * @cookie: of the key
 * @start_ns: of the key
 *
 * Return: the usage, or NULL; nothing is made.
 */
const struct energy_usage *fake_used(const struct energy_bank *bank, unsigned long cookie,
				     u64 start_ns)
{
	unsigned int i;

	for (i = 0; i < bank->nr; i++)
		if (bank->charge[i].key.cookie == cookie &&
		    bank->charge[i].key.start_ns == start_ns)
			return &bank->charge[i].use;
	return NULL;
}
