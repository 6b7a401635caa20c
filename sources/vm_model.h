/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a virtual machine is estimated to use. Pure.
 *
 * The core's scores count the time that tasks were on a CPU by sched_clock(), which goes on while
 * the hypervisor runs somebody else on that CPU: cpu_ns contains stolen time, and so does the
 * model's energy (at w_cpu_ns=1000 a watt for each busy CPU). But stolen time is no energy of this
 * machine. How much of the busy time was stolen the kernel knows by the tick, and only as a whole,
 * not by task: so all that was done in a sample is scaled down by the same share. The kernel books
 * a busy tick as stolen as far as it was, and the rest as busy: the two come from the same ticks,
 * so that even where a sample has few of them, and its share is crude, they agree on the long run.
 * A sample without any has no share at all: it waits for one that has, see vm_model_waits().
 * Where no hypervisor tells of stolen time there is none, and the estimate is the model's energy
 * to the nanojoule.
 */
#ifndef _VM_MODEL_H
#define _VM_MODEL_H

#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>
#include <linux/types.h>

/* With which a second's energy fits, and what energy_core allows for its own idle_uw. */
#define VM_MODEL_IDLE_UW_MAX	1000000000U
/* A microwatt and nanosecond is a millionth of a nanojoule. */
#define VM_MODEL_UW_NS_PER_NJ	1000000U
/* A CPU that is busy has a tick by then, even if the hypervisor lets it wait for some. */
#define VM_MODEL_TICK_MAX_NS	(100 * (u64)NSEC_PER_MSEC)

/**
 * struct vm_model_now - What is known at one time
 * @model_nj: the model's energy of everything, nJ; stolen time included
 * @busy_ns: time that the CPUs were busy, stolen time not included
 * @steal_ns: time that was stolen from them
 * @ns: CLOCK_MONOTONIC: a machine that is suspended uses nothing
 */
struct vm_model_now {
	u64 model_nj;
	u64 busy_ns;
	u64 steal_ns;
	u64 ns;
};

/**
 * struct vm_model - The estimate
 * @last: what was known when it was brought up to date
 * @idle_rest: idle energy that was not a nanojoule yet, in uW x ns
 * @nj: energy estimated, nJ
 * @following: @last is valid
 */
struct vm_model {
	struct vm_model_now last;
	u64 idle_rest;
	u64 nj;
	bool following;
};

/**
 * vm_model_active_nj() - What of the model's energy was really used
 * @nj: the model's energy, nJ
 * @busy_ns: busy time in the same span, stolen time not included
 * @steal_ns: stolen time
 *
 * Rounds down: it is an estimate.
 *
 * Context: any.
 * Return: nJ, at most @nj.
 */
static inline u64 vm_model_active_nj(u64 nj, u64 busy_ns, u64 steal_ns)
{
	if (!steal_ns)
		return nj;
	/* may round up on kernels before 6.11 */
	return min(nj, mul_u64_u64_div_u64(nj, busy_ns, busy_ns + steal_ns));
}

/**
 * vm_model_idle_nj() - What idling used
 * @uw: idle power, uW, at most VM_MODEL_IDLE_UW_MAX
 * @ns: for how long
 * @rest: in and out: what was no whole nanojoule, in uW x ns
 *
 * Context: any.
 * Return: nJ.
 */
static inline u64 vm_model_idle_nj(u32 uw, u64 ns, u64 *rest)
{
	u64 seconds, part_ns, part;

	/* whole seconds by themselves: their product with a power may not fit */
	seconds = div64_u64_rem(ns, NSEC_PER_SEC, &part_ns);
	part = part_ns * uw + *rest;
	*rest = part % VM_MODEL_UW_NS_PER_NJ;
	return seconds * uw * (NSEC_PER_SEC / VM_MODEL_UW_NS_PER_NJ) +
	       part / VM_MODEL_UW_NS_PER_NJ;
}

static inline u64 vm_model_since(u64 then, u64 now)
{
	return now > then ? now - then : 0;
}

/**
 * vm_model_waits() - Is it too early to know what was stolen?
 * @m: the estimate
 * @now: what is known now
 *
 * Busy and stolen time move at ticks alone. Samples may be shorter than a tick, and most of them
 * then see neither move: were they billed in full, only those with a tick would be scaled down.
 * What they did is billed with the next tick instead, by its share.
 *
 * That is bounded, because an idle machine has no ticks: what little it does between them is
 * billed in full, and what it draws idle does not have to wait.
 *
 * Context: any.
 * Return: whether there should be no vm_model_advance() yet.
 */
static inline bool vm_model_waits(const struct vm_model *m, const struct vm_model_now *now)
{
	const struct vm_model_now *last = &m->last;

	return m->following && vm_model_since(last->model_nj, now->model_nj) &&
	       !vm_model_since(last->busy_ns, now->busy_ns) &&
	       !vm_model_since(last->steal_ns, now->steal_ns) &&
	       vm_model_since(last->ns, now->ns) < VM_MODEL_TICK_MAX_NS;
}

/**
 * vm_model_advance() - Bring the estimate up to date
 * @m: the estimate
 * @now: what is known now
 * @idle_uw: what the machine draws idle, uW
 *
 * The first time, or after @m->following was cleared, it begins there and adds nothing.
 *
 * Context: any.
 * Return: by how much it grew, nJ.
 */
static inline u64 vm_model_advance(struct vm_model *m, const struct vm_model_now *now, u32 idle_uw)
{
	const struct vm_model_now *last = &m->last;
	u64 nj = 0;

	if (m->following) {
		nj = vm_model_active_nj(vm_model_since(last->model_nj, now->model_nj),
					vm_model_since(last->busy_ns, now->busy_ns),
					vm_model_since(last->steal_ns, now->steal_ns));
		nj += vm_model_idle_nj(idle_uw, vm_model_since(last->ns, now->ns), &m->idle_rest);
	}
	m->last = *now;
	m->following = true;
	m->nj += nj;
	return nj;
}

#endif /* _VM_MODEL_H */
