/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A record of a recording, as it stands in the file: self-contained, with its length and
 * checksums. See log/FORMAT.md.
 */
#ifndef ENERGY_FRAME_H
#define ENERGY_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENERGY_FRAME_MARK "\x89" "ENLOG1\n"
#define ENERGY_FRAME_MARK_LEN 8
#define ENERGY_FRAME_HEADER_LEN 36

/*
 * What a sample can be: a line of debugfs energy/all is less than 1 KiB, about 450 bytes as a rule,
 * so there is room for 65,536 processes and the 65,536 at most that have ended and are still
 * listed, at their longest; or for a quarter of a million, cgroups included. What says that it is
 * more is damaged, and takes no memory.
 */
#define ENERGY_FRAME_LARGEST (128U << 20)
#define ENERGY_FRAME_MOST_LINES (256U << 10)

/*
 * Processes that differ in nothing but their pids compress to a 98th; zlib's bombs to a 1032nd.
 * Short texts may, as they take little memory.
 */
#define ENERGY_FRAME_DENSEST 256
#define ENERGY_FRAME_SHORT (64U << 10)

enum energy_frame_kind {
	ENERGY_FRAME_ORIGIN = 1,	/* which boot of the machine, which loading of the module */
	ENERGY_FRAME_SAMPLE = 2,
};

struct energy_frame {
	unsigned int kind;
	uint64_t wall_ns;
	char *text;		/* from malloc; not terminated */
	size_t len;
	size_t listing_len;	/* of a sample: so much is the listing, the rest the cgroups */
};

/* Can a sample be that large? If not, nobody writes or reads it. */
bool energy_frame_fits(const char *text, size_t len);

/*
 * Returns 0, with @bytes from malloc; -ENOMEM; -EMSGSIZE for what does not fit; or -EILSEQ, as no
 * frame has a mark in it, for binary data of which none can be made.
 */
int energy_frame_encode(const struct energy_frame *frame, unsigned char **bytes, size_t *size);

/*
 * How long the frame is of which @bytes are the first ENERGY_FRAME_HEADER_LEN; 0 if they are
 * no frame's, damaged, or of a frame that is larger than what it is made of can be.
 */
size_t energy_frame_size(const unsigned char *bytes);

/*
 * Decodes the frame at @bytes, of which all energy_frame_size() are there. Returns 0,
 * -EBADMSG for a damaged one, or -ENOMEM.
 */
int energy_frame_decode(struct energy_frame *frame, const unsigned char *bytes);

/* Of a file, behind zeros that it may begin with, so much tells what it is. */
#define ENERGY_FRAME_BEGINNING 4096

enum energy_frame_begin {
	ENERGY_FRAME_BEGIN_TEXT,	/* or nothing at all */
	ENERGY_FRAME_BEGIN_MARKED,
	ENERGY_FRAME_BEGIN_ODD,		/* no mark, and no text: it is damaged, or something else */
};

enum energy_frame_begin energy_frame_begin(const void *bytes, size_t len);

/* What listings have in common: see log/FORMAT.md. Never changes. */
extern const char energy_frame_dictionary[];

#endif /* ENERGY_FRAME_H */
