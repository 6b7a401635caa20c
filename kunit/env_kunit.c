// SPDX-License-Identifier: GPL-2.0-only
/* The one part of the core that is not tested with a fake kernel: its view of the real one. */
#include <kunit/test.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "fake.h"

static void identify_a_kernel_thread(struct kunit *test)
{
	struct task_struct *leader = current->group_leader;
	struct energy_ident id = {};

	KUNIT_ASSERT_TRUE(test, energy_env_kernel.identify(leader->tgid, leader->start_boottime,
							   &id));
	/* the record knows its number in the initial namespace */
	KUNIT_EXPECT_NULL(test, id.pid);
	KUNIT_EXPECT_PTR_EQ(test, id.cred, current_cred());
	KUNIT_EXPECT_STREQ(test, id.comm, leader->comm);
	KUNIT_EXPECT_TRUE(test, id.kernel);
	KUNIT_EXPECT_EQ(test, id.cgid, 1ULL);
	energy_ident_put(&id);
	KUNIT_EXPECT_NULL(test, id.cred);
	/* once more: nothing to give back */
	energy_ident_put(&id);
}

static void identify_gives_a_reference(struct kunit *test)
{
	struct task_struct *leader = current->group_leader;
	long before = atomic_long_read(&current_cred()->usage);
	struct energy_ident id = {};

	KUNIT_ASSERT_TRUE(test, energy_env_kernel.identify(leader->tgid, leader->start_boottime,
							   &id));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&current_cred()->usage), before + 1);
	energy_ident_put(&id);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&current_cred()->usage), before);
}

/* In a namespace of its own a process has other numbers, which only its pid knows. */
static void identity_keeps_a_pid_that_says_more(struct kunit *test)
{
	struct pid *pid = kunit_kzalloc(test, struct_size(pid, numbers, 2), GFP_KERNEL);
	struct energy_ident id = {};

	KUNIT_ASSERT_NOT_NULL(test, pid);
	refcount_set(&pid->count, 1);
	rcu_read_lock();
	energy_ident_of(&id, current, pid, 0);
	KUNIT_EXPECT_NULL(test, id.pid);
	KUNIT_EXPECT_EQ(test, refcount_read(&pid->count), 1U);
	pid->level = 1;
	energy_ident_of(&id, current, pid, 0);
	rcu_read_unlock();
	KUNIT_EXPECT_PTR_EQ(test, id.pid, pid);
	KUNIT_EXPECT_EQ(test, refcount_read(&pid->count), 2U);
	energy_ident_put(&id);
	KUNIT_EXPECT_NULL(test, id.pid);
	KUNIT_EXPECT_EQ(test, refcount_read(&pid->count), 1U);
}

static void identify_nobody(struct kunit *test)
{
	struct task_struct *leader = current->group_leader;
	struct energy_ident id = {};

	/* a PID that was reused is somebody else */
	KUNIT_EXPECT_FALSE(test, energy_env_kernel.identify(leader->tgid,
							    leader->start_boottime + 1, &id));
	KUNIT_EXPECT_FALSE(test, energy_env_kernel.identify(PID_MAX_LIMIT - 1, 5, &id));
	KUNIT_EXPECT_FALSE(test, energy_env_kernel.identify(0, 0, &id));
	KUNIT_EXPECT_NULL(test, id.pid);
	KUNIT_EXPECT_NULL(test, id.cred);
}

static void may_run_as_long_as_it_lives(struct kunit *test)
{
	struct task_struct *leader = current->group_leader;

	KUNIT_EXPECT_TRUE(test, energy_env_kernel.may_run(leader->tgid, leader->start_boottime));
	/* a PID that was reused is somebody else */
	KUNIT_EXPECT_FALSE(test, energy_env_kernel.may_run(leader->tgid,
							   leader->start_boottime + 1));
	KUNIT_EXPECT_FALSE(test, energy_env_kernel.may_run(PID_MAX_LIMIT - 1, 5));
}

static void root_cgroup(struct kunit *test)
{
	struct energy_cgroup_info info = {};

	KUNIT_ASSERT_EQ(test, energy_env_kernel.cgroup(1, &info), 0);
	KUNIT_EXPECT_EQ(test, info.parent, 0ULL);
	KUNIT_EXPECT_STREQ(test, info.path, "/");
	kfree(info.path);
}

static void cgroup_that_is_not(struct kunit *test)
{
	struct energy_cgroup_info info = {};

	KUNIT_EXPECT_EQ(test, energy_env_kernel.cgroup(987654321, &info), -ENOENT);
	KUNIT_EXPECT_NULL(test, info.path);
}

static void clock_and_cpus(struct kunit *test)
{
	u64 first = energy_env_kernel.cpu_clock(0), second = energy_env_kernel.cpu_clock(0);

	KUNIT_EXPECT_GT(test, first, 0ULL);
	KUNIT_EXPECT_GE(test, second, first);
	KUNIT_EXPECT_TRUE(test, energy_env_kernel.online(0));
}

static void memory_in_use(struct kunit *test)
{
	u64 used = energy_env_kernel.mem_used();

	KUNIT_EXPECT_GT(test, used, 1ULL << 20);
	KUNIT_EXPECT_LE(test, used, (u64)totalram_pages() << PAGE_SHIFT);
}

static struct kunit_case env_cases[] = {
	KUNIT_CASE(identify_a_kernel_thread),
	KUNIT_CASE(identify_gives_a_reference),
	KUNIT_CASE(identity_keeps_a_pid_that_says_more),
	KUNIT_CASE(identify_nobody),
	KUNIT_CASE(may_run_as_long_as_it_lives),
	KUNIT_CASE(root_cgroup),
	KUNIT_CASE(cgroup_that_is_not),
	KUNIT_CASE(clock_and_cpus),
	KUNIT_CASE(memory_in_use),
	{}
};

static struct kunit_suite env_suite = {
	.name = "energy_env",
	.test_cases = env_cases,
};

kunit_test_suite(env_suite);
