// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/comm.h"
#include "lib/domains.h"

/* What is read of a line, before it is known to be whole. */
struct domain_line {
	struct energy_number instance, billed, measured_nj;
	struct energy_domain domain;
};

#define IN_LINE(key, member) { key, offsetof(struct domain_line, member), ENERGY_AS_IS }

static const struct energy_number_key line_numbers[] = {
	IN_LINE("instance", instance),
	IN_LINE("billed", billed),
	IN_LINE("measured_nj", measured_nj),
	IN_LINE("attributed_nj", domain.attributed_nj),
	IN_LINE("unattributed_nj", domain.unattributed_nj),
	IN_LINE("idle_nj", domain.idle_nj),
	IN_LINE("pending_nj", domain.pending_nj),
	IN_LINE("reported_nj", domain.reported_nj),
	{ NULL, 0, 0 }
};

static void store_text(struct energy_domain *domain, struct energy_slice key,
		       struct energy_slice value)
{
	if (energy_slice_is(key, "domain"))
		energy_unescape(domain->name, sizeof(domain->name), value);
	else if (energy_slice_is(key, "kind"))
		energy_unescape(domain->kind, sizeof(domain->kind), value);
	else if (energy_slice_is(key, "source"))
		energy_unescape(domain->source, sizeof(domain->source), value);
}

static bool parse_line(struct energy_domain *domain, struct energy_slice line)
{
	struct domain_line parsed = { 0 };
	struct energy_slice pair, key, value;

	while (energy_pair_next(&line, &pair)) {
		if (!energy_pair_split(pair, &key, &value) ||
		    !energy_number_store(&parsed, line_numbers, key, value))
			return false;
		store_text(&parsed.domain, key, value);
	}
	if (!parsed.measured_nj.known || !parsed.domain.kind[0])
		return false;
	*domain = parsed.domain;
	domain->instance = energy_number_or(parsed.instance, 0);
	domain->billed = energy_number_or(parsed.billed, 0);
	domain->measured_nj = parsed.measured_nj.value;
	return true;
}

static int append(struct energy_domains *domains, const struct energy_domain *domain)
{
	struct energy_domain *grown = reallocarray(domains->domains, domains->nr_domains + 1,
						   sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	domains->domains = grown;
	grown[domains->nr_domains++] = *domain;
	return 0;
}

static int fill_from_lines(struct energy_domains *domains, struct energy_slice text)
{
	struct energy_domain domain;
	struct energy_slice line;

	while (energy_line_next(&text, &line)) {
		/* All that is of interest stands before the processes, who can be many. */
		if (energy_slice_begins(line, "pid="))
			return 0;
		if (!energy_slice_begins(line, "domain="))
			continue;
		if (!parse_line(&domain, line))
			domains->nr_garbage++;
		else if (append(domains, &domain))
			return -ENOMEM;
	}
	return 0;
}

/* "rapl_package_sum_uj=5" for "package", "vm_sum_uj=5" for "vm". */
static bool find_sum(struct energy_slice text, const char *kind, uint64_t *nj)
{
	char own[64], rapl[64];
	struct energy_slice line, key, value;

	snprintf(own, sizeof(own), "%s_sum_uj", kind);
	snprintf(rapl, sizeof(rapl), "rapl_%s_sum_uj", kind);
	while (energy_line_next(&text, &line) && !energy_slice_begins(line, "pid=")) {
		if (energy_pair_split(line, &key, &value) &&
		    (energy_slice_is(key, own) || energy_slice_is(key, rapl)))
			return energy_number_parse(value, ENERGY_UJ_TO_NJ, nj);
	}
	return false;
}

/* Takes what comes before the next comma off the front of @list. */
static bool next_kind(struct energy_slice *list, struct energy_slice *kind)
{
	const char *comma;

	if (!list->len)
		return false;
	comma = memchr(list->at, ',', list->len);
	kind->at = list->at;
	kind->len = comma ? (size_t)(comma - list->at) : list->len;
	list->at += kind->len + !!comma;
	list->len -= kind->len + !!comma;
	return true;
}

static int fill_from_sums(struct energy_domains *domains, const struct energy_listing *listing)
{
	const struct energy_slice text = { listing->text, listing->text_len };
	struct energy_slice kinds = listing->header.domains, kind;

	/* The header has sums of 0 for what is not there: only "domains=" tells. */
	if (energy_slice_is(kinds, "none"))
		return 0;
	while (next_kind(&kinds, &kind)) {
		struct energy_domain domain = { .is_sum = true };

		energy_unescape(domain.kind, sizeof(domain.kind), kind);
		memcpy(domain.name, domain.kind, sizeof(domain.kind));
		if (!find_sum(text, domain.kind, &domain.measured_nj))
			domains->nr_garbage++;
		else if (append(domains, &domain))
			return -ENOMEM;
	}
	return 0;
}

int energy_domains_fill(struct energy_domains *domains, const struct energy_listing *listing)
{
	const struct energy_slice text = { listing->text, listing->text_len };
	int err;

	memset(domains, 0, sizeof(*domains));
	err = fill_from_lines(domains, text);
	if (!err && !domains->nr_domains)
		err = fill_from_sums(domains, listing);
	if (err)
		energy_domains_free(domains);
	return err;
}

void energy_domains_free(struct energy_domains *domains)
{
	free(domains->domains);
	memset(domains, 0, sizeof(*domains));
}
