/* SPDX-License-Identifier: GPL-2.0-only */
/* Text from a listing, made safe for a terminal. */
#ifndef ENERGY_COMM_H
#define ENERGY_COMM_H

#include <stddef.h>

#include "lib/records.h"

/* Enough for the longest process name with every byte escaped. */
#define ENERGY_SHOWN_MAX 320

/*
 * Undoes the listing's \ooo escapes. Cuts what does not fit into @size with its end; returns
 * the length. A name can have any byte but 0: it is to be made safe for where it goes.
 */
size_t energy_unescape(char *out, size_t size, struct energy_slice text);

/*
 * Undoes the listing's \ooo escapes, then escapes again, in the same way, whatever is not a
 * printable character of the locale that takes up room: no control character, half of a
 * multibyte one, or mark that turns the writing direction gets through. Cuts what does not
 * fit into @size (with its end), between characters.
 */
void energy_shown(char *out, size_t size, struct energy_slice text);

/* The same with text whose escapes have been undone, or that never had any. */
void energy_shown_plain(char *out, size_t size, const char *text);

/* Cuts @line to @columns of a terminal. */
void energy_fit(char *line, size_t columns);

/* The columns that @line takes, all of whose characters are printable. */
size_t energy_width(const char *line);

#endif /* ENERGY_COMM_H */
