// SPDX-License-Identifier: GPL-2.0-only
/*
 * udp - what a datagram through the loopback device costs, sent and received.
 *
 * usage: udp stream|each|alone NUMBER BYTES
 *
 * stream: from one process to another, which reads BATCH datagrams at a time; the sender waits
 * for it then, so that none is dropped. each: it runs as soon as there is one, so that each
 * datagram costs two context switches too. alone: one process sends to itself.
 *
 * Prints nanoseconds per datagram.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "common.h"

#define BATCH		64
#define MAX_BYTES	60000

static char bytes[MAX_BYTES];

/* A socket on the loopback device, connected to itself. */
static int new_socket(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) ||
	    getsockname(fd, (struct sockaddr *)&at, &len) ||
	    connect(fd, (struct sockaddr *)&at, len))
		die("no socket");
	return fd;
}

static void put(int fd, size_t size)
{
	if (send(fd, bytes, size, 0) != (ssize_t)size)
		die("cannot send");
}

static void get(int fd, size_t size)
{
	if (recv(fd, bytes, sizeof(bytes), 0) != (ssize_t)size)
		die("cannot receive");
}

static void send_alone(int fd, unsigned long total, size_t size)
{
	for (unsigned long i = 0; i < total; i++) {
		put(fd, size);
		get(fd, size);
	}
}

static void __attribute__((noreturn)) receive_stream(int fd, size_t size, int done)
{
	for (unsigned long i = 1;; i++) {
		get(fd, size);
		if (!(i % BATCH) && write(done, "", 1) != 1)
			die("the sender is gone");
	}
}

static void send_stream(int fd, unsigned long total, size_t size, int done)
{
	char c;

	for (unsigned long i = 1; i <= total; i++) {
		put(fd, size);
		if (!(i % BATCH) && read(done, &c, 1) != 1)
			die("the receiver is gone");
	}
}

/* One that wakes up waits until the one that runs waits for it. */
static void no_preemption(void)
{
	struct sched_param none = { 0 };

	if (sched_setscheduler(0, SCHED_BATCH, &none))
		die("cannot be a batch process");
}

int main(int argc, char **argv)
{
	bool alone;
	unsigned long total;
	uint64_t start;
	size_t size;
	int fd, done[2];
	pid_t pid = 0;

	if (argc != 4 || (strcmp(argv[1], "stream") && strcmp(argv[1], "each") &&
			  strcmp(argv[1], "alone"))) {
		fputs("usage: udp stream|each|alone NUMBER BYTES\n", stderr);
		return 2;
	}
	alone = argv[1][0] == 'a';
	if (argv[1][0] == 's')
		no_preemption();
	total = number(argv[2]) / BATCH * BATCH;
	size = number(argv[3]);
	if (!total || size > MAX_BYTES)
		die("at least %d datagrams of at most %d bytes", BATCH, MAX_BYTES);
	if (pipe(done))
		die("no pipe");
	fd = new_socket();
	if (!alone) {
		pid = fork();
		if (pid < 0)
			die("cannot fork");
		if (!pid)
			receive_stream(fd, size, done[1]);
	}
	start = clock_ns(CLOCK_MONOTONIC);
	if (alone)
		send_alone(fd, total, size);
	else
		send_stream(fd, total, size, done[0]);
	say("%.1f\n", (double)(clock_ns(CLOCK_MONOTONIC) - start) / total);
	if (!alone)
		kill(pid, SIGKILL);
	return 0;
}
