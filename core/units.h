/* SPDX-License-Identifier: GPL-2.0-only */
/* Raw counters to nanojoules: wrap, scale, and how long a counter can be trusted. Pure. */
#ifndef _ENERGY_UNITS_H
#define _ENERGY_UNITS_H

#include <linux/types.h>

/* Where a provider does not know what a domain can draw at most: a kilowatt. */
#define ENERGY_DEFAULT_MAX_POWER_MW	1000000U
#define ENERGY_MAX_SHIFT		32

u64 energy_counter_delta(u64 last, u64 raw, u64 wrap_range);
bool energy_counter_to_nj(u64 delta, u32 mult, u32 shift, u64 *frac, u64 *nj);
u64 energy_counter_trust_ns(u64 wrap_range, u32 mult, u32 shift, u32 max_power_mw);
u64 energy_mul_div(u64 a, u64 b, u64 c);

#endif /* _ENERGY_UNITS_H */
