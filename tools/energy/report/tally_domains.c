// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/counting.h"

static struct energy_domain_band *domain_band(struct energy_tally *tally,
					      const struct energy_domain *domain)
{
	struct energy_domain_band *found;
	size_t i;

	for (i = 0; i < tally->nr_domains; i++) {
		found = &tally->domains[i];
		if (!strcmp(found->name, domain->name) && !strcmp(found->kind, domain->kind) &&
		    found->is_sum == domain->is_sum)
			return found;
	}
	found = reallocarray(tally->domains, tally->nr_domains + 1, sizeof(*found));
	if (!found)
		return NULL;
	tally->domains = found;
	found += tally->nr_domains;
	*found = (struct energy_domain_band){ .is_sum = domain->is_sum };
	memcpy(found->name, domain->name, sizeof(found->name));
	memcpy(found->kind, domain->kind, sizeof(found->kind));
	tally->nr_domains++;
	if (energy_band_init(&found->covered, tally->buckets) ||
	    energy_band_init(&found->band, tally->buckets))
		return NULL;
	return found;
}

static const struct energy_domain *find_domain(const struct energy_domains *domains,
					       const struct energy_domain *wanted)
{
	size_t i;

	for (i = 0; i < domains->nr_domains; i++) {
		const struct energy_domain *domain = &domains->domains[i];

		if (!strcmp(domain->name, wanted->name) && !strcmp(domain->kind, wanted->kind) &&
		    domain->is_sum == wanted->is_sum)
			return domain;
	}
	return NULL;
}

/* Nobody asked: 0 W would be a guess. */
static bool was_without_source(const struct energy_domain *before,
			       const struct energy_domain *domain)
{
	return before && !strcmp(before->source, "none") && !strcmp(domain->source, "none") &&
	       domain->measured_nj == before->measured_nj;
}

/* One that is new has been counted since it came. */
static int add_domain(struct energy_tally *tally, const struct energy_domain *domain,
		      int64_t from_ns, int64_t to_ns)
{
	const struct energy_domain *before = find_domain(&tally->before.domains, domain);
	uint64_t before_nj = before ? before->measured_nj : 0;
	struct energy_domain_band *band = domain_band(tally, domain);

	if (!band)
		return -ENOMEM;
	band->billed = domain->billed;
	memcpy(band->source, domain->source, sizeof(band->source));
	if (domain->measured_nj < before_nj || was_without_source(before, domain))
		return 0;
	energy_band_add(&band->covered, tally->buckets, from_ns, to_ns, to_ns - from_ns);
	energy_band_add(&band->band, tally->buckets, from_ns, to_ns,
			domain->measured_nj - before_nj);
	return 0;
}

int energy_tally_domains(struct energy_tally *tally, const struct energy_listing *listing)
{
	struct energy_before *before = &tally->before;
	uint64_t now_ns = listing->header.timestamp_ns.value;
	int64_t from_ns, to_ns = energy_timeline_place(&tally->timeline, now_ns);
	struct energy_domains domains;
	size_t i;
	int err;

	if (before->has_domains && now_ns <= before->domains_ns)
		return 0;
	err = energy_domains_fill(&domains, listing);
	if (err)
		return err;
	if (before->has_domains) {
		from_ns = energy_timeline_place(&tally->timeline, before->domains_ns);
		if (energy_range_has(&tally->range, from_ns, to_ns)) {
			err = energy_tally_edges(tally, from_ns, to_ns);
			for (i = 0; i < domains.nr_domains && !err; i++)
				err = add_domain(tally, &domains.domains[i], from_ns, to_ns);
		}
		energy_domains_free(&before->domains);
	}
	before->has_domains = true;
	before->domains = domains;
	before->domains_ns = now_ns;
	return err;
}
