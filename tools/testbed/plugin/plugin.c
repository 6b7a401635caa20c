// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QEMU plugin that gives a guest the power and performance counters of a
 * server, and knows the energy that every one of its processes really used.
 *
 * This file looks at each instruction once, when QEMU translates it: it adds
 * the instruction's cost to the translated code, and callbacks where the
 * virtual hardware has to answer instead of QEMU.
 */
#include <stdio.h>

#include "accounts.h"
#include "clock.h"
#include "config.h"
#include "energy.h"
#include "insn.h"
#include "msr.h"
#include "pmu.h"
#include "qemu_plugin_api.h"
#include "regs.h"

#define TRUTH_NO_INLINES
#include "../truth.h"

#define MAX_INSN_BYTES	16

#define CPUID_1_ECX_PDCM	(1 << 15)

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

/* Results that QEMU is about to produce and that are looked at one instruction later. */
enum result { RESULT_NONE, RESULT_TSC, RESULT_CPUID_1 };
static enum result awaited[MAX_VCPUS];

/*
 * Places in a page that follow an instruction with such a result at the end of
 * its block: the next block starts there. Other code may start at the same
 * place in another page, hence awaited[]. Protected by energy_lock().
 */
#define PAGE_SIZE	4096
static bool after_result[PAGE_SIZE];

/* The user data of these callbacks is the next instruction's address at translation. */

static void on_rdmsr(unsigned int vcpu, void *next)
{
	if (msr_on_read(vcpu) == MSR_DONE)
		regs_skip_to((uint64_t)next);
}

static void on_wrmsr(unsigned int vcpu, void *next)
{
	if (msr_on_write(vcpu) == MSR_DONE)
		regs_skip_to((uint64_t)next);
}

static void on_rdpmc(unsigned int vcpu, void *next)
{
	pmu_rdpmc(vcpu);
	regs_skip_to((uint64_t)next);
}

static void on_cpuid(unsigned int vcpu, void *next)
{
	uint32_t leaf = regs_get(RAX);

	if (leaf == TRUTH_LEAF)
		accounts_on_cpuid(vcpu, regs_get(RCX), regs_get(RBX));
	else if (leaf == 0xa && !config.amd)
		pmu_on_cpuid();
	else if (leaf == 1 && !config.amd)
		awaited[vcpu] = RESULT_CPUID_1;
	if (leaf == TRUTH_LEAF || (leaf == 0xa && !config.amd))
		regs_skip_to((uint64_t)next);
}

static void on_rdtsc(unsigned int vcpu, void *next)
{
	awaited[vcpu] = RESULT_TSC;
}

static void on_idle(unsigned int vcpu, void *next)
{
	accounts_on_idle(vcpu);
}

static void on_write_cr3(unsigned int vcpu, void *reg)
{
	accounts_on_write_cr3(vcpu, regs_get((enum gpr)(uintptr_t)reg));
}

static void on_user(unsigned int vcpu, void *unused)
{
	accounts_on_user(vcpu);
}

static void on_result(unsigned int vcpu, void *unused)
{
	enum result result = awaited[vcpu];

	awaited[vcpu] = RESULT_NONE;
	if (result == RESULT_TSC) {
		energy_lock();
		clock_saw_tsc(regs_get_pair());
		energy_unlock();
	} else if (result == RESULT_CPUID_1) {
		/* QEMU's TCG does not offer PDCM, which announces full-width writes. */
		regs_set(RCX, regs_get(RCX) | CPUID_1_ECX_PDCM);
	}
}

static void on_discontinuity(unsigned int vcpu, enum qemu_plugin_discon_type type, uint64_t from,
			     uint64_t to, void *unused)
{
	if (type == QEMU_PLUGIN_DISCON_INTERRUPT)
		accounts_on_interrupt(vcpu);
	else
		msr_on_exception(vcpu);
}

static void on_vcpu_init(unsigned int vcpu, void *unused)
{
	regs_find();
}

static const struct {
	qemu_plugin_vcpu_udata_cb_t callback;
	enum qemu_plugin_cb_flags flags;
	bool may_skip;		/* counted so far must be exactly up to here */
} specials[] = {
	[INSN_RDMSR] = { on_rdmsr, QEMU_PLUGIN_CB_RW_REGS_PC, true },
	[INSN_WRMSR] = { on_wrmsr, QEMU_PLUGIN_CB_RW_REGS_PC, true },
	[INSN_RDPMC] = { on_rdpmc, QEMU_PLUGIN_CB_RW_REGS_PC, true },
	[INSN_CPUID] = { on_cpuid, QEMU_PLUGIN_CB_RW_REGS_PC, true },
	[INSN_RDTSC] = { on_rdtsc, QEMU_PLUGIN_CB_NO_REGS, false },
	[INSN_IDLE] = { on_idle, QEMU_PLUGIN_CB_NO_REGS, true },
	[INSN_WRITE_CR3] = { on_write_cr3, QEMU_PLUGIN_CB_R_REGS, true },
};

static bool has_late_result(const struct insn *insn)
{
	return (insn->special == INSN_CPUID && !config.amd) ||
	       (insn->special == INSN_RDTSC && config.clock_tsc);
}

static void add_special(struct qemu_plugin_insn *handle, const struct insn *insn, uint64_t next)
{
	void *udata = (void *)next;

	if (insn->special == INSN_PLAIN || (insn->special == INSN_RDTSC && !config.clock_tsc))
		return;
	if (insn->special == INSN_WRITE_CR3)
		udata = (void *)(uintptr_t)insn->reg;
	qemu_plugin_register_vcpu_insn_exec_cb(handle, specials[insn->special].callback,
					       specials[insn->special].flags, udata);
}

/* Instructions whose counts are added together, when the first of them runs. */
struct segment {
	struct qemu_plugin_insn *first;
	uint64_t insns;
	uint64_t pj;
};

static void add_segment(struct segment *segment, bool kernel)
{
	if (!segment->insns)
		return;
	qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
		segment->first, QEMU_PLUGIN_INLINE_ADD_U64,
		kernel ? board_kernel_insns : board_user_insns, segment->insns);
	qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
		segment->first, QEMU_PLUGIN_INLINE_ADD_U64, board_energy_pj, segment->pj);
	*segment = (struct segment){ 0 };
}

static void add_to_segment(struct segment *segment, struct qemu_plugin_insn *handle,
			   const struct insn *insn)
{
	if (!segment->insns++)
		segment->first = handle;
	segment->pj += config.insn_pj[insn->class];
	if (insn->class == INSN_STRING && config.string_byte_pj)
		qemu_plugin_register_vcpu_mem_inline_per_vcpu(
			handle, QEMU_PLUGIN_MEM_RW, QEMU_PLUGIN_INLINE_ADD_U64, board_energy_pj,
			insn->access_bytes * config.string_byte_pj);
}

static bool starts_after_result(uint64_t address)
{
	bool found;

	energy_lock();
	found = after_result[address % PAGE_SIZE];
	energy_unlock();
	return found;
}

static void note_after_result(uint64_t address)
{
	energy_lock();
	after_result[address % PAGE_SIZE] = true;
	energy_unlock();
}

/*
 * An instruction's counts must be added before its callback runs, and callbacks
 * run in the order of their registration: a segment is registered only when its
 * last instruction is known, so a segment's first instruction never has one of
 * its own unless it is also the last.
 */
static void on_translate(struct qemu_plugin_tb *tb, void *unused)
{
	size_t count = qemu_plugin_tb_n_insns(tb);
	uint64_t address = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0));
	/* Linux gives the upper half of the address space to the kernel. */
	bool kernel = (int64_t)address < 0;
	bool result_due = starts_after_result(address);
	struct segment segment = { 0 };

	if (!kernel)
		qemu_plugin_register_vcpu_tb_exec_cond_cb(tb, on_user, QEMU_PLUGIN_CB_NO_REGS,
							  QEMU_PLUGIN_COND_NE, board_orphan, 0,
							  NULL);
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *handle = qemu_plugin_tb_get_insn(tb, i);
		uint8_t bytes[MAX_INSN_BYTES];
		size_t size = qemu_plugin_insn_data(handle, bytes, sizeof(bytes));
		struct insn insn = insn_decode(bytes, size);
		uint64_t next = qemu_plugin_insn_vaddr(handle) + size;

		if (result_due)
			qemu_plugin_register_vcpu_insn_exec_cb(handle, on_result,
							       QEMU_PLUGIN_CB_RW_REGS, NULL);
		add_to_segment(&segment, handle, &insn);
		if (insn.special != INSN_PLAIN && specials[insn.special].may_skip)
			add_segment(&segment, kernel);
		add_special(handle, &insn, next);
		result_due = has_late_result(&insn);
		if (result_due && i == count - 1)
			note_after_result(next);
	}
	add_segment(&segment, kernel);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
					   int argc, char **argv)
{
	if (!info->system_emulation || info->max_vcpus > MAX_VCPUS) {
		fprintf(stderr, "energy plugin: wants a machine of at most %d vCPUs\n", MAX_VCPUS);
		return -1;
	}
	if (!config_parse(argc, argv))
		return -1;
	energy_init();
	clock_init();
	accounts_init();
	qemu_plugin_register_vcpu_init_cb(id, on_vcpu_init, NULL);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate, NULL);
	qemu_plugin_register_vcpu_discon_cb(
		id, QEMU_PLUGIN_DISCON_INTERRUPT | QEMU_PLUGIN_DISCON_EXCEPTION, on_discontinuity,
		NULL);
	return 0;
}
