// SPDX-License-Identifier: GPL-2.0-only
#include <locale.h>

#include "lib/comm.h"
#include "tap.h"

static const char *shown_bytes(const char *text, size_t len, size_t size)
{
	static char out[ENERGY_SHOWN_MAX];
	struct energy_slice slice = { text, len };

	memset(out, 'X', sizeof(out));
	energy_shown(out, size, slice);
	return out;
}

static const char *shown(const char *text)
{
	return shown_bytes(text, strlen(text), ENERGY_SHOWN_MAX);
}

static void plain_escapes(bool *good)
{
	CHECK_TEXT(shown("python3"), "python3");
	CHECK_TEXT(shown(""), "");
	CHECK_TEXT(shown("Web\\040Content"), "Web Content");
	CHECK_TEXT(shown("a\\075b\\134c"), "a=b\\c");
}

static void broken_escapes(bool *good)
{
	CHECK_TEXT(shown("\\"), "\\");
	CHECK_TEXT(shown("a\\04"), "a\\04");
	CHECK_TEXT(shown("\\089"), "\\089");
	CHECK_TEXT(shown("\\777"), "\\777");
	CHECK_TEXT(shown("\\400"), "\\400");
	/* Undone once, not twice. */
	CHECK_TEXT(shown("\\134033"), "\\033");
}

static void control_characters(bool *good)
{
	CHECK_TEXT(shown("x\\012pid=1\\040energy=9"), "x\\012pid=1 energy=9");
	CHECK_TEXT(shown("\\033[31mEVIL\\007"), "\\033[31mEVIL\\007");
	/* Not escaped by the file either. */
	CHECK_TEXT(shown("\033[2J\r\n\t\177"), "\\033[2J\\015\\012\\011\\177");
	CHECK_TEXT(shown_bytes("a\0b", 3, 100), "a\\000b");
}

static void other_locales(bool *good)
{
	setlocale(LC_CTYPE, "C");
	CHECK_TEXT(shown("caf\\303\\251"), "caf\\303\\251");
	CHECK(setlocale(LC_CTYPE, "C.UTF-8"));
	CHECK_TEXT(shown("caf\\303\\251"), "caf\303\251");
	/* Half a character, a control character of two bytes, a turn of the direction. */
	CHECK_TEXT(shown("caf\\303"), "caf\\303");
	CHECK_TEXT(shown("\\302\\233 31m"), "\\302\\233 31m");
	CHECK_TEXT(shown("\\342\\200\\256txt"), "\\342\\200\\256txt");
	setlocale(LC_CTYPE, "C");
}

static void cut_to_size(bool *good)
{
	char line[] = "a\346\227\245b";
	char longest[4 * ENERGY_SHOWN_MAX];

	CHECK_TEXT(shown_bytes("abcdef", 6, 4), "abc");
	CHECK_TEXT(shown_bytes("ab\\033", 6, 6), "ab");
	CHECK_TEXT(shown_bytes("ab\\033", 6, 7), "ab\\033");
	memset(longest, '\1', sizeof(longest));
	CHECK(strlen(shown_bytes(longest, sizeof(longest), ENERGY_SHOWN_MAX)) == 316);

	setlocale(LC_CTYPE, "C.UTF-8");
	CHECK_TEXT(shown_bytes("\303\251\303\251", 4, 4), "\303\251");
	/* The character in the middle takes two columns. */
	energy_fit(line, 4);
	CHECK_TEXT(line, "a\346\227\245b");
	energy_fit(line, 3);
	CHECK_TEXT(line, "a\346\227\245");
	energy_fit(line, 2);
	CHECK_TEXT(line, "a");
	energy_fit(line, 0);
	CHECK_TEXT(line, "");
	setlocale(LC_CTYPE, "C");
}

static void unescaped(bool *good)
{
	const struct energy_slice name = { "a\\040\\134\\033b", 14 };
	char out[16];

	CHECK(energy_unescape(out, sizeof(out), name) == 5);
	CHECK_TEXT(out, "a \\\033b");
	CHECK(energy_unescape(out, 3, name) == 2);
	CHECK_TEXT(out, "a ");
}

static void plain_text(bool *good)
{
	char out[64];

	energy_shown_plain(out, sizeof(out), "/a\\x2db/\\101\033[2J");
	CHECK_TEXT(out, "/a\\x2db/\\101\\033[2J");
	energy_shown_plain(out, 4, "abcdef");
	CHECK_TEXT(out, "abc");
	CHECK(energy_width("") == 0 && energy_width("abc") == 3);
	setlocale(LC_CTYPE, "C.UTF-8");
	CHECK(energy_width("a\346\227\245b") == 4);
	setlocale(LC_CTYPE, "C");
}

static const struct tap_test tests[] = {
	{ "comm: escapes are undone", plain_escapes },
	{ "comm: what is no escape stays", broken_escapes },
	{ "comm: no control character gets through", control_characters },
	{ "comm: only printable characters of the locale", other_locales },
	{ "comm: escapes undone, byte for byte", unescaped },
	{ "comm: cut between characters", cut_to_size },
	{ "comm: what has no escapes to undo", plain_text },
};

TAP_MAIN(tests)
