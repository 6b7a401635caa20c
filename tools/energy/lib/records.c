// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/records.h"

struct slice_key {
	const char *key;
	size_t offset;
};

#define IN_HEADER(key, member, digits) \
	{ key, offsetof(struct energy_header, member), digits }
#define IN_RECORD(key, member, digits) \
	{ key, offsetof(struct energy_record, member), digits }

static const struct energy_number_key header_numbers[] = {
	IN_HEADER("timestamp", timestamp_ns, ENERGY_AS_IS),
	IN_HEADER("sample_ns", sample_ns, ENERGY_AS_IS),
	IN_HEADER("window_ns", window_ns, ENERGY_AS_IS),
	IN_HEADER("window_timestamp", window_timestamp_ns, ENERGY_AS_IS),
	IN_HEADER("measured_uj", rounded.measured_nj, ENERGY_UJ_TO_NJ),
	IN_HEADER("exited_uj", rounded.exited_nj, ENERGY_UJ_TO_NJ),
	IN_HEADER("unattributed_uj", rounded.unattributed_nj, ENERGY_UJ_TO_NJ),
	IN_HEADER("idle_uj", rounded.idle_nj, ENERGY_UJ_TO_NJ),
	IN_HEADER("pending_uj", rounded.pending_nj, ENERGY_UJ_TO_NJ),
	IN_HEADER("measured_nj", live.measured_nj, ENERGY_AS_IS),
	IN_HEADER("exited_nj", live.exited_nj, ENERGY_AS_IS),
	IN_HEADER("unattributed_nj", live.unattributed_nj, ENERGY_AS_IS),
	IN_HEADER("idle_nj", live.idle_nj, ENERGY_AS_IS),
	IN_HEADER("pending_nj", live.pending_nj, ENERGY_AS_IS),
	IN_HEADER("window_measured_nj", window.measured_nj, ENERGY_AS_IS),
	IN_HEADER("window_exited_nj", window.exited_nj, ENERGY_AS_IS),
	IN_HEADER("window_unattributed_nj", window.unattributed_nj, ENERGY_AS_IS),
	IN_HEADER("window_idle_nj", window.idle_nj, ENERGY_AS_IS),
	IN_HEADER("window_pending_nj", window.pending_nj, ENERGY_AS_IS),
	{ NULL, 0, 0 }
};

static const struct slice_key header_slices[] = {
	{ "domains", offsetof(struct energy_header, domains) },
	{ "source", offsetof(struct energy_header, source) },
	{ "source_kind", offsetof(struct energy_header, source_kind) },
	{ NULL, 0 }
};

static const struct energy_number_key record_numbers[] = {
	IN_RECORD("pid", pid, ENERGY_AS_IS),
	IN_RECORD("energy", score_nj, ENERGY_MJ_TO_NJ),
	IN_RECORD("alive", alive, ENERGY_AS_IS),
	IN_RECORD("kernel", kernel, ENERGY_AS_IS),
	IN_RECORD("cpu_ns", cpu_ns, ENERGY_AS_IS),
	IN_RECORD("energy_uj", rounded_nj, ENERGY_UJ_TO_NJ),
	IN_RECORD("energy_nj", live_nj, ENERGY_AS_IS),
	IN_RECORD("window_cpu_ns", window_cpu_ns, ENERGY_AS_IS),
	IN_RECORD("window_energy_nj", window_nj, ENERGY_AS_IS),
	{ NULL, 0, 0 }
};

static bool parse_header_line(struct energy_header *header, struct energy_slice line)
{
	const struct slice_key *known;
	struct energy_slice key, value;

	if (!energy_pair_split(line, &key, &value))
		return false;
	for (known = header_slices; known->key; known++) {
		if (energy_slice_is(key, known->key))
			*(struct energy_slice *)((char *)header + known->offset) = value;
	}
	return energy_number_store(header, header_numbers, key, value);
}

static bool parse_record_line(struct energy_record *record, struct energy_slice line)
{
	struct energy_slice pair, key, value;

	memset(record, 0, sizeof(*record));
	for (;;) {
		/* comm is last and takes all that is left: nothing in it can be a field. */
		if (energy_slice_begins(line, "comm=")) {
			record->comm.at = line.at + strlen("comm=");
			record->comm.len = line.len - strlen("comm=");
			return true;
		}
		if (!energy_pair_next(&line, &pair))
			return true;
		if (!energy_pair_split(pair, &key, &value) ||
		    !energy_number_store(record, record_numbers, key, value))
			return false;
	}
}

static int append_record(struct energy_listing *listing, const struct energy_record *record)
{
	size_t nr = listing->nr_records;
	struct energy_record *grown;

	/* The room doubles whenever the count reaches a power of two. */
	if (!(nr & (nr - 1))) {
		grown = reallocarray(listing->records, nr ? 2 * nr : 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		listing->records = grown;
	}
	listing->records[nr] = *record;
	listing->records[nr].position = nr;
	listing->nr_records++;
	return 0;
}

static int parse_line(struct energy_listing *listing, struct energy_slice line)
{
	struct energy_record record;

	if (!energy_slice_begins(line, "pid=")) {
		if (!parse_header_line(&listing->header, line))
			listing->nr_garbage++;
		return 0;
	}
	if (!parse_record_line(&record, line)) {
		listing->nr_garbage++;
		return 0;
	}
	return append_record(listing, &record);
}

static int by_pid(const void *a, const void *b)
{
	const struct energy_record *left = a, *right = b;

	if (left->pid.value != right->pid.value)
		return left->pid.value < right->pid.value ? -1 : 1;
	return left->position < right->position ? -1 : 1;
}

int energy_listing_parse(struct energy_listing *listing, char *text, size_t len)
{
	struct energy_slice rest = { text, len }, line;
	int err;

	memset(listing, 0, sizeof(*listing));
	listing->text = text;
	listing->text_len = len;
	while (energy_line_next(&rest, &line)) {
		err = parse_line(listing, line);
		if (err)
			goto free_listing;
	}
	listing->torn = rest.len;
	err = -EBADMSG;
	if (!listing->header.timestamp_ns.known)
		goto free_listing;
	if (listing->nr_records)
		qsort(listing->records, listing->nr_records, sizeof(*listing->records), by_pid);
	return 0;

free_listing:
	energy_listing_free(listing);
	return err;
}

void energy_listing_free(struct energy_listing *listing)
{
	free(listing->records);
	free(listing->text);
	memset(listing, 0, sizeof(*listing));
}
