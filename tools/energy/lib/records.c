// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/records.h"

/* A number's place, and by which power of ten it is scaled to what the struct holds. */
struct number_key {
	const char *key;
	size_t offset;
	unsigned int digits;
};

struct slice_key {
	const char *key;
	size_t offset;
};

#define IN_HEADER(key, member, digits) \
	{ key, offsetof(struct energy_header, member), digits }
#define IN_RECORD(key, member, digits) \
	{ key, offsetof(struct energy_record, member), digits }

enum { AS_IS = 0, UJ_TO_NJ = 3, MJ_TO_NJ = 6 };

static const struct number_key header_numbers[] = {
	IN_HEADER("timestamp", timestamp_ns, AS_IS),
	IN_HEADER("sample_ns", sample_ns, AS_IS),
	IN_HEADER("window_ns", window_ns, AS_IS),
	IN_HEADER("window_timestamp", window_timestamp_ns, AS_IS),
	IN_HEADER("measured_uj", rounded.measured_nj, UJ_TO_NJ),
	IN_HEADER("exited_uj", rounded.exited_nj, UJ_TO_NJ),
	IN_HEADER("unattributed_uj", rounded.unattributed_nj, UJ_TO_NJ),
	IN_HEADER("idle_uj", rounded.idle_nj, UJ_TO_NJ),
	IN_HEADER("pending_uj", rounded.pending_nj, UJ_TO_NJ),
	IN_HEADER("measured_nj", live.measured_nj, AS_IS),
	IN_HEADER("exited_nj", live.exited_nj, AS_IS),
	IN_HEADER("unattributed_nj", live.unattributed_nj, AS_IS),
	IN_HEADER("idle_nj", live.idle_nj, AS_IS),
	IN_HEADER("pending_nj", live.pending_nj, AS_IS),
	IN_HEADER("window_measured_nj", window.measured_nj, AS_IS),
	IN_HEADER("window_exited_nj", window.exited_nj, AS_IS),
	IN_HEADER("window_unattributed_nj", window.unattributed_nj, AS_IS),
	IN_HEADER("window_idle_nj", window.idle_nj, AS_IS),
	IN_HEADER("window_pending_nj", window.pending_nj, AS_IS),
	{ NULL, 0, 0 }
};

static const struct slice_key header_slices[] = {
	{ "domains", offsetof(struct energy_header, domains) },
	{ "source", offsetof(struct energy_header, source) },
	{ "source_kind", offsetof(struct energy_header, source_kind) },
	{ NULL, 0 }
};

static const struct number_key record_numbers[] = {
	IN_RECORD("pid", pid, AS_IS),
	IN_RECORD("energy", score_nj, MJ_TO_NJ),
	IN_RECORD("alive", alive, AS_IS),
	IN_RECORD("kernel", kernel, AS_IS),
	IN_RECORD("cpu_ns", cpu_ns, AS_IS),
	IN_RECORD("energy_uj", rounded_nj, UJ_TO_NJ),
	IN_RECORD("energy_nj", live_nj, AS_IS),
	IN_RECORD("window_cpu_ns", window_cpu_ns, AS_IS),
	IN_RECORD("window_energy_nj", window_nj, AS_IS),
	{ NULL, 0, 0 }
};

bool energy_slice_is(struct energy_slice slice, const char *word)
{
	return slice.len == strlen(word) && !memcmp(slice.at, word, slice.len);
}

static bool starts_with(struct energy_slice slice, const char *word)
{
	return slice.len >= strlen(word) && !memcmp(slice.at, word, strlen(word));
}

/* Splits @pair at its first '='; false when there is none, or no key before it. */
static bool split_pair(struct energy_slice pair, struct energy_slice *key,
		       struct energy_slice *value)
{
	const char *equals = memchr(pair.at, '=', pair.len);

	if (!equals || equals == pair.at)
		return false;
	key->at = pair.at;
	key->len = equals - pair.at;
	value->at = equals + 1;
	value->len = pair.len - key->len - 1;
	return true;
}

static bool append_digit(uint64_t *value, unsigned int digit)
{
	return !__builtin_mul_overflow(*value, (uint64_t)10, value) &&
	       !__builtin_add_overflow(*value, (uint64_t)digit, value);
}

/*
 * Reads "123" or "123.456" as an integer, scaled up by ten to the @digits. False for anything
 * else: a sign, a space, more decimals than @digits, or a value that 64 bits cannot hold.
 */
static bool parse_decimal(struct energy_slice text, unsigned int digits, uint64_t *value)
{
	bool point = false;
	size_t i;

	*value = 0;
	if (!text.len || text.at[0] == '.' || text.at[text.len - 1] == '.')
		return false;
	for (i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (c == '.' && !point) {
			point = true;
			continue;
		}
		if (c < '0' || c > '9' || (point && !digits))
			return false;
		if (!append_digit(value, c - '0'))
			return false;
		digits -= point;
	}
	while (digits--) {
		if (!append_digit(value, 0))
			return false;
	}
	return true;
}

/* False when @key is known and its value is wrong, or is its second one. */
static bool store_number(void *base, const struct number_key *known, struct energy_slice key,
			 struct energy_slice value)
{
	for (; known->key; known++) {
		struct energy_number *number = (void *)((char *)base + known->offset);

		if (!energy_slice_is(key, known->key))
			continue;
		if (number->known || !parse_decimal(value, known->digits, &number->value))
			return false;
		number->known = true;
		break;
	}
	return true;
}

static bool parse_header_line(struct energy_header *header, struct energy_slice line)
{
	const struct slice_key *known;
	struct energy_slice key, value;

	if (!split_pair(line, &key, &value))
		return false;
	for (known = header_slices; known->key; known++) {
		if (energy_slice_is(key, known->key))
			*(struct energy_slice *)((char *)header + known->offset) = value;
	}
	return store_number(header, header_numbers, key, value);
}

static bool parse_record_line(struct energy_record *record, struct energy_slice line)
{
	memset(record, 0, sizeof(*record));
	while (line.len) {
		const char *space = memchr(line.at, ' ', line.len);
		struct energy_slice pair = line, key, value;

		/* comm is last and takes all that is left: nothing in it can be a field. */
		if (starts_with(line, "comm=")) {
			record->comm.at = line.at + strlen("comm=");
			record->comm.len = line.len - strlen("comm=");
			break;
		}
		if (space)
			pair.len = space - line.at;
		if (!split_pair(pair, &key, &value))
			return false;
		if (!store_number(record, record_numbers, key, value))
			return false;
		line.at += pair.len + !!space;
		line.len -= pair.len + !!space;
	}
	return true;
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

	if (!starts_with(line, "pid=")) {
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
	const char *at = text, *end = text + len;
	int err;

	memset(listing, 0, sizeof(*listing));
	listing->text = text;
	while (at < end) {
		const char *newline = memchr(at, '\n', end - at);
		struct energy_slice line = { at, newline ? newline - at : 0 };

		if (!newline) {
			listing->torn = true;
			break;
		}
		err = parse_line(listing, line);
		if (err)
			goto free_listing;
		at = newline + 1;
	}
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
