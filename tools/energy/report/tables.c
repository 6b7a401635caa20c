// SPDX-License-Identifier: GPL-2.0-only
/* The numbers for people: sums, and a table for each chart. */
#include <inttypes.h>
#include <string.h>

#include "lib/comm.h"
#include "report/html.h"
#include "report/page.h"

#define NJ_PER_J 1e9

static void print_energy(FILE *out, energy_total nj)
{
	char digits[ENERGY_DIGITS_MAX], text[ENERGY_SI_MAX];

	energy_html_digits(digits, nj);
	energy_html_si(text, nj / NJ_PER_J, "J");
	fprintf(out, "<data class=\"nj\" value=\"%s\" title=\"%s nJ\">%s</data>", digits, digits,
		text);
}

static void print_watts(FILE *out, energy_total nj, uint64_t length_ns)
{
	char text[ENERGY_SI_MAX];

	energy_html_si(text, length_ns ? nj / (double)length_ns : 0, "W");
	fputs(length_ns ? text : "not known", out);
}

static void print_grams(FILE *out, const struct energy_carbon *carbon, energy_total nj)
{
	char text[ENERGY_SI_MAX];

	energy_html_si(text, energy_carbon_g(carbon, nj), "g");
	fputs(text, out);
}

static void print_share(FILE *out, energy_total nj, energy_total of_nj)
{
	double share = of_nj > 0 ? 100.0 * nj / of_nj : 0;

	if (of_nj > 0)
		/* What one decimal would show as -0.0. */
		fprintf(out, "%.1f %%", share < 0 && share > -0.05 ? 0 : share);
	else
		fputs("not known", out);
}

static bool has_carbon(const struct energy_page_content *page)
{
	return page->carbon->from != ENERGY_CARBON_NONE;
}

static void print_account_fact(FILE *out, const struct energy_page_content *page,
			       const char *what, enum energy_account account)
{
	const struct energy_view *view = page->totals;

	fprintf(out, "<div><dt>%s</dt><dd>", what);
	if (view->books) {
		print_energy(out, view->accounts[account].total_nj);
		fputs(" <small>", out);
		print_share(out, view->accounts[account].total_nj,
			    view->accounts[ENERGY_ACCOUNT_MEASURED].total_nj);
		fputs("</small>", out);
	} else {
		fputs("not known", out);
	}
	fputs("</dd></div>\n", out);
}

static energy_total processes_nj(const struct energy_view *view)
{
	return energy_view_consumed(view) + view->accounts[ENERGY_ACCOUNT_REST].total_nj +
	       view->accounts[ENERGY_ACCOUNT_EXITED].total_nj;
}

void energy_page_facts(FILE *out, const struct energy_page_content *page)
{
	const struct energy_view *view = page->totals;
	energy_total measured_nj = view->accounts[ENERGY_ACCOUNT_MEASURED].total_nj;

	fprintf(out, "<dl class=\"facts\">\n<div><dt>%s</dt><dd id=\"measured\">",
		page->tally->by_model ? "Model\342\200\231s energy" : "Energy");
	print_energy(out, measured_nj);
	fprintf(out, " <small>%.4g Wh</small></dd></div>\n<div><dt>Mean power</dt><dd>",
		measured_nj / NJ_PER_J / 3600);
	print_watts(out, measured_nj, view->length_ns);
	fputs("</dd></div>\n<div><dt>Processes</dt><dd>", out);
	print_energy(out, processes_nj(view));
	fputs(" <small>", out);
	print_share(out, processes_nj(view), measured_nj);
	fputs("</small></dd></div>\n", out);
	print_account_fact(out, page, "Idle", ENERGY_ACCOUNT_IDLE);
	print_account_fact(out, page, "Unattributed", ENERGY_ACCOUNT_UNATTRIBUTED);
	if (has_carbon(page)) {
		fputs("<div><dt>CO<sub>2</sub> equivalent</dt><dd id=\"carbon\">", out);
		print_grams(out, page->carbon, measured_nj);
		fprintf(out, " <small>at %.6g g/kWh</small></dd></div>\n",
			page->carbon->g_per_kwh);
	}
	fputs("</dl>\n", out);
}

static void print_name(FILE *out, const struct energy_layer *layer)
{
	fputs("<th scope=\"row\">", out);
	if (layer->with < 0)
		energy_page_swatch(out, layer);
	energy_html_text(out, layer->label);
	if (layer->detail && strcmp(layer->detail, layer->label)) {
		fputs("<br><small>", out);
		energy_html_text(out, layer->detail);
		fputs("</small>", out);
	}
	fputs("</th>", out);
}

static void print_domain(FILE *out, const struct energy_layer *layer)
{
	char source[4 * 64];
	uint64_t length_ns = layer->covered->total_nj;

	print_name(out, layer);
	fputs("<td>", out);
	energy_shown_plain(source, sizeof(source), layer->source);
	energy_html_text(out, source[0] ? source : "not told");
	fprintf(out, "</td><td>%s</td><td>", source[0] ? layer->billed ? "yes" : "no" : "not told");
	print_energy(out, layer->band->total_nj);
	fputs("</td><td>", out);
	print_watts(out, layer->band->total_nj, length_ns);
	fputs("</td>", out);
}

static void print_domains(FILE *out, const struct energy_page_content *page,
			  const struct energy_layers *layers)
{
	size_t i;

	fputs("<table id=\"domains-table\">\n<caption>Domains: a package contains its cores, a "
	      "platform (psys) its packages, so they do not add up. What is billed is shared out "
	      "among processes.</caption>\n<thead><tr><th scope=\"col\">Domain</th>"
	      "<th scope=\"col\">Source</th><th scope=\"col\">Billed</th>"
	      "<th scope=\"col\">Energy</th><th scope=\"col\">Mean power</th>", out);
	if (has_carbon(page))
		fputs("<th scope=\"col\">CO<sub>2</sub>e</th>", out);
	fputs("</tr></thead>\n<tbody>\n", out);
	for (i = 0; i < layers->nr; i++) {
		fputs("<tr>", out);
		print_domain(out, &layers->layers[i]);
		if (has_carbon(page)) {
			fputs("<td>", out);
			print_grams(out, page->carbon, layers->layers[i].band->total_nj);
			fputs("</td>", out);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody>\n</table>\n", out);
}

static void print_numbers(FILE *out, const struct energy_page_content *page,
			  const struct energy_view *view, energy_total nj)
{
	fputs("<td>", out);
	print_energy(out, nj);
	fputs("</td><td>", out);
	print_share(out, nj, view->accounts[ENERGY_ACCOUNT_MEASURED].total_nj);
	fputs("</td><td>", out);
	print_watts(out, nj, view->length_ns);
	fputs("</td>", out);
	if (has_carbon(page)) {
		fputs("<td>", out);
		print_grams(out, page->carbon, nj);
		fputs("</td>", out);
	}
}

static void print_layer(FILE *out, const struct energy_page_content *page,
			const struct energy_layers *layers, const struct energy_layer *layer)
{
	char cpu[ENERGY_SI_MAX] = "";

	fprintf(out, "<tr class=\"%s\">", layer->kind);
	print_name(out, layer);
	print_numbers(out, page, layers->view, layer->band->total_nj);
	if (layers->view->split) {
		if (!strcmp(layer->kind, "consumer"))
			energy_html_duration(cpu, layer->cpu_ns);
		fprintf(out, "<td>%s</td>", cpu);
	}
	fputs("</tr>\n", out);
}

static void print_stack(FILE *out, const struct energy_page_content *page,
			const struct energy_layers *layers, const char *caption,
			const char *column)
{
	const struct energy_view *view = layers->view;
	size_t i;
	int pass;

	fprintf(out, "<table id=\"%s-table\">\n<caption>%s</caption>\n<thead><tr>"
		"<th scope=\"col\">%s</th><th scope=\"col\">Energy</th><th scope=\"col\">Share</th>"
		"<th scope=\"col\">Mean power</th>", layers->name, caption, column);
	if (has_carbon(page))
		fputs("<th scope=\"col\">CO<sub>2</sub>e</th>", out);
	if (view->split)
		fputs("<th scope=\"col\">CPU time</th>", out);
	fputs("</tr></thead>\n<tbody>\n", out);
	/* Consumers first, then what is nobody's. */
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < layers->nr; i++) {
			if (!strcmp(layers->layers[i].kind, "consumer") == !pass)
				print_layer(out, page, layers, &layers->layers[i]);
		}
	}
	fprintf(out, "</tbody>\n<tfoot><tr><th scope=\"row\">%s</th>",
		page->tally->by_model ? "all, by the model" : "measured");
	print_numbers(out, page, view, view->accounts[ENERGY_ACCOUNT_MEASURED].total_nj);
	fprintf(out, "%s</tr></tfoot>\n</table>\n", view->split ? "<td></td>" : "");
}

void energy_page_table(FILE *out, const struct energy_page_content *page,
		       const struct energy_layers *layers)
{
	if (!layers->view)
		print_domains(out, page, layers);
	else if (!strcmp(layers->name, "cgroups"))
		print_stack(out, page, layers, "Each cgroup without those below it, which have "
			    "rows of their own.", "Cgroup");
	else if (layers->view->split && page->tally->by_name)
		print_stack(out, page, layers, "Top consumers by name, each the sum of all "
			    "processes that had it, and what is no process\342\200\231s.", "Name");
	else if (layers->view->split)
		print_stack(out, page, layers, "Top consumers, and what is no process\342\200\231s.",
			    "Process (PID)");
	else
		print_stack(out, page, layers, "The recording has no processes one by one "
			    "(energy log --all records them).", "Account");
}
