/* SPDX-License-Identifier: GPL-2.0-only */
/* RAPL's powercap zones: finding them, following them, reading them. */
#ifndef _ENERGY_POWERCAP_ZONES_H
#define _ENERGY_POWERCAP_ZONES_H

#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/types.h>

#include "powercap_names.h"

/**
 * struct pcap_zone - A zone, as it was when it came
 * @node: in the list of zones; under its lock
 * @key: the zone's device while it is not @gone. Not followed: it may be freed any time after
 * @dir: its directory in /sys, a copy
 * @type: place of its control type in pcap_types
 * @name: what it counts
 * @gone: it has been removed, and its directory may be another's. Set once
 * @probed: it has been read, and @wrap_range is known
 * @wrap_range: at what its microjoules wrap; 0 if unknown
 * @used: the core may read it, so that it cannot be freed yet; see pcap_zones_reap()
 *
 * @probed, @wrap_range and @used are the finder's, see powercap_find.c. All but them, @node and
 * @gone stays as it is from the beginning. The struct itself is freed by pcap_zones_reap() and
 * pcap_zones_end() only.
 */
struct pcap_zone {
	struct list_head node;
	const void *key;
	char *dir;
	int type;
	struct pcap_name name;
	bool gone;
	bool probed;
	bool used;
	u64 wrap_range;
};

int pcap_zones_begin(void (*changed)(void));
void pcap_zones_end(void);
bool pcap_zones_complete(void);
struct pcap_zone **pcap_zones_get(unsigned int *nr);
void pcap_zones_reap(void);
int pcap_zone_read(const struct pcap_zone *zone, const struct cpumask *cpus, u64 *uj);
int pcap_zone_read_max(const struct pcap_zone *zone, u64 *uj);

#endif /* _ENERGY_POWERCAP_ZONES_H */
