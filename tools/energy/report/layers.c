// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/comm.h"
#include "report/layers.h"
#include "top/label.h"

static int begin(struct energy_layers *layers, const char *name, size_t most)
{
	*layers = (struct energy_layers){ .name = name };
	layers->layers = calloc(most + 1, sizeof(*layers->layers));
	return layers->layers ? 0 : -ENOMEM;
}

static struct energy_layer *add(struct energy_layers *layers, const char *kind,
				const char *label, const struct energy_band *band,
				const struct energy_band *covered)
{
	struct energy_layer *layer = &layers->layers[layers->nr++];

	*layer = (struct energy_layer){
		.kind = kind,
		.band = band,
		.covered = covered,
		.with = -1,
	};
	snprintf(layer->label, sizeof(layer->label), "%s", label);
	return layer;
}

static struct energy_layer *add_account(struct energy_layers *layers, const char *kind,
					const char *label, enum energy_account account)
{
	return add(layers, kind, label, &layers->view->accounts[account],
		   &layers->view->covered);
}

static bool has_any(const struct energy_layers *layers, enum energy_account account)
{
	return layers->view->accounts[account].total_nj != 0;
}

/* Shares too small for a line of their own, and what may be negative, are no areas. */
static void add_with(struct energy_layers *layers, const char *kind, const char *label,
		     enum energy_account account, int with)
{
	if (has_any(layers, account))
		add_account(layers, kind, label, account)->with = with;
}

static int begin_view(struct energy_layers *layers, const char *name, struct energy_view *view)
{
	energy_consumers_rank(&view->consumers);
	if (begin(layers, name, view->consumers.nr + ENERGY_ACCOUNTS))
		return -ENOMEM;
	layers->stacked = true;
	layers->view = view;
	if (view->books)
		add_account(layers, "idle", "idle", ENERGY_ACCOUNT_IDLE);
	return 0;
}

static struct energy_layer *add_consumer(struct energy_layers *layers, size_t i)
{
	const struct energy_consumer *consumer = &layers->view->consumers.all[i];
	struct energy_layer *layer = add(layers, "consumer", "", &consumer->band,
					 &layers->view->covered);

	layer->color = i;
	layer->cpu_ns = consumer->cpu_ns;
	return layer;
}

static void end_view(struct energy_layers *layers, const char *others)
{
	const struct energy_view *view = layers->view;
	int rest = layers->nr;
	char label[ENERGY_LAYER_LABEL];

	if (!view->split) {
		add_account(layers, "processes", "processes", ENERGY_ACCOUNT_REST);
	} else if (has_any(layers, ENERGY_ACCOUNT_REST) ||
		   has_any(layers, ENERGY_ACCOUNT_DIFFERENCE)) {
		snprintf(label, sizeof(label), "%" PRIu64 " other %s",
			 view->consumers.nr_seen - view->consumers.nr, others);
		add_account(layers, "rest", label, ENERGY_ACCOUNT_REST);
	}
	if (has_any(layers, ENERGY_ACCOUNT_EXITED))
		add_account(layers, "exited", "exited between samples", ENERGY_ACCOUNT_EXITED);
	add_with(layers, "difference", "not of one instant", ENERGY_ACCOUNT_DIFFERENCE, rest);
	if (!view->books)
		return;
	add_account(layers, "unattributed", "unattributed", ENERGY_ACCOUNT_UNATTRIBUTED);
	add_with(layers, "pending", "pending", ENERGY_ACCOUNT_PENDING, layers->nr - 1);
}

int energy_layers_of_processes(struct energy_layers *layers, struct energy_view *view,
			       bool by_name)
{
	char name[ENERGY_SHOWN_MAX];
	size_t i;

	if (begin_view(layers, "processes", view))
		return -ENOMEM;
	for (i = 0; i < view->consumers.nr; i++) {
		const struct energy_consumer *consumer = &view->consumers.all[i];
		struct energy_layer *layer = add_consumer(layers, i);

		energy_shown_plain(name, sizeof(name), consumer->name);
		if (!by_name)
			snprintf(layer->label, sizeof(layer->label), "%s (%" PRIu64 ")", name,
				 consumer->id);
		else
			snprintf(layer->label, sizeof(layer->label), "%s",
				 name[0] ? name : "(no name)");
	}
	end_view(layers, by_name ? "names" : "processes");
	return 0;
}

int energy_layers_of_cgroups(struct energy_layers *layers, struct energy_view *view)
{
	size_t i;

	if (begin_view(layers, "cgroups", view))
		return -ENOMEM;
	for (i = 0; i < view->consumers.nr; i++) {
		const struct energy_consumer *consumer = &view->consumers.all[i];
		struct energy_layer *layer = add_consumer(layers, i);
		size_t size = 4 * strlen(consumer->name) + 1;

		if (!consumer->name[0]) {
			snprintf(layer->label, sizeof(layer->label), "cgroup %" PRIu64
				 " (path not known)", consumer->id);
			continue;
		}
		energy_label(layer->label, ENERGY_LABEL_MAX, consumer->name);
		layer->detail = malloc(size);
		if (!layer->detail)
			return -ENOMEM;
		energy_shown_plain(layer->detail, size, consumer->name);
	}
	end_view(layers, "cgroups");
	return 0;
}

int energy_layers_of_domains(struct energy_layers *layers, const struct energy_tally *tally)
{
	char name[4 * sizeof(tally->domains->name)];
	size_t i;

	if (begin(layers, "domains", tally->nr_domains))
		return -ENOMEM;
	for (i = 0; i < tally->nr_domains; i++) {
		const struct energy_domain_band *domain = &tally->domains[i];
		struct energy_layer *layer;

		energy_shown_plain(name, sizeof(name), domain->name);
		layer = add(layers, "domain", name, &domain->band, &domain->covered);
		layer->color = i;
		layer->billed = domain->billed;
		layer->source = domain->source;
	}
	return 0;
}

void energy_layers_free(struct energy_layers *layers)
{
	while (layers->nr)
		free(layers->layers[--layers->nr].detail);
	free(layers->layers);
	*layers = (struct energy_layers){ 0 };
}

bool energy_layers_watts(const struct energy_layers *layers, size_t layer, size_t bucket,
			 double *watts)
{
	int64_t covered_ns = layers->layers[layer].covered->nj[bucket];
	double nj = layers->layers[layer].band->nj[bucket];
	size_t i;

	if (covered_ns <= 0)
		return false;
	for (i = 0; i < layers->nr; i++) {
		if (layers->layers[i].with == (int)layer)
			nj += layers->layers[i].band->nj[bucket];
	}
	*watts = nj > 0 ? nj / covered_ns : 0;
	return true;
}
