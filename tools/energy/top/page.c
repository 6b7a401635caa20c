// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/comm.h"
#include "lib/reader.h"
#include "top/page.h"

#define NJ_PER_J 1e9
#define NJ_PER_MJ 1e6
#define NSEC_PER_SEC 1e9

/* Where lines go, and how many have gone. */
struct pen {
	const struct energy_page *page;
	energy_emit *emit;
	void *context;
	size_t nr_lines;
};

__attribute__((format(printf, 3, 4)))
static void write_line(struct pen *pen, enum energy_line kind, const char *format, ...)
{
	char line[8192];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	energy_fit(line, pen->page->columns);
	pen->emit(pen->context, kind, line);
	pen->nr_lines++;
}

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

static void write_source(struct pen *pen)
{
	const struct energy_header *header = &pen->page->listing->header;
	char source[ENERGY_SHOWN_MAX], domains[ENERGY_SHOWN_MAX];

	if (!header->source_kind.len) {
		write_line(pen, ENERGY_LINE_TEXT, "energy top   source: not told by this file");
		return;
	}
	if (energy_slice_is(header->source_kind, "none")) {
		write_line(pen, ENERGY_LINE_TEXT, "energy top   source: none");
		return;
	}
	energy_shown(source, sizeof(source), header->source);
	energy_shown(domains, sizeof(domains), header->domains);
	write_line(pen, ENERGY_LINE_TEXT, "energy top   source: %s (%s)   domains: %s", source,
		   kind_in_words(header->source_kind), domains);
}

static void write_file(struct pen *pen)
{
	const struct energy_page *page = pen->page;
	struct energy_slice raw = { page->path, strlen(page->path) };
	char path[ENERGY_SHOWN_MAX];
	bool window;

	energy_shown(path, sizeof(path), raw);
	if (!page->interval) {
		write_line(pen, ENERGY_LINE_TEXT, "file %s   waiting for a second reading", path);
		return;
	}
	window = page->interval->basis == ENERGY_BASIS_WINDOW ||
		 !page->listing->header.sample_ns.known;
	write_line(pen, ENERGY_LINE_TEXT, "file %s   %s values   interval %.3f s", path,
		   window ? "window" : "latest", page->interval->length_ns / NSEC_PER_SEC);
}

static void write_flows(struct pen *pen)
{
	const struct energy_interval *interval = pen->page->interval;
	const struct energy_flows *flows = &interval->flows;
	double attributed = energy_watts(interval, interval->attributed_nj);

	if (interval->basis == ENERGY_BASIS_MODEL)
		write_line(pen, ENERGY_LINE_WARNING, "no energy source: watts are unknown; "
			   "showing the model's energy (energy=)");
	else if (!flows->known)
		write_line(pen, ENERGY_LINE_TEXT, "watts   attributed %.3f   (%s)", attributed,
			   strcmp(pen->page->path, ENERGY_PROC_CGROUP) ?
			   "this file has no totals" : "this cgroup only; sudo shows all");
	else
		write_line(pen, ENERGY_LINE_TEXT, "watts   total %.3f   attributed %.3f   "
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

static void write_counts(struct pen *pen)
{
	const struct energy_page *page = pen->page;
	const struct energy_interval *interval = page->interval;
	char garbage[64] = "", pending[64] = "";

	if (page->listing->nr_garbage)
		snprintf(garbage, sizeof(garbage), "   lines not understood: %zu",
			 page->listing->nr_garbage);
	if (interval->flows.known)
		snprintf(pending, sizeof(pending), "   pending %.3f W",
			 without_minus_zero(energy_watts(interval, interval->flows.pending_nj)));
	write_line(pen, ENERGY_LINE_TEXT, "processes   %zu listed   %zu active%s%s",
		   interval->nr_listed, interval->nr_rows, pending, garbage);
}

/* What stands in the columns of one line of the table. */
struct cells {
	char pid[24];
	energy_sum delta_nj;
	energy_sum total_nj;
	char cpu[24];
	char comm[ENERGY_SHOWN_MAX + 32];
};

static void set_cpu(struct cells *cells, const struct energy_interval *interval,
		    energy_sum cpu_ns)
{
	snprintf(cells->cpu, sizeof(cells->cpu), "%.1f", 100.0 * cpu_ns / interval->length_ns);
}

static void write_cells(struct pen *pen, const struct cells *cells)
{
	const struct energy_interval *interval = pen->page->interval;
	bool model = interval->basis == ENERGY_BASIS_MODEL;
	double rate = energy_watts(interval, cells->delta_nj);
	double share = 0;

	if (interval->attributed_nj)
		share = 100.0 * cells->delta_nj / interval->attributed_nj;
	write_line(pen, ENERGY_LINE_TEXT, "%7s %10.3f %13.3f %6.1f %7s  %s", cells->pid,
		   model ? rate * (NJ_PER_J / NJ_PER_MJ) : rate,
		   cells->total_nj / (model ? NJ_PER_MJ : NJ_PER_J), share, cells->cpu,
		   cells->comm);
}

static void write_heading(struct pen *pen)
{
	bool model = pen->page->interval->basis == ENERGY_BASIS_MODEL;

	write_line(pen, ENERGY_LINE_TEXT, "%s", "");
	write_line(pen, ENERGY_LINE_HEADING, "%7s %10s %13s %6s %7s  %s", "PID",
		   model ? "mJ/s" : "WATTS", model ? "mJ" : "JOULES", "SHARE%", "CPU%", "COMM");
}

static void write_process(struct pen *pen, const struct energy_row *row)
{
	const struct energy_record *record = row->record;
	bool kernel = energy_number_or(record->kernel, 0);
	char name[ENERGY_SHOWN_MAX];
	struct cells cells = { .delta_nj = row->delta_nj, .total_nj = row->total_nj };

	energy_shown(name, sizeof(name), record->comm);
	snprintf(cells.comm, sizeof(cells.comm), kernel ? "[%s]%s" : "%s%s", name,
		 energy_number_or(record->alive, 1) ? "" : " (exited)");
	snprintf(cells.pid, sizeof(cells.pid), "%" PRIu64, record->pid.value);
	set_cpu(&cells, pen->page->interval, row->delta_cpu_ns);
	write_cells(pen, &cells);
}

static void write_rest(struct pen *pen, const struct energy_row *row, size_t nr)
{
	struct cells cells = { .pid = "-" };
	energy_sum cpu_ns = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		cells.delta_nj += row[i].delta_nj;
		cells.total_nj += row[i].total_nj;
		cpu_ns += row[i].delta_cpu_ns;
	}
	snprintf(cells.comm, sizeof(cells.comm), "(%zu more)", nr);
	set_cpu(&cells, pen->page->interval, cpu_ns);
	write_cells(pen, &cells);
}

static void write_gone(struct pen *pen)
{
	const struct energy_interval *interval = pen->page->interval;
	struct cells cells = {
		.pid = "-",
		.delta_nj = interval->gone.delta_nj,
		.total_nj = interval->gone.total_nj,
		.cpu = "-",
	};

	snprintf(cells.comm, sizeof(cells.comm), "%s",
		 interval->basis == ENERGY_BASIS_MODEL ? "(exited and others)" : "(exited)");
	write_cells(pen, &cells);
}

/* How many processes have room, beside the line for the gone and one for the rest. */
static size_t rows_that_fit(const struct pen *pen)
{
	const struct energy_interval *interval = pen->page->interval;
	size_t room = pen->page->max_lines - pen->nr_lines;
	size_t fit = interval->nr_rows;

	if (pen->nr_lines >= pen->page->max_lines)
		return 0;
	if (fit > pen->page->max_rows)
		fit = pen->page->max_rows;
	if (interval->gone.known)
		room--;
	if (fit > room)
		fit = room;
	if (fit < interval->nr_rows && fit == room && fit)
		fit--;
	return fit;
}

static void write_table(struct pen *pen)
{
	const struct energy_interval *interval = pen->page->interval;
	size_t i, fit;

	write_heading(pen);
	fit = rows_that_fit(pen);
	for (i = 0; i < fit; i++)
		write_process(pen, &interval->rows[i]);
	if (fit < interval->nr_rows)
		write_rest(pen, interval->rows + fit, interval->nr_rows - fit);
	if (interval->gone.known)
		write_gone(pen);
}

void energy_page_emit(const struct energy_page *page, energy_emit *emit, void *context)
{
	struct pen pen = { .page = page, .emit = emit, .context = context };

	write_source(&pen);
	write_file(&pen);
	if (page->interval) {
		write_flows(&pen);
		write_counts(&pen);
	}
	if (page->warning)
		write_line(&pen, ENERGY_LINE_WARNING, "%s", page->warning);
	if (page->interval)
		write_table(&pen);
}
