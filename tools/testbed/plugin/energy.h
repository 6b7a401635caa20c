/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The energy that the virtual machine has used: by vCPU, from what it executed,
 * and by package, with static power on top.
 *
 * Locking: energy_lock() protects everything but the vCPUs' own boards, which
 * translated code adds to without a lock. A board is read whole words at a
 * time, so a reader on another vCPU may miss the instructions of this instant
 * and nothing else. qemu_plugin_set_pc() must never be called with the lock held.
 */
#ifndef ENERGY_H
#define ENERGY_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "qemu_plugin_api.h"

/**
 * struct board - what translated code writes, one per vCPU
 * @user_insns: instructions retired in user mode
 * @kernel_insns: instructions retired in kernel mode
 * @energy_pj: what they cost
 * @orphan: not zero while no address space owns what this vCPU executes
 */
struct board {
	uint64_t user_insns;
	uint64_t kernel_insns;
	uint64_t energy_pj;
	uint64_t orphan;
};

extern struct qemu_plugin_u64 board_user_insns;
extern struct qemu_plugin_u64 board_kernel_insns;
extern struct qemu_plugin_u64 board_energy_pj;
extern struct qemu_plugin_u64 board_orphan;

/**
 * energy_init() - Set up the boards.
 */
void energy_init(void);

void energy_lock(void);
void energy_unlock(void);

/**
 * energy_nr_vcpus() - vCPUs whose boards may be looked up.
 *
 * QEMU aborts on a look-up for a vCPU that it has not counted yet.
 */
unsigned int energy_nr_vcpus(void);

/**
 * energy_vcpu_insns() - Instructions that a vCPU has retired in both modes.
 */
uint64_t energy_vcpu_insns(unsigned int vcpu);

/**
 * energy_vcpu_pj() - Dynamic energy of a vCPU, less what was used while frozen.
 *
 * Context: energy_lock() held.
 */
uint64_t energy_vcpu_pj(unsigned int vcpu);

/**
 * energy_active_ns() - The guest's time, less what passed while frozen.
 *
 * Context: energy_lock() held.
 */
uint64_t energy_active_ns(void);

/**
 * struct energy_snapshot - the machine's energy at one instant
 * @active_ns: the time it was taken at
 * @vcpu_pj: dynamic energy of each vCPU
 */
struct energy_snapshot {
	uint64_t active_ns;
	uint64_t vcpu_pj[MAX_VCPUS];
};

/**
 * energy_take_snapshot() - Fill a snapshot with the present.
 *
 * Context: energy_lock() held.
 */
void energy_take_snapshot(struct energy_snapshot *snap);

/**
 * energy_package_pj() - Energy of a package, dynamic and static.
 */
uint64_t energy_package_pj(const struct energy_snapshot *snap, unsigned int package);

/**
 * energy_dram_pj() - Energy of a package's memory, dynamic and static.
 */
uint64_t energy_dram_pj(const struct energy_snapshot *snap, unsigned int package);

/**
 * energy_platform_pj() - Energy of the whole machine, as a power supply sees it.
 */
uint64_t energy_platform_pj(const struct energy_snapshot *snap);

/**
 * energy_cores_pj() - Dynamic energy of a package's cores.
 */
uint64_t energy_cores_pj(const struct energy_snapshot *snap, unsigned int package);

/**
 * energy_static_pj() - What a power draws in a time.
 * @milliwatts: the power
 * @ns: the time
 */
uint64_t energy_static_pj(uint64_t milliwatts, uint64_t ns);

/**
 * energy_freeze() - Hold every energy figure still.
 *
 * Context: energy_lock() held.
 */
void energy_freeze(void);

/**
 * energy_release() - Let them go on from where they stood.
 *
 * What was used in between is discarded: no figure jumps.
 *
 * Context: energy_lock() held.
 */
void energy_release(void);

/**
 * energy_is_frozen() - Tell whether figures stand still.
 *
 * Context: energy_lock() held.
 */
bool energy_is_frozen(void);

#endif
