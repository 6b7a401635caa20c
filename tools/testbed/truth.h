/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The truth: what the virtual hardware knows about energy and tells to any
 * program in the guest, through a cpuid leaf that no processor has.
 *
 * EAX = TRUTH_LEAF, ECX = one of TRUTH_*, EBX = its argument. A 64-bit answer
 * comes in EDX:EAX. Energy is in nanojoules and counts a package's and its
 * memory's dynamic share: what the registers of both domains show, without
 * static power. Nothing counts while the counters are frozen.
 */
#ifndef TRUTH_H
#define TRUTH_H

#include <stdint.h>

#define TRUTH_LEAF	0x4E524759u	/* "NRGY" */
#define TRUTH_VERSION	1

enum truth_select {
	/* EAX = TRUTH_LEAF, EBX = TRUTH_VERSION, ECX = packages, EDX = CPUs of each. */
	TRUTH_PRESENT = 0,
	/* Energy that the calling address space really used. */
	TRUTH_ENERGY_NJ = 1,
	/* Instructions that it really used, in both modes. */
	TRUTH_INSNS = 2,
	/* Set both to zero: a workload's first act, since CR3 values are reused. */
	TRUTH_RESET = 3,
	/* Hold all energy counters still, everywhere. */
	TRUTH_FREEZE = 4,
	/* Let them go on; what was used in between is discarded. */
	TRUTH_RELEASE = 5,
	/* Package EBX, dynamic and static. */
	TRUTH_PACKAGE_NJ = 6,
	/* Instructions of the calling address space in user mode. */
	TRUTH_USER_INSNS = 7,
	/* Memory of package EBX, dynamic and static. */
	TRUTH_DRAM_NJ = 8,
	/* Energy that no address space used: idle loops and interrupts in them. */
	TRUTH_UNOWNED_NJ = 9,
	/* Energy of all address spaces together, those that are gone included. */
	TRUTH_OWNED_NJ = 10,
	/*
	 * The same for a child that has just been forked: what its address space has used since
	 * the CPU switched to it is its own. EAX = the number of the account that begins.
	 */
	TRUTH_BIRTH = 11,
	/*
	 * Energy of account number EBX. One that has ended has all that the process used, to the
	 * last instruction of its exit; and what others use that get its CR3, until one of them
	 * has an account begun.
	 */
	TRUTH_ACCOUNT_NJ = 12,
};

#ifndef TRUTH_NO_INLINES

static inline uint64_t truth_ask(uint32_t select, uint32_t arg)
{
	uint32_t eax = TRUTH_LEAF, ebx = arg, ecx = select, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "+b"(ebx), "+c"(ecx), "=d"(edx) : : "memory");
	return (uint64_t)edx << 32 | eax;
}

/* Return: whether the virtual hardware is there, with this version of its truth. */
static inline int truth_present(void)
{
	uint32_t eax = TRUTH_LEAF, ebx = 0, ecx = TRUTH_PRESENT, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "+b"(ebx), "+c"(ecx), "=d"(edx));
	return eax == TRUTH_LEAF && ebx == TRUTH_VERSION;
}

static inline uint64_t truth_energy_nj(void)
{
	return truth_ask(TRUTH_ENERGY_NJ, 0);
}

static inline uint64_t truth_insns(void)
{
	return truth_ask(TRUTH_INSNS, 0);
}

static inline uint64_t truth_user_insns(void)
{
	return truth_ask(TRUTH_USER_INSNS, 0);
}

static inline void truth_reset(void)
{
	truth_ask(TRUTH_RESET, 0);
}

/* Return: the number of the account that begins, for truth_account_nj(). */
static inline uint32_t truth_birth(void)
{
	return truth_ask(TRUTH_BIRTH, 0);
}

static inline uint64_t truth_account_nj(uint32_t account)
{
	return truth_ask(TRUTH_ACCOUNT_NJ, account);
}

static inline void truth_freeze(void)
{
	truth_ask(TRUTH_FREEZE, 0);
}

static inline void truth_release(void)
{
	truth_ask(TRUTH_RELEASE, 0);
}

static inline uint64_t truth_package_nj(uint32_t package)
{
	return truth_ask(TRUTH_PACKAGE_NJ, package);
}

static inline uint64_t truth_dram_nj(uint32_t package)
{
	return truth_ask(TRUTH_DRAM_NJ, package);
}

static inline uint64_t truth_unowned_nj(void)
{
	return truth_ask(TRUTH_UNOWNED_NJ, 0);
}

static inline uint64_t truth_owned_nj(void)
{
	return truth_ask(TRUTH_OWNED_NJ, 0);
}

#endif /* TRUTH_NO_INLINES */

#endif
