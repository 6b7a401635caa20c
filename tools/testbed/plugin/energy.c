// SPDX-License-Identifier: GPL-2.0-only
#include "energy.h"

#include <string.h>

#include "clock.h"

struct qemu_plugin_u64 board_user_insns;
struct qemu_plugin_u64 board_kernel_insns;
struct qemu_plugin_u64 board_energy_pj;
struct qemu_plugin_u64 board_orphan;

static GMutex mutex;

/* What was used while frozen never happened: it is subtracted for good. */
static struct {
	bool frozen;
	struct energy_snapshot at;	/* figures that readers see while frozen */
	uint64_t discarded_ns;
	uint64_t discarded_pj[MAX_VCPUS];
} freezer;

void energy_init(void)
{
	struct qemu_plugin_scoreboard *score = qemu_plugin_scoreboard_new(sizeof(struct board));

	board_user_insns = (struct qemu_plugin_u64){ score, offsetof(struct board, user_insns) };
	board_kernel_insns = (struct qemu_plugin_u64){ score,
						       offsetof(struct board, kernel_insns) };
	board_energy_pj = (struct qemu_plugin_u64){ score, offsetof(struct board, energy_pj) };
	board_orphan = (struct qemu_plugin_u64){ score, offsetof(struct board, orphan) };
}

void energy_lock(void)
{
	g_mutex_lock(&mutex);
}

void energy_unlock(void)
{
	g_mutex_unlock(&mutex);
}

unsigned int energy_nr_vcpus(void)
{
	return MIN(qemu_plugin_num_vcpus(), MAX_VCPUS);
}

uint64_t energy_vcpu_insns(unsigned int vcpu)
{
	return qemu_plugin_u64_get(board_user_insns, vcpu) +
	       qemu_plugin_u64_get(board_kernel_insns, vcpu);
}

uint64_t energy_vcpu_pj(unsigned int vcpu)
{
	if (freezer.frozen)
		return freezer.at.vcpu_pj[vcpu];
	return qemu_plugin_u64_get(board_energy_pj, vcpu) - freezer.discarded_pj[vcpu];
}

uint64_t energy_active_ns(void)
{
	if (freezer.frozen)
		return freezer.at.active_ns;
	return clock_now_ns() - freezer.discarded_ns;
}

void energy_take_snapshot(struct energy_snapshot *snap)
{
	memset(snap, 0, sizeof(*snap));
	snap->active_ns = energy_active_ns();
	for (unsigned int vcpu = 0; vcpu < energy_nr_vcpus(); vcpu++)
		snap->vcpu_pj[vcpu] = energy_vcpu_pj(vcpu);
}

uint64_t energy_static_pj(uint64_t milliwatts, uint64_t ns)
{
	/* 1 mW over 1 ns is 1 pJ. */
	return milliwatts * ns;
}

uint64_t energy_cores_pj(const struct energy_snapshot *snap, unsigned int package)
{
	uint64_t first = package * config.cpus_per_package;
	uint64_t pj = 0;

	for (uint64_t vcpu = first; vcpu < first + config.cpus_per_package; vcpu++)
		pj += snap->vcpu_pj[vcpu];
	return pj;
}

uint64_t energy_package_pj(const struct energy_snapshot *snap, unsigned int package)
{
	return energy_cores_pj(snap, package) +
	       energy_static_pj(config.static_mw, snap->active_ns);
}

uint64_t energy_dram_pj(const struct energy_snapshot *snap, unsigned int package)
{
	return energy_cores_pj(snap, package) / 1000 * config.dram_permille +
	       energy_static_pj(config.dram_static_mw, snap->active_ns);
}

uint64_t energy_platform_pj(const struct energy_snapshot *snap)
{
	uint64_t pj = 0;

	for (unsigned int package = 0; package < config.packages; package++)
		pj += energy_package_pj(snap, package) + energy_dram_pj(snap, package);
	return pj / 1000 * config.psys_permille +
	       energy_static_pj(config.psys_static_mw, snap->active_ns);
}

void energy_freeze(void)
{
	if (freezer.frozen)
		return;
	energy_take_snapshot(&freezer.at);
	freezer.frozen = true;
}

void energy_release(void)
{
	if (!freezer.frozen)
		return;
	freezer.frozen = false;
	freezer.discarded_ns = clock_now_ns() - freezer.at.active_ns;
	for (unsigned int vcpu = 0; vcpu < energy_nr_vcpus(); vcpu++)
		freezer.discarded_pj[vcpu] = qemu_plugin_u64_get(board_energy_pj, vcpu) -
					     freezer.at.vcpu_pj[vcpu];
}

bool energy_is_frozen(void)
{
	return freezer.frozen;
}
