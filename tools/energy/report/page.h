/* SPDX-License-Identifier: GPL-2.0-only */
/* The page, and its parts. */
#ifndef ENERGY_REPORT_PAGE_H
#define ENERGY_REPORT_PAGE_H

#include <stdio.h>

#include "lib/carbon.h"
#include "report/layers.h"

/* How a page begins, so that it is known for one of ours. */
#define ENERGY_PAGE_BEGINNING \
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n" \
	"<meta name=\"generator\" content=\"energy report"

#define ENERGY_VIEWS 3

struct energy_page_content {
	const char *title;	/* fit for people: valid UTF-8 without control characters */
	const char *log;
	const struct energy_tally *tally;
	const struct energy_buckets *buckets;
	const struct energy_view *totals;	/* what the sums are taken from */
	struct energy_layers domains, cgroups, processes;	/* empty where there are none */
	const struct energy_carbon *carbon;
	uint64_t nr_damaged;
};

/* Returns 0 or -ENOMEM; that writing failed, @out knows. */
int energy_page_print(FILE *out, const struct energy_page_content *page);

/* The parts. */
void energy_page_facts(FILE *out, const struct energy_page_content *page);
void energy_page_notes(FILE *out, const struct energy_page_content *page);
void energy_page_table(FILE *out, const struct energy_page_content *page,
		       const struct energy_layers *layers);
int energy_page_chart(FILE *out, const struct energy_page_content *page,
		      const struct energy_layers *layers, const char *title);
int energy_page_data(FILE *out, const struct energy_page_content *page);

/* What a layer is painted with: "hsl(...)", or a color of the style. Room for 32. */
void energy_page_paint(char *out, size_t size, const struct energy_layer *layer);

/* The square in front of its name. */
void energy_page_swatch(FILE *out, const struct energy_layer *layer);

/* "gap"... */
const char *energy_page_mark_name(enum energy_mark_kind kind);

#endif /* ENERGY_REPORT_PAGE_H */
