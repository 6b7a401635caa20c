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

/* Draws @page, with its columns and lines set to what the terminal has. */
void energy_screen_draw(struct energy_screen *screen, struct energy_page *page);

/* Takes what the keyboard has sent: true for a key, false when only the size changed. */
bool energy_screen_key(struct energy_screen *screen);

#endif /* ENERGY_SCREEN_H */
