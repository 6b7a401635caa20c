// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record format, see ABI.md.
 *
 * A listing prints a dozen numbers for each of maybe ten thousand processes, and somebody
 * reads it every second. So numbers are written without printf, two digits at a time, and
 * room is checked once per line, not once per number.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "record.h"

/* How a field's u64 is printed. */
enum energy_record_as {
	AS_IS,
	NJ_AS_MJ,	/* with three decimals */
	NJ_AS_UJ,
	PARTS_AS_PACKETS,
};

/**
 * struct energy_record_field - One field of a record
 * @key: its name and the equals sign; room for the longest, because all of it is copied
 * @len: length of @key
 * @as: how the number is printed
 * @detail: only in detailed lines
 * @offset: where the number is in struct energy_record
 */
struct energy_record_field {
	char key[24];
	u8 len;
	u8 as;
	bool detail;
	u16 offset;
};

#define FIELD(_key, _member, _as, _detail) {			\
	.key = _key "=",					\
	.len = sizeof(_key "=") - 1,				\
	.as = (_as),						\
	.detail = (_detail),					\
	.offset = offsetof(struct energy_record, _member),	\
}

/* The order is the ABI's: new fields go to the end, and comm, which is last, is not here. */
static const struct energy_record_field energy_record_fields[] = {
	FIELD("pid", pid, AS_IS, false),
	FIELD("energy", values.score_nj, NJ_AS_MJ, false),
	FIELD("alive", alive, AS_IS, false),
	FIELD("kernel", kernel, AS_IS, false),
	FIELD("cpu_ns", values.use.cpu_ns, AS_IS, false),
	FIELD("mem", values.mem, AS_IS, false),
	FIELD("instructions", values.use.instructions, AS_IS, false),
	FIELD("wakeups", values.use.wakeups, AS_IS, false),
	FIELD("diski", values.use.diski, AS_IS, false),
	FIELD("disko", values.use.disko, AS_IS, false),
	FIELD("rx", values.use.rx_parts, PARTS_AS_PACKETS, false),
	FIELD("tx", values.use.tx, AS_IS, false),
	FIELD("energy_uj", values.energy_nj, NJ_AS_UJ, false),
	FIELD("energy_nj", values.energy_nj, AS_IS, true),
	FIELD("window_energy", window.score_nj, NJ_AS_MJ, true),
	FIELD("window_alive", window_alive, AS_IS, true),
	FIELD("window_cpu_ns", window.use.cpu_ns, AS_IS, true),
	FIELD("window_mem", window.mem, AS_IS, true),
	FIELD("window_instructions", window.use.instructions, AS_IS, true),
	FIELD("window_wakeups", window.use.wakeups, AS_IS, true),
	FIELD("window_diski", window.use.diski, AS_IS, true),
	FIELD("window_disko", window.use.disko, AS_IS, true),
	FIELD("window_rx", window.use.rx_parts, PARTS_AS_PACKETS, true),
	FIELD("window_tx", window.use.tx, AS_IS, true),
	FIELD("window_energy_uj", window.energy_nj, NJ_AS_UJ, true),
	FIELD("window_energy_nj", window.energy_nj, AS_IS, true),
};

#undef FIELD

static const u64 energy_powers_of_ten[ENERGY_U64_DIGITS] = {
	1ULL,
	10ULL,
	100ULL,
	1000ULL,
	10000ULL,
	100000ULL,
	1000000ULL,
	10000000ULL,
	100000000ULL,
	1000000000ULL,
	10000000000ULL,
	100000000000ULL,
	1000000000000ULL,
	10000000000000ULL,
	100000000000000ULL,
	1000000000000000ULL,
	10000000000000000ULL,
	100000000000000000ULL,
	1000000000000000000ULL,
	10000000000000000000ULL,
};

static unsigned int energy_u64_digits(u64 v)
{
	unsigned int log;

	v |= 1;
	/* 1233 / 4096 is the logarithm of 2 to the base 10, near enough for 64 bits. */
	log = (fls64(v) * 1233) >> 12;
	return log + (v >= energy_powers_of_ten[log]);
}

static void energy_put_pair(char *p, unsigned int pair)
{
	p[0] = '0' + pair / 10;
	p[1] = '0' + pair % 10;
}

/**
 * energy_put_u64() - Write a number in decimal.
 * @p: where to; room for ENERGY_U64_DIGITS characters. No NUL is written
 * @v: the number
 *
 * Context: Any.
 * Return: The place behind the last digit.
 */
char *energy_put_u64(char *p, u64 v)
{
	char *end = p + energy_u64_digits(v);
	char *at = end;
	u32 low, pair;

	while (v > U32_MAX) {
		v = div_u64_rem(v, 100, &pair);
		at -= 2;
		energy_put_pair(at, pair);
	}
	for (low = v; low >= 100; low /= 100) {
		at -= 2;
		energy_put_pair(at, low % 100);
	}
	if (low >= 10)
		energy_put_pair(at - 2, low);
	else
		at[-1] = '0' + low;
	return end;
}

static char *energy_put_mj(char *p, u64 nj)
{
	u32 uj;

	p = energy_put_u64(p, div_u64_rem(div_u64(nj, 1000), 1000, &uj));
	*p++ = '.';
	*p++ = '0' + uj / 100;
	energy_put_pair(p, uj % 100);
	return p + 2;
}

static char *energy_record_put(char *p, const struct energy_record_field *f, u64 v)
{
	switch (f->as) {
	case NJ_AS_MJ:
		return energy_put_mj(p, v);
	case NJ_AS_UJ:
		return energy_put_u64(p, div_u64(v, 1000));
	case PARTS_AS_PACKETS:
		return energy_put_u64(p, energy_rx_packets(v));
	default:
		return energy_put_u64(p, v);
	}
}

static bool energy_comm_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '=' && c != '\\';
}

/**
 * energy_comm_escape() - Write a name so that it can forge neither a field nor a line.
 * @dst: where to
 * @size: room there; what does not fit is left out, an escape as a whole
 * @comm: the name, NUL-terminated
 *
 * Spaces, '=', backslashes, control characters and everything beyond ASCII become a backslash
 * and three octal digits.
 *
 * Context: Any.
 * Return: Length of what was written, without the NUL that is always there unless @size is 0.
 */
size_t energy_comm_escape(char *dst, size_t size, const char *comm)
{
	size_t len = 0;
	unsigned char c;

	if (!size)
		return 0;
	for (; (c = *comm); comm++) {
		if (energy_comm_plain(c)) {
			if (size - len <= 1)
				break;
			dst[len++] = c;
		} else {
			if (size - len <= 4)
				break;
			dst[len++] = '\\';
			dst[len++] = '0' + (c >> 6);
			dst[len++] = '0' + ((c >> 3) & 7);
			dst[len++] = '0' + (c & 7);
		}
	}
	dst[len] = '\0';
	return len;
}

/**
 * energy_record_format() - Write a record as a line.
 * @dst: where to; the line is NUL-terminated
 * @size: room there: ENERGY_RECORD_MAX or, with @detail, ENERGY_RECORD_DETAIL_MAX
 * @r: the record
 * @detail: with the fields that only debugfs shows
 *
 * Context: Any.
 * Return: The line's length without the NUL; 0, with nothing written, if @size is too small.
 */
size_t energy_record_format(char *dst, size_t size, const struct energy_record *r, bool detail)
{
	char *p = dst;
	size_t i;

	if (size < (detail ? ENERGY_RECORD_DETAIL_MAX : ENERGY_RECORD_MAX))
		return 0;
	for (i = 0; i < ARRAY_SIZE(energy_record_fields); i++) {
		const struct energy_record_field *f = &energy_record_fields[i];

		if (f->detail && !detail)
			continue;
		/* A copy of constant size is a few moves; what is too much is overwritten. */
		memcpy(p, f->key, sizeof(f->key));
		p += f->len;
		p = energy_record_put(p, f, *(const u64 *)((const char *)r + f->offset));
		*p++ = ' ';
	}
	memcpy(p, "comm=", 5);
	p += 5;
	p += energy_comm_escape(p, ENERGY_COMM_ESCAPED_MAX, r->comm);
	*p++ = '\n';
	*p = '\0';
	return p - dst;
}
