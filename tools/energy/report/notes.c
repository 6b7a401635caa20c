// SPDX-License-Identifier: GPL-2.0-only
/* What has to be known to read the numbers. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "report/html.h"
#include "report/page.h"

static const char *const mark_names[ENERGY_MARK_KINDS] = {
	[ENERGY_MARK_GAP] = "gap",
	[ENERGY_MARK_RESTART] = "restart",
	[ENERGY_MARK_NO_SOURCE] = "no source",
	[ENERGY_MARK_UNKNOWN] = "not comparable",
};

static const char *const mark_meanings[ENERGY_MARK_KINDS] = {
	[ENERGY_MARK_GAP] = "samples are missing; the energy is counted, spread over all of it",
	[ENERGY_MARK_RESTART] = "the machine or the module was started anew; what was used "
				"meanwhile is not known, and not counted",
	[ENERGY_MARK_NO_SOURCE] = "nothing was measured; not known, and not counted",
	[ENERGY_MARK_UNKNOWN] = "two samples that cannot be compared; not counted",
};

const char *energy_page_mark_name(enum energy_mark_kind kind)
{
	return mark_names[kind];
}

static void print_place(FILE *out, const struct energy_page_content *page, int64_t at_ns)
{
	uint64_t wall_ns = page->tally->timeline.wall_ns;
	char text[ENERGY_CLOCK_MAX];

	if (wall_ns) {
		energy_html_clock(text, wall_ns + at_ns);
		energy_html_text(out, text);
	} else {
		fprintf(out, "%.3f s", at_ns / 1e9);
	}
}

static void print_marks(FILE *out, const struct energy_page_content *page)
{
	const struct energy_marks *marks = &page->tally->marks;
	char length[ENERGY_SI_MAX];
	size_t i;

	if (!marks->nr)
		return;
	fputs("<table id=\"marks-table\">\n<caption>Gaps and restarts: shaded in the charts"
	      "</caption>\n<thead><tr><th scope=\"col\">What</th><th scope=\"col\">From</th>"
	      "<th scope=\"col\">To</th><th scope=\"col\">Length</th></tr></thead>\n<tbody>\n",
	      out);
	for (i = 0; i < marks->nr; i++) {
		const struct energy_mark *mark = &marks->marks[i];

		energy_html_duration(length, mark->to_ns - mark->from_ns);
		fprintf(out, "<tr class=\"%s\"><th scope=\"row\">%s<br><small>%s</small></th><td>",
			mark->kind == ENERGY_MARK_GAP ? "gap" : "unknown", mark_names[mark->kind],
			mark_meanings[mark->kind]);
		print_place(out, page, mark->from_ns);
		fputs("</td><td>", out);
		print_place(out, page, mark->to_ns);
		fprintf(out, "</td><td>%s</td></tr>\n",
			mark->to_ns > mark->from_ns ? length : "not known");
	}
	fputs("</tbody>\n</table>\n", out);
	if (marks->nr_left_out)
		fprintf(out, "<p>%" PRIu64 " more gaps and restarts are not listed.</p>\n",
			marks->nr_left_out);
}

__attribute__((format(printf, 2, 3)))
static void note(FILE *out, const char *format, ...)
{
	va_list args;

	fputs("<li>", out);
	va_start(args, format);
	vfprintf(out, format, args);
	va_end(args);
	fputs("</li>\n", out);
}

static bool has_total(const struct energy_layers *layers, enum energy_account account)
{
	return layers->view && layers->view->accounts[account].total_nj;
}

void energy_page_notes(FILE *out, const struct energy_page_content *page)
{
	const struct energy_tally *tally = page->tally;

	fputs("<section aria-labelledby=\"notes-heading\">\n<h2 id=\"notes-heading\">Notes</h2>\n",
	      out);
	print_marks(out, page);
	fputs("<ul class=\"notes\">\n", out);
	if (tally->by_model)
		note(out, "There was no source: nothing was measured. The numbers are the "
		     "model\342\200\231s scores, which are joules as far as its weights are right "
		     "(energy train fits them).");
	else if (!strcmp(tally->source_kind, "model"))
		note(out, "A model has estimated this machine\342\200\231s energy; no hardware has "
		     "measured it.");
	if (tally->sources_differ)
		note(out, "The source changed during the recording; named is the last one.");
	if (tally->windows)
		note(out, "Processes: values of windows, of which header and records are of one "
		     "instant.");
	if (tally->by_name && page->processes.view && page->processes.view->split)
		note(out, "Names: what a process used between two samples counts for the name that "
		     "it had at the second.");
	if (has_total(&page->processes, ENERGY_ACCOUNT_DIFFERENCE) ||
	    has_total(&page->cgroups, ENERGY_ACCOUNT_DIFFERENCE))
		note(out, "Not of one instant: live values of header, records and cgroups are read "
		     "one after the other, a sample or so apart. This is by how much they differ at "
		     "the ends of the recording; in the charts it is with the others.");
	if (has_total(&page->processes, ENERGY_ACCOUNT_EXITED))
		note(out, "Exited between samples: processes that ended before a sample could list "
		     "them. The kernel has their energy, the recording not their names.");
	if (page->cgroups.nr)
		note(out, "Cgroups are counted from the first to the last list of them, by live "
		     "values: their sum is of nearly the same time as that of the processes.");
	else
		note(out, "The recording has no cgroups (energy log --all records them).");
	if (page->totals->books)
		note(out, "Idle is what the machine draws without load; unattributed is active "
		     "energy that no process could be charged with; pending are remainders that "
		     "the next sample carries on.");
	else
		note(out, "Idle and unattributed energy are not known: the recording has no books.");
	if (page->nr_damaged)
		note(out, "%" PRIu64 " damaged records were left out.", page->nr_damaged);
	fputs("</ul>\n</section>\n", out);
}
