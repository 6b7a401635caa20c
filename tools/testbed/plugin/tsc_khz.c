// SPDX-License-Identifier: GPL-2.0-only
/*
 * tsc_khz - measure and print the frequency of this machine's TSC.
 *
 * Without -icount the guest's TSC is the host's. A guest that calibrates it by
 * itself on a busy host gets it wrong, by a factor sometimes, and with it the
 * speed of its clock; so it is told.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define MEASURE_NS	200000000ull
#define TRIES		1000

struct moment {
	uint64_t ns;
	uint64_t tsc;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

/* The try that took least: nothing came between its two readings. */
static struct moment read_both(void)
{
	struct moment best = { 0 };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		uint64_t before = now_ns();
		uint64_t tsc = __rdtsc();
		uint64_t after = now_ns();

		if (after - before < least) {
			least = after - before;
			best = (struct moment){ before + least / 2, tsc };
		}
	}
	return best;
}

int main(void)
{
	struct moment start = read_both(), end;
	struct timespec wait = { .tv_nsec = MEASURE_NS };

	nanosleep(&wait, NULL);
	end = read_both();
	printf("%lu\n", (end.tsc - start.tsc) * 1000000 / (end.ns - start.ns));
	return 0;
}
