// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/frame.h"
#include "lib/plaintext.h"

/* Longer lines are in no listing: bytes that the disk has lost, or the file is something else. */
#define LONGEST_LINE (1 << 20)

/* Text that grows. */
struct pile {
	char *text;
	size_t len, room;
};

/* A listing as far as it has been read. */
struct draft {
	struct pile listing, cgroups;
	struct energy_block added;	/* its numbers */
	bool has_timestamp;
	bool has_torn_line;
	bool ends_with_record;
	bool given_up;			/* what comes up to its end is nothing to keep */
	size_t nr_records;
	size_t nr_lines;
};

/* A line here has its end with it. */
static bool is_separator(struct energy_slice line)
{
	size_t dashes = 0;

	while (dashes < line.len && line.at[dashes] == '-')
		dashes++;
	return dashes >= 3 && dashes + 1 == line.len;
}

static int pile_up(struct pile *pile, struct energy_slice line)
{
	size_t room = pile->room ? pile->room : 4096;
	char *grown;

	while (room < pile->len + line.len)
		room *= 2;
	if (room != pile->room) {
		grown = realloc(pile->text, room);
		if (!grown)
			return -ENOMEM;
		pile->text = grown;
		pile->room = room;
	}
	memcpy(pile->text + pile->len, line.at, line.len);
	pile->len += line.len;
	return 0;
}

static void draft_drop(struct draft *draft)
{
	free(draft->listing.text);
	free(draft->cgroups.text);
	memset(draft, 0, sizeof(*draft));
}

/* Keeps none of it, and knows that there was something. */
static void draft_give_up(struct draft *draft)
{
	draft_drop(draft);
	draft->given_up = true;
	/* So the next one is told from it. */
	draft->has_timestamp = true;
}

/* A cgroup's line; before the first of them goes the listing's first, which has the time. */
static int draft_add_cgroup(struct draft *draft, struct energy_slice line)
{
	const char *newline;
	struct energy_slice first = { draft->listing.text, 0 };
	int err = 0;

	if (!draft->cgroups.len && draft->listing.len) {
		newline = memchr(first.at, '\n', draft->listing.len);
		first.len = newline ? newline + 1 - first.at : 0;
		err = pile_up(&draft->cgroups, first);
	}
	return err ? err : pile_up(&draft->cgroups, line);
}

/* What is no part of the listing. False if @line is one. */
static bool draft_add_number(struct draft *draft, struct energy_slice line)
{
	static const struct energy_number_key known[] = {
		{ "wall_ns", offsetof(struct energy_block, wall_ns), ENERGY_AS_IS },
		{ "restarted", offsetof(struct energy_block, restarted), ENERGY_AS_IS },
		{ NULL, 0, 0 }
	};
	struct energy_slice text = line, key, value;

	if (!energy_slice_begins(line, "wall_ns=") && !energy_slice_begins(line, "restarted="))
		return false;
	if (energy_line_next(&text, &line) && energy_pair_split(line, &key, &value))
		energy_number_store(&draft->added, known, key, value);
	return true;
}

static int draft_add(struct draft *draft, struct energy_slice line)
{
	if (draft->given_up)
		return 0;
	if (draft->listing.len + draft->cgroups.len + line.len > ENERGY_FRAME_LARGEST ||
	    ++draft->nr_lines > ENERGY_FRAME_MOST_LINES) {
		draft_give_up(draft);
		return 0;
	}
	if (energy_slice_begins(line, "cgroup="))
		return draft_add_cgroup(draft, line);
	if (draft_add_number(draft, line))
		return 0;
	if (energy_slice_begins(line, "timestamp="))
		draft->has_timestamp = true;
	draft->ends_with_record = energy_slice_begins(line, "pid=");
	draft->nr_records += draft->ends_with_record;
	if (draft->ends_with_record && !memmem(line.at, line.len, " comm=", 6))
		draft->has_torn_line = true;
	return pile_up(&draft->listing, line);
}

/*
 * Without a line of dashes after it a listing may lack its end. It does not where it is the only
 * one, or has pid 0 and nobody else: then that is its end.
 */
static bool draft_is_whole(const struct draft *draft, const struct energy_plaintext *text,
			   bool closed)
{
	if (!draft->has_timestamp || draft->has_torn_line || draft->given_up)
		return false;
	return closed ||
	       (draft->ends_with_record && (!text->separated || draft->nr_records == 1));
}

/*
 * The next line. The last one may lack its end, and after it comes one of length 0; one that is
 * too long comes in pieces.
 */
static int next_line(struct energy_stream *stream, struct energy_slice *line)
{
	size_t seen = 0;

	for (;;) {
		const char *at = (const char *)energy_stream_at(stream);
		size_t left = energy_stream_left(stream);
		const char *newline = left > seen ? memchr(at + seen, '\n', left - seen) : NULL;
		int err;

		if (newline || (stream->ended && left == seen) || left > LONGEST_LINE) {
			line->at = at;
			line->len = newline ? (size_t)(newline + 1 - at) : left;
			return 0;
		}
		seen = left;
		err = energy_stream_fill(stream, left + 1);
		if (err)
			return err;
	}
}

static int finish(struct energy_plaintext *text, struct draft *draft, struct energy_block *block,
		  bool closed)
{
	if (!draft_is_whole(draft, text, closed)) {
		text->nr_damaged += draft->given_up || draft->listing.len || draft->cgroups.len;
		draft_drop(draft);
		return 0;
	}
	*block = draft->added;
	block->listing = draft->listing.text;
	block->listing_len = draft->listing.len;
	block->cgroups = draft->cgroups.text;
	block->cgroups_len = draft->cgroups.len;
	memset(draft, 0, sizeof(*draft));
	return 1;
}

/* Takes @line into the draft; returns 1, with @block, if it ends one that is whole. */
static int take_line(struct energy_plaintext *text, struct draft *draft, struct energy_slice line,
		     struct energy_block *block)
{
	if (is_separator(line)) {
		text->separated = true;
		return finish(text, draft, block, true);
	}
	if (draft->has_timestamp && energy_slice_begins(line, "timestamp=")) {
		text->nr_damaged++;
		draft_drop(draft);
	}
	return draft_add(draft, line);
}

int energy_plaintext_next(struct energy_plaintext *text, struct energy_block *block)
{
	struct draft draft = { 0 };
	struct energy_slice line;
	int state;

	do {
		state = next_line(text->stream, &line);
		if (state)
			break;
		if (!line.len) {
			state = finish(text, &draft, block, false);
			break;
		}
		if (line.at[line.len - 1] == '\n')
			state = take_line(text, &draft, line, block);
		else
			draft_give_up(&draft);
		text->odd |= line.len > LONGEST_LINE;
		energy_stream_take(text->stream, line.len);
	} while (!state);
	draft_drop(&draft);
	return state;
}
