// SPDX-License-Identifier: GPL-2.0-only
#include "lib/domains.h"
#include "parsed.h"
#include "tap.h"

static void from_lines(bool *good)
{
	struct energy_listing listing;
	struct energy_domains domains;

	CHECK(!parse(&listing, "timestamp=9\ndomains=package\nrapl_package_sum_uj=1\n"
		"domain=package-0 kind=package instance=0 source=rapl_msr billed=1 measured_nj=10 "
		"attributed_nj=4 unattributed_nj=3 idle_nj=2 pending_nj=1 new=x reported_nj=0\n"
		"domain=psys\\0401 kind=psys instance=1 source=none billed=0 measured_nj=7\n"
		"pid=0 energy_uj=1 comm=system\ndomain=late kind=psys measured_nj=7\n"));
	CHECK(!energy_domains_fill(&domains, &listing));
	CHECK(domains.nr_domains == 2 && !domains.nr_garbage);
	if (domains.nr_domains == 2) {
		const struct energy_domain *package = &domains.domains[0];
		const struct energy_domain *psys = &domains.domains[1];

		CHECK_TEXT(package->name, "package-0");
		CHECK_TEXT(package->kind, "package");
		CHECK_TEXT(package->source, "rapl_msr");
		CHECK(package->billed && !package->is_sum && package->measured_nj == 10);
		CHECK(package->attributed_nj.value == 4 && package->unattributed_nj.value == 3);
		CHECK(package->idle_nj.value == 2 && package->pending_nj.value == 1);
		CHECK(package->reported_nj.known && !package->reported_nj.value);
		CHECK_TEXT(psys->name, "psys 1");
		CHECK(!psys->billed && psys->instance == 1 && psys->measured_nj == 7);
		CHECK(!psys->idle_nj.known);
	}
	energy_domains_free(&domains);
	energy_listing_free(&listing);
}

static void from_sums(bool *good)
{
	struct energy_listing listing;
	struct energy_domains domains;

	CHECK(!parse(&listing, "timestamp=9\nrapl_core_sum_uj=0\nrapl_psys_sum_uj=0\n"
		     "rapl_package_sum_uj=5\nvm_sum_uj=6\ndomains=package,core,vm,new\n"
		     "pid=0 energy_uj=1 comm=system\n"));
	CHECK(!energy_domains_fill(&domains, &listing));
	/* A sum of 0 is one of a kind that is there; psys is not, and new has no sum. */
	CHECK(domains.nr_domains == 3 && domains.nr_garbage == 1);
	if (domains.nr_domains == 3) {
		CHECK_TEXT(domains.domains[0].name, "package");
		CHECK(domains.domains[0].measured_nj == 5000 && domains.domains[0].is_sum);
		CHECK_TEXT(domains.domains[1].name, "core");
		CHECK(domains.domains[1].measured_nj == 0);
		CHECK_TEXT(domains.domains[2].kind, "vm");
		CHECK(domains.domains[2].measured_nj == 6000);
		CHECK(!domains.domains[2].attributed_nj.known);
	}
	energy_domains_free(&domains);
	energy_listing_free(&listing);
}

static void none(bool *good)
{
	static const char *const texts[] = {
		"timestamp=9\ndomains=none\nrapl_package_sum_uj=0\n",
		"timestamp=9\nwindow=1\n",
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct energy_listing listing;
		struct energy_domains domains;

		CHECK(!parse(&listing, texts[i]));
		CHECK(!energy_domains_fill(&domains, &listing));
		CHECK(!domains.nr_domains && !domains.nr_garbage);
		energy_domains_free(&domains);
		energy_listing_free(&listing);
	}
}

static void garbage(bool *good)
{
	struct energy_listing listing;
	struct energy_domains domains;

	CHECK(!parse(&listing, "timestamp=9\ndomain=a kind=package measured_nj=-1\n"
		     "domain=b kind=package\ndomain=c measured_nj=1\n"
		     "domain=d  kind=package measured_nj=1\n"
		     "domain=e kind=package measured_nj=1 measured_nj=2\n"
		     "domain=f kind=dram measured_nj=3\n"));
	CHECK(!energy_domains_fill(&domains, &listing));
	CHECK(domains.nr_domains == 1 && domains.nr_garbage == 5);
	if (domains.nr_domains)
		CHECK_TEXT(domains.domains[0].name, "f");
	energy_domains_free(&domains);
	energy_listing_free(&listing);
}

static const struct tap_test tests[] = {
	{ "domains: each on its line", from_lines },
	{ "domains: sums of the header", from_sums },
	{ "domains: none", none },
	{ "domains: lines not understood", garbage },
};

TAP_MAIN(tests)
