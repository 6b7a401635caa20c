/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vRAPL lines: how a host tells a guest what energy it used. tools/vrapl/PROTOCOL.md has the
 * rules; this is the one definition of the format, for the guest's kernel and the host's daemon.
 *
 * Pure, and plain C: it compiles in the kernel and in user space, needs no library, and
 * allocates nothing.
 */
#ifndef _VRAPL_LINE_H
#define _VRAPL_LINE_H

#ifdef __KERNEL__
#include <linux/stddef.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#endif

#define VRAPL_VERSION		1
/* The longest line, its newline included. */
#define VRAPL_LINE_MAX		512
#define VRAPL_METHOD_MAX	32
/* Between two lines: the kernel waits five minutes for the energy of what has run. */
#define VRAPL_INTERVAL_MAX_NS	100000000000ULL
/* What a value with decimals is stored as. */
#define VRAPL_MILLIONTHS	1000000

/**
 * enum vrapl_verdict - What becomes of a line
 * @VRAPL_GOOD: it counts
 * @VRAPL_TORN: there is no newline at its end
 * @VRAPL_LENGTH: it is longer than VRAPL_LINE_MAX
 * @VRAPL_SYNTAX: it is none
 * @VRAPL_UNSUPPORTED: a version that is not known here
 * @VRAPL_CHECKSUM: it was damaged
 * @VRAPL_NEGATIVE: a number is negative, or the cumulative energy fell
 * @VRAPL_ABSURD: an interval or a power that cannot be
 * @VRAPL_SEQUENCE: it, or a later one, has come before
 * @VRAPL_LATE: its time does not go on, or it was too long on its way
 * @VRAPL_NR_VERDICTS: number of verdicts
 */
enum vrapl_verdict {
	VRAPL_GOOD,
	VRAPL_TORN,
	VRAPL_LENGTH,
	VRAPL_SYNTAX,
	VRAPL_UNSUPPORTED,
	VRAPL_CHECKSUM,
	VRAPL_NEGATIVE,
	VRAPL_ABSURD,
	VRAPL_SEQUENCE,
	VRAPL_LATE,
	VRAPL_NR_VERDICTS,
};

/**
 * struct vrapl_line - What a line says
 * @seq: grows with each line of an epoch
 * @epoch: another one whenever @energy_uj begins anew
 * @time_ns: the host's monotonic clock when @energy_uj was read
 * @interval_ns: time from the line before to this one, as the host means it
 * @energy_uj: energy of the guest since the epoch began, uJ
 * @power_uw: mean power over the interval, uW; for people
 * @confidence_ppm: how much the host trusts its numbers, 0 .. VRAPL_MILLIONTHS
 * @method: how they were made, a word
 */
struct vrapl_line {
	unsigned long long seq;
	unsigned long long epoch;
	unsigned long long time_ns;
	unsigned long long interval_ns;
	unsigned long long energy_uj;
	unsigned long long power_uw;
	unsigned long long confidence_ppm;
	char method[VRAPL_METHOD_MAX];
};

/* How a value is written. */
enum vrapl_as {
	VRAPL_AS_DECIMAL,	/* 0, or digits that do not begin with 0 */
	VRAPL_AS_HEX,		/* 16 digits, lower case */
	VRAPL_AS_MILLIONTHS,	/* as VRAPL_AS_DECIMAL, then maybe a point and 1 to 6 digits */
	VRAPL_AS_WORD,		/* a letter, then letters, digits, '_' and '-'; lower case */
};

/**
 * struct vrapl_field - A field of a line, after the version
 * @key: its name, the equals sign included
 * @as: how its value is written
 * @offset: where the value is in struct vrapl_line
 */
struct vrapl_field {
	const char *key;
	enum vrapl_as as;
	size_t offset;
};

#define VRAPL_FIELD(_member, _key, _as) \
	{ _key "=", VRAPL_AS_##_as, offsetof(struct vrapl_line, _member) }

#define VRAPL_NR_FIELDS	8

/* In the order of the line. */
static const struct vrapl_field vrapl_fields[VRAPL_NR_FIELDS] = {
	VRAPL_FIELD(seq, "seq", DECIMAL),
	VRAPL_FIELD(epoch, "epoch", HEX),
	VRAPL_FIELD(time_ns, "time_ns", DECIMAL),
	VRAPL_FIELD(interval_ns, "interval_ns", DECIMAL),
	VRAPL_FIELD(energy_uj, "energy_uj", DECIMAL),
	VRAPL_FIELD(power_uw, "power_w", MILLIONTHS),
	VRAPL_FIELD(method, "method", WORD),
	VRAPL_FIELD(confidence_ppm, "confidence", MILLIONTHS),
};

/* " crc=" and eight digits. */
#define VRAPL_CRC_DIGITS	8
#define VRAPL_CRC_LEN		(5 + VRAPL_CRC_DIGITS)

/**
 * vrapl_crc() - The checksum of a line
 * @text: the line's beginning, the space before "crc=" included
 * @len: how long that is
 *
 * CRC-32 as in IEEE 802.3, zlib and gzip.
 *
 * Context: any.
 * Return: the checksum.
 */
static inline unsigned int vrapl_crc(const char *text, size_t len)
{
	unsigned int crc = ~0U;
	int bit;

	while (len--) {
		crc ^= (unsigned char)*text++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
	}
	return ~crc;
}

/* What is still to be read of a line. */
struct vrapl_text {
	const char *p;
	const char *end;
};

static inline bool vrapl_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool vrapl_is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool vrapl_take(struct vrapl_text *t, const char *word)
{
	const char *p = t->p;

	while (*word)
		if (p == t->end || *p++ != *word++)
			return false;
	t->p = p;
	return true;
}

static inline enum vrapl_verdict vrapl_take_decimal(struct vrapl_text *t, unsigned long long *v)
{
	const unsigned long long max = ~0ULL;
	const char *start = t->p;

	if (t->end - t->p >= 2 && t->p[0] == '-' && vrapl_is_digit(t->p[1]))
		return VRAPL_NEGATIVE;
	for (*v = 0; t->p != t->end && vrapl_is_digit(*t->p); t->p++) {
		unsigned int digit = *t->p - '0';

		if (t->p != start && *start == '0')
			return VRAPL_SYNTAX;
		if (*v > max / 10 || *v * 10 > max - digit)
			return VRAPL_SYNTAX;
		*v = *v * 10 + digit;
	}
	return t->p == start ? VRAPL_SYNTAX : VRAPL_GOOD;
}

static inline enum vrapl_verdict vrapl_take_millionths(struct vrapl_text *t,
						       unsigned long long *v)
{
	unsigned int unit = VRAPL_MILLIONTHS;
	enum vrapl_verdict verdict = vrapl_take_decimal(t, v);

	if (verdict)
		return verdict;
	/* one less than fits, so that no decimals can make it overflow */
	if (*v >= ~0ULL / VRAPL_MILLIONTHS)
		return VRAPL_SYNTAX;
	*v *= VRAPL_MILLIONTHS;
	if (t->p == t->end || *t->p != '.')
		return VRAPL_GOOD;
	for (t->p++; t->p != t->end && vrapl_is_digit(*t->p) && unit > 1; t->p++) {
		unit /= 10;
		*v += (unsigned long long)unit * (unsigned int)(*t->p - '0');
	}
	/* a seventh digit is found by whoever looks for what comes next */
	return unit == VRAPL_MILLIONTHS ? VRAPL_SYNTAX : VRAPL_GOOD;
}

static inline enum vrapl_verdict vrapl_take_hex(struct vrapl_text *t, int digits,
						unsigned long long *v)
{
	for (*v = 0; digits; digits--, t->p++) {
		if (t->p == t->end)
			return VRAPL_SYNTAX;
		if (vrapl_is_digit(*t->p))
			*v = *v << 4 | (unsigned int)(*t->p - '0');
		else if (*t->p >= 'a' && *t->p <= 'f')
			*v = *v << 4 | (unsigned int)(*t->p - 'a' + 10);
		else
			return VRAPL_SYNTAX;
	}
	return VRAPL_GOOD;
}

static inline bool vrapl_in_word(char c)
{
	return vrapl_is_lower(c) || vrapl_is_digit(c) || c == '_' || c == '-';
}

static inline enum vrapl_verdict vrapl_take_word(struct vrapl_text *t, char *word)
{
	size_t n = 0;

	if (t->p == t->end || !vrapl_is_lower(*t->p))
		return VRAPL_SYNTAX;
	for (; t->p != t->end && vrapl_in_word(*t->p); t->p++) {
		if (n == VRAPL_METHOD_MAX - 1)
			return VRAPL_SYNTAX;
		word[n++] = *t->p;
	}
	word[n] = '\0';
	return VRAPL_GOOD;
}

static inline enum vrapl_verdict vrapl_take_field(struct vrapl_text *t,
						  const struct vrapl_field *field,
						  struct vrapl_line *line)
{
	void *value = (char *)line + field->offset;

	if (!vrapl_take(t, field->key))
		return VRAPL_SYNTAX;
	switch (field->as) {
	case VRAPL_AS_DECIMAL:
		return vrapl_take_decimal(t, value);
	case VRAPL_AS_HEX:
		return vrapl_take_hex(t, 16, value);
	case VRAPL_AS_MILLIONTHS:
		return vrapl_take_millionths(t, value);
	case VRAPL_AS_WORD:
		return vrapl_take_word(t, value);
	}
	return VRAPL_SYNTAX;
}

/* Fields of a later revision: a key, and anything but spaces. */
static inline bool vrapl_take_unknown(struct vrapl_text *t)
{
	const char *value;

	if (t->p == t->end || !vrapl_is_lower(*t->p))
		return false;
	while (t->p != t->end && vrapl_in_word(*t->p))
		t->p++;
	if (!vrapl_take(t, "="))
		return false;
	for (value = t->p; t->p != t->end && *t->p != ' '; t->p++)
		;
	return t->p != value;
}

/* The line's end; what is left of @t then comes before it. */
static inline enum vrapl_verdict vrapl_take_crc(struct vrapl_text *t)
{
	struct vrapl_text tail = { t->end - VRAPL_CRC_LEN, t->end };
	unsigned long long crc;

	if (t->end - t->p < VRAPL_CRC_LEN || !vrapl_take(&tail, " crc=") ||
	    vrapl_take_hex(&tail, VRAPL_CRC_DIGITS, &crc))
		return VRAPL_SYNTAX;
	t->end -= VRAPL_CRC_LEN;
	/* the space counts */
	return vrapl_crc(t->p, t->end - t->p + 1) == crc ? VRAPL_GOOD : VRAPL_CHECKSUM;
}

/**
 * vrapl_parse() - Read a line
 * @text: the line, without its newline; any bytes
 * @len: how long it is
 * @line: out: what it says; undefined if it is not good
 *
 * Whether the numbers make sense together, and after those of the line before, is another
 * question.
 *
 * Context: any.
 * Return: VRAPL_GOOD, or what is wrong with it: VRAPL_LENGTH to VRAPL_NEGATIVE.
 */
static inline enum vrapl_verdict vrapl_parse(const char *text, size_t len,
					     struct vrapl_line *line)
{
	struct vrapl_text all = { text, text + len }, t = all;
	unsigned long long version;
	enum vrapl_verdict verdict;
	size_t i;

	if (len >= VRAPL_LINE_MAX)
		return VRAPL_LENGTH;
	for (i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return VRAPL_SYNTAX;
	if (!vrapl_take(&t, "vrapl="))
		return VRAPL_SYNTAX;
	verdict = vrapl_take_decimal(&t, &version);
	if (verdict)
		return verdict;
	if (!vrapl_take(&t, " "))
		return VRAPL_SYNTAX;
	/* nothing else is known of such a line, not even where its checksum is */
	if (version != VRAPL_VERSION)
		return VRAPL_UNSUPPORTED;
	verdict = vrapl_take_crc(&all);
	if (verdict)
		return verdict;
	/* the space after the version may be the checksum's: there is nothing between them */
	if (t.p > all.end)
		return VRAPL_SYNTAX;
	t.end = all.end;
	for (i = 0; i < VRAPL_NR_FIELDS; i++) {
		if (i && !vrapl_take(&t, " "))
			return VRAPL_SYNTAX;
		verdict = vrapl_take_field(&t, &vrapl_fields[i], line);
		if (verdict)
			return verdict;
	}
	while (t.p != t.end)
		if (!vrapl_take(&t, " ") || !vrapl_take_unknown(&t))
			return VRAPL_SYNTAX;
	return line->confidence_ppm > VRAPL_MILLIONTHS ? VRAPL_SYNTAX : VRAPL_GOOD;
}

/* Where a line is written to; what does not fit is left out, and remembered. */
struct vrapl_room {
	char *p;
	char *end;
	bool full;
};

static inline void vrapl_put(struct vrapl_room *r, char c)
{
	if (r->p == r->end)
		r->full = true;
	else
		*r->p++ = c;
}

static inline void vrapl_put_text(struct vrapl_room *r, const char *text)
{
	while (*text)
		vrapl_put(r, *text++);
}

static inline void vrapl_put_decimal(struct vrapl_room *r, unsigned long long v)
{
	unsigned long long unit = 1;

	while (v / unit >= 10)
		unit *= 10;
	for (; unit; unit /= 10)
		vrapl_put(r, '0' + v / unit % 10);
}

static inline void vrapl_put_hex(struct vrapl_room *r, unsigned long long v, int digits)
{
	while (digits--)
		vrapl_put(r, "0123456789abcdef"[v >> 4 * digits & 0xf]);
}

static inline void vrapl_put_millionths(struct vrapl_room *r, unsigned long long v)
{
	unsigned int rest = v % VRAPL_MILLIONTHS, unit;

	vrapl_put_decimal(r, v / VRAPL_MILLIONTHS);
	vrapl_put(r, '.');
	for (unit = VRAPL_MILLIONTHS / 10; unit; unit /= 10)
		vrapl_put(r, '0' + rest / unit % 10);
}

static inline void vrapl_put_field(struct vrapl_room *r, const struct vrapl_field *field,
				   const struct vrapl_line *line)
{
	const void *value = (const char *)line + field->offset;

	vrapl_put(r, ' ');
	vrapl_put_text(r, field->key);
	switch (field->as) {
	case VRAPL_AS_DECIMAL:
		vrapl_put_decimal(r, *(const unsigned long long *)value);
		break;
	case VRAPL_AS_HEX:
		vrapl_put_hex(r, *(const unsigned long long *)value, 16);
		break;
	case VRAPL_AS_MILLIONTHS:
		vrapl_put_millionths(r, *(const unsigned long long *)value);
		break;
	case VRAPL_AS_WORD:
		vrapl_put_text(r, value);
		break;
	}
}

/**
 * vrapl_format() - Write a line
 * @dst: where to; not terminated by a NUL
 * @size: room there; VRAPL_LINE_MAX is always enough
 * @line: what it is to say; @line->method is terminated
 *
 * Context: any.
 * Return: its length, the newline included; 0 if it does not fit, or would not be good.
 */
static inline size_t vrapl_format(char *dst, size_t size, const struct vrapl_line *line)
{
	struct vrapl_room r = { dst, dst + size, false };
	struct vrapl_line check;
	size_t i;

	vrapl_put_text(&r, "vrapl=");
	vrapl_put_decimal(&r, VRAPL_VERSION);
	for (i = 0; i < VRAPL_NR_FIELDS; i++)
		vrapl_put_field(&r, &vrapl_fields[i], line);
	vrapl_put(&r, ' ');
	i = r.p - dst;
	vrapl_put_text(&r, "crc=");
	vrapl_put_hex(&r, vrapl_crc(dst, i), VRAPL_CRC_DIGITS);
	vrapl_put(&r, '\n');
	if (r.full || vrapl_parse(dst, r.p - dst - 1, &check))
		return 0;
	return r.p - dst;
}

#endif /* _VRAPL_LINE_H */
