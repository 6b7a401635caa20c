// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/books.h"
#include "lib/command.h"
#include "lib/complain.h"

/* Room for the digits of 128 bits and a sign. */
struct digits {
	char text[48];
};

static struct digits unsigned_digits(unsigned __int128 value)
{
	struct digits digits;
	char *at = digits.text + sizeof(digits.text) - 1;

	*at = '\0';
	do {
		*--at = '0' + (char)(value % 10);
		value /= 10;
	} while (value);
	memmove(digits.text, at, strlen(at) + 1);
	return digits;
}

static struct digits signed_digits(__int128 value)
{
	struct digits digits;

	if (value >= 0)
		return unsigned_digits(value);
	digits = unsigned_digits(-(unsigned __int128)value);
	memmove(digits.text + 1, digits.text, strlen(digits.text) + 1);
	digits.text[0] = '-';
	return digits;
}

const char *energy_balance_fill(struct energy_balance *balance,
				const struct energy_listing *listing)
{
	const struct energy_books *books = &listing->header.window;
	size_t i;

	memset(balance, 0, sizeof(*balance));
	balance->books = books;
	if (listing->torn)
		return "its last line is torn";
	if (listing->nr_garbage)
		return "it has lines that are not understood";
	if (!energy_books_known(books))
		return "it lacks window_*_nj values, which only debugfs energy/all has";
	for (i = 0; i < listing->nr_records; i++) {
		const struct energy_record *record = &listing->records[i];

		if (!record->pid.value)
			continue;
		if (!record->window_nj.known)
			return "a record lacks window_energy_nj";
		balance->live_nj += record->window_nj.value;
	}
	balance->difference_nj = (__int128)books->measured_nj.value -
		(__int128)(balance->live_nj + books->exited_nj.value +
			   books->unattributed_nj.value + books->idle_nj.value +
			   books->pending_nj.value);
	return NULL;
}

void energy_balance_print(FILE *out, const struct energy_balance *balance)
{
	const struct energy_books *books = balance->books;

	fprintf(out, "balance: measured_nj=%" PRIu64 " live_nj=%s exited_nj=%" PRIu64
		" unattributed_nj=%" PRIu64 " idle_nj=%" PRIu64 " pending_nj=%" PRIu64
		" difference_nj=%s\n",
		books->measured_nj.value, unsigned_digits(balance->live_nj).text,
		books->exited_nj.value, books->unattributed_nj.value, books->idle_nj.value,
		books->pending_nj.value, signed_digits(balance->difference_nj).text);
}

int energy_balance_report(const char *who, const char *path,
			  const struct energy_listing *listing)
{
	struct energy_balance balance;
	const char *problem = energy_balance_fill(&balance, listing);

	if (problem) {
		energy_complain(who, "cannot balance %s: %s", path, problem);
		return ENERGY_FAILED;
	}
	energy_balance_print(stdout, &balance);
	if (fflush(stdout)) {
		energy_complain(who, "cannot write: %s", strerror(errno));
		return ENERGY_FAILED;
	}
	if (balance.difference_nj > 0)
		energy_complain(who, "the books of %s do not balance: %s nJ of what was measured "
				"are in no account", path,
				signed_digits(balance.difference_nj).text);
	else if (balance.difference_nj < 0)
		energy_complain(who, "the books of %s do not balance: the accounts hold %s nJ more "
				"than was measured", path,
				signed_digits(-balance.difference_nj).text);
	return balance.difference_nj ? ENERGY_FAILED : ENERGY_OK;
}
