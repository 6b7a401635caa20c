/* SPDX-License-Identifier: GPL-2.0-only */
/* A test program: functions that check, and a TAP line for each. */
#ifndef ENERGY_TESTS_TAP_H
#define ENERGY_TESTS_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct tap_test {
	const char *name;
	void (*run)(bool *good);
};

/* A check that fails says so and fails its test, which goes on. */
#define CHECK(condition)							\
	do {									\
		if (!(condition)) {						\
			printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			*good = false;						\
		}								\
	} while (0)

#define CHECK_TEXT(is, expected)						\
	do {									\
		if (strcmp(is, expected)) {					\
			printf("# %s:%d: is '%s', not '%s'\n", __FILE__, __LINE__, is, expected); \
			*good = false;						\
		}								\
	} while (0)

#define TAP_MAIN(tests) \
	int main(void) { return tap_run(tests, sizeof(tests) / sizeof((tests)[0])); }

static inline int tap_run(const struct tap_test *tests, size_t nr)
{
	int status = 0;
	size_t i;

	printf("1..%zu\n", nr);
	for (i = 0; i < nr; i++) {
		bool good = true;

		tests[i].run(&good);
		printf("%sok %zu - %s\n", good ? "" : "not ", i + 1, tests[i].name);
		status |= !good;
	}
	return status;
}

#endif /* ENERGY_TESTS_TAP_H */
