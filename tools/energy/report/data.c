// SPDX-License-Identifier: GPL-2.0-only
/* The numbers as JSON, for the page's script and for whoever wants to go on with them. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "report/html.h"
#include "report/page.h"

#define NSEC_PER_SEC 1000000000ULL

/* Each returns false where memory is short; what was added goes with @object. */
static bool add(cJSON *object, const char *key, cJSON *item)
{
	if (item && cJSON_AddItemToObject(object, key, item))
		return true;
	cJSON_Delete(item);
	return false;
}

static bool add_text(cJSON *object, const char *key, const char *text)
{
	return add(object, key, text && text[0] ? cJSON_CreateString(text) : cJSON_CreateNull());
}

/* With all digits, of which a number of cJSON has but 15 to 17. */
static bool add_total(cJSON *object, const char *key, energy_total value)
{
	char digits[ENERGY_DIGITS_MAX];

	energy_html_digits(digits, value);
	return add(object, key, cJSON_CreateRaw(digits));
}

/* Of place 0. */
static bool add_wall(cJSON *object, uint64_t wall_ns)
{
	return wall_ns ? add_total(object, "wall_ns", wall_ns) :
			 add(object, "wall_ns", cJSON_CreateNull());
}

static bool add_series(cJSON *object, const char *key, const int64_t *values, size_t nr)
{
	char *text = NULL;
	size_t len, i;
	FILE *out = open_memstream(&text, &len);
	cJSON *item;

	if (!out)
		return false;
	for (i = 0; i < nr; i++)
		fprintf(out, "%s%" PRId64, i ? "," : "[", values[i]);
	fputs(nr ? "]" : "[]", out);
	item = fclose(out) ? NULL : cJSON_CreateRaw(text);
	free(text);
	return add(object, key, item);
}

/* Where the clocks of the page's charts are ahead of UTC by how much, from which place on. */
static bool add_offsets(cJSON *object, uint64_t wall_ns, const struct energy_buckets *buckets)
{
	cJSON *list = cJSON_AddArrayToObject(object, "utc_offsets");
	long before_s = LONG_MAX;
	size_t i;

	for (i = 0; list && wall_ns && i <= buckets->nr; i++) {
		time_t at = (wall_ns + buckets->edges_ns[i]) / NSEC_PER_SEC;
		cJSON *offset;
		struct tm tm;

		localtime_r(&at, &tm);
		if (tm.tm_gmtoff == before_s)
			continue;
		before_s = tm.tm_gmtoff;
		offset = cJSON_CreateObject();
		if (!offset || !cJSON_AddItemToArray(list, offset)) {
			cJSON_Delete(offset);
			return false;
		}
		if (!add_total(offset, "from_ns", buckets->edges_ns[i]) ||
		    !add_total(offset, "offset_s", before_s))
			return false;
	}
	return list;
}

static bool add_layer(cJSON *list, const struct energy_layers *layers, size_t i, size_t nr)
{
	const struct energy_layer *layer = &layers->layers[i];
	cJSON *object = cJSON_CreateObject();

	if (!object || !cJSON_AddItemToArray(list, object)) {
		cJSON_Delete(object);
		return false;
	}
	if (!add_text(object, "label", layer->label) || !add_text(object, "kind", layer->kind) ||
	    !add_text(object, "path", layer->detail) ||
	    !add_total(object, "total_nj", layer->band->total_nj) ||
	    !add_series(object, "nj", layer->band->nj, nr))
		return false;
	if (layer->with >= 0 && !add_total(object, "drawn_with", layer->with))
		return false;
	if (!strcmp(layer->kind, "consumer"))
		return add_total(object, "cpu_ns", layer->cpu_ns);
	if (!layers->view)
		return add_series(object, "covered_ns", layer->covered->nj, nr);
	return true;
}

static bool add_view(cJSON *views, const struct energy_layers *layers, size_t nr)
{
	const struct energy_view *view = layers->view;
	cJSON *object, *list;
	size_t i;

	if (!layers->nr)
		return true;
	object = cJSON_AddObjectToObject(views, layers->name);
	if (!object || !add(object, "stacked", cJSON_CreateBool(layers->stacked)))
		return false;
	if (view && (!add_total(object, "from_ns", view->from_ns) ||
		     !add_total(object, "to_ns", view->to_ns) ||
		     !add_total(object, "length_ns", view->length_ns) ||
		     !add_total(object, "measured_nj",
				view->accounts[ENERGY_ACCOUNT_MEASURED].total_nj) ||
		     !add_series(object, "covered_ns", view->covered.nj, nr)))
		return false;
	list = cJSON_AddArrayToObject(object, "layers");
	for (i = 0; list && i < layers->nr; i++) {
		if (!add_layer(list, layers, i, nr))
			return false;
	}
	return list;
}

static bool add_marks(cJSON *object, const struct energy_marks *marks)
{
	cJSON *list = cJSON_AddArrayToObject(object, "marks");
	size_t i;

	for (i = 0; list && i < marks->nr; i++) {
		cJSON *mark = cJSON_CreateObject();

		if (!mark || !cJSON_AddItemToArray(list, mark)) {
			cJSON_Delete(mark);
			return false;
		}
		if (!add_text(mark, "kind", energy_page_mark_name(marks->marks[i].kind)) ||
		    !add_total(mark, "from_ns", marks->marks[i].from_ns) ||
		    !add_total(mark, "to_ns", marks->marks[i].to_ns))
			return false;
	}
	return list;
}

static bool fill(cJSON *object, const struct energy_page_content *page)
{
	const struct energy_tally *tally = page->tally;
	const struct energy_carbon *carbon = page->carbon;
	size_t nr = page->buckets->nr;
	cJSON *views;

	if (!add_total(object, "format", 1) || !add_text(object, "title", page->title) ||
	    !add_text(object, "recording", page->log) ||
	    !add_text(object, "source", tally->source) ||
	    !add_text(object, "source_kind", tally->by_model ? "none" : tally->source_kind) ||
	    !add_text(object, "values", tally->by_model ? "model" : tally->windows ? "window" :
		      "sample") ||
	    !add_text(object, "processes_by", tally->by_name ? "name" : "pid") ||
	    !add_total(object, "samples", tally->nr_samples) ||
	    !add_total(object, "damaged", page->nr_damaged) ||
	    !add_wall(object, tally->timeline.wall_ns) ||
	    !add_offsets(object, tally->timeline.wall_ns, page->buckets) ||
	    !add(object, "carbon_g_per_kwh", carbon->from == ENERGY_CARBON_NONE ?
		 cJSON_CreateNull() : cJSON_CreateNumber(carbon->g_per_kwh)) ||
	    !add_series(object, "edges_ns", page->buckets->edges_ns, nr + 1) ||
	    !add_marks(object, &tally->marks))
		return false;
	views = cJSON_AddObjectToObject(object, "views");
	return views && add_view(views, &page->domains, nr) &&
	       add_view(views, &page->cgroups, nr) && add_view(views, &page->processes, nr);
}

/* In a script element, too: nothing in it can be taken for the element's end. */
static void print_inert(FILE *out, const char *json)
{
	for (; *json; json++) {
		if (strchr("<>&", *json))
			fprintf(out, "\\u%04x", *json);
		else
			putc(*json, out);
	}
}

int energy_page_data(FILE *out, const struct energy_page_content *page)
{
	cJSON *object = cJSON_CreateObject();
	char *text = NULL;

	if (object && fill(object, page))
		text = cJSON_PrintUnformatted(object);
	cJSON_Delete(object);
	if (!text)
		return -ENOMEM;
	print_inert(out, text);
	cJSON_free(text);
	return 0;
}
