/* SPDX-License-Identifier: GPL-2.0-only */
/* The format of the meter's files, strictly: is this a whole one, and what does it say? */
#ifndef WORKLOAD_LISTING_H
#define WORKLOAD_LISTING_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#define LISTING_KEYS_MAX	40

/**
 * struct listing - A listing that is being checked, and what was found in it
 * @pid: whom to look for
 * @found: there is a record of @pid
 * @records: how many records there are, of processes or of cgroups
 * @window: the header's window=
 * @books: the header has the books of a window
 * @measured_nj: those books' measured energy, less the accounts and all processes: 0 in a
 *	listing of all processes
 * @stats: how many lines of a flat keyed file there are, which has nothing else
 */
struct listing {
	pid_t pid;
	bool found;
	unsigned long records;
	uint64_t window;
	bool books;
	int64_t measured_nj;
	unsigned long stats;

	/* private: keys of the first record, which all the others have to have, too */
	char keys[LISTING_KEYS_MAX][20];
	unsigned int nr_keys;
};

struct listing_field {
	const char *key;
	const char *value;
	size_t key_len;
	size_t len;
};

static inline bool field_is(const struct listing_field *f, const char *key)
{
	return f->key_len == strlen(key) && !memcmp(f->key, key, f->key_len);
}

/* Digits without leading zeros, and what they say. */
static inline bool field_number(const char *text, size_t len, uint64_t *value)
{
	*value = 0;
	if (!len || (len > 1 && *text == '0'))
		return false;
	for (; len; len--, text++) {
		if (*text < '0' || *text > '9' ||
		    __builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, *text - '0', value))
			return false;
	}
	return true;
}

/* Millijoules: a number, a point and three digits. */
static inline bool field_is_mj(const struct listing_field *f)
{
	uint64_t value;

	return f->len > 4 && f->value[f->len - 4] == '.' &&
	       field_number(f->value, f->len - 4, &value) &&
	       strspn(f->value + f->len - 3, "0123456789") >= 3;
}

/* key=value, up to a space or the end; the place behind it, or NULL. */
static inline const char *take_field(const char *at, const char *end, struct listing_field *f)
{
	f->key = at;
	while (at < end && ((*at >= 'a' && *at <= 'z') || *at == '_'))
		at++;
	f->key_len = at - f->key;
	if (!f->key_len || at == end || *at++ != '=')
		return NULL;
	f->value = at;
	while (at < end && *at > ' ' && *at < 0x7f && *at != '=')
		at++;
	f->len = at - f->value;
	return at == end || *at == ' ' ? at : NULL;
}

static inline bool field_is_name(const struct listing_field *f)
{
	return field_is(f, "comm") || field_is(f, "path");
}

static inline bool name_is_escaped(const struct listing_field *f)
{
	for (size_t i = 0; i < f->len; i++) {
		if (f->value[i] != '\\')
			continue;
		if (f->len - i < 4 || f->value[i + 1] < '0' || f->value[i + 1] > '3' ||
		    f->value[i + 2] < '0' || f->value[i + 2] > '7' ||
		    f->value[i + 3] < '0' || f->value[i + 3] > '7')
			return false;
		i += 3;
	}
	return true;
}

/* Field @i of a record: has it the right key, and a value that is one? */
static inline const char *check_field(struct listing *l, const struct listing_field *f,
				      unsigned int i, uint64_t *value)
{
	*value = 0;
	if (i == LISTING_KEYS_MAX || f->key_len >= sizeof(l->keys[0]))
		return "too many fields, or too long a key";
	if (!l->records)
		memcpy(l->keys[i], f->key, f->key_len);
	else if (i >= l->nr_keys || !field_is(f, l->keys[i]))
		return "the record has not the fields of the first one";
	if (field_is_name(f))
		return name_is_escaped(f) ? NULL : "the name is not escaped";
	if (field_is(f, "energy") || field_is(f, "window_energy"))
		return field_is_mj(f) ? NULL : "the energy is no number of mJ";
	return field_number(f->value, f->len, value) ? NULL : "a value is no number";
}

static inline const char *check_record(struct listing *l, const char *at, const char *end)
{
	struct listing_field f = {};
	const char *wrong;
	unsigned int i;
	uint64_t value, pid = 0, nj = 0;
	bool process = *at == 'p';

	for (i = 0; ; i++) {
		at = take_field(at, end, &f);
		if (!at)
			return "this is no field";
		wrong = check_field(l, &f, i, &value);
		if (wrong)
			return wrong;
		if (field_is(&f, "pid"))
			pid = value;
		if (field_is(&f, "window_energy_nj"))
			nj = value;
		if (at++ == end)
			break;
	}
	if (!field_is_name(&f))
		return "the record does not end with its name";
	if (!l->records)
		l->nr_keys = i + 1;
	else if (i + 1 != l->nr_keys)
		return "the record has not the fields of the first one";
	l->records++;
	l->found |= process && pid == (uint64_t)l->pid;
	if (pid)
		l->measured_nj -= nj;
	return NULL;
}

static inline const char *check_domain(const char *at, const char *end)
{
	struct listing_field f;

	do {
		at = take_field(at, end, &f);
	} while (at && at++ != end);
	return at ? NULL : "this is no field";
}

/* Flat keyed: "key number". */
static inline const char *check_stat(struct listing *l, const char *at, const char *end)
{
	const char *space = memchr(at, ' ', end - at);
	uint64_t value;

	if (!space || space == at || !field_number(space + 1, end - space - 1, &value))
		return "this is no key and number";
	for (; at < space; at++)
		if ((*at < 'a' || *at > 'z') && *at != '_')
			return "this is no key";
	l->stats++;
	return NULL;
}

static inline bool begins(const char *at, const char *end, const char *with)
{
	size_t len = strlen(with);

	return (size_t)(end - at) > len && !memcmp(at, with, len);
}

static inline const char *check_header(struct listing *l, const char *at, const char *end)
{
	static const char * const accounts[] = {
		"window_exited_nj", "window_unattributed_nj", "window_idle_nj",
		"window_pending_nj",
	};
	struct listing_field f;
	uint64_t value;

	if (take_field(at, end, &f) != end || !f.len)
		return "this is no header line";
	if (!field_number(f.value, f.len, &value))
		return *f.value >= 'a' && *f.value <= 'z' ? NULL : "a value is no number";
	if (field_is(&f, "window"))
		l->window = value;
	if (field_is(&f, "window_measured_nj")) {
		l->books = true;
		l->measured_nj += value;
	}
	for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++)
		if (field_is(&f, accounts[i]))
			l->measured_nj -= value;
	return NULL;
}

/*
 * Check a whole listing; @l has the PID to look for and is zero otherwise.
 * Returns what is wrong with it, and the line in @line, or NULL.
 */
static inline const char *listing_check(struct listing *l, const char *data, size_t len,
					const char **line)
{
	const char *end = data + len, *stop;
	const char *wrong = len ? NULL : "it is empty";

	for (*line = data; !wrong && *line < end; *line = stop + 1) {
		stop = memchr(*line, '\n', end - *line);
		if (!stop)
			return "it does not end with a newline";
		if (!memchr(*line, '=', stop - *line))
			wrong = check_stat(l, *line, stop);
		else if (l->stats)
			wrong = "it is of two formats";
		else if (begins(*line, stop, "pid=") || begins(*line, stop, "cgroup="))
			wrong = check_record(l, *line, stop);
		else if (l->records)
			wrong = "a header line comes after a record";
		else if (begins(*line, stop, "domain="))
			wrong = check_domain(*line, stop);
		else
			wrong = check_header(l, *line, stop);
		if (wrong)
			return wrong;
	}
	return wrong;
}

#endif
