// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/carbon.h"
#include "tap.h"

static char why[512];

static int init(struct energy_carbon *carbon, const char *value)
{
	why[0] = '\0';
	return energy_carbon_init(carbon, value, why, sizeof(why));
}

static int refresh(struct energy_carbon *carbon)
{
	why[0] = '\0';
	return energy_carbon_refresh(carbon, why, sizeof(why));
}

static void numbers(bool *good)
{
	static const char *const wrong[] = { "", "-1", "inf", "nan", "0x10", "1 2", "1e999" };
	struct energy_carbon carbon;
	size_t i;

	CHECK(!init(&carbon, "412.5") && carbon.from == ENERGY_CARBON_NUMBER);
	CHECK(carbon.g_per_kwh == 412.5 && !refresh(&carbon));
	CHECK(!init(&carbon, "0") && carbon.g_per_kwh == 0);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(init(&carbon, wrong[i]) < 0 && why[0]);
	/* A kWh, and the half of it. */
	CHECK(!init(&carbon, "360"));
	CHECK(energy_carbon_g(&carbon, 3.6e15) == 360 && energy_carbon_g(&carbon, 1.8e15) == 180);
}

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	fputs(text, file);
	fclose(file);
}

static void files(bool *good)
{
	static const char *const wrong[] = { "", "many\n", "-5\n", "5 6\n", "0x10\n" };
	char path[] = "/tmp/energy-carbon-XXXXXX";
	struct energy_carbon carbon;
	size_t i;

	close(mkstemp(path));
	put(path, " 40.25 \n");
	CHECK(!init(&carbon, path) && carbon.from == ENERGY_CARBON_FILE);
	CHECK(carbon.g_per_kwh == 40.25);
	put(path, "50\n");
	CHECK(!refresh(&carbon) && carbon.g_per_kwh == 50);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		put(path, wrong[i]);
		CHECK(refresh(&carbon) == -EINVAL && strstr(why, path));
		CHECK(carbon.g_per_kwh == 50);
	}
	unlink(path);
	CHECK(refresh(&carbon) == -ENOENT && carbon.g_per_kwh == 50);
	CHECK(strstr(why, "No such file") && strstr(why, path));
	CHECK(init(&carbon, "/dev/zero") == -EFBIG);
	CHECK(init(&carbon, "/tmp") == -EISDIR);
}

static void commands(bool *good)
{
	struct energy_carbon carbon;

	CHECK(!init(&carbon, "!echo 12 | cat") && carbon.from == ENERGY_CARBON_COMMAND);
	CHECK(carbon.g_per_kwh == 12);
	CHECK_TEXT(carbon.text, "echo 12 | cat");
	carbon.text = "echo 13; exit 3";
	CHECK(refresh(&carbon) == -EIO && strstr(why, "exit 3"));
	carbon.text = "echo many";
	CHECK(refresh(&carbon) == -EINVAL && strstr(why, "was printed by: echo many"));
	carbon.text = "yes 1";
	CHECK(refresh(&carbon) == -EFBIG);
	carbon.text = "echo 14";
	CHECK(!refresh(&carbon) && carbon.g_per_kwh == 14);
	/* What it does not read is not the command's to take. */
	carbon.text = "cat; echo 15";
	CHECK(!refresh(&carbon) && carbon.g_per_kwh == 15);
}

/* All of it: whoever was left would hold the pipe open. */
static void slow_commands(bool *good)
{
	struct energy_carbon carbon;
	struct pollfd end;
	int ends[2];

	CHECK(!init(&carbon, "!echo 12"));
	CHECK(!pipe(ends) && !fcntl(ends[0], F_SETFD, FD_CLOEXEC));
	carbon.text = "sleep 60 | sleep 60";
	carbon.timeout_ms = 50;
	CHECK(refresh(&carbon) == -ETIMEDOUT && strstr(why, "timed out"));
	CHECK(carbon.g_per_kwh == 12);
	close(ends[1]);
	end = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	CHECK(poll(&end, 1, 20000) == 1 && end.revents & POLLHUP);
	close(ends[0]);
	/* Its output ends, but it does not. */
	carbon.text = "echo 13; exec >&-; sleep 60";
	CHECK(refresh(&carbon) == -ETIMEDOUT && carbon.g_per_kwh == 12);
}

static const struct tap_test tests[] = {
	{ "carbon: numbers", numbers },
	{ "carbon: files, read again", files },
	{ "carbon: commands", commands },
	{ "carbon: a command that takes too long is killed", slow_commands },
};

TAP_MAIN(tests)
