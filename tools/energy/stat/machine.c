// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stat/machine.h"

/* False when it went back. */
static bool difference(uint64_t older, uint64_t newer, uint64_t *out)
{
	return !__builtin_sub_overflow(newer, older, out);
}

static struct energy_number number_difference(struct energy_number older,
					      struct energy_number newer)
{
	struct energy_number out = { 0 };

	out.known = older.known && newer.known &&
		    difference(older.value, newer.value, &out.value);
	return out;
}

static struct energy_number number_sum(struct energy_number a, struct energy_number b)
{
	return (struct energy_number){ a.value + b.value, a.known && b.known };
}

/* The most exact of the live books that both have. */
static bool find_books(const struct energy_header *older, const struct energy_header *newer,
		       const struct energy_books **from, const struct energy_books **to)
{
	*from = &older->live;
	*to = &newer->live;
	if (energy_books_known(*from) && energy_books_known(*to))
		return true;
	*from = &older->rounded;
	*to = &newer->rounded;
	return energy_books_known(*from) && energy_books_known(*to);
}

static int add_books(struct energy_stat_machine *sum, const struct energy_header *older,
		     const struct energy_header *newer)
{
	const struct energy_books *from, *to;
	uint64_t length_ns, measured_nj, idle_nj, unattributed_nj;

	if (!find_books(older, newer, &from, &to) ||
	    !difference(older->timestamp_ns.value, newer->timestamp_ns.value, &length_ns) ||
	    !difference(from->measured_nj.value, to->measured_nj.value, &measured_nj) ||
	    !difference(from->idle_nj.value, to->idle_nj.value, &idle_nj) ||
	    !difference(from->unattributed_nj.value, to->unattributed_nj.value, &unattributed_nj))
		return -ERANGE;
	sum->length_ns += length_ns;
	sum->measured_nj += measured_nj;
	sum->idle_nj += idle_nj;
	sum->unattributed_nj += unattributed_nj;
	sum->processes_nj += measured_nj - idle_nj - unattributed_nj -
			     (to->pending_nj.value - from->pending_nj.value);
	return 0;
}

static const struct energy_domain *older_of(const struct energy_domains *older,
					    const struct energy_domain *newer)
{
	/* A domain that came in between began at 0 then. */
	static const struct energy_domain nothing = {
		.attributed_nj = { .known = true },
		.unattributed_nj = { .known = true },
		.idle_nj = { .known = true },
	};
	size_t i;

	for (i = 0; i < older->nr_domains; i++) {
		if (!strcmp(older->domains[i].name, newer->name))
			return &older->domains[i];
	}
	return &nothing;
}

static struct energy_stat_domain *find_sum(struct energy_stat_machine *machine, const char *name)
{
	struct energy_stat_domain *grown;
	size_t i;

	for (i = 0; i < machine->nr_domains; i++) {
		if (!strcmp(machine->domains[i].domain.name, name))
			return &machine->domains[i];
	}
	grown = reallocarray(machine->domains, machine->nr_domains + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	machine->domains = grown;
	grown += machine->nr_domains++;
	*grown = (struct energy_stat_domain){
		.attributed_nj = { .known = true },
		.idle_nj = { .known = true },
		.unattributed_nj = { .known = true },
	};
	strcpy(grown->domain.name, name);
	return grown;
}

static int add_domain(struct energy_stat_machine *machine, const struct energy_domain *older,
		      const struct energy_domain *newer)
{
	struct energy_stat_domain *sum = find_sum(machine, newer->name);

	if (!sum)
		return -ENOMEM;
	sum->domain = *newer;
	sum->measured_nj += newer->measured_nj - older->measured_nj;
	sum->attributed_nj = number_sum(sum->attributed_nj,
		number_difference(older->attributed_nj, newer->attributed_nj));
	sum->idle_nj = number_sum(sum->idle_nj,
				  number_difference(older->idle_nj, newer->idle_nj));
	sum->unattributed_nj = number_sum(sum->unattributed_nj,
		number_difference(older->unattributed_nj, newer->unattributed_nj));
	return 0;
}

static int add_domains(struct energy_stat_machine *machine, const struct energy_domains *older,
		       const struct energy_domains *newer)
{
	size_t i;
	int err = 0;

	for (i = 0; i < newer->nr_domains; i++) {
		if (older_of(older, &newer->domains[i])->measured_nj >
		    newer->domains[i].measured_nj)
			return -ERANGE;
	}
	for (i = 0; i < newer->nr_domains && !err; i++)
		err = add_domain(machine, older_of(older, &newer->domains[i]),
				 &newer->domains[i]);
	return err;
}

int energy_stat_machine_add(struct energy_stat_machine *machine,
			    const struct energy_listing *older,
			    const struct energy_listing *newer)
{
	struct energy_stat_machine sum = *machine;
	struct energy_domains from, to;
	int err;

	err = add_books(&sum, &older->header, &newer->header);
	if (err)
		return err;
	err = energy_domains_fill(&from, older);
	if (err)
		return err;
	err = energy_domains_fill(&to, newer);
	if (err)
		goto free_from;
	err = add_domains(&sum, &from, &to);
	/* The table may have been moved, whatever became of the rest. */
	machine->domains = sum.domains;
	machine->nr_domains = sum.nr_domains;
	if (!err) {
		*machine = sum;
		machine->known = true;
	}
	energy_domains_free(&to);
free_from:
	energy_domains_free(&from);
	return err;
}

void energy_stat_machine_free(struct energy_stat_machine *machine)
{
	free(machine->domains);
	memset(machine, 0, sizeof(*machine));
}
