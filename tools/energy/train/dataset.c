// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/delta.h"
#include "lib/recording.h"
#include "train/dataset.h"

#define NSEC_PER_SEC 1e9

#define NOT_MEASURED									\
	"it has no measured energy (was a source loaded? modprobe energy_rapl_msr)"

/* An interval so many times as long as the median one has samples missing. */
#define GAP 10

/* What is read of a sample. */
struct point {
	struct energy_number timestamp;
	struct energy_number measured_nj, measured_uj;	/* of the header */
	struct energy_number sum_uj;			/* of the kind that was asked for */
	struct energy_number energy_nj, energy_uj;	/* of pid 0 */
	struct energy_number values[ENERGY_METRICS];
	uint64_t target_nj;
};

/* How the samples of one recording are read. */
struct reading {
	bool begun;
	const char *target;	/* as asked for */
	bool window;		/* the values of the last window */
	const char *sum_key;	/* NULL: what is billed */
	char sum_key_text[80];
	struct point last;
	bool has_last;
};

static const struct energy_number_key header_keys[] = {
	{ "timestamp", offsetof(struct point, timestamp), ENERGY_AS_IS },
	{ "measured_nj", offsetof(struct point, measured_nj), ENERGY_AS_IS },
	{ "measured_uj", offsetof(struct point, measured_uj), ENERGY_UJ_TO_NJ },
	{ NULL, 0, 0 }
};

#define VALUE(field, i) { field, offsetof(struct point, values[i]), ENERGY_AS_IS }

/* In the order of energy_train_metrics. */
static const struct energy_number_key record_keys[] = {
	VALUE("cpu_ns", 0), VALUE("mem", 1), VALUE("instructions", 2), VALUE("wakeups", 3),
	VALUE("diski", 4), VALUE("disko", 5), VALUE("rx", 6), VALUE("tx", 7),
	{ "energy_nj", offsetof(struct point, energy_nj), ENERGY_AS_IS },
	{ "energy_uj", offsetof(struct point, energy_uj), ENERGY_UJ_TO_NJ },
	{ NULL, 0, 0 }
};

/* In a reading of window values only keys that say so count, and they lose their prefix. */
static void store(struct point *point, const struct energy_number_key *known,
		  struct energy_slice pair, bool window)
{
	static const char prefix[] = "window_";
	struct energy_slice key, value;

	if (!energy_pair_split(pair, &key, &value))
		return;
	if (window) {
		if (!energy_slice_begins(key, prefix))
			return;
		key.at += strlen(prefix);
		key.len -= strlen(prefix);
	}
	energy_number_store(point, known, key, value);
}

static void read_record(struct point *point, struct energy_slice line, bool window)
{
	struct energy_slice pair;

	while (energy_pair_next(&line, &pair) && !energy_slice_begins(pair, "comm="))
		store(point, record_keys, pair, window);
}

/*
 * Only what is needed, and nothing of "energy=": procpower has it in a unit in which it soon
 * is too large to be a number of ours.
 */
static void read_point(struct point *point, const struct energy_sample *sample,
		       const struct reading *reading)
{
	struct energy_slice text = { sample->listing.text, sample->listing_len }, line;
	const struct energy_number_key sum_keys[] = {
		{ reading->sum_key, offsetof(struct point, sum_uj), ENERGY_UJ_TO_NJ },
		{ NULL, 0, 0 }
	};

	*point = (struct point){ 0 };
	while (energy_line_next(&text, &line)) {
		if (energy_slice_begins(line, "pid=")) {
			if (energy_slice_begins(line, "pid=0 "))
				read_record(point, line, reading->window);
			continue;
		}
		store(point, header_keys, line, reading->window);
		store(point, sum_keys, line, false);
	}
}

/* Of pid 0 rather than of the header: it is of the same instant as the other fields. */
static bool set_target(struct point *point, const struct reading *reading)
{
	const struct energy_number *candidates[] = {
		&point->energy_nj, &point->energy_uj, &point->measured_nj, &point->measured_uj,
	};
	size_t i;

	if (reading->sum_key) {
		point->target_nj = point->sum_uj.value;
		return point->sum_uj.known;
	}
	for (i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
		if (candidates[i]->known) {
			point->target_nj = candidates[i]->value;
			return true;
		}
	}
	return false;
}

static void ask_for_sum(struct reading *reading, const char *kind)
{
	snprintf(reading->sum_key_text, sizeof(reading->sum_key_text),
		 strcmp(kind, "vm") ? "rapl_%s_sum_uj" : "%s_sum_uj", kind);
	reading->sum_key = reading->sum_key_text;
}

/* Is there energy of that kind at all? */
static bool has_sum(struct reading *reading, const struct energy_sample *sample,
		    const char *kind)
{
	struct point point;

	ask_for_sum(reading, kind);
	read_point(&point, sample, reading);
	return point.sum_uj.known && point.sum_uj.value;
}

/*
 * Without a source energy stands still while work goes on, and a model's would be learnt. The kind
 * tells of what is billed; procpower has none.
 */
static bool is_measured(const struct energy_sample *sample, const char *target)
{
	struct energy_slice kind = sample->listing.header.source_kind;

	return !energy_slice_is(kind, "none") && (target || !energy_slice_is(kind, "model"));
}

/* Finds out how to read a recording, by its first sample. */
static int begin_reading(struct reading *reading, const struct energy_sample *sample,
			 const char *target, char *why, size_t size)
{
	struct point point;

	reading->begun = true;
	reading->target = target;
	if (energy_slice_is(sample->listing.header.source_kind, "model") && !target) {
		snprintf(why, size, "its energy is a model's estimate (source_kind=model): "
			 "a fit to that would learn that model (record where energy is measured)");
		return -EINVAL;
	}
	if (target) {
		ask_for_sum(reading, target);
		return 0;
	}
	read_point(&point, sample, reading);
	if (set_target(&point, reading) || has_sum(reading, sample, "psys") ||
	    has_sum(reading, sample, "core"))
		return 0;
	snprintf(why, size, NOT_MEASURED);
	return -EINVAL;
}

/*
 * Values of the window are of one instant, live ones need not be: the former, if a new window
 * came with each sample. They have no sums of kinds.
 */
static void choose_basis(struct reading *reading, const struct energy_sample *first,
			 uint64_t until_ns)
{
	uint64_t from_ns = first->listing.header.timestamp_ns.value;

	reading->window = !reading->sum_key && until_ns > from_ns &&
			  energy_basis_of(&first->listing, until_ns - from_ns) ==
			  ENERGY_BASIS_WINDOW;
}

static int append_row(struct energy_dataset *data, const struct energy_train_row *row)
{
	size_t nr = data->nr_rows;
	struct energy_train_row *grown;

	if (!(nr & (nr - 1))) {
		grown = reallocarray(data->rows, nr ? 2 * nr : 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		data->rows = grown;
	}
	data->rows[data->nr_rows++] = *row;
	return 0;
}

static double difference(uint64_t now, uint64_t before)
{
	return now >= before ? (double)(now - before) : -(double)(before - now);
}

/* Returns 1 with @row, or 0 if there is no interval between the two points. */
static int make_row(struct energy_train_row *row, const struct point *before,
		    const struct point *now)
{
	double length_s = difference(now->timestamp.value, before->timestamp.value) /
			  NSEC_PER_SEC;
	size_t i;

	if (!(length_s > 0) || now->target_nj < before->target_nj)
		return 0;
	*row = (struct energy_train_row){
		.length_s = length_s,
		.watts = difference(now->target_nj, before->target_nj) / NSEC_PER_SEC / length_s,
	};
	for (i = 0; i < ENERGY_METRICS; i++) {
		double from = before->values[i].value, to = now->values[i].value;

		if (energy_train_metrics[i].is_level)
			row->rates[i] = (from + to) / 2;
		else if (to >= from)
			row->rates[i] = difference(now->values[i].value,
						   before->values[i].value) / length_s;
		else
			return 0;
	}
	return 1;
}

/* All that the recordings have so far must be there, and nothing new is of use. */
static bool has_fields(struct energy_dataset *data, const struct point *point)
{
	size_t i;

	for (i = 0; i < ENERGY_METRICS; i++) {
		if (!data->nr_samples)
			data->has[i] = point->values[i].known;
		else if (data->has[i] && !point->values[i].known)
			return false;
	}
	return point->timestamp.known;
}

static int add_point(struct energy_dataset *data, struct reading *reading, struct point *point,
		     bool restarted)
{
	struct energy_train_row row;
	int err = 0;

	/* Whether it can be used or not: what comes after it does not continue what was before. */
	if (restarted) {
		data->nr_restarts++;
		reading->has_last = false;
	}
	if (!has_fields(data, point) || !set_target(point, reading)) {
		data->nr_unusable++;
		return 0;
	}
	data->nr_samples++;
	/* Of the same window as the one before. */
	if (reading->has_last && point->timestamp.value == reading->last.timestamp.value)
		return 0;
	if (reading->has_last && make_row(&row, &reading->last, point))
		err = append_row(data, &row);
	reading->last = *point;
	reading->has_last = true;
	return err;
}

static int add_sample(struct energy_dataset *data, struct reading *reading,
		      const struct energy_sample *sample)
{
	struct point point;

	if (!is_measured(sample, reading->target)) {
		data->nr_unmeasured++;
		data->nr_restarts += sample->restarted;
		/* Nor is it in the interval that ends with the next. */
		reading->has_last = false;
		return 0;
	}
	read_point(&point, sample, reading);
	return add_point(data, reading, &point, sample->restarted);
}

/* The basis is known with the second sample, so the first one waits for it. */
static int add_recording(struct energy_dataset *data, struct energy_recording *recording,
			 struct reading *reading, const char *target, char *why, size_t size)
{
	struct energy_sample first = { 0 }, sample;
	int state;

	state = energy_recording_next(recording, &first, why, size);
	if (state > 0)
		state = begin_reading(reading, &first, target, why, size);
	if (!reading->begun || state < 0)
		goto free_first;
	state = energy_recording_next(recording, &sample, why, size);
	if (state > 0)
		choose_basis(reading, &first, sample.listing.header.timestamp_ns.value);
	if (state >= 0 && add_sample(data, reading, &first))
		state = -ENOMEM;
	while (state > 0) {
		if (add_sample(data, reading, &sample))
			state = -ENOMEM;
		energy_sample_free(&sample);
		if (state > 0)
			state = energy_recording_next(recording, &sample, why, size);
	}
	if (state == -ENOMEM)
		snprintf(why, size, "%s", strerror(ENOMEM));
free_first:
	energy_sample_free(&first);
	return state;
}

static int set_target_name(struct energy_dataset *data, const struct reading *reading, char *why,
			   size_t size)
{
	const char *name = reading->sum_key ? reading->sum_key : "energy of the billed domains";

	if (!reading->begun)
		return 0;
	if (data->target[0] && strcmp(data->target, name)) {
		snprintf(why, size, "it has %s, another one %s (give --target KIND)", name,
			 data->target);
		return -EINVAL;
	}
	snprintf(data->target, sizeof(data->target), "%s", name);
	return 0;
}

static int by_length(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/*
 * Leaves out the rows from @from on that are far longer than most of them: of one recording,
 * as another one may have another interval.
 */
static int drop_gaps(struct energy_dataset *data, size_t from)
{
	size_t nr = data->nr_rows - from, i;
	double *lengths = reallocarray(NULL, nr + 1, sizeof(*lengths));
	double longest;

	if (!lengths)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		lengths[i] = data->rows[from + i].length_s;
	qsort(lengths, nr, sizeof(*lengths), by_length);
	longest = nr ? GAP * lengths[nr / 2] : 0;
	free(lengths);

	data->nr_rows = from;
	for (i = from; i < from + nr; i++) {
		if (data->rows[i].length_s <= longest)
			data->rows[data->nr_rows++] = data->rows[i];
	}
	data->nr_gaps += from + nr - data->nr_rows;
	return 0;
}

int energy_dataset_add(struct energy_dataset *data, const char *path, const char *target,
		       char *why, size_t size)
{
	struct energy_recording *recording;
	struct reading reading = { 0 };
	size_t nr_before = data->nr_rows, nr_samples = data->nr_samples;
	size_t nr_unmeasured = data->nr_unmeasured;
	char reason[4352];
	int err = energy_recording_open(&recording, path, why, size);

	if (err)
		return err;
	err = add_recording(data, recording, &reading, target, reason, sizeof(reason));
	if (!err && data->nr_unmeasured > nr_unmeasured && data->nr_samples == nr_samples) {
		err = -EINVAL;
		snprintf(reason, sizeof(reason), NOT_MEASURED);
	}
	if (!err)
		err = set_target_name(data, &reading, reason, sizeof(reason));
	if (!err && drop_gaps(data, nr_before)) {
		err = -ENOMEM;
		snprintf(reason, sizeof(reason), "%s", strerror(ENOMEM));
	}
	data->nr_logs++;
	data->nr_damaged += energy_recording_damaged(recording);
	energy_recording_close(recording);
	if (err)
		snprintf(why, size, "%s: %s", path, reason);
	return err;
}

void energy_dataset_finish(struct energy_dataset *data)
{
	double end_s = 0;
	size_t i;

	for (i = 0; i < data->nr_rows; i++) {
		end_s += data->rows[i].length_s;
		data->rows[i].end_s = end_s;
	}
}

void energy_dataset_free(struct energy_dataset *data)
{
	free(data->rows);
	*data = (struct energy_dataset){ 0 };
}
