// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "report/assets.h"
#include "report/html.h"
#include "report/page.h"

/* For ten; who comes later, is as far from the ones before as can be. */
static const unsigned int hues[] = { 212, 28, 145, 354, 265, 50, 185, 320, 95, 12 };
#define NR_HUES (sizeof(hues) / sizeof(hues[0]))

void energy_page_paint(char *out, size_t size, const struct energy_layer *layer)
{
	unsigned int i = layer->color;

	if (strcmp(layer->kind, "consumer") && strcmp(layer->kind, "domain"))
		/* The style has it. */
		snprintf(out, size, "currentColor");
	else
		snprintf(out, size, "hsl(%u, %u%%, %u%%)",
			 i < NR_HUES ? hues[i] : (i * 137 + 20) % 360, i % 2 ? 62U : 58U,
			 i < NR_HUES ? 54U : 40U + i % 3 * 12);
}

void energy_page_swatch(FILE *out, const struct energy_layer *layer)
{
	char paint[32];

	energy_page_paint(paint, sizeof(paint), layer);
	fprintf(out, "<svg class=\"swatch\" viewBox=\"0 0 10 10\" aria-hidden=\"true\">"
		"<rect class=\"area %s\" width=\"10\" height=\"10\" fill=\"%s\"/></svg>",
		layer->kind, paint);
}

/* Nothing is fetched, and nothing runs but the one script, whoever may have chosen names. */
static void print_head(FILE *out, const struct energy_page_content *page)
{
	fprintf(out, ENERGY_PAGE_BEGINNING " " ENERGY_VERSION "\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; "
		"form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
		energy_report_style_digest, energy_report_script_digest);
	energy_html_text(out, page->title);
	fprintf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n", energy_report_style);
}

static const char *origin(const struct energy_tally *tally)
{
	static const struct {
		const char *kind, *words;
	} origins[] = {
		{ "measured", "measured by this machine\342\200\231s hardware" },
		{ "host", "told by the host of this virtual machine" },
		{ "model", "estimated by a model, not measured" },
	};
	size_t i;

	if (tally->by_model)
		return "no source: the model\342\200\231s scores, not measured";
	for (i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		if (!strcmp(tally->source_kind, origins[i].kind))
			return origins[i].words;
	}
	return "of an origin that the recording does not tell";
}

static void print_time(FILE *out, const struct energy_page_content *page)
{
	const struct energy_view *view = page->totals;
	uint64_t wall_ns = page->tally->timeline.wall_ns;
	char from[ENERGY_CLOCK_MAX], to[ENERGY_CLOCK_MAX];

	if (wall_ns) {
		energy_html_clock(from, wall_ns + view->from_ns);
		energy_html_clock(to, wall_ns + view->to_ns);
	} else {
		snprintf(from, sizeof(from), "%.3f s", view->from_ns / 1e9);
		snprintf(to, sizeof(to), "%.3f s", view->to_ns / 1e9);
	}
	fputs("<time>", out);
	energy_html_text(out, from);
	fputs("</time> to <time>", out);
	energy_html_text(out, to);
	fprintf(out, "</time>%s", wall_ns ? "" : " of the recording");
}

static void print_header(FILE *out, const struct energy_page_content *page)
{
	const struct energy_tally *tally = page->tally;
	char length[ENERGY_SI_MAX];

	fputs("<header>\n<h1>", out);
	energy_html_text(out, page->title);
	fputs("</h1>\n<p>", out);
	print_time(out, page);
	energy_html_duration(length, page->totals->length_ns);
	fprintf(out, "; %s counted</p>\n<p>Energy: <strong id=\"origin\">%s</strong>", length,
		origin(tally));
	if (tally->source[0] && !tally->by_model) {
		fputs(" (", out);
		energy_html_text(out, tally->source);
		putc(')', out);
	}
	fputs("</p>\n</header>\n", out);
}

static int print_section(FILE *out, const struct energy_page_content *page,
			 const struct energy_layers *layers, const char *title)
{
	int err;

	if (!layers->nr)
		return 0;
	fprintf(out, "<section aria-labelledby=\"%s-heading\">\n<h2 id=\"%s-heading\">%s</h2>\n",
		layers->name, layers->name, title);
	err = energy_page_chart(out, page, layers, title);
	energy_page_table(out, page, layers);
	fputs("</section>\n", out);
	return err;
}

int energy_page_print(FILE *out, const struct energy_page_content *page)
{
	const struct energy_view *processes = page->processes.view;
	int err;

	print_head(out, page);
	print_header(out, page);
	fputs("<main>\n", out);
	energy_page_facts(out, page);
	err = print_section(out, page, &page->domains, "Power by domain");
	if (!err)
		err = print_section(out, page, &page->cgroups, "Power by cgroup");
	if (!err)
		err = print_section(out, page, &page->processes,
				    !processes || !processes->split ? "Power by account" :
				    page->tally->by_name ? "Power by process name" :
							   "Power by process");
	if (err)
		return err;
	energy_page_notes(out, page);
	fputs("</main>\n<footer>Made by energy report " ENERGY_VERSION " from ", out);
	energy_html_text(out, page->log);
	fprintf(out, ", %" PRIu64 " samples.</footer>\n"
		"<script type=\"application/json\" id=\"data\">", page->tally->nr_samples);
	err = energy_page_data(out, page);
	fprintf(out, "</script>\n<script>%s</script>\n</body>\n</html>\n", energy_report_script);
	return err;
}
