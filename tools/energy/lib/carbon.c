// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/carbon.h"
#include "lib/wait.h"

#define NSEC_PER_MSEC 1000000ULL

/* A number with spaces around it is all that is read. */
#define LONGEST_TEXT 256

static bool parse_number(const char *text, double *number)
{
	char *end;

	/* strtod() alone would take "inf", "nan" and hexadecimal ones. */
	if (text[strspn(text, "0123456789.eE+- \t\r\n")])
		return false;
	*number = strtod(text, &end);
	if (end == text)
		return false;
	while (isspace((unsigned char)*end))
		end++;
	return !*end && isfinite(*number);
}

/* Reads @fd to its end, or until @deadline_ns; returns the length or a negative errno. */
static ssize_t read_text(int fd, char *text, size_t size, uint64_t deadline_ns)
{
	size_t len = 0;
	ssize_t got;

	do {
		uint64_t now_ns = energy_now_ns();
		struct pollfd input = { .fd = fd, .events = POLLIN };
		int left_ms = now_ns < deadline_ns ? (deadline_ns - now_ns) / NSEC_PER_MSEC + 1 : 0;
		int ready = poll(&input, 1, left_ms);

		if (!ready)
			return -ETIMEDOUT;
		got = ready < 0 ? -1 : read(fd, text + len, size - len);
		if (got < 0 && (errno != EINTR || energy_wait_ended()))
			return -errno;
		if (got > 0)
			len += got;
		if (len == size)
			return -EFBIG;
	} while (got);
	text[len] = '\0';
	return len;
}

static int read_file(const struct energy_carbon *carbon, char *text, size_t size, char *why,
		     size_t why_size)
{
	/* A pipe without a writer must not hold us up. */
	int fd = open(carbon->text, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t len = fd < 0 ? -errno
		: read_text(fd, text, size, energy_now_ns() +
			    carbon->timeout_ms * NSEC_PER_MSEC);

	if (fd >= 0)
		close(fd);
	if (len >= 0)
		return 0;
	snprintf(why, why_size, "cannot read the carbon intensity from %s: %s "
		 "(give g/kWh, a file that has it, or '!COMMAND' that prints it)", carbon->text,
		 strerror(-len));
	return len;
}

static void run_in_child(const char *command, int out)
{
	int null = open("/dev/null", O_RDWR);

	/* A group of its own, so that all of a pipeline can be killed. */
	setpgid(0, 0);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(127);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static pid_t start_command(const char *command, int *from)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	child = fork();
	if (!child)
		run_in_child(command, ends[1]);
	if (child < 0)
		child = -errno;
	close(ends[1]);
	if (child < 0)
		close(ends[0]);
	else
		setpgid(child, child);
	*from = ends[0];
	return child;
}

/*
 * Waits for its end, which may come after that of its output, and makes one of it at
 * @deadline_ns. Until it is reaped its number, and that of its group, is nobody else's. Returns
 * its status, or -ETIMEDOUT.
 */
static int end_command(pid_t child, uint64_t deadline_ns)
{
	const struct timespec moment = { .tv_nsec = NSEC_PER_MSEC };
	bool late = false;
	int status;

	for (;;) {
		pid_t ended;

		if (!late && (energy_now_ns() >= deadline_ns || energy_wait_ended())) {
			late = true;
			kill(-child, SIGKILL);
		}
		ended = waitpid(child, &status, late ? 0 : WNOHANG);
		if (ended == child)
			return late ? -ETIMEDOUT : status;
		if (ended < 0 && errno != EINTR)
			return -errno;
		if (!ended)
			nanosleep(&moment, NULL);
	}
}

static int read_command(const struct energy_carbon *carbon, char *text, size_t size, char *why,
			size_t why_size)
{
	uint64_t deadline_ns = energy_now_ns() + carbon->timeout_ms * NSEC_PER_MSEC;
	int from = -1, status;
	pid_t child = start_command(carbon->text, &from);
	ssize_t len = child;

	if (child > 0) {
		len = read_text(from, text, size, deadline_ns);
		close(from);
		status = end_command(child, len < 0 ? 0 : deadline_ns);
		if (len >= 0 && status == -ETIMEDOUT) {
			len = status;
		} else if (len >= 0 && status) {
			snprintf(why, why_size, "the command for the carbon intensity failed: %s",
				 carbon->text);
			return -EIO;
		}
	}
	if (len >= 0)
		return 0;
	snprintf(why, why_size, "cannot read the carbon intensity from the command '%s': %s",
		 carbon->text, strerror(-len));
	return len;
}

int energy_carbon_refresh(struct energy_carbon *carbon, char *why, size_t size)
{
	char text[LONGEST_TEXT];
	double g_per_kwh;
	int err = 0;

	if (carbon->from == ENERGY_CARBON_FILE)
		err = read_file(carbon, text, sizeof(text), why, size);
	else if (carbon->from == ENERGY_CARBON_COMMAND)
		err = read_command(carbon, text, sizeof(text), why, size);
	else
		return 0;
	if (err)
		return err;
	if (!parse_number(text, &g_per_kwh) || g_per_kwh < 0) {
		snprintf(why, size, "no carbon intensity (one number, g/kWh, not negative) %s: %s",
			 carbon->from == ENERGY_CARBON_FILE ? "in" : "was printed by",
			 carbon->text);
		return -EINVAL;
	}
	carbon->g_per_kwh = g_per_kwh;
	return 0;
}

int energy_carbon_init(struct energy_carbon *carbon, const char *value, char *why, size_t size)
{
	*carbon = (struct energy_carbon){ .text = value,
					  .timeout_ms = ENERGY_CARBON_TIMEOUT_MS };
	if (parse_number(value, &carbon->g_per_kwh)) {
		carbon->from = ENERGY_CARBON_NUMBER;
		if (carbon->g_per_kwh >= 0)
			return 0;
		snprintf(why, size, "a carbon intensity is not negative: %s", value);
		return -EINVAL;
	}
	carbon->from = ENERGY_CARBON_FILE;
	if (value[0] == '!') {
		carbon->from = ENERGY_CARBON_COMMAND;
		carbon->text++;
	}
	return energy_carbon_refresh(carbon, why, size);
}
