// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/comm.h"
#include "top/power.h"

static const struct energy_domain *find(const struct energy_domains *domains,
					const struct energy_domain *wanted)
{
	size_t i;

	for (i = 0; i < domains->nr_domains; i++) {
		const struct energy_domain *domain = &domains->domains[i];

		if (domain->is_sum == wanted->is_sum && !strcmp(domain->name, wanted->name))
			return domain;
	}
	return NULL;
}

static size_t count_kind(const struct energy_domains *domains, const char *kind)
{
	size_t nr = 0, i;

	for (i = 0; i < domains->nr_domains; i++)
		nr += !strcmp(domains->domains[i].kind, kind);
	return nr;
}

/* Not known of a domain that is new, or whose counting began anew. */
static struct energy_watts rate(struct energy_number before, struct energy_number after,
				uint64_t length_ns)
{
	struct energy_watts watts = { 0 };

	if (!before.known || !after.known || after.value < before.value)
		return watts;
	watts.known = true;
	watts.value = (double)(after.value - before.value) / length_ns;
	return watts;
}

static void add(struct energy_watts *sum, struct energy_watts more, bool first)
{
	sum->known = more.known && (first || sum->known);
	sum->value += more.value;
}

static void add_domain(struct energy_power *power, const struct energy_domain *before,
		       const struct energy_domain *after, uint64_t length_ns)
{
	struct energy_number old = { 0 }, new = { after->measured_nj, true };
	struct energy_number old_idle = { 0 };
	bool first = !power->nr_domains++;

	if (before) {
		old = (struct energy_number){ before->measured_nj, true };
		old_idle = before->idle_nj;
	}
	add(&power->total, rate(old, new, length_ns), first);
	add(&power->idle, rate(old_idle, after->idle_nj, length_ns), first);
	power->not_billed = !after->is_sum && !after->billed && (first || power->not_billed);
}

int energy_powers_fill(struct energy_powers *powers, const struct energy_domains *older,
		       const struct energy_domains *newer, uint64_t length_ns, size_t most)
{
	size_t i, j;

	memset(powers, 0, sizeof(*powers));
	powers->powers = calloc(newer->nr_domains + 1, sizeof(*powers->powers));
	if (!powers->powers)
		return -ENOMEM;
	for (i = 0; i < newer->nr_domains; i++) {
		const struct energy_domain *domain = &newer->domains[i];
		bool summed = count_kind(newer, domain->kind) > most;
		struct energy_power *power;
		char name[sizeof(power->name)];

		energy_shown_plain(name, sizeof(name), summed ? domain->kind : domain->name);
		if (!domain->is_sum && !strcmp(domain->kind, "package"))
			powers->nr_packages++;
		for (j = 0; summed && j < powers->nr_powers; j++) {
			if (!strcmp(powers->powers[j].name, name))
				break;
		}
		if (!summed)
			j = powers->nr_powers;
		power = &powers->powers[j];
		powers->nr_powers += j == powers->nr_powers;
		memcpy(power->name, name, sizeof(name));
		add_domain(power, find(older, domain), domain, length_ns);
	}
	return 0;
}

void energy_powers_free(struct energy_powers *powers)
{
	free(powers->powers);
	memset(powers, 0, sizeof(*powers));
}
