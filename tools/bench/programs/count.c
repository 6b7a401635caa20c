// SPDX-License-Identifier: GPL-2.0-only
/*
 * count - how many instructions all CPUs execute in a time in which this program does nothing.
 *
 * usage: count MS
 *
 * Prints instructions per second, by the processors' own counters, kernel and users together.
 */
#include <linux/perf_event.h>
#include <sys/syscall.h>

#include "common.h"

#define MAX_CPUS 64

static int counters[MAX_CPUS];

static uint64_t sum(long cpus)
{
	uint64_t all = 0, one;

	for (long cpu = 0; cpu < cpus; cpu++) {
		if (read(counters[cpu], &one, sizeof(one)) != sizeof(one))
			die("cannot read a counter");
		all += one;
	}
	return all;
}

int main(int argc, char **argv)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.pinned = 1,
	};
	unsigned long ms = argc == 2 ? number(argv[1]) : 0;
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS };
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t before, start;

	if (!ms || cpus > MAX_CPUS) {
		fputs("usage: count MS\n", stderr);
		return 2;
	}
	for (long cpu = 0; cpu < cpus; cpu++) {
		counters[cpu] = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, 0);
		if (counters[cpu] < 0)
			die("no counter");
	}
	/* what it took to get here is over before counting begins */
	sleep(1);
	start = clock_ns(CLOCK_MONOTONIC);
	before = sum(cpus);
	nanosleep(&time, NULL);
	say("%.0f\n", (double)(sum(cpus) - before) * NS_PER_S /
	    (clock_ns(CLOCK_MONOTONIC) - start));
	return 0;
}
