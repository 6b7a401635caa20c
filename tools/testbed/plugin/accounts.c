// SPDX-License-Identifier: GPL-2.0-only
#include "accounts.h"

#include <stdbool.h>

#include "config.h"
#include "energy.h"
#include "rapl.h"
#include "regs.h"

#define TRUTH_NO_INLINES
#include "../truth.h"

/* The page's address; below it PCID bits, bit 63 asks for no TLB flush. */
#define CR3_ADDRESS	0x000ffffffffff000ull

/**
 * struct usage - what a vCPU, or everything that ran in an address space, has used
 * @number: of the account in @numbered, 0 if it has none
 */
struct usage {
	uint64_t pj;
	uint64_t insns;
	uint64_t user_insns;
	uint32_t number;
};

/**
 * struct vcpu_state - whom a vCPU works for
 * @cr3: its address space
 * @owner: account that it counts for, NULL for none
 * @since: its figures when that was last settled
 * @owned: its figures when the owner became that; the price of leaving idle is not in them
 * @halted: it has executed HLT and not been interrupted since
 * @wake_due_pj: price of leaving idle that no owner has taken over yet
 */
struct vcpu_state {
	uint64_t cr3;
	struct usage *owner;
	struct usage since;
	struct usage owned;
	bool halted;
	uint64_t wake_due_pj;
};

/* Protected by energy_lock(). */
static GHashTable *accounts;	/* CR3 to struct usage */
static GPtrArray *numbered;	/* struct usage, those that have ended included */
static struct usage unowned;
static uint64_t kernel_cr3;	/* of the kernel alone; 0 while it is not known */
static bool kernel_cr3_wrong;	/* what was taken for it was not */
static struct vcpu_state states[MAX_VCPUS];

void accounts_init(void)
{
	accounts = g_hash_table_new(NULL, NULL);
	numbered = g_ptr_array_new();
	/* number 0 is no account */
	g_ptr_array_add(numbered, NULL);
}

static struct usage *find_account(uint64_t cr3)
{
	struct usage *account = g_hash_table_lookup(accounts, (gpointer)cr3);

	if (!account) {
		account = g_new0(struct usage, 1);
		g_hash_table_insert(accounts, (gpointer)cr3, account);
	}
	return account;
}

/* Move what the vCPU used since the last time to whom it worked for. */
static void settle(unsigned int vcpu)
{
	struct vcpu_state *state = &states[vcpu];
	struct usage *to = state->owner ? state->owner : &unowned;
	struct usage now = {
		.pj = energy_vcpu_pj(vcpu),
		.insns = energy_vcpu_insns(vcpu),
		.user_insns = qemu_plugin_u64_get(board_user_insns, vcpu),
	};

	to->pj += now.pj - state->since.pj;
	to->insns += now.insns - state->since.insns;
	to->user_insns += now.user_insns - state->since.user_insns;
	state->since = now;
}

static void settle_all(void)
{
	for (unsigned int vcpu = 0; vcpu < energy_nr_vcpus(); vcpu++)
		settle(vcpu);
}

static void set_owner(unsigned int vcpu, struct usage *owner)
{
	struct vcpu_state *state = &states[vcpu];

	settle(vcpu);
	state->owner = owner;
	state->owned = state->since;
	if (owner) {
		state->owned.pj -= state->wake_due_pj;
		owner->pj += state->wake_due_pj;
		unowned.pj -= state->wake_due_pj;
	}
	state->wake_due_pj = 0;
	qemu_plugin_u64_set(board_orphan, vcpu, !owner);
}

void accounts_on_write_cr3(unsigned int vcpu, uint64_t cr3)
{
	energy_lock();
	states[vcpu].cr3 = cr3 & CR3_ADDRESS;
	if (states[vcpu].cr3 != kernel_cr3)
		set_owner(vcpu, find_account(states[vcpu].cr3));
	energy_unlock();
}

void accounts_on_idle(unsigned int vcpu)
{
	energy_lock();
	set_owner(vcpu, NULL);
	states[vcpu].halted = true;
	/* who idles first after the firmware, which has no pages, has never run a process */
	if (!kernel_cr3 && !kernel_cr3_wrong)
		kernel_cr3 = states[vcpu].cr3;
	energy_unlock();
}

/* A process runs in what was taken for the kernel's own: then that is not known at all. */
static void distrust_kernel_cr3(unsigned int vcpu)
{
	if (!kernel_cr3 || states[vcpu].cr3 != kernel_cr3)
		return;
	kernel_cr3 = 0;
	kernel_cr3_wrong = true;
	set_owner(vcpu, find_account(states[vcpu].cr3));
}

void accounts_on_interrupt(unsigned int vcpu)
{
	struct vcpu_state *state = &states[vcpu];

	/* Only this vCPU writes it. */
	if (!state->halted)
		return;
	energy_lock();
	state->halted = false;
	qemu_plugin_u64_add(board_energy_pj, vcpu, config.wake_nj * 1000);
	if (!energy_is_frozen())
		state->wake_due_pj = config.wake_nj * 1000;
	energy_unlock();
}

void accounts_on_user(unsigned int vcpu)
{
	energy_lock();
	set_owner(vcpu, find_account(states[vcpu].cr3));
	energy_unlock();
}

/* A package's dynamic energy in nanojoules, with the memory's that goes with it. */
static uint64_t with_dram_nj(uint64_t pj)
{
	return pj / 1000 + pj / 1000000 * config.dram_permille;
}

/* The one before keeps its number, and what it has used. */
static void begin_anew(struct usage *account)
{
	if (account->number) {
		struct usage *ended = g_new(struct usage, 1);

		*ended = *account;
		g_ptr_array_index(numbered, ended->number) = ended;
	}
	*account = (struct usage){ 0 };
}

static uint32_t birth(unsigned int vcpu, struct usage *account)
{
	const struct vcpu_state *state = &states[vcpu];
	struct usage head = {
		.pj = state->since.pj - state->owned.pj,
		.insns = state->since.insns - state->owned.insns,
		.user_insns = state->since.user_insns - state->owned.user_insns,
		.number = numbered->len,
	};

	account->pj -= head.pj;
	account->insns -= head.insns;
	account->user_insns -= head.user_insns;
	begin_anew(account);
	*account = head;
	g_ptr_array_add(numbered, account);
	return head.number;
}

static uint64_t numbered_pj(uint32_t number)
{
	const struct usage *account = NULL;

	if (number < numbered->len)
		account = g_ptr_array_index(numbered, number);
	return account ? account->pj : 0;
}

static uint64_t owned_pj(void)
{
	uint64_t pj = 0;

	for (unsigned int vcpu = 0; vcpu < energy_nr_vcpus(); vcpu++)
		pj += states[vcpu].since.pj;
	return pj - unowned.pj;
}

static uint64_t answer(unsigned int vcpu, uint32_t select, uint32_t arg)
{
	struct usage *self = find_account(states[vcpu].cr3);
	struct energy_snapshot snap;

	settle_all();
	switch (select) {
	case TRUTH_ENERGY_NJ:
		return with_dram_nj(self->pj);
	case TRUTH_INSNS:
		return self->insns;
	case TRUTH_USER_INSNS:
		return self->user_insns;
	case TRUTH_RESET:
		begin_anew(self);
		return 0;
	case TRUTH_BIRTH:
		return birth(vcpu, self);
	case TRUTH_FREEZE:
		energy_freeze();
		rapl_latch_now();
		return 0;
	case TRUTH_RELEASE:
		energy_release();
		return 0;
	case TRUTH_UNOWNED_NJ:
		return with_dram_nj(unowned.pj);
	case TRUTH_OWNED_NJ:
		return with_dram_nj(owned_pj());
	case TRUTH_ACCOUNT_NJ:
		return with_dram_nj(numbered_pj(arg));
	}
	energy_take_snapshot(&snap);
	if (select == TRUTH_PACKAGE_NJ && arg < config.packages)
		return energy_package_pj(&snap, arg) / 1000;
	if (select == TRUTH_DRAM_NJ && arg < config.packages)
		return energy_dram_pj(&snap, arg) / 1000;
	return 0;
}

void accounts_on_cpuid(unsigned int vcpu, uint32_t select, uint32_t arg)
{
	uint64_t value;

	if (select == TRUTH_PRESENT) {
		regs_set(RAX, TRUTH_LEAF);
		regs_set(RBX, TRUTH_VERSION);
		regs_set(RCX, config.packages);
		regs_set(RDX, config.cpus_per_package);
		return;
	}
	energy_lock();
	distrust_kernel_cr3(vcpu);
	value = answer(vcpu, select, arg);
	energy_unlock();
	regs_set_pair(value);
	regs_set(RBX, 0);
	regs_set(RCX, 0);
}
