// SPDX-License-Identifier: GPL-2.0-only
/*
 * The drain: charges and exits go from the ledgers to the PID table.
 *
 * In two halves, so that a sample can read its counters right after the flip. Order matters
 * in the second: exits make records with a name, so that charges need not look for tasks that
 * are gone; charges make the others'; and only then can a tail key find the record, by now
 * that of a dead process, that it belongs to.
 */
#include <linux/sched.h>

#include "internal.h"

/**
 * energy_drain_flip() - First half: take what every CPU has accounted
 * @core: the core
 * @now_ns: CLOCK_BOOTTIME
 *
 * Idle and offline CPUs included; constant time per CPU; no CPU is interrupted.
 *
 * Context: core->lock held.
 */
void energy_drain_flip(struct energy_core *core, u64 now_ns)
{
	unsigned int cpu;

	WRITE_ONCE(core->drain_wanted, false);
	core->drain_seq++;
	core->drain_dt_ns = core->last_drain_ns ? now_ns - core->last_drain_ns : 0;
	core->last_drain_ns = now_ns;
	energy_rmdir_flip(core);
	for (cpu = 0; cpu < core->nr_ledgers; cpu++)
		if (core->ledgers[cpu])
			core->drained[cpu] = energy_ledger_flip(core->ledgers[cpu],
								core->env->cpu_clock(cpu),
								core->env->online(cpu));
}

/* A drain in progress: what has been used in a cgroup goes up in sums, not charge by charge. */
struct drain {
	struct energy_core *core;
	struct energy_weights w;
	/* the cgroup of the last charge, a reference, and what has been used in it since */
	struct energy_cgroup *cg;
	struct energy_usage use;
	u64 score_pj;
};

/* Until the scan at load is over, what these do is in the kernel's totals. */
static bool in_totals(const struct energy_core *core, const struct energy_proc *p)
{
	return unlikely(core->scanning) && p->totals;
}

static void charge_system(struct energy_core *core, const struct energy_usage *use, u64 score_pj)
{
	energy_usage_add(&core->sys.use, use);
	energy_values_score(&core->sys, &core->sys_score_rem_pj, score_pj);
}

static void charge_nobody(struct drain *d, int cpu, const struct energy_usage *use)
{
	struct energy_core *core = d->core;
	u64 score_pj = energy_score_pj(&d->w, use);

	charge_system(core, use, score_pj);
	energy_share_lost(core, core->cpu_group[cpu], use->cpu_ns, score_pj);
}

static void leave_cgroup(struct drain *d)
{
	if (!d->cg)
		return;
	energy_cgroup_charge(d->core, d->cg, &d->use, d->score_pj);
	charge_system(d->core, &d->use, d->score_pj);
	energy_cgroup_put(d->cg);
	d->cg = NULL;
	energy_usage_clear(&d->use);
	d->score_pj = 0;
}

static noinline void look_at(struct energy_core *core, struct energy_proc *p, u64 cgid)
{
	struct energy_ident id = {};

	if (core->env->identify(p->tgid, p->start_ns, &id)) {
		energy_proc_adopt(core, p, &id);
		return;
	}
	/* a tail does not know where it ran */
	if (cgid)
		energy_proc_set_cgroup(core, p, cgid);
	energy_proc_died(core, p);
}

/* The first charge of a drain: look at the process once, and bill its memory. */
static u64 touch(struct drain *d, struct energy_proc *p, u64 cgid)
{
	struct energy_core *core = d->core;

	if (p->last_drain == core->drain_seq)
		return 0;
	p->last_drain = core->drain_seq;
	if (p->alive)
		look_at(core, p, cgid);
	return energy_score_mem_pj(&d->w, p->now.mem, core->drain_dt_ns);
}

/* Where the process ran, which may not be where it is now. */
static struct energy_cgroup *charged_cgroup(struct energy_core *core, struct energy_proc *p,
					    u64 cgid)
{
	struct energy_cgroup *cg = rcu_dereference_protected(p->cgroup,
							     lockdep_is_held(&core->lock));

	if (cg && (!cgid || cg->id == cgid))
		return cg;
	cg = cgid ? energy_cgroup_recent(core, cgid) : NULL;
	if (cg)
		return cg;
	/* the energy of the tail of who was never seen before, or there is no memory */
	core->stats.no_memory += !!cgid;
	return core->root;
}

static void enter_cgroup(struct drain *d, struct energy_proc *p, u64 cgid)
{
	struct energy_cgroup *cg = charged_cgroup(d->core, p, cgid);

	if (cg == d->cg)
		return;
	leave_cgroup(d);
	d->cg = energy_cgroup_hold(cg);
}

static void charge_process(struct drain *d, int cpu, struct energy_proc *p,
			   const struct energy_charge *c)
{
	struct energy_core *core = d->core;
	u64 score_pj = touch(d, p, c->key.cgid);

	score_pj = energy_sat_add(score_pj, energy_score_pj(&d->w, &c->use));
	energy_usage_add(&p->now.use, &c->use);
	energy_values_score(&p->now, &p->score_rem_pj, score_pj);
	enter_cgroup(d, p, c->key.cgid);
	energy_usage_add(&d->use, &c->use);
	d->score_pj = energy_sat_add(d->score_pj, score_pj);
	energy_share_charge(core, p, d->cg, core->cpu_group[cpu], c->use.cpu_ns, score_pj);
	energy_proc_mark_dirty(core, p);
}

static void drain_charges(struct drain *d, int cpu, bool tails)
{
	struct energy_core *core = d->core;
	const struct energy_bank *bank = core->drained[cpu];
	struct energy_proc *p;
	unsigned int i;

	for (i = 0; i < bank->nr; i++) {
		const struct energy_charge *c = &bank->charge[i];

		if (tails != !c->key.start_ns)
			continue;
		if (tails)
			p = energy_proctab_find_cookie(core, c->key.tgid, c->key.cookie);
		else
			p = c->proc ?: energy_proctab_get(core, &c->key);
		if (p) {
			if (!in_totals(core, p))
				charge_process(d, cpu, p, c);
		} else {
			core->stats.charges_unmatched++;
			charge_nobody(d, cpu, &c->use);
		}
	}
}

static void drain_exits(struct energy_core *core, struct energy_bank *bank)
{
	struct energy_proc *p;
	unsigned int i;

	for (i = 0; i < bank->nr_exits; i++) {
		struct energy_exit *x = &bank->exit[i];
		struct energy_charge *c = &bank->charge[x->charge];

		if (x->ident.cred) {
			energy_proc_recent_cred(core, x->ident.cred);
			x->ident.cred = NULL;
		}
		p = energy_proctab_get(core, &c->key);
		if (p) {
			energy_proc_adopt(core, p, &x->ident);
			energy_proc_died(core, p);
			p->over |= x->over;
			c->proc = p;
		} else {
			energy_ident_put(&x->ident);
		}
	}
	if (bank->nr_exits_lost) {
		core->stats.exits_lost += bank->nr_exits_lost;
		core->scan_all = true;
	}
}

/* Usage without an owner, and packets that belong to no process. */
static void drain_rest(struct drain *d, int cpu)
{
	struct energy_core *core = d->core;
	struct energy_bank *bank = core->drained[cpu];

	if (bank->nr_lost) {
		core->stats.charges_lost += bank->nr_lost;
		charge_nobody(d, cpu, &bank->lost);
	}
	if (bank->system.rx_parts || bank->system.tx)
		charge_system(core, &bank->system, energy_score_pj(&d->w, &bank->system));
}

/**
 * energy_drain_process() - Second half: bring it into the PID table
 * @core: the core
 *
 * Costs what ran, not what exists.
 *
 * Context: core->lock held; may sleep.
 */
void energy_drain_process(struct energy_core *core)
{
	struct drain d = { .core = core };
	unsigned int cpu;

	energy_params_weights(&core->params, &d.w);
	for (cpu = 0; cpu < core->nr_ledgers; cpu++)
		if (core->drained[cpu]) {
			drain_exits(core, core->drained[cpu]);
			cond_resched();
		}
	for (cpu = 0; cpu < core->nr_ledgers; cpu++)
		if (core->drained[cpu]) {
			drain_charges(&d, cpu, false);
			cond_resched();
		}
	for (cpu = 0; cpu < core->nr_ledgers; cpu++) {
		if (!core->drained[cpu])
			continue;
		if (core->drained[cpu]->nr_tails)
			drain_charges(&d, cpu, true);
		drain_rest(&d, cpu);
		energy_bank_clear(core->drained[cpu]);
	}
	leave_cgroup(&d);
	energy_rmdir_process(core);
	energy_cgroup_forget(core);
	energy_proc_forget_cred(core);
	if (core->scan_all)
		energy_scan_dead(core);
}
