/* SPDX-License-Identifier: GPL-2.0-only */
/* The terminal, while `energy top` has it. */
#ifndef ENERGY_SCREEN_H
#define ENERGY_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "top/page.h"

struct energy_screen;

/* NULL when this terminal cannot be used. */
struct energy_screen *energy_screen_open(void);

/* Gives the terminal back as it was. NULL is no screen, and fine. */
void energy_screen_close(struct energy_screen *screen);

/* Is there room for the column of the processes' cgroups? */
bool energy_screen_is_wide(const struct energy_screen *screen);

/*
 * Draws @page, with its lines and columns set to what the terminal has. Returns how many rows
 * of the table are in it.
 */
size_t energy_screen_draw(struct energy_screen *screen, struct energy_page *page);

/* Draws the help instead. */
void energy_screen_draw_help(struct energy_screen *screen);

/*
 * Takes a key that the keyboard has sent: a character, or an enum energy_key. False when there
 * is none (any more); that the size changed is no key.
 */
bool energy_screen_key(struct energy_screen *screen, unsigned int *key);

#endif /* ENERGY_SCREEN_H */
