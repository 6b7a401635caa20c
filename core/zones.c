// SPDX-License-Identifier: GPL-2.0-only
/* Which powercap control types belong to our own modules (rule 13). */
#include <energy/zones.h>

#include "internal.h"

/**
 * energy_zones_disown() - Say that a powercap control type is one of ours
 * @control_type: its device, &control_type->dev; a key only, never followed
 *
 * Its zones are not measurements. To be called after powercap_register_control_type() and
 * before the first powercap_register_zone(): from that on everybody sees the zone.
 *
 * Context: may sleep.
 * Return: 0, -ENODEV if energy_core could not start, or -ENOMEM, upon which no zone may be
 * registered.
 */
int energy_zones_disown(const struct device *control_type)
{
	if (!READ_ONCE(energy_core.running))
		return -ENODEV;
	return xa_err(xa_store(&energy_core.own_zones, (unsigned long)control_type,
			       xa_mk_value(1), GFP_KERNEL));
}
EXPORT_SYMBOL_ENERGY(energy_zones_disown);

/**
 * energy_zones_forget() - Take back what energy_zones_disown() said
 * @control_type: its device; all its zones are unregistered
 *
 * To be called before powercap_unregister_control_type(): later the address may be another's.
 *
 * Context: may sleep.
 */
void energy_zones_forget(const struct device *control_type)
{
	xa_erase(&energy_core.own_zones, (unsigned long)control_type);
}
EXPORT_SYMBOL_ENERGY(energy_zones_forget);

/**
 * energy_zones_is_ours() - Whether a powercap control type is one of ours
 * @control_type: its device
 *
 * Context: any; such as the callbacks of a class interface, with the class's mutex held.
 * Return: whether it is between energy_zones_disown() and energy_zones_forget().
 */
bool energy_zones_is_ours(const struct device *control_type)
{
	return xa_load(&energy_core.own_zones, (unsigned long)control_type);
}
EXPORT_SYMBOL_ENERGY(energy_zones_is_ours);
