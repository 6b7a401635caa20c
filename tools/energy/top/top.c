// SPDX-License-Identifier: GPL-2.0-only
/* energy top: read, compare with the reading before, show, wait. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/books.h"
#include "lib/command.h"
#include "lib/complain.h"
#include "lib/reader.h"
#include "lib/wait.h"
#include "top/feed.h"
#include "top/moment.h"
#include "top/options.h"
#include "top/page.h"
#include "top/glance.h"
#include "top/screen.h"
#include "top/sparkline.h"
#include "top/table.h"
#include "top/view.h"

#define NSEC_PER_SEC 1000000000ULL

/* Of plain text. */
#define HISTORY_COLUMNS 16
#define INDENT 2

struct top {
	const char *who;
	struct energy_top_options options;
	struct energy_view view;
	struct energy_feed feed;
	struct energy_screen *screen;	/* NULL: plain text */
	struct energy_glance readings[2];
	struct energy_glance *newest;	/* what the next one is compared with */
	struct energy_moment moment;
	size_t page_rows, rows;		/* of the table, on the screen and in all */
	uint64_t end_ns;
	const char *warning;
};

static struct energy_glance *spare_reading(struct top *top)
{
	return &top->readings[top->newest == &top->readings[0]];
}

static int fail(struct top *top, const struct energy_failure *failure)
{
	/* The terminal first, or the message is lost with the screen. */
	energy_screen_close(top->screen);
	top->screen = NULL;
	energy_complain_failure(top->who, failure);
	return failure->err;
}

/* On a screen a key may ask for them at any time. */
static bool wants_cgroups(const struct top *top)
{
	return top->screen || top->view.by == ENERGY_BY_CGROUP;
}

/* NULL where nothing that is shown needs the processes' cgroups, or they are not known. */
static const char *proc_to_look_up(const struct top *top)
{
	const struct energy_top_options *options = &top->options;
	const struct energy_view *view = &top->view;

	if (view->by == ENERGY_BY_PROCESS && !view->tree && !view->filter[0] &&
	    !(top->screen && energy_screen_is_wide(top->screen)))
		return NULL;
	if (options->proc || options->file || options->replay)
		return options->proc;
	return "/proc";
}

/* Reads into the spare reading; -EAGAIN: it is torn. */
static int read_next(struct top *top)
{
	struct energy_failure failure = { 0 };
	int err;

	top->warning = NULL;
	err = energy_glance_take(spare_reading(top), &top->feed, top->options.delay_ns,
				 wants_cgroups(top), &failure);
	if (err && err != -EAGAIN && err != -EINTR)
		fail(top, &failure);
	return err;
}

static void print_line(void *context, enum energy_line kind, const char *line)
{
	(void)kind;
	fputs(line, context);
	fputc('\n', context);
}

static int print_page(struct top *top, struct energy_page *page)
{
	const struct energy_interval *interval = page->interval;

	if (!interval)
		return 0;
	page->columns = SIZE_MAX;
	page->max_lines = SIZE_MAX;
	printf("time %" PRIu64 ".%09" PRIu64 "\n", (uint64_t)(interval->end_ns / NSEC_PER_SEC),
	       (uint64_t)(interval->end_ns % NSEC_PER_SEC));
	energy_page_emit(page, print_line, stdout);
	putchar('\n');
	if (fflush(stdout)) {
		energy_complain(top->who, "cannot write: %s", strerror(errno));
		return -EIO;
	}
	return 0;
}

/* Where what is asked for cannot be had: what there is instead, and why. */
static void remark_on_cgroups(const struct top *top, struct energy_page *page, char *why,
			      size_t size)
{
	const struct energy_moment *moment = &top->moment;
	bool summed = moment->summed.nr_groups;

	if (top->view.by == ENERGY_BY_PROCESS) {
		if (top->view.tree && !summed)
			page->remark = "no tree: the processes' cgroups are not known (--proc DIR)";
		return;
	}
	if (moment->has_counted)
		return;
	page->remark = summed ?
		"cgroups are summed up from processes, without what exited ones used:" :
		"what cgroups used is not known:";
	snprintf(why, size, "no list of them goes with this file (--cgroup-list PATH)");
	if (top->feed.no_cgroups.err)
		energy_failure_text(why, size, &top->feed.no_cgroups);
	page->why = why;
}

static int out_of_memory(struct top *top)
{
	energy_screen_close(top->screen);
	top->screen = NULL;
	energy_complain(top->who, "%s", strerror(ENOMEM));
	return -ENOMEM;
}

static int show_page(struct top *top, struct energy_page *page)
{
	if (!top->screen)
		return print_page(top, page);
	page->powers = &top->moment.powers;
	page->has_status = true;
	top->page_rows = energy_screen_draw(top->screen, page);
	top->rows = page->table ? page->table->nr_shown : 0;
	return 0;
}

static int show(struct top *top)
{
	struct energy_sight sight;
	struct energy_table table = { 0 };
	char why[sizeof(top->feed.no_cgroups.path) + 256];
	struct energy_page page = {
		.path = top->feed.path,
		.listing = &top->newest->listing,
		.view = &top->view,
		.powers = top->options.domains ? &top->moment.powers : NULL,
		.max_rows = top->options.rows,
		.history_columns = top->options.history ? HISTORY_COLUMNS : 0,
		.indent = INDENT,
		.blocks = energy_sparkline_has_blocks(),
		.warning = top->warning,
	};
	int err;

	if (top->screen && top->view.helps) {
		energy_screen_draw_help(top->screen);
		return 0;
	}
	if (top->moment.has_interval) {
		if (energy_moment_look_up(&top->moment, proc_to_look_up(top)))
			return out_of_memory(top);
		sight = energy_moment_sight(&top->moment);
		if (energy_table_fill(&table, &sight, &top->view))
			return out_of_memory(top);
		page.interval = &top->moment.interval;
		page.table = &table;
		remark_on_cgroups(top, &page, why, sizeof(why));
	}
	err = show_page(top, &page);
	energy_table_free(&table);
	return err;
}

static int show_torn(struct top *top)
{
	top->warning = "the last line of the listing is torn: reading left out";
	if (top->screen && top->newest)
		return show(top);
	energy_complain(top->who, "%s", top->warning);
	return 0;
}

/* Makes the spare reading the newest, and shows what happened since the one before. */
static int advance(struct top *top, bool *time_passed)
{
	struct energy_glance *next = spare_reading(top);
	int outcome = energy_moment_advance(&top->moment, top->newest, next,
					    proc_to_look_up(top));

	if (outcome < 0)
		return out_of_memory(top);
	*time_passed = outcome != ENERGY_NO_TIME_PASSED;
	if (!*time_passed)
		return 0;
	top->newest = next;
	return show(top);
}

/* False when a key asks to end. */
static bool take_keys(struct top *top)
{
	unsigned int key;

	while (energy_screen_key(top->screen, &key)) {
		if (energy_view_key(&top->view, key, top->page_rows, top->rows) ==
		    ENERGY_ANSWER_QUIT)
			return false;
	}
	return true;
}

/* Returns 1 when the time has come, 0 when it is to end, or a negative errno. */
static int wait_until(struct top *top, uint64_t when_ns)
{
	for (;;) {
		uint64_t until_ns = top->view.paused ? top->end_ns : when_ns;
		enum energy_event event = energy_wait(until_ns, top->screen ? STDIN_FILENO : -1);
		int err;

		if (event == ENERGY_EVENT_TICK)
			return !top->view.paused;
		if (event == ENERGY_EVENT_END)
			return 0;
		if (!top->screen)
			continue;
		if (!take_keys(top))
			return 0;
		err = top->newest ? show(top) : 0;
		if (err)
			return err;
	}
}

/* Waits for the next refresh, @step_ns after the one before; returns what wait_until() does. */
static int wait_for_next(struct top *top, uint64_t *next_ns, uint64_t step_ns)
{
	uint64_t now_ns = energy_now_ns();
	int go_on;

	*next_ns += step_ns;
	/* Too slow for the delay: go on at once, with no refresh made up for. */
	if (*next_ns < now_ns)
		*next_ns = now_ns;
	if (*next_ns <= top->end_ns)
		return wait_until(top, *next_ns);
	go_on = wait_until(top, top->end_ns);
	return go_on < 0 ? go_on : 0;
}

/* Returns 0 when it is to end, or a negative errno that has been complained about. */
static int refresh_until_end(struct top *top)
{
	const struct energy_top_options *options = &top->options;
	/* A window may end just after a look at it: look again soon, not a whole delay later. */
	uint64_t again_ns = options->delay_ns / 10, step_ns = 0;
	uint64_t next_ns = energy_now_ns();
	bool time_passed = true;
	int err;

	if (__builtin_add_overflow(next_ns, options->run_ns, &top->end_ns))
		top->end_ns = UINT64_MAX;
	while (!energy_wait_ended()) {
		if (energy_feed_ended(&top->feed)) {
			/* Leave the last table for as long as somebody may look at it. */
			err = top->screen ? wait_until(top, top->end_ns) : 0;
			return err < 0 ? err : 0;
		}
		if (top->screen || !top->feed.replays) {
			int go_on = wait_for_next(top, &next_ns, step_ns);

			if (go_on <= 0)
				return go_on;
		}
		err = read_next(top);
		if (err == -EAGAIN)
			err = show_torn(top);
		else if (!err)
			err = advance(top, &time_passed);
		if (err)
			return err == -EINTR ? 0 : err;
		step_ns = time_passed && !top->warning ? options->delay_ns : again_ns;
	}
	return 0;
}

static const char *fixed_path(const struct energy_top_options *options)
{
	if (options->file)
		return options->file;
	if (options->cgroup)
		return ENERGY_PROC_CGROUP;
	/* Only there are the values that can be balanced. */
	return options->balance ? ENERGY_DEBUGFS_ALL : NULL;
}

/* Finds what to read, and that it can be read, before the terminal is touched. */
static int open_feed(struct top *top)
{
	const char *path = fixed_path(&top->options);
	struct energy_listing listing;
	struct energy_failure failure;
	int err;

	if (top->options.replay)
		err = energy_feed_replay(&top->feed, top->options.replay, &failure);
	else if (path)
		err = energy_read(&energy_system_io, path, &listing, &failure);
	else
		err = energy_read_best(&energy_system_io, &path, &listing, &failure);
	if (err)
		return fail(top, &failure);
	if (top->options.replay && energy_feed_ended(&top->feed)) {
		energy_complain(top->who, "no snapshots in %s: no file's name begins with a digit",
				top->options.replay);
		return -ENOENT;
	}
	if (!top->options.replay) {
		energy_listing_free(&listing);
		energy_feed_file(&top->feed, path);
		if (!strcmp(path, ENERGY_PROC_CGROUP))
			top->feed.own = ENERGY_PROC_CGROUP_STAT;
		top->feed.cgroups = top->options.cgroup_list;
		/* It goes with the machine's listings, not with any file. */
		if (!top->feed.cgroups && !fixed_path(&top->options))
			top->feed.cgroups = ENERGY_PROC_CGROUPS;
	}
	return 0;
}

static int open_screen(struct top *top)
{
	const char *terminal = getenv("TERM");

	if (top->options.batch || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return 0;
	top->screen = energy_screen_open();
	if (top->screen)
		return 0;
	energy_complain(top->who, "cannot use a terminal of type '%s' (try --batch)",
			terminal ? terminal : "");
	return -ENOTTY;
}

static int balance_at_end(struct top *top)
{
	struct energy_listing listing;
	struct energy_failure failure;
	int status;

	if (top->feed.replays && top->newest)
		return energy_balance_report(top->who, top->feed.path, &top->newest->listing);
	if (top->feed.replays) {
		energy_complain(top->who, "nothing to balance in %s", top->feed.path);
		return ENERGY_FAILED;
	}
	if (energy_read(&energy_system_io, top->feed.path, &listing, &failure)) {
		energy_complain_failure(top->who, &failure);
		return ENERGY_FAILED;
	}
	status = energy_balance_report(top->who, top->feed.path, &listing);
	energy_listing_free(&listing);
	return status;
}

int energy_top(int argc, char **argv)
{
	struct top top = { .who = argv[0] };
	int status, err;

	if (!energy_top_options_parse(&top.options, argc, argv, &status))
		return status;

	top.view = top.options.view;
	status = ENERGY_FAILED;
	err = open_feed(&top);
	if (err)
		goto free_feed;
	energy_wait_init();
	err = open_screen(&top);
	if (err)
		goto free_feed;
	err = refresh_until_end(&top);
	energy_screen_close(top.screen);
	if (!err)
		status = top.options.balance ? balance_at_end(&top) : ENERGY_OK;

	energy_moment_free(&top.moment);
	energy_glance_free(&top.readings[0]);
	energy_glance_free(&top.readings[1]);
free_feed:
	energy_feed_free(&top.feed);
	return status;
}
