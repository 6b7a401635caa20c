/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one place for differences between kernel versions. Code elsewhere uses the newest
 * kernel's names; older kernels get them from here.
 */
#ifndef _ENERGY_COMPAT_H
#define _ENERGY_COMPAT_H

#include <linux/cgroup.h>
#include <linux/fs_struct.h>
#include <linux/irq_work.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/version.h>
#include <uapi/linux/perf_event.h>

#include <energy/namespace.h>

/*
 * "module: Convert symbol namespace to string literal" (6.13). On older kernels a literal
 * compiles, but its quotes become part of the name. Providers have ENERGY_IMPORT_NS().
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define EXPORT_SYMBOL_ENERGY(sym)	EXPORT_SYMBOL_NS_GPL(sym, "ENERGY")
#else
#define EXPORT_SYMBOL_ENERGY(sym)	EXPORT_SYMBOL_NS_GPL(sym, ENERGY)
#endif

/* "proc: remove PDE_DATA() completely" (5.17). */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 17, 0)
#define pde_data(inode) PDE_DATA(inode)
#endif

/* "sched: Change task_struct::state" (5.14). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
#define energy_task_state(t) READ_ONCE((t)->__state)
#else
#define energy_task_state(t) ((unsigned int)READ_ONCE((t)->state))
#endif

/* "sched/isolation: Use single feature type while referring to housekeeping cpumask" (5.18). */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 18, 0)
#define HK_TYPE_MISC HK_FLAG_MISC
#endif

/*
 * "cgroup: export cgroup_get_from_id()" (5.14). kernfs keeps its own index of ids to itself, so
 * older kernels are asked for every cgroup: once for each one that is new to us.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
static inline struct cgroup *cgroup_get_from_id(u64 id)
{
	struct cgroup_subsys_state *css;
	struct cgroup *found = NULL;

	rcu_read_lock();
	css_for_each_descendant_pre(css, &cgrp_dfl_root.cgrp.self) {
		struct cgroup *cg = container_of(css, struct cgroup, self);

		if (cgroup_id(cg) == id) {
			if (css_tryget(css))
				found = cg;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}
#endif

/* "irq_work: Provide IRQ_WORK_INIT" (5.11). */
#ifndef IRQ_WORK_INIT_HARD
#define IRQ_WORK_INIT_HARD(f) ((struct irq_work){ \
	.flags = ATOMIC_INIT(IRQ_WORK_HARD_IRQ), .func = (f) })
#endif

/*
 * "sched/tracing: Append prev_state to tp args instead" (5.18, in its last days) made the state
 * that a task leaves the CPU with the last argument; before, it is read from the task.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 18, 0)
#define ENERGY_SWITCH_ARGS \
	void *data, bool preempt, struct task_struct *prev, struct task_struct *next, \
	unsigned int prev_state
#define energy_switch_prev_state() (prev_state)
#else
#define ENERGY_SWITCH_ARGS \
	void *data, bool preempt, struct task_struct *prev, struct task_struct *next
#define energy_switch_prev_state() energy_task_state(prev)
#endif

/*
 * 6.16 gave sched_process_exit the argument group_dead, and fires it before exit_mm(). On
 * older kernels the last thread is known by its count, which two threads that exit together
 * may both see at 0.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define ENERGY_EXIT_ARGS void *data, struct task_struct *p, bool group_dead
#define energy_exit_group_dead() (group_dead)
#else
#define ENERGY_EXIT_ARGS void *data, struct task_struct *p
#define energy_exit_group_dead() (atomic_read(&p->signal->live) == 0)
#endif

/* "rcu: Make call_rcu() lazy to save power" (6.2): before, none was. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define call_rcu_hurry(head, func) call_rcu(head, func)
#endif

/*
 * "net: sock: add tracepoints sock_send_length, sock_recv_length" (6.3): a line of the table of
 * probes, which older kernels do not have.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define ENERGY_SOCK_RECV_LENGTH(...) { "sock_recv_length", __VA_ARGS__ },
#else
#define ENERGY_SOCK_RECV_LENGTH(...)
struct sock;
static inline void
check_trace_callback_type_sock_recv_length(void (*func)(void *data, struct sock *sk, int ret,
							int flags))
{
}
#endif

/* "driver core: class: remove struct class_interface * from callbacks" (6.4). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define ENERGY_CLASS_INTERFACE_ARGS struct device *dev
#else
#define ENERGY_CLASS_INTERFACE_ARGS struct device *dev, struct class_interface *intf
#endif

/* "x86/msr: Rename 'rdmsrl_safe_on_cpu()' to 'rdmsrq_safe_on_cpu()'" (6.16). */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
#define rdmsrq_safe_on_cpu rdmsrl_safe_on_cpu
#endif

/*
 * Kernel threads had init's root, until 7.x gave them an empty one of their own, and this to look
 * for a file in init's.
 */
#ifndef scoped_with_init_fs
#define scoped_with_init_fs()
#endif

/* "powercap: Add AMD Fam17h RAPL support" (5.11). */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define MSR_AMD_CORE_ENERGY_STATUS 0xc001029a
#endif

/* "perf: Extend PERF_TYPE_HARDWARE and PERF_TYPE_HW_CACHE" (5.13): no hybrid CPUs before. */
#ifndef PERF_PMU_TYPE_SHIFT
#define PERF_PMU_TYPE_SHIFT 32
#endif

/*
 * for_each_thread() for the RCU read side. The kernel's own looks at tasklist_lock too where it
 * checks how RCU is used (CONFIG_PROVE_RCU), and that is not exported.
 */
#define energy_for_each_thread(p, t) \
	list_for_each_entry_rcu(t, &(p)->signal->thread_head, thread_node)

#endif /* _ENERGY_COMPAT_H */
