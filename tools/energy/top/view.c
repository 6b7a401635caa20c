// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "top/view.h"

#define CONTROL(letter) ((letter) & 0x1f)

static const char *const sort_names[] = {
	[ENERGY_SORT_WATTS] = "watts",
	[ENERGY_SORT_JOULES] = "joules",
	[ENERGY_SORT_CPU] = "cpu",
	[ENERGY_SORT_PID] = "pid",
	[ENERGY_SORT_NAME] = "name",
};

static const char *const by_names[] = {
	[ENERGY_BY_PROCESS] = "process",
	[ENERGY_BY_CGROUP] = "cgroup",
};

static const struct {
	unsigned int key;
	enum energy_sort sort;
} sort_keys[] = {
	{ 'w', ENERGY_SORT_WATTS },
	{ 'j', ENERGY_SORT_JOULES },
	{ 'u', ENERGY_SORT_CPU },
	{ 'i', ENERGY_SORT_PID },
	{ 'n', ENERGY_SORT_NAME },
};

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

bool energy_sort_parse(const char *word, enum energy_sort *sort)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sort_names); i++) {
		if (!strcmp(word, sort_names[i])) {
			*sort = i;
			return true;
		}
	}
	return false;
}

bool energy_by_parse(const char *word, enum energy_by *by)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(by_names); i++) {
		if (!strcmp(word, by_names[i])) {
			*by = i;
			return true;
		}
	}
	return false;
}

const char *energy_sort_name(enum energy_sort sort)
{
	return sort_names[sort];
}

/* Takes the last character off, all bytes of it. */
static void cut_last(char *text)
{
	size_t len = strlen(text);

	while (len && (text[--len] & 0xc0) == 0x80)
		;
	text[len] = '\0';
}

static void append(char *text, size_t size, unsigned int key)
{
	char bytes[MB_LEN_MAX];
	mbstate_t state = { 0 };
	size_t len = strlen(text), more = wcrtomb(bytes, key, &state);

	if (more == (size_t)-1 || len + more >= size)
		return;
	memcpy(text + len, bytes, more);
	text[len + more] = '\0';
}

static enum energy_answer edit(struct energy_view *view, unsigned int key)
{
	switch (key) {
	case ENERGY_KEY_ENTER:
	case '\n':
	case '\r':
		view->edits = false;
		break;
	case ENERGY_KEY_ESCAPE:
		memcpy(view->filter, view->before, sizeof(view->filter));
		view->edits = false;
		break;
	case ENERGY_KEY_BACKSPACE:
	case CONTROL('h'):
	case 0x7f:
		cut_last(view->filter);
		break;
	case CONTROL('u'):
		view->filter[0] = '\0';
		break;
	default:
		if (key >= ENERGY_KEY_UP || !iswprint(key))
			return ENERGY_ANSWER_NOTHING;
		append(view->filter, sizeof(view->filter), key);
	}
	view->offset = 0;
	return ENERGY_ANSWER_DRAW;
}

static void scroll(struct energy_view *view, unsigned int key, size_t page, size_t rows)
{
	size_t last = rows > page ? rows - page : 0;
	size_t step = page ? page : 1;

	switch (key) {
	case ENERGY_KEY_UP:
		view->offset -= view->offset > 0;
		break;
	case ENERGY_KEY_DOWN:
		view->offset++;
		break;
	case ENERGY_KEY_PAGE_UP:
		view->offset -= view->offset < step ? view->offset : step;
		break;
	case ENERGY_KEY_PAGE_DOWN:
		view->offset += step;
		break;
	case ENERGY_KEY_HOME:
		view->offset = 0;
		break;
	case ENERGY_KEY_END:
		view->offset = last;
		break;
	}
	if (view->offset > last)
		view->offset = last;
}

static bool choose_sort(struct energy_view *view, unsigned int key)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sort_keys); i++) {
		if (key != sort_keys[i].key)
			continue;
		view->sort = sort_keys[i].sort;
		view->reverse = false;
		view->offset = 0;
		return true;
	}
	return false;
}

static void look_by(struct energy_view *view, enum energy_by by)
{
	view->by = by;
	view->offset = 0;
}

enum energy_answer energy_view_key(struct energy_view *view, unsigned int key, size_t page,
				   size_t rows)
{
	if (view->helps) {
		view->helps = false;
		return ENERGY_ANSWER_DRAW;
	}
	if (view->edits)
		return edit(view, key);
	if (choose_sort(view, key))
		return ENERGY_ANSWER_DRAW;
	switch (key) {
	case 'q':
	case ENERGY_KEY_ESCAPE:
		return ENERGY_ANSWER_QUIT;
	case 'h':
	case '?':
		view->helps = true;
		break;
	case 'p':
		look_by(view, ENERGY_BY_PROCESS);
		break;
	case 'c':
		look_by(view, ENERGY_BY_CGROUP);
		break;
	case 't':
		view->tree = !view->tree;
		view->offset = 0;
		break;
	case 'r':
		view->reverse = !view->reverse;
		break;
	case '/':
		memcpy(view->before, view->filter, sizeof(view->before));
		view->edits = true;
		break;
	case ' ':
		view->paused = !view->paused;
		break;
	case ENERGY_KEY_UP ... ENERGY_KEY_END:
		scroll(view, key, page, rows);
		break;
	default:
		return ENERGY_ANSWER_NOTHING;
	}
	return ENERGY_ANSWER_DRAW;
}

static bool has(const char *text, const char *wanted)
{
	return text && strcasestr(text, wanted);
}

/* What follows @prefix in @filter; NULL where it does not begin with it. */
static const char *only(const char *filter, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(filter, prefix, len) ? NULL : filter + len;
}

bool energy_filter_matches(const char *filter, const char *name, const char *pid,
			   const char *path, const char *label)
{
	const char *wanted;

	if ((wanted = only(filter, "name:")))
		return has(name, wanted);
	if ((wanted = only(filter, "pid:")))
		return !strcmp(pid, wanted);
	if ((wanted = only(filter, "cgroup:")))
		return has(path, wanted) || has(label, wanted);
	return has(name, filter) || !strcmp(pid, filter) || has(path, filter) ||
	       has(label, filter);
}
