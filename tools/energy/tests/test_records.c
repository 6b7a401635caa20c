// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "parsed.h"
#include "tap.h"

#define RECORD "pid=3187 energy=12.457 alive=1 kernel=0 cpu_ns=285931257 mem=10485760 " \
	"instructions=8952846 wakeups=14 diski=0 disko=0 rx=22 tx=17 energy_uj=10231 comm=python3\n"

static void every_field(bool *good)
{
	struct energy_listing listing;
	struct energy_record *record;

	CHECK(!parse(&listing, "timestamp=77\nidle_uj=5\nsource=rapl_msr\n" RECORD));
	CHECK(listing.header.timestamp_ns.value == 77);
	CHECK(listing.header.rounded.idle_nj.value == 5000);
	CHECK(energy_slice_is(listing.header.source, "rapl_msr"));
	CHECK(listing.nr_records == 1 && !listing.nr_garbage && !listing.torn);
	record = listing.records;
	CHECK(record->pid.value == 3187);
	CHECK(record->score_nj.value == 12457000);
	CHECK(record->alive.value == 1 && record->kernel.known && !record->kernel.value);
	CHECK(record->cpu_ns.value == 285931257);
	CHECK(record->rounded_nj.value == 10231000);
	CHECK(!record->live_nj.known && !record->window_nj.known);
	CHECK(energy_slice_is(record->comm, "python3"));
	energy_listing_free(&listing);
}

static void unknown_keys(bool *good)
{
	struct energy_listing listing;

	CHECK(!parse(&listing, "timestamp=1\nmoon_phase=-3 of 8\n"
		     "domain=package-0 kind=package gaps=0\n"
		     "pid=5 colour=blue cpu_ns=9 cpu_nsx=z energy_uj=1 comm=a\n"));
	CHECK(!listing.nr_garbage && listing.nr_records == 1);
	CHECK(listing.records[0].cpu_ns.value == 9);
	energy_listing_free(&listing);
}

static void missing_keys(bool *good)
{
	struct energy_listing listing;

	CHECK(!parse(&listing, "timestamp=1\npid=5\n"));
	CHECK(listing.nr_records == 1);
	CHECK(!listing.records[0].cpu_ns.known && !listing.records[0].comm.len);
	CHECK(!energy_books_known(&listing.header.live));
	energy_listing_free(&listing);
	CHECK(parse(&listing, "window_ns=1\n" RECORD) == -EBADMSG);
	CHECK(parse(&listing, "") == -EBADMSG);
}

static void torn_last_line(bool *good)
{
	struct energy_listing listing;

	CHECK(!parse(&listing, "timestamp=1\npid=5 energy_uj=1 comm=a\npid=6 energy_uj=12"));
	CHECK(listing.torn && listing.nr_records == 1 && !listing.nr_garbage);
	CHECK(listing.records[0].pid.value == 5);
	energy_listing_free(&listing);
	CHECK(parse(&listing, "timestamp=1") == -EBADMSG);
}

/* Each is left out whole, and nothing else is. */
static void garbage_lines(bool *good)
{
	static const char *const lines[] = {
		"", "=", "no pair", "=5", "idle_uj=", "idle_uj=+5", "idle_uj=1e3", "idle_uj=5 ",
		"pid=", "pid=x comm=a", "pid=-1 comm=a", "pid=5 alive comm=a", "pid=5  alive=1 comm=a",
		"pid=5 pid=6 comm=a", "pid=5 energy=. comm=a", "pid=5 energy=1. comm=a",
		"pid=5 energy=.5 comm=a", "pid=5 energy=1.2.3 comm=a", "pid=5 energy=1.1234567 comm=a",
		"pid=5 cpu_ns=0x10 comm=a", "pid=5 cpu_ns=1.5 comm=a", "pid=5.0 comm=a",
	};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct energy_listing listing;
		char text[256];

		snprintf(text, sizeof(text), "timestamp=1\n%s\n" RECORD, lines[i]);
		CHECK(!parse(&listing, text));
		if (listing.nr_garbage != 1 || listing.nr_records != 1)
			printf("# taken: '%s'\n", lines[i]);
		CHECK(listing.nr_garbage == 1);
		CHECK(listing.nr_records == 1 && listing.records[0].pid.value == 3187);
		energy_listing_free(&listing);
	}
}

static void bytes_of_any_kind(bool *good)
{
	static const char text[] = "timestamp=1\npid=5 cpu_ns=\0" "1 comm=a\n\0\0\n"
				   "pid=6 comm=\xff\0\x1b[2J\n";
	struct energy_listing listing;

	CHECK(!parse_bytes(&listing, text, sizeof(text) - 1));
	CHECK(listing.nr_garbage == 2 && listing.nr_records == 1);
	CHECK(listing.records[0].comm.len == 6);
	energy_listing_free(&listing);
}

static void numbers_of_64_bits(bool *good)
{
	struct energy_listing listing;

	CHECK(!parse(&listing, "timestamp=18446744073709551615\n"
		     "measured_nj=18446744073709551616\n"
		     "idle_uj=18446744073709551\nexited_uj=18446744073709552\n"
		     "pid=1 energy=18446744073709.551615 comm=a\n"
		     "pid=2 energy=18446744073709.551616 comm=a\n"
		     "pid=3 cpu_ns=99999999999999999999999999999999999999999999 comm=a\n"));
	CHECK(listing.header.timestamp_ns.value == UINT64_MAX);
	CHECK(!listing.header.live.measured_nj.known);
	CHECK(listing.header.rounded.idle_nj.value == 18446744073709551000ULL);
	CHECK(!listing.header.rounded.exited_nj.known);
	CHECK(listing.nr_records == 1 && listing.nr_garbage == 4);
	CHECK(listing.records[0].score_nj.value == UINT64_MAX);
	energy_listing_free(&listing);
}

/* comm takes the rest of its line: what looks like a field in it is none. */
static void hostile_comm(bool *good)
{
	struct energy_listing listing;

	CHECK(!parse(&listing, "timestamp=1\n"
		     "pid=5 energy=1.000 comm=x\\012pid=1\\040energy=9\n"
		     "pid=6 comm=y energy=9.000 pid=1 comm=z\n"));
	CHECK(listing.nr_records == 2 && !listing.nr_garbage);
	CHECK(listing.records[0].score_nj.value == 1000000);
	CHECK(energy_slice_is(listing.records[0].comm, "x\\012pid=1\\040energy=9"));
	CHECK(listing.records[1].pid.value == 6 && !listing.records[1].score_nj.known);
	CHECK(energy_slice_is(listing.records[1].comm, "y energy=9.000 pid=1 comm=z"));
	energy_listing_free(&listing);
}

static void header_twice(bool *good)
{
	struct energy_listing listing;

	CHECK(!parse(&listing, "timestamp=1\ntimestamp=2\n"));
	CHECK(listing.header.timestamp_ns.value == 1 && listing.nr_garbage == 1);
	energy_listing_free(&listing);
}

static void sorted_by_pid(bool *good)
{
	struct energy_listing listing;

	CHECK(!parse(&listing, "timestamp=1\npid=9 cpu_ns=1 comm=\npid=2 cpu_ns=2 comm=\n"
		     "pid=9 cpu_ns=3 comm=\npid=2 cpu_ns=4 comm=\npid=9 cpu_ns=5 comm=\n"));
	CHECK(listing.nr_records == 5);
	CHECK(listing.records[0].cpu_ns.value == 2 && listing.records[1].cpu_ns.value == 4);
	CHECK(listing.records[2].cpu_ns.value == 1 && listing.records[3].cpu_ns.value == 3);
	CHECK(listing.records[4].cpu_ns.value == 5);
	energy_listing_free(&listing);
}

static const struct tap_test tests[] = {
	{ "every field of header and record", every_field },
	{ "unknown keys are ignored", unknown_keys },
	{ "missing keys are not known", missing_keys },
	{ "a torn last line is left out", torn_last_line },
	{ "a line of garbage is left out, alone", garbage_lines },
	{ "zero and other strange bytes", bytes_of_any_kind },
	{ "64 bits are enough, or the line is left out", numbers_of_64_bits },
	{ "a comm forges no line and no field", hostile_comm },
	{ "the first of two equal header keys counts", header_twice },
	{ "records are sorted, those of one pid stay in order", sorted_by_pid },
};

TAP_MAIN(tests)
