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
 * @last_uj: what the last read gave
 * @reset: it is another driver's than before: it begins anew with the next read
 */
struct pcap_counter {
	struct pcap_zone *zone;
	struct cpumask cpus;
	u64 last_uj;
	bool reset;
};

/**
 * struct pcap - What was found
 * @domains: for the core
 * @counters: per domain how to read it
 * @nr: how many
 * @error: of the last zone that could not be read
 */
struct pcap {
	struct energy_domain *domains;
	struct pcap_counter *counters;
	unsigned int nr;
	int error;
};

int pcap_find_begin(void);
void pcap_find_end(void);
struct pcap *pcap_find_zones(const struct pcap *was);
bool pcap_find_same(const struct pcap *was, const struct pcap *p);
void pcap_find_use(const struct pcap *p, bool used);
void pcap_find_free(struct pcap *p);

#endif /* _ENERGY_POWERCAP_FIND_H */
