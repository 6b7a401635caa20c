// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "export/address.h"
#include "export/text.h"
#include "tap.h"

static const char *labelled(const char *value)
{
	const struct energy_label labels[] = { { "l", value }, { NULL, NULL } };
	struct energy_text text = { 0 };
	static char out[512];

	energy_text_sample(&text, "m", labels);
	energy_text_value(&text, 1, 0);
	snprintf(out, sizeof(out), "%.*s", (int)text.len, text.at);
	energy_text_free(&text);
	return out;
}

static void labels(bool *good)
{
	CHECK_TEXT(labelled("plain text"), "m{l=\"plain text\"} 1\n");
	CHECK_TEXT(labelled(""), "m 1\n");
	CHECK_TEXT(labelled(NULL), "m 1\n");
	CHECK_TEXT(labelled("a\"b\\c"), "m{l=\"a\\\"b\\\\c\"} 1\n");
	CHECK_TEXT(labelled("x\n} 1\ny"), "m{l=\"x\\\\012} 1\\\\012y\"} 1\n");
	/* Not what a newline is: two cgroups would have one series. */
	CHECK_TEXT(labelled("x\\012y\\18z"), "m{l=\"x\\\\134012y\\\\18z\"} 1\n");
	CHECK_TEXT(labelled("\033[2J\177"), "m{l=\"\\\\033[2J\\\\177\"} 1\n");
	CHECK_TEXT(labelled("caf\303\251"), "m{l=\"caf\303\251\"} 1\n");
	CHECK_TEXT(labelled("\360\237\230\200"), "m{l=\"\360\237\230\200\"} 1\n");
}

/* Prometheus refuses all of a scrape that has one of these. */
static void no_utf8(bool *good)
{
	CHECK_TEXT(labelled("caf\303"), "m{l=\"caf\\\\303\"} 1\n");
	CHECK_TEXT(labelled("\300\200"), "m{l=\"\\\\300\\\\200\"} 1\n");
	CHECK_TEXT(labelled("\340\200\200"), "m{l=\"\\\\340\\\\200\\\\200\"} 1\n");
	/* A letter in three bytes. */
	CHECK_TEXT(labelled("\340\201\201"), "m{l=\"\\\\340\\\\201\\\\201\"} 1\n");
	CHECK_TEXT(labelled("\355\240\200"), "m{l=\"\\\\355\\\\240\\\\200\"} 1\n");
	CHECK_TEXT(labelled("\364\220\200\200"), "m{l=\"\\\\364\\\\220\\\\200\\\\200\"} 1\n");
	CHECK_TEXT(labelled("\377"), "m{l=\"\\\\377\"} 1\n");
	/* Valid, but it turns the writing direction; and a control of two bytes. */
	CHECK_TEXT(labelled("\342\200\256txt"), "m{l=\"\\\\342\\\\200\\\\256txt\"} 1\n");
	CHECK_TEXT(labelled("\302\233m"), "m{l=\"\\\\302\\\\233m\"} 1\n");
}

static const char *written(uint64_t value, unsigned int decimals)
{
	struct energy_text text = { 0 };
	static char out[64];

	energy_text_value(&text, value, decimals);
	snprintf(out, sizeof(out), "%.*s", (int)text.len, text.at);
	energy_text_free(&text);
	return out;
}

static void values(bool *good)
{
	CHECK_TEXT(written(0, 9), "0\n");
	CHECK_TEXT(written(1, 9), "0.000000001\n");
	CHECK_TEXT(written(1500000000, 9), "1.5\n");
	CHECK_TEXT(written(12000000000, 9), "12\n");
	CHECK_TEXT(written(UINT64_MAX, 9), "18446744073.709551615\n");
	CHECK_TEXT(written(UINT64_MAX, 0), "18446744073709551615\n");
}

static const char *helped(enum energy_format format, enum energy_metric_type type,
			  const char *name, const char *help)
{
	struct energy_text text = { .format = format };
	static char out[256];

	energy_text_metric(&text, name, type, "joules", help);
	energy_text_end(&text);
	snprintf(out, sizeof(out), "%.*s", (int)text.len, text.at);
	energy_text_free(&text);
	return out;
}

static const char *family(enum energy_format format, enum energy_metric_type type,
			  const char *name)
{
	return helped(format, type, name, "Help.");
}

static void families(bool *good)
{
	CHECK_TEXT(family(ENERGY_FORMAT_PROMETHEUS, ENERGY_METRIC_COUNTER, "a_joules_total"),
		   "# HELP a_joules_total Help.\n# TYPE a_joules_total counter\n");
	CHECK_TEXT(family(ENERGY_FORMAT_OPENMETRICS, ENERGY_METRIC_COUNTER, "a_joules_total"),
		   "# HELP a_joules Help.\n# TYPE a_joules counter\n# UNIT a_joules joules\n"
		   "# EOF\n");
	CHECK_TEXT(family(ENERGY_FORMAT_OPENMETRICS, ENERGY_METRIC_UNTOLD_COUNTER, "a_joules"),
		   "# HELP a_joules Help.\n# TYPE a_joules unknown\n# UNIT a_joules joules\n"
		   "# EOF\n");
	CHECK_TEXT(helped(ENERGY_FORMAT_OPENMETRICS, ENERGY_METRIC_GAUGE, "a", "The \"b\"."),
		   "# HELP a The \\\"b\\\".\n# TYPE a gauge\n# UNIT a joules\n# EOF\n");
	CHECK_TEXT(helped(ENERGY_FORMAT_PROMETHEUS, ENERGY_METRIC_GAUGE, "a", "The \"b\"."),
		   "# HELP a The \"b\".\n# TYPE a gauge\n");
}

static void large_text(bool *good)
{
	struct energy_text text = { 0 };
	size_t i;

	for (i = 0; i < 100000; i++)
		energy_text_value(&text, 12345678, 0);
	CHECK(!text.failed && text.len == 900000);
	CHECK(!memcmp(text.at + text.len - 9, "12345678\n", 9));
	energy_text_free(&text);
}

#define PLAIN ENERGY_FORMAT_PROMETHEUS
#define OPEN ENERGY_FORMAT_OPENMETRICS

static void negotiation(bool *good)
{
	CHECK(energy_format_accepted(NULL) == PLAIN);
	CHECK(energy_format_accepted("") == PLAIN);
	CHECK(energy_format_accepted("*/*") == PLAIN);
	CHECK(energy_format_accepted("text/plain") == PLAIN);
	CHECK(energy_format_accepted("application/openmetrics-text") == OPEN);
	/* Prometheus' own. */
	CHECK(energy_format_accepted("application/openmetrics-text;version=1.0.0,"
				     "application/openmetrics-text;version=0.0.1;q=0.75,"
				     "text/plain;version=0.0.4;q=0.5,*/*;q=0.1") == OPEN);
	CHECK(energy_format_accepted("application/openmetrics-text; q=0.3, text/plain") == PLAIN);
	CHECK(energy_format_accepted("text/plain;q=0.3, application/openmetrics-text;q=0.4")
	      == OPEN);
	CHECK(energy_format_accepted("application/openmetrics-text;q=0") == PLAIN);
	CHECK(energy_format_accepted("application/openmetrics-text2") == PLAIN);
	CHECK(energy_format_accepted(",,;;q=,") == PLAIN);
}

static void addresses(bool *good)
{
	struct energy_address address;

	CHECK(energy_address_parse(&address, "127.0.0.1:28200") && address.loopback);
	CHECK(energy_address_parse(&address, "127.9.9.9:0") && address.loopback);
	CHECK(energy_address_parse(&address, "[::1]:28200") && address.loopback);
	CHECK(energy_address_parse(&address, "0.0.0.0:28200") && !address.loopback);
	CHECK(energy_address_parse(&address, ":28200") && !address.loopback);
	CHECK(energy_address_parse(&address, "[::]:28200") && !address.loopback);
	CHECK(!energy_address_parse(&address, "28200"));
	CHECK(!energy_address_parse(&address, "127.0.0.1:"));
	CHECK(!energy_address_parse(&address, "127.0.0.1:x"));
	CHECK(!energy_address_parse(&address, "127.0.0.1:-1"));
	CHECK(!energy_address_parse(&address, "127.0.0.1:65536"));
	CHECK(!energy_address_parse(&address, "::1:28200"));
	CHECK(!energy_address_parse(&address, "host.invalid:28200"));
}

static const struct tap_test tests[] = {
	{ "export: labels are escaped", labels },
	{ "export: labels are UTF-8 and harmless", no_utf8 },
	{ "export: values are exact", values },
	{ "export: both formats' heads", families },
	{ "export: text grows", large_text },
	{ "export: the format that the client prefers", negotiation },
	{ "export: addresses", addresses },
};

TAP_MAIN(tests)
