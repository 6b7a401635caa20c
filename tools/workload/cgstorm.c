// SPDX-License-Identifier: GPL-2.0-only
/*
 * cgstorm - many cgroups that live for a moment.
 *
 * usage: cgstorm DIRECTORY NUMBER
 *
 * Makes so many cgroups below DIRECTORY, one after the other. In each a process is born, sends
 * one datagram over the loopback device to nobody in particular, and exits; then the cgroup is
 * removed. At the end it says: made=
 */
#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "common.h"

/* A bound socket that nobody reads: datagrams arrive, and are dropped once it is full. */
static int sink(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	*address = (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	if (fd < 0 || bind(fd, (struct sockaddr *)address, length) ||
	    getsockname(fd, (struct sockaddr *)address, &length))
		die("cannot bind a socket");
	return fd;
}

static void live_in(int cgroup, int fd, const struct sockaddr_in *address)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = cgroup,
	};
	int status;
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid < 0)
		die("cannot start a process in a cgroup");
	if (!pid)
		_exit(sendto(fd, "x", 1, 0, (const struct sockaddr *)address,
			     sizeof(*address)) != 1);
	if (waitpid(pid, &status, 0) != pid || status)
		die("a process has failed");
}

static void one(const char *name, int fd, const struct sockaddr_in *address)
{
	int cgroup;

	if (mkdir(name, 0755))
		die("cannot make %s", name);
	cgroup = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cgroup < 0)
		die("cannot open %s", name);
	live_in(cgroup, fd, address);
	close(cgroup);
	/* who has been waited for may still be on its way out */
	while (rmdir(name))
		if (errno != EBUSY)
			die("cannot remove %s", name);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address;
	unsigned long total, i;
	char name[256];
	int fd;

	if (argc != 3)
		die("usage: cgstorm DIRECTORY NUMBER");
	total = number(argv[2]);
	fd = sink(&address);
	for (i = 0; i < total; i++) {
		snprintf(name, sizeof(name), "%s/%lu", argv[1], i);
		one(name, fd, &address);
	}
	say("made=%lu\n", total);
	return 0;
}
