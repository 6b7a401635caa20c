// SPDX-License-Identifier: GPL-2.0-only
/* The lines that a file starts with, see ABI.md. */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "header.h"
#include "record.h"

/* How a line's value is printed. */
enum energy_header_as {
	AS_U64,
	AS_U32,
	NJ_AS_UJ,
	AS_KINDS,
	AS_CHARS,
	AS_STRING,
};

/**
 * struct energy_header_line - One line of a header
 * @key: its name and the equals sign
 * @as: what stands at @offset, and how it is printed
 * @set: the headers that have it
 * @offset: where the value is in struct energy_header
 */
struct energy_header_line {
	const char *key;
	enum energy_header_as as;
	unsigned int set;
	size_t offset;
};

#define LINE(_set, _key, _as, _member) {				\
	.key = _key "=",						\
	.as = (_as),							\
	.set = ENERGY_HEADER_##_set,					\
	.offset = offsetof(struct energy_header, _member),		\
}

#define KIND(_key, _kind) LINE(LIVE, _key, NJ_AS_UJ, live.kind_nj[_kind])

static const struct energy_header_line energy_header_lines[] = {
	LINE(LIVE, "timestamp", AS_U64, live.timestamp_ns),
	LINE(LIVE, "iterations", AS_U64, live.iterations),
	LINE(LIVE, "sample_ns", AS_U64, sample_ns),
	LINE(LIVE, "window_ns", AS_U64, window_ns),
	KIND("rapl_core_sum_uj", ENERGY_CORE),
	KIND("rapl_psys_sum_uj", ENERGY_PSYS),
	KIND("rapl_package_sum_uj", ENERGY_PACKAGE),
	KIND("rapl_uncore_sum_uj", ENERGY_UNCORE),
	KIND("rapl_dram_sum_uj", ENERGY_DRAM),
	KIND("vm_sum_uj", ENERGY_VM),
	LINE(LIVE, "idle_uj", NJ_AS_UJ, live.books.idle_nj),
	LINE(LIVE, "unattributed_uj", NJ_AS_UJ, live.books.unattributed_nj),
	LINE(LIVE, "exited_uj", NJ_AS_UJ, live.books.exited_nj),
	LINE(LIVE, "pending_uj", NJ_AS_UJ, live.books.pending_nj),
	LINE(LIVE, "measured_uj", NJ_AS_UJ, live.books.measured_nj),
	LINE(LIVE, "domains", AS_KINDS, live.kinds),
	LINE(LIVE, "source", AS_CHARS, live.source),
	LINE(LIVE, "source_kind", AS_STRING, live.source_kind),
	LINE(LIVE, "window", AS_U32, live.gen),
	LINE(LIVE, "estimated", AS_U32, live.estimated),

	LINE(BOOKS, "measured_nj", AS_U64, live.books.measured_nj),
	LINE(BOOKS, "exited_nj", AS_U64, live.books.exited_nj),
	LINE(BOOKS, "unattributed_nj", AS_U64, live.books.unattributed_nj),
	LINE(BOOKS, "idle_nj", AS_U64, live.books.idle_nj),
	LINE(BOOKS, "pending_nj", AS_U64, live.books.pending_nj),

	LINE(WINDOW, "timestamp", AS_U64, window.timestamp_ns),
	LINE(WINDOW, "window_ns", AS_U64, window_ns),
	LINE(WINDOW, "window", AS_U32, window.gen),

	LINE(DETAIL, "window_timestamp", AS_U64, window.timestamp_ns),
	LINE(DETAIL, "window_iterations", AS_U64, window.iterations),
	LINE(DETAIL, "window_measured_nj", AS_U64, window.books.measured_nj),
	LINE(DETAIL, "window_exited_nj", AS_U64, window.books.exited_nj),
	LINE(DETAIL, "window_unattributed_nj", AS_U64, window.books.unattributed_nj),
	LINE(DETAIL, "window_idle_nj", AS_U64, window.books.idle_nj),
	LINE(DETAIL, "window_pending_nj", AS_U64, window.books.pending_nj),
};

#undef KIND
#undef LINE

static const char * const energy_kind_names[ENERGY_NR_KINDS] = {
	[ENERGY_PACKAGE] = "package",
	[ENERGY_CORE] = "core",
	[ENERGY_UNCORE] = "uncore",
	[ENERGY_DRAM] = "dram",
	[ENERGY_PSYS] = "psys",
	[ENERGY_VM] = "vm",
};

/**
 * energy_kind_name() - What readers know a kind of domain as.
 * @kind: one of enum energy_kind
 *
 * Context: Any.
 * Return: The name; "?" for what is none.
 */
const char *energy_kind_name(unsigned int kind)
{
	return kind < ENERGY_NR_KINDS ? energy_kind_names[kind] : "?";
}

/* @size bounds what comes from a provider; an empty value would be hard to see. */
static char *energy_put_string(char *p, const char *s, size_t size)
{
	size_t len;

	if (!s || !*s)
		s = "none";
	len = strnlen(s, size);
	memcpy(p, s, len);
	return p + len;
}

static char *energy_put_kinds(char *p, unsigned int kinds)
{
	const char *start = p;
	unsigned int kind;

	for (kind = 0; kind < ENERGY_NR_KINDS; kind++) {
		if (!(kinds & BIT(kind)))
			continue;
		if (p != start)
			*p++ = ',';
		p = energy_put_string(p, energy_kind_names[kind], ENERGY_NAME_LEN);
	}
	return p == start ? energy_put_string(p, NULL, ENERGY_NAME_LEN) : p;
}

static char *energy_header_put(char *p, enum energy_header_as as, const void *value)
{
	switch (as) {
	case AS_U64:
		return energy_put_u64(p, *(const u64 *)value);
	case AS_U32:
		return energy_put_u64(p, *(const u32 *)value);
	case NJ_AS_UJ:
		return energy_put_u64(p, div_u64(*(const u64 *)value, 1000));
	case AS_KINDS:
		return energy_put_kinds(p, *(const unsigned int *)value);
	case AS_CHARS:
		return energy_put_string(p, value, sizeof_field(struct energy_published, source));
	case AS_STRING:
		return energy_put_string(p, *(const char * const *)value, ENERGY_NAME_LEN);
	}
	return p;
}

/**
 * energy_header_format() - Write header lines.
 * @dst: where to; the lines are NUL-terminated
 * @size: room there: ENERGY_HEADER_MAX
 * @h: the values
 * @set: which lines: ENERGY_HEADER_* or'ed
 *
 * Context: Any.
 * Return: Their length without the NUL; 0, with nothing written, if @size is too small.
 */
size_t energy_header_format(char *dst, size_t size, const struct energy_header *h,
			    unsigned int set)
{
	char *p = dst;
	size_t i;

	if (size < ENERGY_HEADER_MAX)
		return 0;
	for (i = 0; i < ARRAY_SIZE(energy_header_lines); i++) {
		const struct energy_header_line *line = &energy_header_lines[i];

		if (!(line->set & set))
			continue;
		p = energy_put_string(p, line->key, ENERGY_NAME_LEN);
		p = energy_header_put(p, line->as, (const char *)h + line->offset);
		*p++ = '\n';
	}
	*p = '\0';
	return p - dst;
}
