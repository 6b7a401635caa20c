/* SPDX-License-Identifier: GPL-2.0-only */
/* What the core asks of the kernel around it; KUnit answers with fakes. */
#ifndef _ENERGY_ENV_H
#define _ENERGY_ENV_H

#include <linux/types.h>

struct cpumask;
struct energy_core;
struct energy_ident;
struct mm_struct;
struct task_struct;

/**
 * struct energy_cgroup_info - What the kernel knows of a cgroup
 * @parent: its parent's id; 0 for the root
 * @path: allocated with kmalloc(), the caller frees it; NULL for one that is nested too deep
 */
struct energy_cgroup_info {
	u64 parent;
	char *path;
};

/**
 * struct energy_env - The kernel around the core
 * @boottime: CLOCK_BOOTTIME, ns. Any context
 * @cpu_clock: @cpu's sched_clock, ns. Any context
 * @identify: fill @id with references of its own for the live process (@tgid, @start_ns);
 *	false if there is none. May sleep
 * @may_run: whether any thread of a process (@tgid, @start_ns) that has begun to exit may still
 *	run. Any context
 * @cgroup: look up a cgroup, with a NULL @info only whether it exists; -ENOENT when it is gone,
 *	or outside of the calling task's cgroup namespace: only the sampler thread stands in the
 *	initial one. May sleep
 * @root_cgroup: id of the default hierarchy's root. Any context
 * @online: whether @cpu can run something. Any context
 * @mem_used: the machine's memory in use, bytes. Any context
 * @settle: have each of these CPUs charge its running task's instructions, and wait for that. May
 *	sleep
 */
struct energy_env {
	u64 (*boottime)(void);
	u64 (*cpu_clock)(int cpu);
	bool (*identify)(pid_t tgid, u64 start_ns, struct energy_ident *id);
	bool (*may_run)(pid_t tgid, u64 start_ns);
	int (*cgroup)(u64 id, struct energy_cgroup_info *info);
	u64 (*root_cgroup)(void);
	bool (*online)(int cpu);
	u64 (*mem_used)(void);
	void (*settle)(struct energy_core *core, const struct cpumask *cpus);
};

extern const struct energy_env energy_env_kernel;

void energy_env_report(void);
struct task_struct *energy_leader_of(pid_t tgid, u64 start_ns);
u64 energy_mm_bytes(struct mm_struct *mm);

#endif /* _ENERGY_ENV_H */
