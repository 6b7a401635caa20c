// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/frame.h"
#include "lib/plaintext.h"
#include "lib/recording.h"
#include "lib/rotated.h"
#include "lib/stream.h"


/* Numbers that grow as long as neither the machine nor the module is started anew. */
struct progress {
	struct energy_number timestamp, iterations, measured_uj;
};

struct energy_recording {
	struct energy_rotated files;
	size_t nr_begun;		/* of the files; the last of them is being read */
	struct energy_stream stream;
	bool framed;
	bool lost;			/* between frames, after a damaged one */
	struct energy_plaintext text;
	uint64_t nr_damaged;		/* those in plain text not included */
	uint64_t nr_whole;
	bool odd;			/* files that may be no recordings at all */
	char *origin;			/* as last told */
	bool started_anew;		/* since the last sample */
	struct progress progress;
};

int energy_recording_open(struct energy_recording **recording, const char *path, char *why,
			  size_t size)
{
	struct energy_recording *new = calloc(1, sizeof(*new));
	int err = new ? energy_rotated_open(&new->files, path) : -ENOMEM;

	if (err) {
		snprintf(why, size, "cannot open %s: %s%s", path, strerror(-err),
			 err == -EACCES ? " (try sudo)" : "");
		free(new);
		return err;
	}
	new->stream.fd = -1;
	new->text.stream = &new->stream;
	*recording = new;
	return 0;
}

/*
 * A file that was growing when the machine stopped may begin with zeros; what was appended to it
 * afterwards is good.
 */
static int skip_zeros(struct energy_recording *recording)
{
	struct energy_stream *stream = &recording->stream;
	bool any = false;
	int err;

	for (;;) {
		size_t left, zeros = 0;

		err = energy_stream_fill(stream, ENERGY_FRAME_BEGINNING);
		if (err)
			return err;
		left = energy_stream_left(stream);
		while (zeros < left && !energy_stream_at(stream)[zeros])
			zeros++;
		energy_stream_take(stream, zeros);
		any |= zeros > 0;
		if (!zeros || stream->ended)
			break;
	}
	recording->nr_damaged += any;
	recording->odd |= any;
	return 0;
}

/* Turns to the next file. Returns 1, 0 if there is none, or a negative errno. */
static int begin_file(struct energy_recording *recording)
{
	struct energy_stream *stream = &recording->stream;
	enum energy_frame_begin begin;
	size_t left;
	int err;

	energy_stream_close(stream);
	recording->lost = false;
	recording->odd |= recording->text.odd;
	recording->text.separated = false;
	if (recording->nr_begun == recording->files.nr)
		return 0;
	stream->fd = recording->files.fds[recording->nr_begun];
	recording->files.fds[recording->nr_begun++] = -1;
	err = skip_zeros(recording);
	if (err)
		return err;
	left = energy_stream_left(stream);
	begin = energy_frame_begin(energy_stream_at(stream), left);
	recording->framed = begin != ENERGY_FRAME_BEGIN_TEXT;
	recording->odd |= begin == ENERGY_FRAME_BEGIN_ODD;
	return 1;
}

/* On to the next byte that may begin a mark. */
static void skip_damaged(struct energy_stream *stream)
{
	const unsigned char *at = energy_stream_at(stream);
	size_t left = energy_stream_left(stream);
	const unsigned char *next = left > 1 ? memchr(at + 1, ENERGY_FRAME_MARK[0] & 0xff,
						      left - 1) : NULL;

	energy_stream_take(stream, next ? (size_t)(next - at) : left);
}

/*
 * Gets all @size bytes of the frame here in sight. No frame has a mark in it, so at the next one
 * it ends, torn: then, and where the file ends, returns -EBADMSG, with those bytes taken. So each
 * byte is looked through once, whatever lengths the frames of a damaged file tell.
 */
static int frame_in_sight(struct energy_stream *stream, size_t size)
{
	size_t seen = ENERGY_FRAME_MARK_LEN;

	for (;;) {
		const unsigned char *at = energy_stream_at(stream), *next;
		size_t left = energy_stream_left(stream);
		size_t len = left < size ? left : size;
		int err;

		next = memmem(at + seen, len - seen, ENERGY_FRAME_MARK, ENERGY_FRAME_MARK_LEN);
		if (!next && len == size)
			return 0;
		if (next || stream->ended) {
			energy_stream_take(stream, next ? (size_t)(next - at) : len);
			return -EBADMSG;
		}
		/* A mark may be there in part. */
		seen = len - (ENERGY_FRAME_MARK_LEN - 1);
		err = energy_stream_fill(stream, left + 1);
		if (err)
			return err;
	}
}

/*
 * Decodes what stands at the mark here, and takes it, or, with -EBADMSG, as much as there can be
 * no frame in. Returns 0 or a negative errno.
 */
static int frame_here(struct energy_stream *stream, struct energy_frame *frame)
{
	size_t size = 0;
	int err;

	if (energy_stream_left(stream) >= ENERGY_FRAME_HEADER_LEN)
		size = energy_frame_size(energy_stream_at(stream));
	if (!size) {
		skip_damaged(stream);
		return -EBADMSG;
	}
	err = frame_in_sight(stream, size);
	if (err)
		return err;
	err = energy_frame_decode(frame, energy_stream_at(stream));
	if (err == -EBADMSG)
		size -= ENERGY_FRAME_MARK_LEN - 1;
	if (!err || err == -EBADMSG)
		energy_stream_take(stream, size);
	return err;
}

static bool is_at_mark(const struct energy_stream *stream)
{
	return energy_stream_left(stream) >= ENERGY_FRAME_MARK_LEN &&
	       !memcmp(energy_stream_at(stream), ENERGY_FRAME_MARK, ENERGY_FRAME_MARK_LEN);
}

/*
 * The next whole frame of the file. Returns 1, 0 at the end, or a negative errno. Each mark whose
 * frame is damaged counts, and so do bytes behind a whole frame that begin with no mark.
 */
static int next_frame(struct energy_recording *recording, struct energy_frame *frame)
{
	struct energy_stream *stream = &recording->stream;

	for (;;) {
		bool marked;
		int err = energy_stream_fill(stream, ENERGY_FRAME_HEADER_LEN);

		if (err)
			return err;
		if (!energy_stream_left(stream))
			return 0;
		marked = is_at_mark(stream);
		if (marked) {
			err = frame_here(stream, frame);
		} else {
			skip_damaged(stream);
			err = -EBADMSG;
		}
		if (!err) {
			recording->lost = false;
			return 1;
		}
		if (err != -EBADMSG)
			return err;
		recording->nr_damaged += marked || !recording->lost;
		recording->lost = true;
	}
}

/* Another boot, or another loading of the module, than the one before. */
static int note_origin(struct energy_recording *recording, const struct energy_frame *frame)
{
	char *origin = strndup(frame->text, frame->len);

	if (!origin)
		return -ENOMEM;
	if (recording->origin && strcmp(recording->origin, origin))
		recording->started_anew = true;
	free(recording->origin);
	recording->origin = origin;
	return 0;
}

static void read_progress(struct progress *progress, const char *text, size_t len)
{
	static const struct energy_number_key known[] = {
		{ "timestamp", offsetof(struct progress, timestamp), ENERGY_AS_IS },
		{ "iterations", offsetof(struct progress, iterations), ENERGY_AS_IS },
		{ "measured_uj", offsetof(struct progress, measured_uj), ENERGY_AS_IS },
		{ NULL, 0, 0 }
	};
	struct energy_slice left = { text, len }, line, key, value;

	*progress = (struct progress){ 0 };
	while (energy_line_next(&left, &line) && !energy_slice_begins(line, "pid=")) {
		if (energy_pair_split(line, &key, &value))
			energy_number_store(progress, known, key, value);
	}
}

static bool went_back(struct energy_number before, struct energy_number now)
{
	return before.known && now.known && now.value < before.value;
}

static bool is_restart(struct energy_recording *recording, const char *text, size_t len)
{
	struct progress before = recording->progress, *now = &recording->progress;
	bool anew = recording->started_anew;

	read_progress(now, text, len);
	recording->started_anew = false;
	return anew || went_back(before.timestamp, now->timestamp) ||
	       went_back(before.iterations, now->iterations) ||
	       went_back(before.measured_uj, now->measured_uj);
}

/* Takes over the texts in @block. Returns 1, 0 if the listing is none, or a negative errno. */
static int fill_sample(struct energy_recording *recording, struct energy_sample *sample,
		       const struct energy_block *block)
{
	int err;

	sample->listing_len = block->listing_len;
	sample->cgroups_text = block->cgroups;
	sample->cgroups_len = block->cgroups_len;
	err = energy_listing_parse(&sample->listing, block->listing, block->listing_len);
	/* Processes are worth having without their cgroups. */
	if (!err && block->cgroups_len &&
	    energy_cgroups_parse(&sample->cgroups, block->cgroups, block->cgroups_len) == -ENOMEM)
		err = -ENOMEM;
	if (err) {
		recording->nr_damaged += err == -EBADMSG;
		energy_sample_free(sample);
		return err == -EBADMSG ? 0 : err;
	}
	/* Of a good one only: nothing that does not count may look like a restart. */
	sample->restarted = is_restart(recording, sample->listing.text, block->listing_len);
	recording->nr_whole++;
	return 1;
}

/* The listing takes its text over, so the cgroups get one of their own. */
static int sample_of_frame(struct energy_recording *recording, struct energy_frame *frame,
			   struct energy_sample *sample)
{
	struct energy_block block = {
		.listing = frame->text,
		.listing_len = frame->listing_len,
		.cgroups_len = frame->len - frame->listing_len,
	};

	if (block.cgroups_len) {
		block.cgroups = malloc(block.cgroups_len);
		if (!block.cgroups) {
			free(frame->text);
			return -ENOMEM;
		}
		memcpy(block.cgroups, frame->text + frame->listing_len, block.cgroups_len);
	}
	sample->wall_ns = frame->wall_ns;
	return fill_sample(recording, sample, &block);
}

static int next_framed(struct energy_recording *recording, struct energy_sample *sample)
{
	struct energy_frame frame;
	int state = next_frame(recording, &frame);

	if (state <= 0)
		return state;
	if (frame.kind == ENERGY_FRAME_SAMPLE)
		return sample_of_frame(recording, &frame, sample);
	/* Kinds to come are no damage. */
	if (frame.kind == ENERGY_FRAME_ORIGIN)
		state = note_origin(recording, &frame);
	free(frame.text);
	return state < 0 ? state : 0;
}

static int next_text(struct energy_recording *recording, struct energy_sample *sample)
{
	struct energy_block block;
	int state = energy_plaintext_next(&recording->text, &block);

	if (state <= 0)
		return state;
	sample->wall_ns = energy_number_or(block.wall_ns, 0);
	recording->started_anew |= energy_number_or(block.restarted, 0) != 0;
	return fill_sample(recording, sample, &block);
}

static bool has_ended(const struct energy_recording *recording)
{
	const struct energy_stream *stream = &recording->stream;

	return stream->fd < 0 || (stream->ended && !energy_stream_left(stream));
}

int energy_recording_next(struct energy_recording *recording, struct energy_sample *sample,
			  char *why, size_t size)
{
	int state;

	do {
		memset(sample, 0, sizeof(*sample));
		if (has_ended(recording)) {
			state = begin_file(recording);
			if (!state && (recording->nr_whole || !recording->odd))
				return 0;
			state = state > 0 ? 0 : state ? state : -EFBIG;
		} else {
			state = recording->framed ? next_framed(recording, sample)
						  : next_text(recording, sample);
		}
	} while (!state);
	if (state < 0)
		snprintf(why, size, "cannot read %s: %s", recording->files.path,
			 state == -EFBIG ? "it is no recording" : strerror(-state));
	return state;
}

void energy_sample_free(struct energy_sample *sample)
{
	energy_listing_free(&sample->listing);
	energy_cgroups_free(&sample->cgroups);
	free(sample->cgroups_text);
	sample->cgroups_text = NULL;
}

uint64_t energy_recording_damaged(const struct energy_recording *recording)
{
	return recording->nr_damaged + recording->text.nr_damaged;
}

void energy_recording_close(struct energy_recording *recording)
{
	energy_stream_close(&recording->stream);
	energy_rotated_close(&recording->files);
	free(recording->origin);
	free(recording);
}
