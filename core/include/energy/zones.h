/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Powercap zones that are our own (rule 13).
 *
 * A provider may show what the core has found as a powercap zone, for tools that know nothing
 * else. Another one reads powercap zones, and must never take such a number for a measurement.
 * So the first says which control types are its own, and the second asks.
 *
 * Symbols are exported GPL-only in the namespace ENERGY.
 */
#ifndef _ENERGY_ZONES_H
#define _ENERGY_ZONES_H

#include <linux/types.h>

struct device;

int energy_zones_disown(const struct device *control_type);
void energy_zones_forget(const struct device *control_type);
bool energy_zones_is_ours(const struct device *control_type);

#endif /* _ENERGY_ZONES_H */
