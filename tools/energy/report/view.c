// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "report/view.h"

int energy_view_init(struct energy_view *view, const struct energy_buckets *buckets,
		     struct energy_consumers *largest)
{
	size_t i;

	memset(view, 0, sizeof(*view));
	view->buckets = buckets;
	if (largest) {
		view->consumers = *largest;
		memset(largest, 0, sizeof(*largest));
	}
	if (energy_band_init(&view->covered, buckets))
		return -ENOMEM;
	for (i = 0; i < ENERGY_ACCOUNTS; i++) {
		if (energy_band_init(&view->accounts[i], buckets))
			return -ENOMEM;
	}
	return 0;
}

void energy_view_free(struct energy_view *view)
{
	size_t i;

	energy_band_free(&view->covered);
	for (i = 0; i < ENERGY_ACCOUNTS; i++)
		energy_band_free(&view->accounts[i]);
	energy_consumers_free(&view->consumers);
}

void energy_view_step(struct energy_view *view, int64_t from_ns, int64_t to_ns)
{
	if (!view->counted)
		view->from_ns = from_ns;
	view->counted = true;
	view->to_ns = to_ns;
	view->step++;
	view->length_ns += to_ns - from_ns;
	energy_band_add(&view->covered, view->buckets, from_ns, to_ns, to_ns - from_ns);
}

void energy_view_add(struct energy_view *view, enum energy_account account, int64_t from_ns,
		     int64_t to_ns, int64_t nj)
{
	energy_band_add(&view->accounts[account], view->buckets, from_ns, to_ns, nj);
}

void energy_view_consume(struct energy_view *view, struct energy_consumer *consumer,
			 int64_t from_ns, int64_t to_ns, int64_t nj, int64_t cpu_ns)
{
	view->split = true;
	if (!consumer) {
		energy_view_add(view, ENERGY_ACCOUNT_REST, from_ns, to_ns, nj);
		return;
	}
	consumer->cpu_ns += cpu_ns;
	energy_band_add(&consumer->band, view->buckets, from_ns, to_ns, nj);
}

energy_total energy_view_consumed(const struct energy_view *view)
{
	energy_total nj = 0;
	size_t i;

	for (i = 0; i < view->consumers.nr; i++)
		nj += view->consumers.all[i].band.total_nj;
	return nj;
}
