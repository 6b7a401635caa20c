// SPDX-License-Identifier: GPL-2.0-only
#include <curses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "top/help.h"
#include "top/screen.h"
#include "top/sparkline.h"
#include "top/view.h"

#define CHARACTER_ESCAPE 27
/* How long an escape sequence may pause, in ms, until it counts as the key Esc. */
#define ESCAPE_MS 100

/* A column more where there is room for it. */
#define WIDE 100
#define NARROW 64
#define HISTORY_WIDE 16
#define HISTORY_USUAL 8
#define PLACE_WIDE 24
#define INDENT_USUAL 1

struct energy_screen {
	SCREEN *terminal;
	int line;	/* the next one to draw */
	attr_t attributes[ENERGY_LINE_KINDS];
	bool blocks;
};

static void choose_attributes(struct energy_screen *screen)
{
	static const short colors[ENERGY_LINE_KINDS] = {
		[ENERGY_LINE_WARNING] = COLOR_YELLOW,
		[ENERGY_LINE_STATUS] = COLOR_GREEN,
		[ENERGY_LINE_GROUP] = COLOR_BLUE,
	};
	const char *forbidden = getenv("NO_COLOR");
	attr_t *attributes = screen->attributes;
	short kind;

	attributes[ENERGY_LINE_WARNING] = A_BOLD;
	attributes[ENERGY_LINE_HEADING] = A_REVERSE;
	attributes[ENERGY_LINE_GROUP] = A_BOLD;
	/* As no-color.org has it: set, and not to nothing. */
	if ((forbidden && *forbidden) || !has_colors())
		return;
	start_color();
	use_default_colors();
	for (kind = 0; kind < ENERGY_LINE_KINDS; kind++) {
		if (colors[kind] && init_pair(kind, colors[kind], -1) == OK)
			attributes[kind] |= COLOR_PAIR(kind);
	}
}

/* Curses gives the terminal back then, of which it must not be in the middle of drawing. */
static void stop_in_waits_only(void)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigprocmask(SIG_BLOCK, &stop, NULL);
}

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
	stop_in_waits_only();
	cbreak();
	noecho();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	choose_attributes(screen);
	screen->blocks = energy_sparkline_has_blocks();
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

bool energy_screen_is_wide(const struct energy_screen *screen)
{
	(void)screen;
	return COLS >= WIDE;
}

static void draw_line(void *context, enum energy_line kind, const char *line)
{
	struct energy_screen *screen = context;
	int y = screen->line++;

	if (y >= LINES)
		return;
	attrset(screen->attributes[kind]);
	if (kind == ENERGY_LINE_HEADING)
		mvhline(y, 0, ' ' | A_REVERSE, COLS);
	mvaddstr(y, 0, line);
	attrset(A_NORMAL);
}

static void begin(struct energy_screen *screen)
{
	screen->line = 0;
	erase();
}

size_t energy_screen_draw(struct energy_screen *screen, struct energy_page *page)
{
	bool wide = energy_screen_is_wide(screen);
	size_t rows;

	page->columns = COLS;
	page->max_lines = LINES;
	page->blocks = screen->blocks;
	page->history_columns = COLS < NARROW ? 0 : wide ? HISTORY_WIDE : HISTORY_USUAL;
	if (!wide)
		page->indent = INDENT_USUAL;
	/* The table of cgroups has them already, and the tree. */
	if (wide && page->table && !page->table->by_cgroup && !page->view->tree)
		page->place_columns = PLACE_WIDE;
	begin(screen);
	rows = energy_page_emit(page, draw_line, screen);
	refresh();
	return rows;
}

void energy_screen_draw_help(struct energy_screen *screen)
{
	begin(screen);
	energy_help_emit(draw_line, screen, COLS);
	refresh();
}

/*
 * A sequence that curses does not know begins like the key Esc, but something follows: "[" with
 * parameters up to a letter or "~", "O" and a letter, or, with Alt, a character. Takes all of it,
 * and no key that comes after.
 */
static bool is_escape_key(void)
{
	wint_t next;

	if (get_wch(&next) == ERR)
		return true;
	if (next == 'O')
		get_wch(&next);
	if (next != '[')
		return false;
	while (get_wch(&next) == OK && (next < '@' || next > '~'))
		;
	return false;
}

static unsigned int translate(wint_t code)
{
	switch (code) {
	case KEY_UP:
		return ENERGY_KEY_UP;
	case KEY_DOWN:
		return ENERGY_KEY_DOWN;
	case KEY_PPAGE:
		return ENERGY_KEY_PAGE_UP;
	case KEY_NPAGE:
		return ENERGY_KEY_PAGE_DOWN;
	case KEY_HOME:
		return ENERGY_KEY_HOME;
	case KEY_END:
		return ENERGY_KEY_END;
	case KEY_BACKSPACE:
		return ENERGY_KEY_BACKSPACE;
	case KEY_ENTER:
		return ENERGY_KEY_ENTER;
	default:
		return 0;
	}
}

bool energy_screen_key(struct energy_screen *screen, unsigned int *key)
{
	wint_t code;

	(void)screen;
	for (;;) {
		switch (get_wch(&code)) {
		case ERR:
			return false;
		case KEY_CODE_YES:
			*key = translate(code);
			if (*key)
				return true;
			break;
		default:
			*key = code;
			if (code != CHARACTER_ESCAPE)
				return true;
			if (is_escape_key()) {
				*key = ENERGY_KEY_ESCAPE;
				return true;
			}
		}
	}
}
