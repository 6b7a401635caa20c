// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "lib/comm.h"
#include "lib/reader.h"
#include "top/pen.h"

#define NSEC_PER_SEC 1e9
#define GAP "   "

static const char *kind_in_words(struct energy_slice kind)
{
	if (energy_slice_is(kind, "measured"))
		return "measured";
	if (energy_slice_is(kind, "host"))
		return "told by the host";
	if (energy_slice_is(kind, "model"))
		return "estimated by a model, not measured";
	return "of unknown kind";
}

static void write_source(struct energy_pen *pen)
{
	const struct energy_header *header = &pen->page->listing->header;
	char source[ENERGY_SHOWN_MAX], domains[ENERGY_SHOWN_MAX];

	if (!header->source_kind.len) {
		energy_pen_line(pen, ENERGY_LINE_TEXT,
				"energy top   source: not told by this file");
		return;
	}
	if (energy_slice_is(header->source_kind, "none")) {
		energy_pen_line(pen, ENERGY_LINE_TEXT, "energy top   source: none");
		return;
	}
	energy_shown(source, sizeof(source), header->source);
	energy_shown(domains, sizeof(domains), header->domains);
	energy_pen_line(pen, ENERGY_LINE_TEXT, "energy top   source: %s (%s)   domains: %s",
			source, kind_in_words(header->source_kind), domains);
}

static void write_file(struct energy_pen *pen)
{
	const struct energy_page *page = pen->page;
	char path[ENERGY_SHOWN_MAX];
	bool window;

	energy_shown_plain(path, sizeof(path), page->path);
	if (!page->interval) {
		energy_pen_line(pen, ENERGY_LINE_TEXT, "file %s   waiting for a second reading",
				path);
		return;
	}
	window = page->interval->basis == ENERGY_BASIS_WINDOW ||
		 !page->listing->header.sample_ns.known;
	energy_pen_line(pen, ENERGY_LINE_TEXT, "file %s   %s values   interval %.3f s", path,
			window ? "window" : "latest",
			page->interval->length_ns / NSEC_PER_SEC);
}

static void write_flows(struct energy_pen *pen)
{
	const struct energy_interval *interval = pen->page->interval;
	const struct energy_flows *flows = &interval->flows;
	double attributed = energy_watts(interval, interval->attributed_nj);

	if (interval->basis == ENERGY_BASIS_MODEL)
		energy_pen_line(pen, ENERGY_LINE_WARNING, "no energy source: watts are unknown; "
				"showing the model's energy (energy=)");
	else if (!flows->known)
		energy_pen_line(pen, ENERGY_LINE_TEXT, "watts   attributed %.3f   (%s)",
				attributed, strcmp(pen->page->path, ENERGY_PROC_CGROUP) ?
				"this file has no totals" : "this cgroup only; sudo shows all");
	else
		energy_pen_line(pen, ENERGY_LINE_TEXT, "watts   total %.3f   attributed %.3f   "
				"idle %.3f   unattributed %.3f",
				energy_watts(interval, flows->measured_nj), attributed,
				energy_watts(interval, flows->idle_nj),
				energy_watts(interval, flows->unattributed_nj));
}

/* What three decimals would show as -0.000. */
static double without_minus_zero(double value)
{
	return value < 0 && value > -0.0005 ? 0 : value;
}

static void write_counts(struct energy_pen *pen)
{
	const struct energy_page *page = pen->page;
	const struct energy_interval *interval = page->interval;
	struct energy_number window_ns = page->listing->header.window_ns;
	char garbage[64] = "", pending[64] = "", window[64] = "";

	if (page->listing->nr_garbage)
		snprintf(garbage, sizeof(garbage), "   lines not understood: %zu",
			 page->listing->nr_garbage);
	if (interval->flows.known)
		snprintf(pending, sizeof(pending), "   pending %.3f W",
			 without_minus_zero(energy_watts(interval, interval->flows.pending_nj)));
	/* Plain text is as programs know it: only what is asked for is added. */
	if (page->has_status && window_ns.known)
		snprintf(window, sizeof(window), "   window %.3f s",
			 window_ns.value / NSEC_PER_SEC);
	energy_pen_line(pen, ENERGY_LINE_TEXT, "processes   %zu listed   %zu active%s%s%s",
			interval->nr_listed, interval->nr_rows, pending, window, garbage);
}

/* "package-0 10.500 W, 2.000 idle" */
static void power_text(char *out, size_t size, const struct energy_power *power)
{
	char many[32] = "", watts[32] = "-", idle[40] = "";

	if (power->nr_domains > 1)
		snprintf(many, sizeof(many), " (%zu)", power->nr_domains);
	if (power->total.known)
		snprintf(watts, sizeof(watts), "%.3f", power->total.value);
	/* What is not billed is not divided into idle and the rest either. */
	if (power->idle.known && !power->not_billed)
		snprintf(idle, sizeof(idle), ", %.3f idle", power->idle.value);
	snprintf(out, size, "%s%s %s W%s%s", power->name, many, watts, idle,
		 power->not_billed ? ", not billed" : "");
}

/* As many to a line as there is room for. */
static void write_powers(struct energy_pen *pen)
{
	const struct energy_powers *powers = pen->page->powers;
	char line[1024] = "domains", text[sizeof(powers->powers->name) + 128];
	size_t i;

	if (powers->nr_packages)
		snprintf(line, sizeof(line), "domains" GAP "%zu package%s", powers->nr_packages,
			 powers->nr_packages > 1 ? "s" : "");
	for (i = 0; i < powers->nr_powers; i++) {
		size_t len = strlen(line), more;

		power_text(text, sizeof(text), &powers->powers[i]);
		more = strlen(GAP) + strlen(text);
		if (energy_width(line) + strlen(GAP) + energy_width(text) > pen->page->columns ||
		    len + more >= sizeof(line)) {
			energy_pen_line(pen, ENERGY_LINE_TEXT, "%s", line);
			snprintf(line, sizeof(line), "%7s", "");
			len = strlen(line);
		}
		snprintf(line + len, sizeof(line) - len, GAP "%s", text);
	}
	if (powers->nr_powers)
		energy_pen_line(pen, ENERGY_LINE_TEXT, "%s", line);
}

void energy_pen_header(struct energy_pen *pen)
{
	const struct energy_page *page = pen->page;

	write_source(pen);
	write_file(pen);
	if (page->interval) {
		write_flows(pen);
		write_counts(pen);
		if (page->powers)
			write_powers(pen);
	}
	if (page->warning)
		energy_pen_line(pen, ENERGY_LINE_WARNING, "%s", page->warning);
	if (page->remark)
		energy_pen_line(pen, ENERGY_LINE_WARNING, "%s", page->remark);
	if (page->why)
		energy_pen_line(pen, ENERGY_LINE_WARNING, "%s", page->why);
}
