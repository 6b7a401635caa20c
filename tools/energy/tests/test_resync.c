// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much work damaged and hostile recordings make. The functions that look through bytes or move
 * them are here instead of in the C library and zlib, and count: what they do is theirs.
 */
#include <dlfcn.h>
#include <endian.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "lib/frame.h"
#include "lib/recording.h"
#include "tap.h"

#define FILE_LEN (1 << 20)
#define SAMPLE "timestamp=7\npid=0 energy=1.000 comm=*system*\n"

/*
 * Each byte is read, searched for a mark, moved and summed up once or so; where there is a mark
 * every 8 bytes, the 32 behind it are summed up for each.
 */
#define MOST_WORK 8

static unsigned char file[FILE_LEN];
static char path[64];
static uint64_t work;

static void *real(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (!function)
		abort();
	return function;
}

uLong crc32(uLong sum, const Bytef *bytes, uInt len)
{
	static uLong (*function)(uLong, const Bytef *, uInt);

	if (!function)
		function = real("crc32");
	work += bytes ? len : 0;
	return function(sum, bytes, len);
}

void *memmem(const void *in, size_t len, const void *what, size_t what_len)
{
	static void *(*function)(const void *, size_t, const void *, size_t);
	char *found;

	if (!function)
		function = real("memmem");
	found = function(in, len, what, what_len);
	work += found ? (size_t)(found - (char *)in) + what_len : len;
	return found;
}

void *memchr(const void *in, int what, size_t len)
{
	static void *(*function)(const void *, int, size_t);
	char *found;

	if (!function)
		function = real("memchr");
	found = function(in, what, len);
	work += found ? (size_t)(found - (char *)in) + 1 : len;
	return found;
}

void *memmove(void *to, const void *from, size_t len)
{
	static void *(*function)(void *, const void *, size_t);

	if (!function)
		function = real("memmove");
	work += len;
	return function(to, from, len);
}

ssize_t read(int fd, void *bytes, size_t len)
{
	static ssize_t (*function)(int, void *, size_t);
	ssize_t got;

	if (!function)
		function = real("read");
	got = function(fd, bytes, len);
	work += got > 0 ? got : 0;
	return got;
}

static void put32(unsigned char *at, uint32_t value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof(value));
}

/* A header with all its parts, that tells of @stored bytes of content. */
static void put_header(unsigned char *at, uint32_t stored)
{
	memset(at, 0, ENERGY_FRAME_HEADER_LEN);
	memcpy(at, ENERGY_FRAME_MARK, ENERGY_FRAME_MARK_LEN);
	put32(at + 8, ENERGY_FRAME_SAMPLE);
	put32(at + 12, stored);
	put32(at + 16, stored);
	put32(at + 20, stored);
	put32(at + 32, crc32(0, at, 32));
}

/* Such headers, one every @step bytes, with nothing that they tell of. */
static void fill_with_headers(size_t step, uint32_t stored)
{
	size_t at;

	memset(file, 'x', sizeof(file));
	for (at = 0; at + step <= sizeof(file); at += step)
		put_header(file + at, stored);
}

static void fill_with(const char *pattern)
{
	size_t len = strlen(pattern), i;

	for (i = 0; i < sizeof(file); i++)
		file[i] = pattern[i % len];
}

/* A whole sample at the end, which is to be found behind all that. */
static void put_sample(void)
{
	struct energy_frame frame = {
		.kind = ENERGY_FRAME_SAMPLE, .text = SAMPLE, .len = strlen(SAMPLE),
		.listing_len = strlen(SAMPLE),
	};
	unsigned char *bytes;
	size_t size;

	if (energy_frame_encode(&frame, &bytes, &size))
		abort();
	memcpy(file + sizeof(file) - size, bytes, size);
	free(bytes);
}

/* How many samples there are, and in @work how many bytes were looked at for that. */
static size_t read_file(bool *good)
{
	struct energy_recording *recording;
	struct energy_sample sample;
	size_t nr_samples = 0;
	char why[256];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), state;

	if (fd < 0 || write(fd, file, sizeof(file)) != sizeof(file))
		abort();
	close(fd);
	work = 0;
	CHECK(!energy_recording_open(&recording, path, why, sizeof(why)));
	while ((state = energy_recording_next(recording, &sample, why, sizeof(why))) > 0) {
		nr_samples++;
		energy_sample_free(&sample);
	}
	CHECK(!state || strstr(why, "it is no recording"));
	energy_recording_close(recording);
	return nr_samples;
}

static void check_work(size_t nr_samples, bool *good)
{
	CHECK(read_file(good) == nr_samples);
	CHECK(work <= (uint64_t)MOST_WORK * sizeof(file));
	if (!*good)
		printf("# %.1f times the file\n", (double)work / sizeof(file));
}

/* Lengths as of a short sample, as the buffer, beyond the file's end, and the largest there is. */
static void lengths_that_lie(bool *good)
{
	static const uint32_t lengths[] = {
		100, 5000, 65460, 65500, 131000, 500000, FILE_LEN, ENERGY_FRAME_LARGEST,
	};
	static const size_t steps[] = { ENERGY_FRAME_HEADER_LEN, 40, 700, 70000 };
	size_t i, j;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		for (j = 0; j < sizeof(steps) / sizeof(steps[0]); j++) {
			fill_with_headers(steps[j], lengths[i]);
			put_sample();
			check_work(1, good);
		}
	}
}

static void marks_and_parts_of_them(bool *good)
{
	fill_with(ENERGY_FRAME_MARK);
	put_sample();
	check_work(1, good);
	fill_with("\x89");
	memcpy(file, ENERGY_FRAME_MARK, ENERGY_FRAME_MARK_LEN);
	put_sample();
	check_work(1, good);
	fill_with("\x89" "ENLOG1");
	memcpy(file, ENERGY_FRAME_MARK, ENERGY_FRAME_MARK_LEN);
	put_sample();
	check_work(1, good);
	memset(file, 0, sizeof(file));
	put_sample();
	check_work(1, good);
}

static void text(bool *good)
{
	fill_with("timestamp=5\n");
	check_work(0, good);
	fill_with("pid=0 comm=x\n");
	check_work(0, good);
	fill_with("x");
	check_work(0, good);
	fill_with("\n");
	check_work(0, good);
	fill_with("-");
	check_work(0, good);
	fill_with("---\n");
	check_work(0, good);
}

static const struct tap_test tests[] = {
	{ "resync: headers whose lengths lie", lengths_that_lie },
	{ "resync: marks, and parts of them", marks_and_parts_of_them },
	{ "resync: text that is none", text },
};

int main(void)
{
	int status, fd;

	snprintf(path, sizeof(path), "/tmp/energy-resync-XXXXXX");
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return 1;
	close(fd);
	status = tap_run(tests, sizeof(tests) / sizeof(tests[0]));
	unlink(path);
	return status;
}
