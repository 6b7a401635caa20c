// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/stream.h"
#include "lib/wait.h"

#define LEAST_ROOM (64 << 10)

static int make_room(struct energy_stream *stream, size_t need)
{
	size_t left = energy_stream_left(stream);
	size_t room = stream->room ? stream->room : LEAST_ROOM;
	unsigned char *grown;

	if (stream->from) {
		memmove(stream->bytes, energy_stream_at(stream), left);
		stream->from = 0;
		stream->to = left;
	}
	while (room < need) {
		if (__builtin_mul_overflow(room, (size_t)2, &room))
			return -ENOMEM;
	}
	if (room == stream->room)
		return 0;
	grown = realloc(stream->bytes, room);
	if (!grown)
		return -ENOMEM;
	stream->bytes = grown;
	stream->room = room;
	return 0;
}

int energy_stream_fill(struct energy_stream *stream, size_t need)
{
	int err;

	if (energy_stream_left(stream) >= need)
		return 0;
	while (!stream->ended && energy_stream_left(stream) < need) {
		ssize_t got;

		/* Not at once what @need says: it may come from a damaged file. */
		if (stream->to == stream->room) {
			size_t left = energy_stream_left(stream);

			err = make_room(stream, left + 1);
			if (err)
				return err;
		}
		got = read(stream->fd, stream->bytes + stream->to, stream->room - stream->to);
		if (got < 0 && errno == EINTR && !energy_wait_ended())
			continue;
		if (got < 0)
			return -errno;
		stream->ended = !got;
		stream->to += got;
	}
	return 0;
}

void energy_stream_close(struct energy_stream *stream)
{
	free(stream->bytes);
	if (stream->fd > STDIN_FILENO)
		close(stream->fd);
	*stream = (struct energy_stream){ .fd = -1 };
}
