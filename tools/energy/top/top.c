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
#include "lib/delta.h"
#include "lib/reader.h"
#include "lib/wait.h"
#include "top/feed.h"
#include "top/options.h"
#include "top/page.h"
#include "top/screen.h"

#define NSEC_PER_SEC 1000000000ULL

/* A reading, with the basis it was found to have. */
struct reading {
	struct energy_listing listing;
	enum energy_basis basis;
};

struct top {
	const char *who;
	struct energy_top_options options;
	struct energy_feed feed;
	struct energy_screen *screen;	/* NULL: plain text */
	struct reading readings[2];
	struct reading *newest;		/* what the next one is compared with */
	struct energy_interval interval;
	bool has_interval;
	const char *warning;
};

static struct reading *spare_reading(struct top *top)
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

/*
 * Reads into the spare reading. -EAGAIN: it is torn, and taking it would show the processes
 * that it lacks as gone, and later as new.
 */
static int read_next(struct top *top)
{
	struct reading *next = spare_reading(top);
	struct energy_failure failure;

	energy_listing_free(&next->listing);
	top->warning = NULL;
	if (energy_feed_next(&top->feed, &next->listing, &failure))
		return failure.err == -EINTR ? -EINTR : fail(top, &failure);
	if (next->listing.torn)
		return -EAGAIN;
	next->basis = energy_basis_of(&next->listing, top->options.delay_ns);
	return 0;
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

static int show(struct top *top)
{
	struct energy_page page = {
		.path = top->feed.path,
		.listing = &top->newest->listing,
		.interval = top->has_interval ? &top->interval : NULL,
		.max_rows = top->options.rows,
		.warning = top->warning,
	};

	if (!top->screen)
		return print_page(top, &page);
	energy_screen_draw(top->screen, &page);
	return 0;
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
	struct reading *next = spare_reading(top);
	struct energy_interval interval = { 0 };
	int outcome = ENERGY_RESTARTED;

	if (top->newest)
		outcome = energy_interval_fill(&interval, &top->newest->listing,
					       top->newest->basis, &next->listing, next->basis,
					       sysconf(_SC_NPROCESSORS_CONF));
	if (outcome < 0) {
		energy_complain(top->who, "%s", strerror(-outcome));
		return outcome;
	}
	*time_passed = outcome != ENERGY_NO_TIME_PASSED;
	if (!*time_passed)
		return 0;
	energy_interval_free(&top->interval);
	top->interval = interval;
	top->has_interval = outcome == ENERGY_INTERVAL;
	top->newest = next;
	return show(top);
}

/* False when a key, a signal or the end of the time ended it. */
static bool wait_until(struct top *top, uint64_t when_ns)
{
	for (;;) {
		enum energy_event event = energy_wait(when_ns, top->screen ? STDIN_FILENO : -1);

		if (event == ENERGY_EVENT_TICK)
			return true;
		if (event == ENERGY_EVENT_END)
			return false;
		if (top->screen && energy_screen_key(top->screen))
			return false;
		if (top->screen && top->newest)
			show(top);
	}
}

/* Waits for the next refresh, @step_ns after the one before; false when it is to end. */
static bool wait_for_next(struct top *top, uint64_t *next_ns, uint64_t step_ns, uint64_t end_ns)
{
	uint64_t now_ns = energy_now_ns();

	*next_ns += step_ns;
	/* Too slow for the delay: go on at once, with no refresh made up for. */
	if (*next_ns < now_ns)
		*next_ns = now_ns;
	if (*next_ns > end_ns) {
		wait_until(top, end_ns);
		return false;
	}
	return wait_until(top, *next_ns);
}

/* Returns 0 when it is to end, or a negative errno that has been complained about. */
static int refresh_until_end(struct top *top)
{
	const struct energy_top_options *options = &top->options;
	/* A window may end just after a look at it: look again soon, not a whole delay later. */
	uint64_t again_ns = options->delay_ns / 10, step_ns = 0;
	uint64_t next_ns = energy_now_ns(), end_ns;
	bool time_passed = true;
	int err;

	if (__builtin_add_overflow(next_ns, options->run_ns, &end_ns))
		end_ns = UINT64_MAX;
	while (!energy_wait_ended()) {
		if (energy_feed_ended(&top->feed)) {
			/* Leave the last table for as long as somebody may look at it. */
			if (top->screen)
				wait_until(top, end_ns);
			return 0;
		}
		if (top->screen || !top->feed.replays) {
			if (!wait_for_next(top, &next_ns, step_ns, end_ns))
				return 0;
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

	energy_interval_free(&top.interval);
	energy_listing_free(&top.readings[0].listing);
	energy_listing_free(&top.readings[1].listing);
free_feed:
	energy_feed_free(&top.feed);
	return status;
}
