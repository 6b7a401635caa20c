// SPDX-License-Identifier: GPL-2.0-only
/*
 * nthfault - do something again and again, and have each allocation that it makes fail in turn.
 *
 * usage: nthfault [OPTION...] load FILE NAME [SETTINGS]
 *	  nthfault [OPTION...] read FILE
 *	  nthfault [OPTION...] write FILE TEXT
 *	  nthfault [OPTION...] fork
 *	  nthfault [OPTION...] mkdir DIRECTORY
 *
 *	-f  the allocation to begin with (default 1)
 *	-m  more than there are (default 20000); else it fails
 *	-e  an errno that is as good as ENOMEM
 *
 * Needs a kernel with CONFIG_FAULT_INJECTION, set up to fail on request alone. It ends when no
 * allocation is left to fail, and says: tries= worked= failed= alike= other= last=. worked is how
 * often it worked in spite of a failed allocation, failed how often it ended with ENOMEM, alike
 * with -e's, other with anything else, the last of which was last.
 */
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "common.h"

static int nth_fd;

/* Between these two no allocation of ours is to be hit: they are calls of the kernel alone. */
static void arm(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(nth_fd, text, len, 0) != len)
		die("cannot write fail-nth");
}

/* Whether an allocation has failed since. */
static bool disarm(void)
{
	char text[16] = "";
	int keep = errno;
	ssize_t len = pread(nth_fd, text, sizeof(text) - 1, 0);
	unsigned long left;

	if (len <= 0)
		die("cannot read fail-nth");
	left = strtoul(text, NULL, 10);
	if (left && pwrite(nth_fd, "0", 1, 0) != 1)
		die("cannot write fail-nth");
	errno = keep;
	return !left;
}

/* Each does it once and undoes it; returns 0 or an errno, *hit says whether a fault came. */

static int do_load(char **args, unsigned int nth, bool *hit)
{
	const char *settings = args[2] ? args[2] : "";
	int fd = open(args[0], O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		die("%s", args[0]);
	arm(nth);
	ret = syscall(SYS_finit_module, fd, settings, 0) ? errno : 0;
	*hit = disarm();
	close(fd);
	if (!ret && syscall(SYS_delete_module, args[1], 0))
		die("cannot remove %s", args[1]);
	return ret;
}

static int do_read(char **args, unsigned int nth, bool *hit)
{
	static char buf[65536];
	int fd, ret = 0;
	ssize_t len;

	arm(nth);
	fd = open(args[0], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		ret = errno;
	else
		while ((len = read(fd, buf, sizeof(buf))) != 0)
			if (len < 0) {
				ret = errno;
				break;
			}
	*hit = disarm();
	if (fd >= 0)
		close(fd);
	/* the window that it was bound to has gone: nobody's fault */
	return ret == ESTALE ? 0 : ret;
}

static int do_write(char **args, unsigned int nth, bool *hit)
{
	int fd, ret = 0;

	arm(nth);
	fd = open(args[0], O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, args[1], strlen(args[1])) < 0)
		ret = errno;
	*hit = disarm();
	if (fd >= 0)
		close(fd);
	return ret;
}

/* The child has none to fail: who it is would not matter. */
static int do_fork(char **args, unsigned int nth, bool *hit)
{
	int ret = 0;
	pid_t pid;

	(void)args;
	arm(nth);
	pid = syscall(SYS_fork);
	if (!pid)
		syscall(SYS_exit_group, 0);
	if (pid < 0)
		ret = errno;
	*hit = disarm();
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return ret;
}

static int do_mkdir(char **args, unsigned int nth, bool *hit)
{
	int ret;

	arm(nth);
	ret = mkdir(args[0], 0755) ? errno : 0;
	*hit = disarm();
	if (!ret && rmdir(args[0]))
		die("cannot remove %s", args[0]);
	return ret;
}

static const struct action {
	const char *name;
	int args;
	int (*once)(char **args, unsigned int nth, bool *hit);
} actions[] = {
	{ "load", 2, do_load },
	{ "read", 1, do_read },
	{ "write", 2, do_write },
	{ "fork", 0, do_fork },
	{ "mkdir", 1, do_mkdir },
};

static const struct action *find_action(int argc, char **argv)
{
	for (size_t i = 0; argc && i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(actions[i].name, argv[0]) && argc > actions[i].args)
			return &actions[i];
	errno = 0;
	die("usage: nthfault [OPTION...] load|read|write|fork|mkdir ARG...");
}

int main(int argc, char **argv)
{
	unsigned long first = 1, max = 20000, good = 0, nth, worked = 0, failed = 0;
	unsigned long alike = 0, other = 0;
	const struct action *action;
	int option, ret, last = 0;
	bool hit;

	while ((option = getopt(argc, argv, "+f:m:e:")) != -1)
		if (option == 'f')
			first = number(optarg);
		else if (option == 'm')
			max = number(optarg);
		else if (option == 'e')
			good = number(optarg);
		else
			return 2;
	argc -= optind;
	argv += optind;
	action = find_action(argc, argv);
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_fd < 0)
		die("no fail-nth: not a kernel for fault injection");
	/* no page of ours is to be missing */
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("cannot lock memory");
	for (nth = first; nth <= max; nth++) {
		ret = action->once(argv + 1, nth, &hit);
		if (!hit)
			break;
		worked += !ret;
		if (ret == ENOMEM) {
			failed++;
		} else if (ret && (unsigned long)ret == good) {
			alike++;
		} else if (ret) {
			other++;
			last = ret;
		}
	}
	errno = 0;
	if (nth > max)
		die("it makes more than %lu allocations", max);
	if (ret)
		die("it fails without a fault: %s", strerror(ret));
	say("tries=%lu worked=%lu failed=%lu alike=%lu other=%lu last=%d\n", nth - first, worked,
	    failed, alike, other, last);
	return 0;
}
