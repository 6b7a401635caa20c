// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "lib/frame.h"

/* Places in a frame's header; all numbers are little endian. */
enum {
	AT_MARK = 0,
	AT_KIND = 8,		/* 32 bits, as all but the time */
	AT_STORED_LEN = 12,
	AT_LEN = 16,
	AT_LISTING_LEN = 20,
	AT_WALL_NS = 24,
	AT_HEADER_SUM = 32,
	AT_CONTENT = ENERGY_FRAME_HEADER_LEN,
};

#define SUM_LEN 4

/* zlib's own default, for which it has no name. */
#define MEM_LEVEL 8

/* The keys of ABI.md in their order. zlib finds what is near the end best. */
const char energy_frame_dictionary[] =
	"kind=package kind=core kind=uncore kind=dram kind=psys instance= source=rapl_powercap "
	"source=vm_fallback billed=1 measured_nj= attributed_nj= unattributed_nj= idle_nj= "
	"pending_nj= raw= base_raw= wraps=0 mult=61035 shift=0 reads= gaps=0 lost_ns=0 "
	"last_error=0 reported_nj=0 idle_uw=\ndomain=package-0\nsamples=\ndrains=\nlate=0\n"
	"drift_ns=\ndrift_max_ns=\ncharges_lost=0\ncharges_unmatched=0\nexits_lost=0\nprocs=\n"
	"no_memory=0\nunbalanced=0\ndead=\ndead_dropped=0\nremovals_lost=0\ncgroups_dropped=0\n"
	"spare=\ncgroup= parent= alive=1 energy= cpu_ns= instructions= wakeups= diski= disko= "
	"rx= tx= energy_uj= energy_nj= path=/system.slice/.service\n"
	"pid= energy= alive=1 kernel=1 cpu_ns= mem= instructions= wakeups= diski= disko= rx= "
	"tx= energy_uj= comm=kworker/\ntimestamp=\niterations=\nsample_ns=100000000\n"
	"window_ns=1000000000\nrapl_core_sum_uj=0\nrapl_psys_sum_uj=0\nrapl_package_sum_uj=0\n"
	"rapl_uncore_sum_uj=0\nrapl_dram_sum_uj=0\nvm_sum_uj=0\nidle_uj=\nunattributed_uj=\n"
	"exited_uj=\npending_uj=\nmeasured_uj=\ndomains=package,core,dram,psys\n"
	"source=rapl_msr\nsource_kind=measured\nwindow=\nestimated=0\nmeasured_nj=\n"
	"exited_nj=\nunattributed_nj=\nidle_nj=\npending_nj=\nwindow_timestamp=\n"
	"window_iterations=\nwindow_measured_nj=\nwindow_exited_nj=\nwindow_unattributed_nj=\n"
	"window_idle_nj=\nwindow_pending_nj=\npid=0 energy= alive=1 kernel=1 cpu_ns= mem= "
	"instructions=0 wakeups= diski=0 disko=0 rx=0 tx=0 energy_uj= energy_nj= window_energy= "
	"window_alive=1 window_cpu_ns= window_mem= window_instructions=0 window_wakeups= "
	"window_diski=0 window_disko=0 window_rx=0 window_tx=0 window_energy_uj= "
	"window_energy_nj= comm=\n";

#define DICTIONARY ((const Bytef *)energy_frame_dictionary)
#define DICTIONARY_LEN (sizeof(energy_frame_dictionary) - 1)

static void put32(unsigned char *at, uint32_t value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof(value));
}

static void put64(unsigned char *at, uint64_t value)
{
	value = htole64(value);
	memcpy(at, &value, sizeof(value));
}

static uint32_t get32(const unsigned char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return le32toh(value);
}

static uint64_t get64(const unsigned char *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return le64toh(value);
}

static uint32_t sum_of(const unsigned char *bytes, size_t len)
{
	return crc32(crc32(0, NULL, 0), bytes, len);
}

bool energy_frame_fits(const char *text, size_t len)
{
	size_t nr_lines = 0;

	if (len > ENERGY_FRAME_LARGEST)
		return false;
	while (len && nr_lines <= ENERGY_FRAME_MOST_LINES) {
		const char *newline = memchr(text, '\n', len);
		size_t line_len = newline ? (size_t)(newline + 1 - text) : len;

		text += line_len;
		len -= line_len;
		nr_lines++;
	}
	return nr_lines <= ENERGY_FRAME_MOST_LINES;
}

/* A frame of which only the content is there yet. */
static int compress_content(const struct energy_frame *frame, int strategy,
			    unsigned char **bytes, size_t *stored_len)
{
	z_stream z = { 0 };
	size_t room;
	int err = -ENOMEM;

	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS, MEM_LEVEL,
			 strategy) != Z_OK)
		return -ENOMEM;
	if (deflateSetDictionary(&z, DICTIONARY, DICTIONARY_LEN) != Z_OK)
		goto end;
	/* Now that it knows of the dictionary, which has to be named. */
	room = deflateBound(&z, frame->len);
	*bytes = malloc(AT_CONTENT + room + SUM_LEN);
	if (!*bytes)
		goto end;
	z.next_in = (Bytef *)frame->text;
	z.avail_in = frame->len;
	z.next_out = *bytes + AT_CONTENT;
	z.avail_out = room;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END) {
		*stored_len = z.total_out;
		err = 0;
	} else {
		free(*bytes);
	}
end:
	deflateEnd(&z);
	return err;
}

static int encode(const struct energy_frame *frame, int strategy, unsigned char **bytes,
		  size_t *size)
{
	size_t stored_len;
	unsigned char *at;
	int err = compress_content(frame, strategy, bytes, &stored_len);

	if (err)
		return err;
	at = *bytes;
	memcpy(at + AT_MARK, ENERGY_FRAME_MARK, ENERGY_FRAME_MARK_LEN);
	put32(at + AT_KIND, frame->kind);
	put32(at + AT_STORED_LEN, stored_len);
	put32(at + AT_LEN, frame->len);
	put32(at + AT_LISTING_LEN, frame->listing_len);
	put64(at + AT_WALL_NS, frame->wall_ns);
	put32(at + AT_HEADER_SUM, sum_of(at, AT_HEADER_SUM));
	put32(at + AT_CONTENT + stored_len, sum_of(at + AT_CONTENT, stored_len));
	*size = AT_CONTENT + stored_len + SUM_LEN;
	return 0;
}

static bool is_readable(const unsigned char *bytes, size_t size)
{
	return energy_frame_size(bytes) == size &&
	       !memmem(bytes + ENERGY_FRAME_MARK_LEN, size - ENERGY_FRAME_MARK_LEN,
		       ENERGY_FRAME_MARK, ENERGY_FRAME_MARK_LEN);
}

int energy_frame_encode(const struct energy_frame *frame, unsigned char **bytes, size_t *size)
{
	/* The second takes a bit for each byte at least, so nothing becomes too dense. */
	static const int strategies[] = { Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY };
	size_t i;

	if (!energy_frame_fits(frame->text, frame->len))
		return -EMSGSIZE;
	for (i = 0; i < sizeof(strategies) / sizeof(strategies[0]); i++) {
		int err = encode(frame, strategies[i], bytes, size);

		if (err || is_readable(*bytes, *size))
			return err;
		free(*bytes);
	}
	*bytes = NULL;
	return -EILSEQ;
}

/* zlib makes nothing longer by more than a thousandth and some bytes. */
static bool is_possible(uint32_t stored_len, uint32_t len)
{
	return len <= ENERGY_FRAME_LARGEST && stored_len <= len + len / 256 + 64 &&
	       (len <= ENERGY_FRAME_SHORT || len / ENERGY_FRAME_DENSEST <= stored_len);
}

enum energy_frame_begin energy_frame_begin(const void *bytes, size_t len)
{
	if (len > ENERGY_FRAME_BEGINNING)
		len = ENERGY_FRAME_BEGINNING;
	if (!len)
		return ENERGY_FRAME_BEGIN_TEXT;
	if (memmem(bytes, len, ENERGY_FRAME_MARK, ENERGY_FRAME_MARK_LEN))
		return ENERGY_FRAME_BEGIN_MARKED;
	/* Text may have zeros where the disk has lost some of it. */
	if (memmem(bytes, len, "timestamp=", strlen("timestamp=")) || !memchr(bytes, 0, len))
		return ENERGY_FRAME_BEGIN_TEXT;
	return ENERGY_FRAME_BEGIN_ODD;
}

size_t energy_frame_size(const unsigned char *bytes)
{
	uint32_t stored_len = get32(bytes + AT_STORED_LEN), len = get32(bytes + AT_LEN);

	if (memcmp(bytes + AT_MARK, ENERGY_FRAME_MARK, ENERGY_FRAME_MARK_LEN) ||
	    get32(bytes + AT_HEADER_SUM) != sum_of(bytes, AT_HEADER_SUM))
		return 0;
	if (!is_possible(stored_len, len) || get32(bytes + AT_LISTING_LEN) > len)
		return 0;
	return AT_CONTENT + (size_t)stored_len + SUM_LEN;
}

static int inflate_content(struct energy_frame *frame, const unsigned char *content,
			   size_t stored_len)
{
	z_stream z = { 0 };
	int state;

	if (inflateInit(&z) != Z_OK)
		return -ENOMEM;
	z.next_in = (Bytef *)content;
	z.avail_in = stored_len;
	z.next_out = (Bytef *)frame->text;
	z.avail_out = frame->len;
	state = inflate(&z, Z_FINISH);
	if (state == Z_NEED_DICT &&
	    inflateSetDictionary(&z, DICTIONARY, DICTIONARY_LEN) == Z_OK)
		state = inflate(&z, Z_FINISH);
	if (state == Z_STREAM_END && z.total_out != frame->len)
		state = Z_DATA_ERROR;
	inflateEnd(&z);
	if (state == Z_MEM_ERROR)
		return -ENOMEM;
	return state == Z_STREAM_END ? 0 : -EBADMSG;
}

int energy_frame_decode(struct energy_frame *frame, const unsigned char *bytes)
{
	const unsigned char *content = bytes + AT_CONTENT;
	size_t stored_len = get32(bytes + AT_STORED_LEN);
	int err;

	*frame = (struct energy_frame){
		.kind = get32(bytes + AT_KIND),
		.wall_ns = get64(bytes + AT_WALL_NS),
		.len = get32(bytes + AT_LEN),
		.listing_len = get32(bytes + AT_LISTING_LEN),
	};
	if (get32(content + stored_len) != sum_of(content, stored_len))
		return -EBADMSG;
	/* One byte more, so that there is one at all. */
	frame->text = malloc(frame->len + 1);
	if (!frame->text)
		return -ENOMEM;
	err = inflate_content(frame, content, stored_len);
	if (!err && !energy_frame_fits(frame->text, frame->len))
		err = -EBADMSG;
	if (err) {
		free(frame->text);
		frame->text = NULL;
	}
	return err;
}
