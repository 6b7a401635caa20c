/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of energy_core: what perf, trace-cmd and bpftrace record without a gap.
 *
 * Names, fields and units are ABI, see "Tracepoints" in export/ABI.md. Strings are arrays of
 * fixed size, because __assign_str() lost an argument in 6.10 and distributions backport that.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM energy

#if !defined(_ENERGY_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _ENERGY_TRACE_H

#include <linux/tracepoint.h>
#include <linux/types.h>

#include <energy/source.h>

struct energy_proc;
struct energy_slot;

/* Sizes are plain numbers: they appear in the events' format as they stand here. */
#define ENERGY_TRACE_COMM_LEN	64
#define ENERGY_TRACE_KIND_LEN	8

TRACE_EVENT(energy_exit,

	TP_PROTO(const struct energy_proc *p, u64 timestamp_ns),

	TP_ARGS(p, timestamp_ns),

	TP_STRUCT__entry(
		__field(u64, timestamp)
		__field(u64, start_ns)
		__field(u64, cgid)
		__field(u64, cpu_ns)
		__field(u64, mem)
		__field(u64, instructions)
		__field(u64, wakeups)
		__field(u64, diski)
		__field(u64, disko)
		__field(u64, rx)
		__field(u64, tx)
		__field(u64, score_nj)
		__field(u64, energy_nj)
		__field(pid_t, tgid)
		__field(u32, kernel)
		__array(char, comm, ENERGY_TRACE_COMM_LEN)
	),

	TP_fast_assign(
		const struct energy_cgroup *cg = rcu_dereference_protected(p->cgroup, 1);

		__entry->timestamp = timestamp_ns;
		__entry->start_ns = p->start_ns;
		__entry->cgid = cg ? cg->id : 0;
		__entry->cpu_ns = p->now.use.cpu_ns;
		__entry->mem = p->now.mem;
		__entry->instructions = p->now.use.instructions;
		__entry->wakeups = p->now.use.wakeups;
		__entry->diski = p->now.use.diski;
		__entry->disko = p->now.use.disko;
		__entry->rx = energy_rx_packets(p->now.use.rx_parts);
		__entry->tx = p->now.use.tx;
		__entry->score_nj = p->now.score_nj;
		__entry->energy_nj = p->now.energy_nj;
		__entry->tgid = p->tgid;
		__entry->kernel = p->kernel;
		energy_comm_escape(__entry->comm, sizeof(__entry->comm), p->comm);
	),

	TP_printk("timestamp=%llu tgid=%d start_ns=%llu cgid=%llu kernel=%u cpu_ns=%llu mem=%llu instructions=%llu wakeups=%llu diski=%llu disko=%llu rx=%llu tx=%llu score_nj=%llu energy_nj=%llu comm=%s",
		  __entry->timestamp, __entry->tgid, __entry->start_ns, __entry->cgid,
		  __entry->kernel, __entry->cpu_ns, __entry->mem, __entry->instructions,
		  __entry->wakeups, __entry->diski, __entry->disko, __entry->rx, __entry->tx,
		  __entry->score_nj, __entry->energy_nj, __entry->comm)
);

TRACE_EVENT(energy_sample,

	TP_PROTO(const struct energy_slot *s),

	TP_ARGS(s),

	TP_STRUCT__entry(
		__field(u64, timestamp)
		__field(u64, dt_ns)
		__field(u64, delta_nj)
		__field(u64, measured_nj)
		__field(u64, attributed_nj)
		__field(u64, unattributed_nj)
		__field(u64, idle_nj)
		__field(u64, pending_nj)
		__field(u64, reported_nj)
		__field(u32, instance)
		__field(u32, billed)
		__array(char, kind, ENERGY_TRACE_KIND_LEN)
		__array(char, source, ENERGY_NAME_LEN)
		__array(char, domain, ENERGY_NAME_LEN)
	),

	TP_fast_assign(
		__entry->timestamp = s->last_ns;
		__entry->dt_ns = s->delta_ns;
		__entry->delta_nj = s->delta_nj;
		__entry->measured_nj = s->account.measured_nj;
		__entry->attributed_nj = s->account.attributed_nj;
		__entry->unattributed_nj = s->account.unattributed_nj;
		__entry->idle_nj = s->account.idle_nj;
		__entry->pending_nj = s->account.pending_nj;
		__entry->reported_nj = s->account.reported_nj;
		__entry->instance = s->instance;
		__entry->billed = s->billed;
		strscpy(__entry->kind, energy_kind_name(s->kind), sizeof(__entry->kind));
		energy_comm_escape(__entry->source, sizeof(__entry->source), s->src->name);
		energy_comm_escape(__entry->domain, sizeof(__entry->domain), s->name);
	),

	TP_printk("timestamp=%llu dt_ns=%llu kind=%s instance=%u source=%s billed=%u delta_nj=%llu measured_nj=%llu attributed_nj=%llu unattributed_nj=%llu idle_nj=%llu pending_nj=%llu reported_nj=%llu domain=%s",
		  __entry->timestamp, __entry->dt_ns, __entry->kind, __entry->instance,
		  __entry->source, __entry->billed, __entry->delta_nj, __entry->measured_nj,
		  __entry->attributed_nj, __entry->unattributed_nj, __entry->idle_nj,
		  __entry->pending_nj, __entry->reported_nj, __entry->domain)
);

#endif /* _ENERGY_TRACE_H */

/* Outside of the guard: define_trace.h reads this file again. It is found by -I. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE energy_trace
#include <trace/define_trace.h>
