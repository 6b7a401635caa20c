// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "lib/frame.h"
#include "lib/recording.h"
#include "tap.h"

#define ORIGIN "boot=b\nmodule=7\n"
#define PID0 "pid=0 energy=1.000 cpu_ns=5 comm=*system*\n"

static char folder[64];

/* A file's content, put together by the tests. */
static struct {
	unsigned char bytes[1 << 16];
	size_t len;
} content;

static char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void write_file(const char *name, const void *bytes, size_t len)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	close(fd);
}

static void add_bytes(const void *bytes, size_t len)
{
	memcpy(content.bytes + content.len, bytes, len);
	content.len += len;
}

static void add_frame(unsigned int kind, const char *listing, const char *cgroups)
{
	struct energy_frame frame = {
		.kind = kind, .wall_ns = 1700000000123456789,
		.len = strlen(listing) + strlen(cgroups), .listing_len = strlen(listing),
	};
	unsigned char *bytes;
	char text[4096];
	size_t size;

	snprintf(text, sizeof(text), "%s%s", listing, cgroups);
	frame.text = text;
	if (energy_frame_encode(&frame, &bytes, &size))
		abort();
	add_bytes(bytes, size);
	free(bytes);
}

static void add_sample(uint64_t time_ns)
{
	char text[256];

	snprintf(text, sizeof(text), "timestamp=%" PRIu64 "\n" PID0, time_ns);
	add_frame(ENERGY_FRAME_SAMPLE, text, "");
}

/*
 * Reads the recording @name: "5 6! d1" are two samples with their timestamps, the second after
 * a restart, and one damaged record.
 */
static const char *read_all(const char *name)
{
	static char result[8192];
	struct energy_recording *recording;
	struct energy_sample sample;
	char why[256] = "";
	size_t len = 0;
	int state = energy_recording_open(&recording, path_of(name), why, sizeof(why));

	result[0] = '\0';
	if (state)
		return strcpy(result, why);
	while ((state = energy_recording_next(recording, &sample, why, sizeof(why))) > 0) {
		len += snprintf(result + len, sizeof(result) - len, "%" PRIu64 "%s ",
				sample.listing.header.timestamp_ns.value,
				sample.restarted ? "!" : "");
		energy_sample_free(&sample);
	}
	if (state < 0)
		len += snprintf(result + len, sizeof(result) - len, "%s ", why);
	snprintf(result + len, sizeof(result) - len, "d%" PRIu64,
		 energy_recording_damaged(recording));
	energy_recording_close(recording);
	return result;
}

static const char *read_content(void)
{
	write_file("log", content.bytes, content.len);
	return read_all("log");
}

static const char *read_text(const char *text)
{
	write_file("text", text, strlen(text));
	return read_all("text");
}

/* Three samples behind an origin; @ends are where each record ends. */
static void three_samples(size_t ends[4])
{
	content.len = 0;
	add_frame(ENERGY_FRAME_ORIGIN, ORIGIN, "");
	ends[0] = content.len;
	add_sample(11);
	ends[1] = content.len;
	add_sample(22);
	ends[2] = content.len;
	add_sample(33);
	ends[3] = content.len;
}

static void all_of_it(bool *good)
{
	static const char cgroups[] = "timestamp=9\ncgroup=4 parent=1 energy_nj=3 path=/a\n";
	struct energy_recording *recording;
	struct energy_sample sample = { 0 };
	char why[256];

	content.len = 0;
	add_frame(ENERGY_FRAME_SAMPLE, "timestamp=5\n" PID0, cgroups);
	write_file("log", content.bytes, content.len);
	CHECK(!energy_recording_open(&recording, path_of("log"), why, sizeof(why)));
	CHECK(energy_recording_next(recording, &sample, why, sizeof(why)) == 1);
	CHECK(sample.wall_ns == 1700000000123456789 && !sample.restarted);
	CHECK(sample.listing.nr_records == 1 && !sample.listing.torn);
	CHECK(!strncmp(sample.listing.text, "timestamp=5\n" PID0, strlen("timestamp=5\n" PID0)));
	CHECK(sample.cgroups.timestamp_ns.value == 9 && sample.cgroups.nr_cgroups == 1);
	energy_sample_free(&sample);
	CHECK(energy_recording_next(recording, &sample, why, sizeof(why)) == 0);
	energy_recording_close(recording);
}

static void torn_anywhere(bool *good)
{
	static const char *const whole[] = { "", "11 ", "11 22 ", "11 22 33 " };
	size_t ends[4], cut, i;
	char expected[64];

	three_samples(ends);
	for (cut = 0; cut <= ends[3]; cut++) {
		for (i = 0; i < 3 && ends[i + 1] <= cut; i++)
			;
		snprintf(expected, sizeof(expected), "%sd%d", whole[i],
			 cut && cut != ends[0] && cut != ends[i]);
		/* Too little to be told from text, of which there is nothing. */
		if (cut < ENERGY_FRAME_MARK_LEN)
			continue;
		content.len = cut;
		CHECK_TEXT(read_content(), expected);
	}
}

/* What was torn anywhere, and then appended to. */
static void appended_to_torn(bool *good)
{
	size_t ends[4], cut;
	unsigned char torn[4096];

	three_samples(ends);
	memcpy(torn, content.bytes, ends[1]);
	for (cut = ends[0] + 1; cut < ends[1]; cut++) {
		content.len = 0;
		add_bytes(torn, cut);
		add_sample(44);
		CHECK_TEXT(read_content(), "44 d1");
	}
}

static void damaged_anywhere(bool *good)
{
	static const char *const left[] = { "22 33 d1", "11 33 d1", "11 22 d1" };
	size_t ends[4], at;

	three_samples(ends);
	for (at = 0; at < ends[3]; at++) {
		const char *expected = "11 22 33 d1";

		if (at >= ends[0])
			expected = left[(at >= ends[1]) + (at >= ends[2])];
		content.bytes[at] ^= 0x55;
		CHECK_TEXT(read_content(), expected);
		content.bytes[at] ^= 0x55;
	}
	CHECK_TEXT(read_content(), "11 22 33 d0");
}

/* A length that the content has not, with good checksums. */
static void wrong_length(bool *good)
{
	int change;

	for (change = -1; change <= 1; change += 2) {
		uint32_t sum;

		content.len = 0;
		add_sample(11);
		add_sample(22);
		content.bytes[16] += change;
		sum = htole32(crc32(0, content.bytes, 32));
		memcpy(content.bytes + 32, &sum, sizeof(sum));
		CHECK_TEXT(read_content(), "22 d1");
	}
}

static void kinds_to_come(bool *good)
{
	content.len = 0;
	add_sample(11);
	add_frame(77, "anything", "");
	add_sample(22);
	CHECK_TEXT(read_content(), "11 22 d0");
	content.len = 0;
	add_sample(11);
	add_frame(ENERGY_FRAME_SAMPLE, "no listing\n", "");
	add_sample(22);
	CHECK_TEXT(read_content(), "11 22 d1");
}

static void restarts(bool *good)
{
	content.len = 0;
	add_frame(ENERGY_FRAME_ORIGIN, ORIGIN, "");
	add_sample(11);
	add_frame(ENERGY_FRAME_ORIGIN, ORIGIN, "");
	add_sample(22);
	add_frame(ENERGY_FRAME_ORIGIN, "boot=b\nmodule=8\n", "");
	add_sample(33);
	add_sample(12);
	CHECK_TEXT(read_content(), "11 22 33! 12! d0");
	CHECK_TEXT(read_text("timestamp=5\niterations=9\n" PID0 "---\n"
			     "timestamp=6\niterations=8\n" PID0 "---\n"
			     "timestamp=7\niterations=9\nmeasured_uj=4\n" PID0 "---\n"
			     "timestamp=8\niterations=9\nmeasured_uj=3\n" PID0 "---\n"
			     "timestamp=9\niterations=9\nmeasured_uj=3\n" PID0 "---\n"),
		   "5 6! 7 8! 9 d0");
	CHECK_TEXT(read_text("timestamp=5\n" PID0 "restarted=0\n---\n"
			     "timestamp=6\n" PID0 "restarted=1\n---\n"), "5 6! d0");
}

static void rotated(bool *good)
{
	static const char *const names[] = { "r.2", "r.1", "r" };
	size_t i;

	for (i = 0; i < 3; i++) {
		content.len = 0;
		add_sample(i);
		write_file(names[i], content.bytes, content.len);
	}
	CHECK_TEXT(read_all("r"), "0 1 2 d0");
	/* A kill amid of the next rotation leaves one of these. */
	rename(path_of("r.2"), strcat(strcpy((char[128]){ "" }, folder), "/r.3"));
	CHECK_TEXT(read_all("r"), "0 1 2 d0");
	unlink(path_of("r"));
	CHECK_TEXT(read_all("r"), "0 1 d0");
	unlink(path_of("r.1"));
	unlink(path_of("r.3"));
}

static void plain_text(bool *good)
{
	struct energy_recording *recording;
	struct energy_sample sample = { 0 };
	char why[256];

	CHECK_TEXT(read_text(""), "d0");
	CHECK_TEXT(read_text("-----\n\n"), "d1");
	CHECK_TEXT(read_text("timestamp=5\n" PID0 "-------\ntimestamp=6\n" PID0 "---\n"), "5 6 d0");
	/* Other words before the first, as of a shell. */
	CHECK_TEXT(read_text("$ cat log\ntimestamp=5\n" PID0 "---\n"), "5 d0");
	/* A last one without dashes, which has its end in sight, or not. */
	CHECK_TEXT(read_text("timestamp=5\n" PID0 "---\ntimestamp=6\n" PID0), "5 6 d0");
	CHECK_TEXT(read_text("timestamp=5\n" PID0 "---\ntimestamp=6\n" PID0 "pid=1 comm=x\n"),
		   "5 d1");
	CHECK_TEXT(read_text("timestamp=6\n" PID0 "pid=1 comm=x\n"), "6 d0");
	CHECK_TEXT(read_text("timestamp=5\n" PID0 "---\ntimestamp=6\n"), "5 d1");
	CHECK_TEXT(read_text("timestamp=5\n" PID0 "---\ntimestamp=6\npid=0 comm=*sys"), "5 d1");
	/* Torn, and appended to: within a line, between lines, and with dashes of its own. */
	CHECK_TEXT(read_text("timestamp=5\npid=0 ener---\ntimestamp=6\n" PID0 "---\n"), "6 d1");
	CHECK_TEXT(read_text("timestamp=5\nmeas\ntimestamp=6\n" PID0 "---\n"), "6 d1");
	CHECK_TEXT(read_text("timestamp=5\npid=0 energy=1\n---\ntimestamp=6\n" PID0 "---\n"),
		   "6 d1");

	read_text("timestamp=5\n" PID0 "cgroup=1 parent=0 path=/\nwall_ns=77\n---\n");
	CHECK(!energy_recording_open(&recording, path_of("text"), why, sizeof(why)));
	CHECK(energy_recording_next(recording, &sample, why, sizeof(why)) == 1);
	CHECK(sample.wall_ns == 77 && !sample.listing.nr_garbage && sample.listing.nr_records == 1);
	CHECK(sample.cgroups.nr_cgroups == 1 && sample.cgroups.timestamp_ns.value == 5);
	energy_sample_free(&sample);
	energy_recording_close(recording);
}

/* Every way to cut text off: a sample comes out whole or not at all. */
static void torn_text(bool *good)
{
	static const char text[] = "timestamp=5\n" PID0 "---\ntimestamp=66\n" PID0;
	size_t first = strlen("timestamp=5\n" PID0 "---\n"), cut;

	for (cut = first; cut <= strlen(text); cut++) {
		const char *expected = cut == first ? "5 d0" : "5 d1";

		write_file("text", text, cut);
		if (cut == strlen(text))
			expected = "5 66 d0";
		CHECK_TEXT(read_all("text"), expected);
	}
}

/* A header that tells of more than there can be is none, with its checksum and all. */
static void set_lengths(uint32_t stored_len, uint32_t len)
{
	const uint32_t lengths[] = { htole32(stored_len), htole32(len), htole32(len) };
	uint32_t sum;

	memcpy(content.bytes + 12, lengths, sizeof(lengths));
	sum = htole32(crc32(0, content.bytes, 32));
	memcpy(content.bytes + 32, &sum, sizeof(sum));
}

static void impossible_lengths(bool *good)
{
	content.len = 0;
	add_sample(11);
	set_lengths(600000, ENERGY_FRAME_LARGEST);
	CHECK(energy_frame_size(content.bytes) == 36 + 600000 + 4);
	set_lengths(600000, ENERGY_FRAME_LARGEST + 1);
	CHECK(!energy_frame_size(content.bytes));
	set_lengths(UINT32_MAX, UINT32_MAX);
	CHECK(!energy_frame_size(content.bytes));
	set_lengths(600000, 500000);
	CHECK(!energy_frame_size(content.bytes));
	/* Denser than a listing can be; a short one may. */
	set_lengths(1000, 256000);
	CHECK(energy_frame_size(content.bytes));
	set_lengths(1000, 257000);
	CHECK(!energy_frame_size(content.bytes));
	set_lengths(30, 64 << 10);
	CHECK(energy_frame_size(content.bytes));
}

static char *text_of(const char *line, size_t nr, size_t *len)
{
	char *text = malloc(nr * strlen(line) + 1), *at = text;

	if (!text)
		abort();
	for (*len = nr * strlen(line); nr--; at += strlen(line))
		strcpy(at, line);
	return text;
}

/* What can be written can be read: dense text, many lines, and no more of either. */
static void limits_of_text(bool *good)
{
	/* Compressing that would make it longer, so it is stored as it is, with a mark in it. */
	static char noise[5000];
	const struct {
		const char *line;
		size_t nr;
		int err;
	} cases[] = {
		{ "x", 4 << 20, 0 },
		{ "pid=1 energy=0.000 alive=1 comm=kworker/0:1\n", ENERGY_FRAME_MOST_LINES, 0 },
		{ "\n", ENERGY_FRAME_MOST_LINES + 1, -EMSGSIZE },
		{ "x", ENERGY_FRAME_LARGEST + 1, -EMSGSIZE },
		{ "", 0, 0 },
		{ noise, 1, -EILSEQ },
	};
	uint32_t state = 1;
	size_t i;

	for (i = 0; i < sizeof(noise) - 1; i++) {
		state = state * 1664525 + 1013904223;
		noise[i] = state >> 24 ? state >> 24 : 1;
	}
	memcpy(noise + 1000, ENERGY_FRAME_MARK, ENERGY_FRAME_MARK_LEN);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct energy_frame frame = { .kind = ENERGY_FRAME_SAMPLE }, read = { 0 };
		unsigned char *bytes;
		size_t size;
		int err;

		frame.text = text_of(cases[i].line, cases[i].nr, &frame.len);
		err = energy_frame_encode(&frame, &bytes, &size);
		CHECK(err == cases[i].err);
		if (!err) {
			CHECK(energy_frame_size(bytes) == size);
			CHECK(!energy_frame_decode(&read, bytes));
			CHECK(read.len == frame.len && !memcmp(read.text, frame.text, read.len));
			free(read.text);
			free(bytes);
		}
		free(frame.text);
	}
}

/* Zeros that a crash of the machine has left, before, between and behind what was appended. */
static void zeros(bool *good)
{
	static const unsigned char nothing[5000];
	unsigned int nr;

	for (nr = 1; nr <= sizeof(nothing); nr += 1666) {
		content.len = 0;
		add_bytes(nothing, nr);
		add_sample(11);
		CHECK_TEXT(read_content(), "11 d1");
		add_bytes(nothing, nr);
		add_sample(22);
		add_bytes(nothing, nr);
		CHECK_TEXT(read_content(), "11 22 d3");
	}
	content.len = 0;
	add_bytes(nothing, sizeof(nothing));
	add_bytes("timestamp=5\n" PID0 "---\n", strlen("timestamp=5\n" PID0 "---\n"));
	CHECK_TEXT(read_content(), "5 d1");
}

/* In text they are lines that are longer than any can be. */
static void long_lines(bool *good)
{
	static const char before[] = "timestamp=5\n" PID0 "---\ntimestamp=6\n";
	static const char behind[] = "\n" PID0 "---\ntimestamp=7\n" PID0 "---\n";
	static char text[sizeof(before) + (3 << 20) + sizeof(behind)];

	memset(text, 0, sizeof(text));
	memcpy(text, before, strlen(before));
	memcpy(text + sizeof(text) - strlen(behind), behind, strlen(behind));
	write_file("text", text, sizeof(text));
	CHECK_TEXT(read_all("text"), "5 7 d1");
}

/* In text a listing that has no end, or whose end comes too late. */
static void endless_text(bool *good)
{
	static const char *const ends[] = { "---\n", "" };
	size_t i, j;

	for (i = 0; i < 2; i++) {
		FILE *out = fopen(path_of("text"), "w");

		if (!out)
			abort();
		fputs("timestamp=5\n", out);
		for (j = 0; j < ENERGY_FRAME_MOST_LINES; j++)
			fputs("pid=1 comm=x\n", out);
		fprintf(out, "%stimestamp=6\n" PID0 "---\n", ends[i]);
		if (fclose(out))
			abort();
		CHECK_TEXT(read_all("text"), "6 d1");
	}
}

static void no_recording(bool *good)
{
	char expected[256];
	static char zeros[2 << 20];

	snprintf(expected, sizeof(expected), "cannot open %s: No such file or directory",
		 path_of("none"));
	CHECK_TEXT(read_all("none"), expected);
	snprintf(expected, sizeof(expected), "cannot open %s: Is a directory", path_of("."));
	CHECK_TEXT(read_all("."), expected);
	write_file("zeros", zeros, sizeof(zeros));
	snprintf(expected, sizeof(expected), "cannot read %s: it is no recording d1",
		 path_of("zeros"));
	CHECK_TEXT(read_all("zeros"), expected);
}

static const struct tap_test tests[] = {
	{ "recording: a sample with all its parts", all_of_it },
	{ "recording: torn at any byte", torn_anywhere },
	{ "recording: torn at any byte, and appended to", appended_to_torn },
	{ "recording: any byte damaged", damaged_anywhere },
	{ "recording: a length that is wrong", wrong_length },
	{ "recording: kinds of records to come", kinds_to_come },
	{ "recording: restarts of module and machine", restarts },
	{ "recording: rotated files, with gaps", rotated },
	{ "recording: plain text", plain_text },
	{ "recording: plain text torn at any byte", torn_text },
	{ "recording: lengths that cannot be", impossible_lengths },
	{ "recording: the largest there can be", limits_of_text },
	{ "recording: zeros that a crash has left", zeros },
	{ "recording: lines that are too long", long_lines },
	{ "recording: text without an end", endless_text },
	{ "recording: what is none", no_recording },
};

int main(void)
{
	static const char *const files[] = { "log", "text", "zeros", "r", "r.1", "r.2", "r.3" };
	int status;
	size_t i;

	snprintf(folder, sizeof(folder), "/tmp/energy-recording-XXXXXX");
	if (!mkdtemp(folder))
		return 1;
	status = tap_run(tests, sizeof(tests) / sizeof(tests[0]));
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(path_of(files[i]));
	rmdir(folder);
	return status;
}
