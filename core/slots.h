/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slots and groups: which counters exist, who reads them, and which CPUs pay for them.
 *
 * A slot is one (kind, instance) that some source has offered; its account outlives the
 * source. A group is a set of CPUs that share billed slots; the groups are disjoint.
 */
#ifndef _ENERGY_SLOTS_H
#define _ENERGY_SLOTS_H

#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/types.h>

#include <energy/source.h>
#include "books.h"
#include "idle.h"

struct energy_cgroup;
struct energy_core;
struct energy_proc;
struct energy_share;

/**
 * struct energy_next - Who reads a slot after a choice
 * @src: the source, or NULL
 * @dom: its domain, or NULL
 * @raw: its counter
 * @error: what reading it gave: 0, ENERGY_COUNTER_WAIT or a negative errno
 * @ns: when it was read
 * @moving: it is another one than before
 * @read: @raw, @error and @ns are known
 */
struct energy_next {
	struct energy_source *src;
	const struct energy_domain *dom;
	u64 raw;
	int error;
	u64 ns;
	bool moving;
	bool read;
};

/**
 * struct energy_slot - One domain's place in the books; core->lock
 * @node: in core->slots, ordered by kind and instance
 * @kind: see enum energy_kind
 * @instance: which one of its kind
 * @name: as its last source called it
 * @src: the source that is read, or NULL
 * @dom: its domain, or NULL
 * @account: where its energy went
 * @base_raw: the counter when @src was chosen
 * @raw: the counter at the last good read
 * @raw_now: what this sample has read, not billed yet
 * @frac: part of a nanojoule not counted yet, in units of 1 / 2^shift nJ
 * @last_ns: when @raw was read; 0 if the counter is not followed
 * @heard_ns: when the source last said that there is nothing new
 * @blind_ns: since when it is not, though there is a source
 * @delta_nj: what it then had counted since the read before
 * @delta_ns: time between the two; 0 if @raw is a new baseline
 * @pot_nj: while its group is billed, what it has for processes
 * @trust_ns: how long after @last_ns a delta can still be trusted
 * @wraps: how often the counter wrapped since @base_raw
 * @reads: good reads
 * @gaps: failed reads
 * @lost_ns: time whose energy is unknown
 * @idle: what is known of its idle power
 * @idle_uw: the idle power that was last used, uW; 0 is the busy-time ratio
 * @read_ns: time of the last good read, to the point; @last_ns is that of its sample
 * @blur_ns: by how much @read_ns may be wrong
 * @last_error: of the last failed read, a negative errno
 * @read_ok: @raw_now is good
 * @billed: it is in a billing set
 * @waits: at the last read the source had nothing new, and said so
 * @reset: the source says that the counter began anew since the last good read
 * @slept: the machine was suspended since then: going back is a reset, not a wrap
 * @next: what is read from the end of this sample on, see choice.c
 */
struct energy_slot {
	struct list_head node;
	enum energy_kind kind;
	unsigned int instance;
	char name[ENERGY_NAME_LEN];
	struct energy_source *src;
	const struct energy_domain *dom;
	struct energy_account account;
	u64 base_raw;
	u64 raw;
	u64 raw_now;
	u64 frac;
	u64 last_ns;
	u64 heard_ns;
	u64 blind_ns;
	u64 delta_nj;
	u64 delta_ns;
	u64 pot_nj;
	u64 trust_ns;
	u64 wraps;
	u64 reads;
	u64 gaps;
	u64 lost_ns;
	struct energy_idle idle;
	u32 idle_uw;
	u64 read_ns;
	u64 blur_ns;
	int last_error;
	bool read_ok;
	bool billed;
	bool waits;
	bool reset;
	bool slept;
	struct energy_next next;
};

#define ENERGY_MAX_BILLED 3

/**
 * struct energy_group - CPUs that share billed slots; core->lock
 * @cpus: the CPUs
 * @slots: what they pay for (rule 12): package + dram, or the best that exists
 * @nr_slots: how many
 * @shares: claims since the last good read
 * @lost_score_pj: the claim of usage that has no process
 * @lost_ns: its CPU time
 * @score_pj: sum of all claims, that one included; saturates
 * @busy_ns: the same of their CPU time
 * @capacity_ns: CPU time there was since then
 * @nr_cpus: how many CPUs
 * @nr_online: how many of them are online
 * @offline: none was, at some time since the last good read
 */
struct energy_group {
	struct cpumask cpus;
	struct energy_slot *slots[ENERGY_MAX_BILLED];
	unsigned int nr_slots;
	struct energy_share *shares;
	u64 lost_score_pj;
	u64 lost_ns;
	u64 score_pj;
	u64 busy_ns;
	u64 capacity_ns;
	unsigned int nr_cpus;
	unsigned int nr_online;
	bool offline;
};

const struct energy_domain *energy_slot_domain(const struct energy_slot *s,
					       const struct energy_source *src);
int energy_slots_add(struct energy_core *core, const struct energy_source *src);
void energy_slots_replace(struct energy_core *core, const struct energy_source *src,
			  const struct energy_source *now);
void energy_slots_read(struct energy_core *core, u64 now_ns);
void energy_slots_read_models(struct energy_core *core);
void energy_slot_read_next(struct energy_core *core, struct energy_slot *s);
void energy_slots_slept(struct energy_core *core);
void energy_slot_lose(struct energy_slot *s, u64 now_ns);
void energy_slots_forget(struct energy_core *core, u64 now_ns);
void energy_slots_destroy(struct energy_core *core);
int energy_groups_build(struct energy_core *core);
void energy_groups_drop(struct energy_core *core);

/* choice.c: which source is read */
void energy_choice_plan(struct energy_core *core);
int energy_choice_start(struct energy_source *src);
int energy_choice_switch(struct energy_core *core, u64 now_ns, bool regroup);

/* bill.c: what the counters say, split over who ran */
void energy_bill(struct energy_core *core, u64 now_ns, u64 dt_ns);

/* shares.c: who has a claim on a group's energy */
void energy_share_charge(struct energy_core *core, struct energy_proc *p,
			 struct energy_cgroup *cg, int group, u64 cpu_ns, u64 score_pj);
void energy_share_lost(struct energy_core *core, int group, u64 cpu_ns, u64 score_pj);
void energy_shares_drop(struct energy_core *core, struct energy_group *g);
void energy_shares_destroy(struct energy_core *core);

#endif /* _ENERGY_SLOTS_H */
