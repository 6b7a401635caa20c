// SPDX-License-Identifier: GPL-2.0-only
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>

#include "top/screen.h"

struct energy_screen {
	SCREEN *terminal;
	int line;	/* the next one to draw */
};

struct energy_screen *energy_screen_open(void)
{
	struct energy_screen *screen = calloc(1, sizeof(*screen));

	if (!screen)
		return NULL;
	screen->terminal = newterm(NULL, stdout, stdin);
	if (!screen->terminal) {
		free(screen);
		return NULL;
	}
	cbreak();
	noecho();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	curs_set(0);
	return screen;
}

void energy_screen_close(struct energy_screen *screen)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen->terminal);
	free(screen);
}

static void draw_line(void *context, enum energy_line kind, const char *line)
{
	static const attr_t attributes[] = {
		[ENERGY_LINE_TEXT] = A_NORMAL,
		[ENERGY_LINE_WARNING] = A_BOLD,
		[ENERGY_LINE_HEADING] = A_REVERSE,
	};
	struct energy_screen *screen = context;
	int y = screen->line++;

	if (y >= LINES)
		return;
	attrset(attributes[kind]);
	if (kind == ENERGY_LINE_HEADING)
		mvhline(y, 0, ' ' | A_REVERSE, COLS);
	mvaddstr(y, 0, line);
	attrset(A_NORMAL);
}

void energy_screen_draw(struct energy_screen *screen, struct energy_page *page)
{
	page->columns = COLS;
	page->max_lines = LINES;
	screen->line = 0;
	erase();
	energy_page_emit(page, draw_line, screen);
	refresh();
}

bool energy_screen_key(struct energy_screen *screen)
{
	bool pressed = false;
	int key;

	(void)screen;
	while ((key = getch()) != ERR)
		pressed |= key != KEY_RESIZE;
	return pressed;
}
