// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

/* What clocks show at @at_ns, or, where that is not known, the time since the beginning. */
static int64_t shown_at(int64_t at_ns, uint64_t wall_ns)
{
	time_t seconds = ((int64_t)wall_ns + at_ns) / NSEC_PER_SEC;
	struct tm tm;

	if (!wall_ns)
		return at_ns;
	localtime_r(&seconds, &tm);
	return (int64_t)wall_ns + at_ns + tm.tm_gmtoff * NSEC_PER_SEC;
}

static int64_t behind(int64_t at_ns, int64_t step_ns, uint64_t wall_ns)
{
	int64_t behind_ns = shown_at(at_ns, wall_ns) % step_ns;

	return behind_ns < 0 ? behind_ns + step_ns : behind_ns;
}

/* Summer time may have begun or ended on the way to @at_ns: then it is no more where it should. */
static int64_t settle(int64_t at_ns, int64_t after_ns, int64_t step_ns, uint64_t wall_ns)
{
	int64_t behind_ns = behind(at_ns, step_ns, wall_ns);

	if (2 * behind_ns < step_ns && at_ns - behind_ns > after_ns)
		return at_ns - behind_ns;
	return behind_ns ? at_ns + step_ns - behind_ns : at_ns;
}

int64_t energy_axis_first(int64_t from_ns, int64_t step_ns, uint64_t wall_ns)
{
	int64_t behind_ns = behind(from_ns, step_ns, wall_ns);

	if (!behind_ns)
		return from_ns;
	return settle(from_ns + step_ns - behind_ns, from_ns - 1, step_ns, wall_ns);
}

int64_t energy_axis_next(int64_t at_ns, int64_t step_ns, uint64_t wall_ns)
{
	return settle(at_ns + step_ns, at_ns, step_ns, wall_ns);
}

void energy_axis_label(char out[ENERGY_AXIS_LABEL], int64_t at_ns, int64_t step_ns,
		       uint64_t wall_ns)
{
	time_t seconds = ((int64_t)wall_ns + at_ns) / NSEC_PER_SEC;
	int64_t minutes = llabs(at_ns) / NSEC_PER_SEC / 60;
	struct tm tm;

	if (!wall_ns && step_ns < 60 * NSEC_PER_SEC) {
		snprintf(out, ENERGY_AXIS_LABEL, "%.*f s",
			 step_ns < NSEC_PER_SEC ? (int)ceil(-log10(step_ns / 1e9) - 1e-9) : 0,
			 at_ns / 1e9);
	} else if (!wall_ns) {
		snprintf(out, ENERGY_AXIS_LABEL, "%s%" PRId64 ":%02d h", at_ns < 0 ? "-" : "",
			 minutes / 60, (int)(minutes % 60));
	} else {
		localtime_r(&seconds, &tm);
		strftime(out, ENERGY_AXIS_LABEL, step_ns >= DAY * NSEC_PER_SEC ? "%b %d" :
			 step_ns >= 60 * NSEC_PER_SEC ? "%H:%M" : "%H:%M:%S", &tm);
	}
}
