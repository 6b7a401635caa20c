// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "report/axis.h"

#define NSEC_PER_SEC 1000000000LL
#define DAY 86400

double energy_axis_step(double value, unsigned int most)
{
	double least = value / most, power, step;

	if (!(least > 0))
		return 1;
	power = pow(10, floor(log10(least)));
	step = least / power;
	/* Not a hair too fine for what the logarithm has rounded. */
	return power * (step <= 1.0000001 ? 1 : step <= 2.0000001 ? 2 : step <= 5.0000001 ? 5 : 10);
}

int64_t energy_axis_time_step(int64_t length_ns, unsigned int most)
{
	static const int64_t steps[] = {
		1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 3 * 3600, 6 * 3600,
		12 * 3600, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY,
	};
	size_t i, nr = sizeof(steps) / sizeof(steps[0]);
	double step;

	if (length_ns <= NSEC_PER_SEC * most) {
		step = energy_axis_step(length_ns / (double)NSEC_PER_SEC, most) * NSEC_PER_SEC;
		return step >= 1 ? llround(step) : 1;
	}
	for (i = 0; i < nr; i++) {
		if (length_ns / (steps[i] * NSEC_PER_SEC) <= most)
			return steps[i] * NSEC_PER_SEC;
	}
	return (length_ns / most / NSEC_PER_SEC / DAY + 1) * DAY * NSEC_PER_SEC;
}

/* How far the lines are from multiples of the step: midnight, or what the recording began at. */
static int64_t offset_of(uint64_t wall_ns)
{
	time_t seconds = wall_ns / NSEC_PER_SEC;
	struct tm tm;

	if (!wall_ns)
		return 0;
	localtime_r(&seconds, &tm);
	return (int64_t)wall_ns + tm.tm_gmtoff * NSEC_PER_SEC;
}

int64_t energy_axis_first(int64_t from_ns, int64_t step_ns, uint64_t wall_ns)
{
	int64_t offset_ns = offset_of(wall_ns) % step_ns;
	int64_t behind_ns = (from_ns + offset_ns) % step_ns;

	if (behind_ns < 0)
		behind_ns += step_ns;
	return behind_ns ? from_ns + step_ns - behind_ns : from_ns;
}

void energy_axis_label(char out[ENERGY_AXIS_LABEL], int64_t at_ns, int64_t step_ns,
		       uint64_t wall_ns)
{
	time_t seconds = ((int64_t)wall_ns + at_ns) / NSEC_PER_SEC;
	int minutes = at_ns / NSEC_PER_SEC / 60;
	struct tm tm;

	if (!wall_ns && step_ns < 60 * NSEC_PER_SEC) {
		snprintf(out, ENERGY_AXIS_LABEL, "%.*f s",
			 step_ns < NSEC_PER_SEC ? (int)ceil(-log10(step_ns / 1e9) - 1e-9) : 0,
			 at_ns / 1e9);
	} else if (!wall_ns) {
		snprintf(out, ENERGY_AXIS_LABEL, "%d:%02d h", minutes / 60, minutes % 60);
	} else {
		localtime_r(&seconds, &tm);
		strftime(out, ENERGY_AXIS_LABEL, step_ns >= DAY * NSEC_PER_SEC ? "%b %d" :
			 step_ns >= 60 * NSEC_PER_SEC ? "%H:%M" : "%H:%M:%S", &tm);
	}
}
