/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A record of a recording, as it stands in the file: self-contained, with its length and
 * checksums. See log/FORMAT.md.
 */
#ifndef ENERGY_FRAME_H
#define ENERGY_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define ENERGY_FRAME_MARK "\x89" "ENLOG1\n"
#define ENERGY_FRAME_MARK_LEN 8
#define ENERGY_FRAME_HEADER_LEN 36

/* A record says that it is longer: then it is damaged. */
#define ENERGY_FRAME_LARGEST (1U << 30)

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

/* Returns 0, with @bytes from malloc, or -ENOMEM or -EFBIG. */
int energy_frame_encode(const struct energy_frame *frame, unsigned char **bytes, size_t *size);

/*
 * How long the frame is of which @bytes are the first ENERGY_FRAME_HEADER_LEN; 0 if they are
 * no frame's, or damaged.
 */
size_t energy_frame_size(const unsigned char *bytes);

/*
 * Decodes the frame at @bytes, of which all energy_frame_size() are there. Returns 0,
 * -EBADMSG for a damaged one, or -ENOMEM.
 */
int energy_frame_decode(struct energy_frame *frame, const unsigned char *bytes);

/* What listings have in common: see log/FORMAT.md. Never changes. */
extern const char energy_frame_dictionary[];

#endif /* ENERGY_FRAME_H */
