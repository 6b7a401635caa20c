// SPDX-License-Identifier: GPL-2.0-only
/*
 * The probes: what the kernel tells, turned into calls of the ledger.
 *
 * The symbols of these tracepoints are not exported to modules, so they are found by name.
 * Each probe is checked against its tracepoint's prototype at build time.
 */
#include <linux/cgroup.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/preempt.h>
#include <linux/refcount.h>
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>
#include <linux/skbuff.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <net/sock.h>
#include <trace/events/cgroup.h>
#include <trace/events/net.h>
#include <trace/events/sched.h>
#include <trace/events/skb.h>
#include <trace/events/sock.h>

#include "exit.h"
#include "internal.h"
#include "interval.h"
#include "metering.h"

static struct energy_ledger *this_ledger(struct energy_ledger **ledgers)
{
	return ledgers[smp_processor_id()];
}

/* The last switch away from a task: nothing that it waits for. */
static noinline notrace void switch_over(struct energy_ledger *l, struct task_struct *prev,
					 struct task_struct *next)
{
	u64 insns;

	raw_spin_lock(&l->lock);
	insns = static_branch_unlikely(&energy_metered) ? energy_meter_take(l) : 0;
	energy_ledger_switch(l, prev, next, 0, insns, local_clock());
	energy_ledger_over(l, prev);
	raw_spin_unlock(&l->lock);
}

/* As below, with instructions. Out of line: its registers would be saved there, too. */
static noinline notrace void switch_metered(struct energy_ledger *l, struct task_struct *prev,
					    struct task_struct *next, unsigned int slept)
{
	u64 insns;

	raw_spin_lock(&l->lock);
	insns = energy_meter_take(l);
	energy_ledger_switch(l, prev, next, slept, insns, local_clock());
	raw_spin_unlock(&l->lock);
}

/* See interval.h for what it may cost. The clock is read under the lock to save registers. */
static notrace void probe_switch(ENERGY_SWITCH_ARGS)
{
	struct energy_ledger *l = this_ledger(data);
	unsigned int state = energy_switch_prev_state(), slept;

	if (unlikely(state & TASK_DEAD)) {
		switch_over(l, prev, next);
		return;
	}
	slept = energy_interval_slept(preempt, state);
	/* or gcc works it out later, and keeps all of it over the calls until then */
	OPTIMIZER_HIDE_VAR(slept);
	if (static_branch_unlikely(&energy_metered)) {
		switch_metered(l, prev, next, slept);
		return;
	}
	raw_spin_lock(&l->lock);
	energy_ledger_switch(l, prev, next, slept, 0, local_clock());
	raw_spin_unlock(&l->lock);
}

/*
 * Whether no other thread of a process is left, not even one that has reaped itself and runs its
 * last instructions elsewhere: each has a reference until after its last switch, see
 * __put_task_struct().
 */
static bool only_thread(const struct signal_struct *sig)
{
	return refcount_read(&sig->sigcnt) == 1;
}

static void probe_exit(ENERGY_EXIT_ARGS)
{
	struct energy_ledger *l;
	struct energy_exit *x;
	struct energy_key key;
	unsigned long flags;

	if (!energy_exit_group_dead())
		return;
	local_irq_save(flags);
	l = this_ledger(data);
	raw_spin_lock(&l->lock);
	energy_key_of(p, &key);
	x = energy_ledger_exit(l, &key, current_real_cred());
	if (x) {
		/* the leader may have left the cgroup, or not followed to it, long ago */
		energy_ident_of(&x->ident, p->group_leader, task_tgid(p), key.cgid);
		if (p->mm && !x->ident.kernel) {
			x->ident.mem = energy_mm_bytes(p->mm);
			x->ident.mem_known = true;
		}
		if (only_thread(p->signal))
			energy_ledger_exiting(l, p, x);
	}
	raw_spin_unlock(&l->lock);
	local_irq_restore(flags);
}

static u64 gso_segs(const struct sk_buff *skb)
{
	u64 segs = skb_shinfo(skb)->gso_segs;

	return segs + !segs;
}

/* By way of a number: to newer compilers per-CPU memory is an address space of its own. */
static struct energy_packets __percpu *packets_of(void *data)
{
	return (struct energy_packets __percpu *)(unsigned long)data;
}

/*
 * Rule 8: at the lowest device only, or a packet through bridge or VLAN counts twice. The
 * lower_level is 1 if there is no device below, see __netdev_update_lower_level().
 */
static notrace void probe_xmit(void *data, struct sk_buff *skb)
{
	struct energy_packets __percpu *packets = packets_of(data);
	u64 segs;

	if (skb->dev->lower_level > 1)
		return;
	segs = gso_segs(skb);
	if (in_task())
		this_cpu_add(packets->tx, segs);
	else
		this_cpu_add(packets->softirq_tx, segs);
}

static bool is_inet(const struct sock *sk, int protocol)
{
	return (sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
	       sk->sk_protocol == protocol;
}

/*
 * TCP: @len bytes of @skb are copied to user space. The same tracepoint fires for sockets of
 * other families and for large datagrams; those are left to probe_recv(), or to nobody.
 */
static notrace void probe_copy(void *data, const struct sk_buff *skb, int len)
{
	struct energy_packets __percpu *packets = packets_of(data);
	const struct sock *sk = skb->sk;
	u64 segs;

	if (!sk || !is_inet(sk, IPPROTO_TCP) || len <= 0 || !skb->len || !in_task())
		return;
	segs = gso_segs(skb);
	this_cpu_add(packets->rx_parts,
		     div_u64(min_t(u64, len, skb->len) * segs * ENERGY_RX_ONE, skb->len));
}

/*
 * UDP: one datagram. Who receives is a task always: it may sleep for it. The kernel's own
 * consumer of this tracepoint follows @sk too, without a question.
 */
static notrace void probe_recv(void *data, struct sock *sk, int ret, int flags)
{
	struct energy_packets __percpu *packets = packets_of(data);

	if (!is_inet(sk, IPPROTO_UDP) || ret < 0 || (flags & MSG_PEEK))
		return;
	this_cpu_add(packets->rx_parts, ENERGY_RX_ONE);
}

static void probe_rmdir(void *data, struct cgroup *cgrp, const char *path)
{
	/* an id is unique within its hierarchy only */
	if (cgrp->root == &cgrp_dfl_root)
		energy_rmdir_note(data, cgroup_id(cgrp), cgroup_id(cgroup_parent(cgrp)));
}

/* What a probe is given: just what it needs, because each step to it costs every time. */
enum probe_data {
	GIVE_CORE,
	GIVE_LEDGERS,
	GIVE_PACKETS,
};

static const struct energy_probe {
	const char *name;
	void *func;
	enum probe_data data;
} probes[] = {
	{ "sched_switch", probe_switch, GIVE_LEDGERS },
	{ "sched_process_exit", probe_exit, GIVE_LEDGERS },
	{ "cgroup_rmdir", probe_rmdir, GIVE_CORE },
	{ "net_dev_queue", probe_xmit, GIVE_PACKETS },
	{ "skb_copy_datagram_iovec", probe_copy, GIVE_PACKETS },
	ENERGY_SOCK_RECV_LENGTH(probe_recv, GIVE_PACKETS)
};

static void __maybe_unused check_prototypes(void)
{
	check_trace_callback_type_sched_switch(probe_switch);
	check_trace_callback_type_sched_process_exit(probe_exit);
	check_trace_callback_type_cgroup_rmdir(probe_rmdir);
	check_trace_callback_type_net_dev_queue(probe_xmit);
	check_trace_callback_type_skb_copy_datagram_iovec(probe_copy);
	check_trace_callback_type_sock_recv_length(probe_recv);
}

struct search {
	const char *name;
	struct tracepoint *tp;
};

static void match_tracepoint(struct tracepoint *tp, void *priv)
{
	struct search *s = priv;

	if (!strcmp(tp->name, s->name))
		s->tp = tp;
}

static struct tracepoint *find_tracepoint(const char *name)
{
	struct search s = { .name = name };

	for_each_kernel_tracepoint(match_tracepoint, &s);
	return s.tp;
}

static void *probe_data(struct energy_core *core, const struct energy_probe *probe)
{
	switch (probe->data) {
	case GIVE_LEDGERS:
		return core->ledgers;
	case GIVE_PACKETS:
		return (void *)(__force unsigned long)core->packets;
	default:
		return core;
	}
}

static int probe_on(struct energy_core *core, const struct energy_probe *probe)
{
	struct tracepoint *tp = find_tracepoint(probe->name);

	if (!tp) {
		pr_err("energy: this kernel has no tracepoint %s\n", probe->name);
		return -ENODEV;
	}
	return tracepoint_probe_register(tp, probe->func, probe_data(core, probe));
}

static void probes_off(struct energy_core *core, unsigned int n)
{
	while (n--)
		tracepoint_probe_unregister(find_tracepoint(probes[n].name), probes[n].func,
					    probe_data(core, &probes[n]));
	/*
	 * Rule 15: depending on the kernel, probes run under SRCU or with preemption disabled;
	 * and what they read is protected by RCU.
	 */
	tracepoint_synchronize_unregister();
	synchronize_rcu();
}

static void begin_here(void *data)
{
	struct energy_core *core = data;
	struct energy_ledger *l = this_ledger(core->ledgers);

	energy_ledger_begin(l, current, sched_clock_cpu(l->cpu));
}

/**
 * energy_probes_register() - Begin to listen
 * @core: the core
 *
 * Interrupts every CPU once, to learn what runs there (rule 4): it may have no switch for long,
 * where totals.c cannot make it switch.
 *
 * Context: may sleep.
 * Return: 0, -ENODEV on a kernel without the tracepoints, or another negative errno.
 */
int energy_probes_register(struct energy_core *core)
{
	unsigned int n;
	int ret;

	for (n = 0; n < ARRAY_SIZE(probes); n++) {
		ret = probe_on(core, &probes[n]);
		if (ret) {
			probes_off(core, n);
			return ret;
		}
	}
	on_each_cpu(begin_here, core, 1);
	return 0;
}

/**
 * energy_probes_unregister() - Stop listening
 * @core: the core
 *
 * When it returns no probe runs any more, on any CPU, and no early drain is on its way.
 *
 * Context: may sleep.
 */
void energy_probes_unregister(struct energy_core *core)
{
	unsigned int cpu;

	probes_off(core, ARRAY_SIZE(probes));
	for (cpu = 0; cpu < core->nr_ledgers; cpu++)
		if (core->ledgers[cpu])
			irq_work_sync(&core->ledgers[cpu]->drain_work);
}
