// SPDX-License-Identifier: GPL-2.0-only
/* Charts as SVG, which need no script. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/axis.h"
#include "report/html.h"
#include "report/page.h"

#define WIDTH 960
#define HEIGHT 280
#define LEFT 56
#define RIGHT 952
#define TOP 12
#define BOTTOM 254

#define NSEC_PER_SEC 1000000000LL
#define MOST_TIMES 8
#define MOST_POWERS 5

struct chart {
	FILE *out;
	const struct energy_page_content *page;
	const struct energy_layers *layers;
	const int64_t *edges_ns;
	size_t nr;		/* buckets */
	double top_w;		/* of the picture */
	double step_w;
	double *lower, *upper;	/* of the layer that is drawn; NAN: nothing is known */
};

static double x_of(const struct chart *chart, int64_t at_ns)
{
	double from_ns = chart->edges_ns[0], to_ns = chart->edges_ns[chart->nr];

	return LEFT + (RIGHT - LEFT) * (at_ns - from_ns) / (to_ns - from_ns);
}

static double y_of(const struct chart *chart, double watts)
{
	return BOTTOM - (BOTTOM - TOP) * watts / chart->top_w;
}

/* The upper edge of @layer, on top of the lower one where the layers are stacked. */
static void lift(struct chart *chart, size_t layer)
{
	size_t i;
	double watts;

	for (i = 0; i < chart->nr; i++) {
		if (!energy_layers_watts(chart->layers, layer, i, &watts))
			chart->upper[i] = NAN;
		else
			chart->upper[i] = watts + (chart->layers->stacked ? chart->lower[i] : 0);
	}
}

static void lay_down(struct chart *chart)
{
	memset(chart->lower, 0, chart->nr * sizeof(*chart->lower));
}

/* What comes next stands on this one; a place where nothing is known stays empty in all. */
static void step_up(struct chart *chart)
{
	memcpy(chart->lower, chart->upper, chart->nr * sizeof(*chart->lower));
}

static void find_top(struct chart *chart)
{
	double most = 0;
	size_t i, j;

	lay_down(chart);
	for (i = 0; i < chart->layers->nr; i++) {
		if (chart->layers->layers[i].with >= 0)
			continue;
		lift(chart, i);
		for (j = 0; j < chart->nr; j++)
			most = fmax(most, chart->upper[j]);
		if (chart->layers->stacked)
			step_up(chart);
	}
	chart->step_w = energy_axis_step(most, MOST_POWERS);
	chart->top_w = chart->step_w * fmax(1, ceil(most / chart->step_w - 1e-9));
}

static void draw_powers(const struct chart *chart)
{
	char label[ENERGY_SI_MAX];
	unsigned int i, nr = lround(chart->top_w / chart->step_w);

	for (i = 0; i <= nr; i++) {
		double y = y_of(chart, i * chart->step_w);

		energy_html_si(label, i * chart->step_w, "W");
		/* "20.00 W" says no more than "20 W". */
		if (strchr(label, '.')) {
			char *unit = strchr(label, ' '), *end = unit;

			while (end[-1] == '0')
				end--;
			if (end[-1] == '.')
				end--;
			memmove(end, unit, strlen(unit) + 1);
		}
		fprintf(chart->out, "<path class=\"line\" d=\"M%d %.1fH%d\"/>"
			"<text x=\"%d\" y=\"%.1f\" class=\"power\">%s</text>\n", LEFT, y, RIGHT,
			LEFT - 6, y + 4, label);
	}
}

static void draw_times(const struct chart *chart)
{
	int64_t from_ns = chart->edges_ns[0], to_ns = chart->edges_ns[chart->nr];
	int64_t step_ns = energy_axis_time_step(to_ns - from_ns, MOST_TIMES);
	uint64_t wall_ns = step_ns < NSEC_PER_SEC ? 0 : chart->page->tally->timeline.wall_ns;
	int64_t at_ns = energy_axis_first(from_ns, step_ns, wall_ns);
	char label[ENERGY_AXIS_LABEL];

	for (; at_ns <= to_ns; at_ns = energy_axis_next(at_ns, step_ns, wall_ns)) {
		double x = x_of(chart, at_ns);

		energy_axis_label(label, at_ns, step_ns, wall_ns);
		fprintf(chart->out, "<path class=\"line\" d=\"M%.1f %dV%d\"/>"
			"<text x=\"%.1f\" y=\"%d\" class=\"time\">%s</text>\n", x, BOTTOM,
			BOTTOM + 4, fmin(x, RIGHT - 20), BOTTOM + 18, label);
	}
}

static void draw_marks(const struct chart *chart)
{
	const struct energy_marks *marks = &chart->page->tally->marks;
	size_t i;

	for (i = 0; i < marks->nr; i++) {
		const struct energy_mark *mark = &marks->marks[i];
		double from = fmax(LEFT, x_of(chart, mark->from_ns));
		double to = fmin(RIGHT, x_of(chart, mark->to_ns));

		fprintf(chart->out, "<rect class=\"mark %s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" "
			"height=\"%d\"><title>%s</title></rect>\n",
			mark->kind == ENERGY_MARK_GAP ? "gap" : "unknown", from, TOP,
			fmax(to - from, 1.5), BOTTOM - TOP, energy_page_mark_name(mark->kind));
	}
}

/* Along one edge from bucket @i to before @end: a new height where it can be seen. */
static void draw_steps(const struct chart *chart, const double *watts, size_t i, size_t end)
{
	double y = y_of(chart, watts[i]);

	fprintf(chart->out, "%.1f %.1f", x_of(chart, chart->edges_ns[i]), y);
	for (; i < end; i++) {
		double next = i + 1 < end ? y_of(chart, watts[i + 1]) : y;

		if (fabs(next - y) < 0.05 && i + 1 < end)
			continue;
		fprintf(chart->out, "H%.1f", x_of(chart, chart->edges_ns[i + 1]));
		if (i + 1 < end)
			fprintf(chart->out, "V%.1f", next);
		y = next;
	}
}

static void draw_steps_back(const struct chart *chart, const double *watts, size_t begin,
			    size_t end)
{
	double y = y_of(chart, watts[end - 1]);
	size_t i;

	fprintf(chart->out, "V%.1f", y);
	for (i = end; i-- > begin;) {
		double next = i > begin ? y_of(chart, watts[i - 1]) : y;

		if (fabs(next - y) < 0.05 && i > begin)
			continue;
		fprintf(chart->out, "H%.1f", x_of(chart, chart->edges_ns[i]));
		if (i > begin)
			fprintf(chart->out, "V%.1f", next);
		y = next;
	}
}

/* A piece of each run of buckets about which something is known. */
static void draw_shape(const struct chart *chart)
{
	size_t begin = 0, end;

	for (;;) {
		while (begin < chart->nr && isnan(chart->upper[begin]))
			begin++;
		if (begin == chart->nr)
			return;
		for (end = begin; end < chart->nr && !isnan(chart->upper[end]);)
			end++;
		putc('M', chart->out);
		draw_steps(chart, chart->upper, begin, end);
		if (chart->layers->stacked) {
			draw_steps_back(chart, chart->lower, begin, end);
			putc('Z', chart->out);
		}
		begin = end;
	}
}

static void draw_layer(struct chart *chart, size_t i)
{
	const struct energy_layer *layer = &chart->layers->layers[i];
	char paint[32];

	energy_page_paint(paint, sizeof(paint), layer);
	fprintf(chart->out, "<path class=\"%s %s\" data-layer=\"%zu\" %s=\"%s\" d=\"",
		chart->layers->stacked ? "area" : "curve", layer->kind, i,
		chart->layers->stacked ? "fill" : "stroke", paint);
	lift(chart, i);
	draw_shape(chart);
	fputs("\"><title>", chart->out);
	energy_html_text(chart->out, layer->label);
	fputs("</title></path>\n", chart->out);
	if (chart->layers->stacked)
		step_up(chart);
}

static void draw_legend(const struct chart *chart)
{
	size_t i;

	fputs("<ul class=\"legend\">\n", chart->out);
	for (i = 0; i < chart->layers->nr; i++) {
		const struct energy_layer *layer = &chart->layers->layers[i];

		if (layer->with >= 0)
			continue;
		fprintf(chart->out, "<li data-layer=\"%zu\">", i);
		energy_page_swatch(chart->out, layer);
		energy_html_text(chart->out, layer->label);
		fputs("</li>\n", chart->out);
	}
	fputs("</ul>\n", chart->out);
}

static void draw(struct chart *chart, const char *title)
{
	const char *name = chart->layers->name;
	size_t i;

	find_top(chart);
	fprintf(chart->out, "<figure id=\"%s\" data-top=\"%.9g\">\n"
		"<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-title\">\n"
		"<title id=\"%s-title\">%s over time. The numbers are in the table below.</title>\n",
		name, chart->top_w, WIDTH, HEIGHT, name, name, title);
	draw_powers(chart);
	draw_times(chart);
	lay_down(chart);
	for (i = 0; i < chart->layers->nr; i++) {
		if (chart->layers->layers[i].with < 0)
			draw_layer(chart, i);
	}
	draw_marks(chart);
	fputs("</svg>\n", chart->out);
	draw_legend(chart);
	fputs("</figure>\n", chart->out);
}

int energy_page_chart(FILE *out, const struct energy_page_content *page,
		      const struct energy_layers *layers, const char *title)
{
	struct chart chart = {
		.out = out,
		.page = page,
		.layers = layers,
		.edges_ns = page->buckets->edges_ns,
		.nr = page->buckets->nr,
	};

	chart.lower = calloc(chart.nr + 1, sizeof(*chart.lower));
	chart.upper = calloc(chart.nr + 1, sizeof(*chart.upper));
	if (chart.lower && chart.upper)
		draw(&chart, title);
	free(chart.lower);
	free(chart.upper);
	return chart.lower && chart.upper ? 0 : -ENOMEM;
}
