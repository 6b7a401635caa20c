// SPDX-License-Identifier: GPL-2.0-only
#include "clock.h"

#include <time.h>

#include "config.h"
#include "energy.h"

static uint64_t host_start_ns;
static uint64_t tsc_ns;		/* latest TSC seen */
static uint64_t tsc_insns;	/* instructions retired by then */
static uint64_t latest_ns;

static uint64_t host_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static uint64_t all_insns(void)
{
	uint64_t insns = 0;

	for (unsigned int vcpu = 0; vcpu < energy_nr_vcpus(); vcpu++)
		insns += energy_vcpu_insns(vcpu);
	return insns;
}

void clock_init(void)
{
	host_start_ns = host_ns();
}

uint64_t clock_now_ns(void)
{
	uint64_t now = config.clock_tsc ? tsc_ns + all_insns() - tsc_insns
					: host_ns() - host_start_ns;

	/* An estimate between two TSC readings may have been a little ahead. */
	if (now > latest_ns)
		latest_ns = now;
	return latest_ns;
}

void clock_saw_tsc(uint64_t tsc)
{
	tsc_ns = tsc;
	tsc_insns = all_insns();
}
