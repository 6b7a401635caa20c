/* SPDX-License-Identifier: GPL-2.0-only */
/* From RAPL's powercap zones to the core's domains. */
#ifndef _ENERGY_POWERCAP_FIND_H
#define _ENERGY_POWERCAP_FIND_H

#include <linux/cpumask.h>
#include <linux/types.h>

#include <energy/source.h>
#include "powercap_zones.h"

/**
 * struct pcap_counter - How to read a domain
 * @zone: by which zone
 * @cpus: the CPUs of the package, or die, that it goes with
 * @counter: what the zone shows, see pcap_counter()
 * @last: what was last read of it, by this or by another zone; shared by all that was ever found
 */
struct pcap_counter {
	struct pcap_zone *zone;
	struct cpumask cpus;
	struct pcap_name counter;
	struct pcap_last *last;
};

/**
 * struct pcap - What was found
 * @domains: for the core
 * @counters: per domain how to read it
 * @nr: how many
 * @error: of the last zone that could not be read, other than -ENOMEM
 * @no_memory: one could not be read for want of memory
 */
struct pcap {
	struct energy_domain *domains;
	struct pcap_counter *counters;
	unsigned int nr;
	int error;
	bool no_memory;
};

int pcap_find_begin(void);
void pcap_find_end(void);
struct pcap *pcap_find_zones(void);
bool pcap_find_same(const struct pcap *was, const struct pcap *p);
void pcap_find_use(const struct pcap *p, bool used);
void pcap_find_free(struct pcap *p);

#endif /* _ENERGY_POWERCAP_FIND_H */
