/* SPDX-License-Identifier: GPL-2.0-only */
/* A file, read forward, of which some bytes can be looked at before they are taken. */
#ifndef ENERGY_STREAM_H
#define ENERGY_STREAM_H

#include <stdbool.h>
#include <stddef.h>

struct energy_stream {
	int fd;
	unsigned char *bytes;
	size_t from, to;	/* those in sight */
	size_t room;
	bool ended;
};

/* Tries to get @need bytes in sight; less only at the end. Returns 0 or a negative errno. */
int energy_stream_fill(struct energy_stream *stream, size_t need);

static inline const unsigned char *energy_stream_at(const struct energy_stream *stream)
{
	return stream->bytes + stream->from;
}

static inline size_t energy_stream_left(const struct energy_stream *stream)
{
	return stream->to - stream->from;
}

static inline void energy_stream_take(struct energy_stream *stream, size_t nr)
{
	stream->from += nr;
}

/* Frees and closes; standard input stays open. */
void energy_stream_close(struct energy_stream *stream);

#endif /* ENERGY_STREAM_H */
