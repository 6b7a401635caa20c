// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/comm.h"
#include "top/label.h"
#include "top/pen.h"
#include "top/sparkline.h"

#define NJ_PER_J 1e9
#define NJ_PER_MJ 1e6
#define DEEPEST 10	/* what is deeper in the tree is not moved to the right any more */
#define SPARKLINE_MAX (ENERGY_HISTORY_LEN * 4)

/* What stands in the columns of one line of the table. */
struct cells {
	enum energy_line kind;
	char id[24];
	bool known;		/* the energy is */
	bool no_total;		/* but not since the module was loaded */
	bool has_cpu;
	energy_sum delta_nj;
	energy_sum total_nj;
	energy_sum delta_cpu_ns;
	const struct energy_track *track;
	const char *path;
	unsigned int depth;
	const char *name;
	const char *remark;	/* behind it */
};

static void write_columns(struct energy_pen *pen, enum energy_line kind, const char *id,
			  const char *const numbers[4], const char *extra, const char *name)
{
	energy_pen_line(pen, kind, "%7s %10s %13s %6s %7s  %s%s", id, numbers[0], numbers[1],
			numbers[2], numbers[3], extra, name);
}

/* Cuts or fills @text to @columns of the terminal. */
static void set_width(char *text, size_t size, size_t columns)
{
	size_t len, width;

	energy_fit(text, columns);
	len = strlen(text);
	for (width = energy_width(text); width < columns && len + 1 < size; width++)
		text[len++] = ' ';
	text[len] = '\0';
}

/* The columns that are not in every table, each with a space of two after it. */
static void set_extra(char *extra, size_t size, const struct energy_page *page,
		      const struct cells *cells)
{
	char history[SPARKLINE_MAX] = "", place[ENERGY_LABEL_MAX] = "";
	const struct energy_track *track = cells->track;

	*extra = '\0';
	if (page->history_columns) {
		energy_sparkline(history, sizeof(history), track ? track->watts : NULL,
				 track ? track->nr : 0, page->history_columns, page->blocks);
		snprintf(extra, size, "%s  ", history);
	}
	if (page->place_columns) {
		size_t len = strlen(extra);

		if (cells->path)
			energy_label(place, sizeof(place), cells->path);
		set_width(place, sizeof(place), page->place_columns);
		snprintf(extra + len, size - len, "%s  ", place);
	}
}

static void write_cells(struct energy_pen *pen, const struct cells *cells)
{
	const struct energy_table *table = pen->page->table;
	bool model = table->basis == ENERGY_BASIS_MODEL;
	double rate = (double)cells->delta_nj / table->length_ns;
	unsigned int depth = cells->depth < DEEPEST ? cells->depth : DEEPEST;
	char watts[32] = "-", joules[32] = "-", share[32] = "-", cpu[32] = "-";
	const char *const numbers[] = { watts, joules, share, cpu };
	char extra[SPARKLINE_MAX + ENERGY_LABEL_MAX + 8], name[ENERGY_LABEL_MAX + 64];

	if (cells->known) {
		snprintf(watts, sizeof(watts), "%.3f",
			 model ? rate * (NJ_PER_J / NJ_PER_MJ) : rate);
		if (!cells->no_total)
			snprintf(joules, sizeof(joules), "%.3f",
				 cells->total_nj / (model ? NJ_PER_MJ : NJ_PER_J));
		snprintf(share, sizeof(share), "%.1f", !table->attributed_nj ? 0 :
			 100.0 * cells->delta_nj / table->attributed_nj);
	}
	if (cells->has_cpu)
		snprintf(cpu, sizeof(cpu), "%.1f",
			 100.0 * cells->delta_cpu_ns / table->length_ns);
	set_extra(extra, sizeof(extra), pen->page, cells);
	snprintf(name, sizeof(name), "%*s%s%s", (int)(pen->page->indent * depth), "", cells->name,
		 cells->remark);
	write_columns(pen, cells->kind, cells->id, numbers, extra, name);
}

static void write_heading(struct energy_pen *pen)
{
	const struct energy_page *page = pen->page;
	const struct energy_table *table = page->table;
	bool model = table->basis == ENERGY_BASIS_MODEL;
	const char *const numbers[] = {
		model ? "mJ/s" : "WATTS", model ? "mJ" : "JOULES", "SHARE%", "CPU%",
	};
	char history[SPARKLINE_MAX] = "HISTORY", place[ENERGY_LABEL_MAX] = "CGROUP";
	char extra[SPARKLINE_MAX + ENERGY_LABEL_MAX + 8];
	size_t len = 0;

	*extra = '\0';
	if (page->history_columns) {
		set_width(history, sizeof(history), page->history_columns);
		len = snprintf(extra, sizeof(extra), "%s  ", history);
	}
	if (page->place_columns) {
		set_width(place, sizeof(place), page->place_columns);
		snprintf(extra + len, sizeof(extra) - len, "%s  ", place);
	}
	write_columns(pen, ENERGY_LINE_HEADING, table->by_cgroup ? "PROCS" : "PID", numbers,
		      extra, table->by_cgroup ? "CGROUP" : "COMM");
}

static void write_status(struct energy_pen *pen)
{
	const struct energy_view *view = pen->page->view;
	char filter[4 * ENERGY_FILTER_MAX];

	if (!pen->page->has_status) {
		energy_pen_line(pen, ENERGY_LINE_TEXT, "%s", "");
		return;
	}
	energy_shown_plain(filter, sizeof(filter), view->filter);
	energy_pen_line(pen, ENERGY_LINE_STATUS, "%s%s%s by %s%s%s%s%s   h: help",
			view->paused ? "PAUSED   " : "",
			view->by == ENERGY_BY_CGROUP ? "cgroups" : "processes",
			view->tree ? " as a tree," : "", energy_sort_name(view->sort),
			view->reverse ? ", reversed" : "",
			view->edits || filter[0] ? "   filter: " : "", filter,
			view->edits ? "_" : "");
}

static void write_entry(struct energy_pen *pen, const struct energy_entry *entry)
{
	struct cells cells = {
		.kind = entry->row || pen->page->table->by_cgroup ? ENERGY_LINE_TEXT :
								    ENERGY_LINE_GROUP,
		.id = "-",
		.known = entry->known,
		.has_cpu = true,
		.delta_nj = entry->delta_nj,
		.total_nj = entry->total_nj,
		.delta_cpu_ns = entry->delta_cpu_ns,
		.track = entry->track,
		.path = entry->path,
		.depth = entry->depth,
		.name = entry->name,
		.remark = entry->remark,
	};

	if (entry->row)
		snprintf(cells.id, sizeof(cells.id), "%" PRIu64, entry->row->record->pid.value);
	else if (pen->page->table->by_cgroup && entry->group->nr_active)
		snprintf(cells.id, sizeof(cells.id), "%zu", entry->group->nr_active);
	write_cells(pen, &cells);
}

struct rest {
	size_t nr;
	energy_sum delta_nj, total_nj, delta_cpu_ns;
};

/* In a tree of processes a cgroup's numbers are theirs, and they count for themselves. */
static void add_to_rest(const struct energy_table *table, struct rest *rest,
			const struct energy_entry *entry)
{
	if (!entry->row && !table->by_cgroup)
		return;
	rest->nr++;
	rest->delta_nj += entry->delta_nj;
	rest->total_nj += entry->total_nj;
	rest->delta_cpu_ns += entry->delta_cpu_ns;
}

static void write_rest(struct energy_pen *pen, const struct rest *rest, const char *what)
{
	bool nest = pen->page->table->sums_nest;
	char name[64];
	struct cells cells = {
		.kind = ENERGY_LINE_SUM,
		.id = "-",
		.known = !nest,
		.has_cpu = !nest,
		.delta_nj = rest->delta_nj,
		.total_nj = rest->total_nj,
		.delta_cpu_ns = rest->delta_cpu_ns,
		.name = name,
		.remark = "",
	};

	snprintf(name, sizeof(name), "(%zu %s)", rest->nr, what);
	write_cells(pen, &cells);
}

static void write_gone(struct energy_pen *pen)
{
	const struct energy_interval *interval = pen->page->interval;
	bool others = interval->gone.others || interval->basis == ENERGY_BASIS_MODEL;
	struct cells cells = {
		.kind = ENERGY_LINE_SUM,
		.id = "-",
		.known = true,
		.no_total = interval->gone.others,
		.delta_nj = interval->gone.delta_nj,
		.total_nj = interval->gone.total_nj,
		.name = others ? "(exited and others)" : "(exited)",
		.remark = "",
	};

	write_cells(pen, &cells);
}

static bool shows_gone(const struct energy_page *page)
{
	return page->table->exited_missing && page->interval->gone.known;
}

/* How many rows have room, beside a line for the gone, the hidden and one for the rest. */
static size_t rows_that_fit(const struct energy_pen *pen, bool has_hidden)
{
	const struct energy_page *page = pen->page;
	size_t room = page->max_lines > pen->nr_lines ? page->max_lines - pen->nr_lines : 0;
	size_t taken = shows_gone(page) + has_hidden;
	size_t fit = page->table->nr_shown;

	room -= room < taken ? room : taken;
	if (fit > page->max_rows)
		fit = page->max_rows;
	if (fit > room)
		fit = room;
	if (fit < page->table->nr_shown && fit == room && fit)
		fit--;
	return fit;
}

size_t energy_pen_table(struct energy_pen *pen)
{
	const struct energy_table *table = pen->page->table;
	struct rest rest = { 0 }, hidden = { 0 };
	size_t i, fit, first;

	write_status(pen);
	write_heading(pen);
	for (i = 0; i < table->nr_entries; i++) {
		if (!table->entries[i].matches)
			add_to_rest(table, &hidden, &table->entries[i]);
	}
	fit = rows_that_fit(pen, hidden.nr);
	first = pen->page->view->offset;
	/* There may be less than when it was chosen. */
	if (first > table->nr_shown - fit)
		first = table->nr_shown - fit;
	for (i = 0; i < table->nr_shown; i++) {
		const struct energy_entry *entry = &table->entries[table->shown[i]];

		if (i >= first && i < first + fit)
			write_entry(pen, entry);
		else
			add_to_rest(table, &rest, entry);
	}
	if (rest.nr)
		write_rest(pen, &rest, "more");
	if (hidden.nr)
		write_rest(pen, &hidden, "not matching");
	if (shows_gone(pen->page))
		write_gone(pen);
	return fit;
}
