// SPDX-License-Identifier: GPL-2.0-only
/* energy log: read, append, wait. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/command.h"
#include "lib/complain.h"
#include "lib/wait.h"
#include "log/dump.h"
#include "log/input.h"
#include "log/options.h"
#include "log/progress.h"
#include "log/writer.h"

/* Messages have the line of progress out of their way. */
#define complain(log, ...)							\
	do {									\
		energy_log_progress_clear(&(log)->progress);			\
		energy_complain((log)->who, __VA_ARGS__);			\
	} while (0)

struct recorder {
	const char *who;
	struct energy_log_options options;
	struct energy_log_input input;
	struct energy_log_writer writer;
	struct energy_log_progress progress;
	char *origin;			/* as last written; NULL: not yet */
	struct energy_frame newest;	/* the sample last written */
	uint64_t nr_samples;
	uint64_t nr_lost;		/* could not be written */
	uint64_t nr_lost_now;		/* of those, since the last that could */
	bool new_file;			/* the origin is not in it yet */
	bool absent;			/* the files cannot be read */
	bool unrotated;			/* the file is too large, and cannot be rotated */
	bool restarted;			/* the next sample is of another origin */
};

/* A record as bytes, from malloc. */
struct piece {
	unsigned char *bytes;
	size_t len;
};

static int text_piece(const struct recorder *log, const struct energy_frame *sample,
		      struct piece *piece)
{
	struct energy_slice listing = { sample->text, sample->listing_len };
	struct energy_slice cgroups = { sample->text + sample->listing_len,
					sample->len - sample->listing_len };
	FILE *out = open_memstream((char **)&piece->bytes, &piece->len);
	bool failed;
	int err;

	if (!out)
		return -ENOMEM;
	energy_log_print(out, listing, cgroups, sample->wall_ns, log->restarted);
	failed = ferror(out);
	err = fclose(out) || failed ? -ENOMEM : 0;
	if (!err && !energy_frame_fits((char *)piece->bytes, piece->len))
		err = -EMSGSIZE;
	if (err)
		free(piece->bytes);
	return err;
}

static int sample_piece(const struct recorder *log, const struct energy_frame *sample,
			struct piece *piece)
{
	if (log->options.text)
		return text_piece(log, sample, piece);
	return energy_frame_encode(sample, &piece->bytes, &piece->len);
}

/* Text tells with each sample whether it goes on. */
static int origin_piece(const struct recorder *log, char *origin, struct piece *piece)
{
	struct energy_frame frame = {
		.kind = ENERGY_FRAME_ORIGIN, .text = origin, .len = strlen(origin),
	};

	*piece = (struct piece){ 0 };
	return log->options.text ? 0 : energy_frame_encode(&frame, &piece->bytes, &piece->len);
}

/* Writes which boot and loading of the module it is, when that is another one. */
static int write_origin(struct recorder *log)
{
	char *origin = energy_log_input_origin(&log->input);
	bool differs = origin && log->origin && strcmp(origin, log->origin);
	struct piece piece;
	int err = 0;

	if (!origin)
		return -ENOMEM;
	if (!log->origin || differs || log->new_file) {
		err = origin_piece(log, origin, &piece);
		if (!err)
			err = energy_log_writer_append(&log->writer, piece.bytes, piece.len);
		free(piece.bytes);
	}
	if (err) {
		free(origin);
		return err;
	}
	log->restarted |= differs;
	log->new_file = false;
	free(log->origin);
	log->origin = origin;
	return 0;
}

/* When it fails, the file becomes larger than it should, and nothing is lost. */
static void rotate_when_full(struct recorder *log, size_t len)
{
	struct piece first;
	int err;

	if (!energy_log_writer_is_full(&log->writer, len))
		return;
	err = origin_piece(log, log->origin, &first);
	if (!err)
		err = energy_log_writer_rotate(&log->writer, first.bytes, first.len);
	free(first.bytes);
	/* It is tried again with each sample. */
	if (err && !log->unrotated)
		complain(log, "cannot rotate %s: %s; going on with it", log->options.path,
			 strerror(-err));
	log->unrotated = err;
}

/* What is written to a file that was removed, or that somebody rotates by himself, is not found. */
static int follow_name(struct recorder *log)
{
	int state = energy_log_writer_follow(&log->writer);

	if (state <= 0)
		return state;
	complain(log, "%s was moved or removed; going on with a new one", log->options.path);
	log->new_file = true;
	log->restarted |= log->options.text && log->writer.size;
	return 0;
}

static int write_sample(struct recorder *log, const struct energy_frame *sample)
{
	struct piece piece;
	int err = follow_name(log);

	if (!err)
		err = write_origin(log);
	if (!err)
		err = sample_piece(log, sample, &piece);
	if (err)
		return err;
	rotate_when_full(log, piece.len);
	err = energy_log_writer_append(&log->writer, piece.bytes, piece.len);
	free(piece.bytes);
	return err;
}

static void note_lost(struct recorder *log, int err)
{
	if (!log->nr_lost_now && err == -EMSGSIZE)
		complain(log, "a sample is larger than a record can be (%u MiB or %u lines) and is "
			 "lost%s", ENERGY_FRAME_LARGEST >> 20, ENERGY_FRAME_MOST_LINES,
			 log->options.all ? " (without --all they are small)" : "");
	else if (!log->nr_lost_now)
		complain(log, "cannot write to %s: %s; samples are lost until that is mended",
			 log->options.path, strerror(-err));
	log->nr_lost++;
	log->nr_lost_now++;
}

/* Takes over the text of @sample. */
static void note_written(struct recorder *log, const struct energy_frame *sample)
{
	struct energy_slice listing = { sample->text, sample->listing_len };

	if (log->nr_lost_now)
		complain(log, "%s can be written again; samples lost: %" PRIu64,
			 log->options.path, log->nr_lost_now);
	log->nr_lost_now = 0;
	log->nr_samples++;
	log->restarted = false;
	free(log->newest.text);
	log->newest = *sample;
	energy_log_progress_note(&log->progress, listing);
}

static bool is_newest(const struct recorder *log, const struct energy_frame *sample)
{
	return log->newest.text && log->newest.len == sample->len &&
	       !memcmp(log->newest.text, sample->text, sample->len);
}

static void complain_absent(struct recorder *log, const struct energy_failure *failure)
{
	char text[sizeof(failure->path) + 256];

	energy_failure_text(text, sizeof(text), failure);
	complain(log, "%s%s%s", text, failure->err == -ENOENT && !strchr(text, '(') ?
		 " (is energy_core loaded? modprobe energy_rapl_msr; is debugfs mounted?)" : "",
		 log->nr_samples ? "; waiting for it" : "");
}

/* Takes a sample. Returns 0, or a negative errno if it must end for that. */
static int take_sample(struct recorder *log)
{
	struct energy_frame sample;
	struct energy_failure failure;
	int err = energy_log_input_read(&log->input, &sample, &failure);

	if (err == -EAGAIN)
		return 0;
	if (err) {
		if (energy_wait_ended())
			return 0;
		if (!log->absent)
			complain_absent(log, &failure);
		log->absent = true;
		return log->nr_samples ? 0 : err;
	}
	if (log->absent)
		complain(log, "%s is back", log->input.listing);
	log->absent = false;
	if (is_newest(log, &sample)) {
		free(sample.text);
		return 0;
	}
	err = write_sample(log, &sample);
	if (!err) {
		note_written(log, &sample);
		return 0;
	}
	free(sample.text);
	note_lost(log, err);
	/* Nobody reads any more, and nobody will. */
	return log->writer.regular ? 0 : err;
}

static int record(struct recorder *log)
{
	uint64_t next_ns = energy_now_ns(), end_ns;
	int err;

	if (__builtin_add_overflow(next_ns, log->options.run_ns, &end_ns))
		end_ns = UINT64_MAX;
	while (!energy_wait_ended()) {
		err = take_sample(log);
		if (err)
			return err;
		energy_log_progress_draw(&log->progress, log->who, log->nr_samples,
					 log->writer.nr_bytes, false);
		if (log->nr_samples >= log->options.count)
			return 0;
		next_ns += log->options.interval_ns;
		/* Too slow for the interval: go on at once, with no sample made up for. */
		if (next_ns < energy_now_ns())
			next_ns = energy_now_ns();
		if (next_ns > end_ns) {
			energy_wait(end_ns, -1);
			return 0;
		}
		energy_wait(next_ns, -1);
	}
	return 0;
}

static int run(struct recorder *log)
{
	char why[4352];
	int err;

	if (!energy_log_input_init(&log->input, log->options.root, log->options.all)) {
		energy_complain(log->who, "too long: %s", log->options.root);
		return -ENAMETOOLONG;
	}
	err = energy_log_writer_open(&log->writer, log->options.path, log->options.text, why,
				     sizeof(why));
	if (err) {
		energy_complain(log->who, "%s", why);
		return err;
	}
	log->writer.rotate_size = log->options.rotate_size;
	log->writer.rotate_count = log->options.rotate_count;
	/* In text nothing tells of which boot and loading that is which is there. */
	log->restarted = log->options.text && log->writer.size;
	/* A reader that goes away, or a limit, is an error to be told of. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	energy_wait_init();
	energy_log_progress_init(&log->progress);
	err = record(log);
	energy_log_progress_draw(&log->progress, log->who, log->nr_samples, log->writer.nr_bytes,
				 true);
	if (!err && log->nr_lost) {
		energy_complain(log->who, "samples lost in all: %" PRIu64, log->nr_lost);
		err = -EIO;
	}
	energy_log_writer_close(&log->writer);
	free(log->newest.text);
	free(log->origin);
	return err;
}

int energy_log(int argc, char **argv)
{
	struct recorder log = { .who = argv[0] };
	int status;

	if (!energy_log_options_parse(&log.options, argc, argv, &status))
		return status;
	if (log.options.dump)
		return energy_log_dump(log.who, log.options.path);
	return run(&log) ? ENERGY_FAILED : ENERGY_OK;
}
