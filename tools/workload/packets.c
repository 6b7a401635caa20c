// SPDX-License-Identifier: GPL-2.0-only
/*
 * packets - a sender and a receiver on the loopback device, with known numbers of packets.
 *
 * usage: packets udp|tcp NUMBER BYTES
 *
 * udp: the sender sends NUMBER datagrams, the receiver answers none; a pipe makes the sender
 * wait for the receiver every few, so that none is dropped. tcp: NUMBER messages, each
 * answered before the next goes out, so that each is one segment both ways.
 *
 * Says "sender=PID receiver=PID sender_segs=N receiver_segs=N" (segments sent in all, from
 * TCP_INFO; 0 for udp) when all have arrived; both then wait to be ended.
 */
#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "common.h"

#define BATCH		16
#define MAX_BYTES	60000

static char bytes[MAX_BYTES];
static unsigned long total, size;
/* From the receiver to the sender. */
static int news[2];

static int new_socket(int type, struct sockaddr_in *address)
{
	int fd = socket(AF_INET, type, 0), one = 1;
	socklen_t len = sizeof(*address);

	*address = (struct sockaddr_in){ .sin_family = AF_INET,
					 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (fd < 0 || bind(fd, (struct sockaddr *)address, len) ||
	    getsockname(fd, (struct sockaddr *)address, &len))
		die("no socket");
	if (type == SOCK_STREAM)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static void tell(unsigned long value)
{
	if (write(news[1], &value, sizeof(value)) != sizeof(value))
		die("cannot tell");
}

static unsigned long hear(void)
{
	unsigned long value;

	if (read(news[0], &value, sizeof(value)) != sizeof(value))
		die("the receiver is gone");
	return value;
}

static void get(int fd)
{
	ssize_t done = recv(fd, bytes, size, MSG_WAITALL);

	if (done != (ssize_t)size)
		die("received %zd of %lu bytes", done, size);
}

static void put(int fd)
{
	ssize_t done = send(fd, bytes, size, 0);

	if (done != (ssize_t)size)
		die("sent %zd of %lu bytes", done, size);
}

static unsigned long segments_out(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		die("no TCP_INFO");
	return info.tcpi_segs_out;
}

static unsigned long udp_receive(int fd)
{
	for (unsigned long i = 1; i <= total; i++) {
		get(fd);
		if (!(i % BATCH))
			tell(i);
	}
	return 0;
}

static unsigned long udp_send(int fd, const struct sockaddr_in *to)
{
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		die("cannot connect");
	for (unsigned long i = 1; i <= total; i++) {
		put(fd);
		if (!(i % BATCH))
			hear();
	}
	return 0;
}

static unsigned long tcp_receive(int listener)
{
	int one = 1, fd = accept(listener, NULL, NULL);

	if (fd < 0)
		die("cannot accept");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	for (unsigned long i = 0; i < total; i++) {
		get(fd);
		put(fd);
	}
	return segments_out(fd);
}

static unsigned long tcp_send(int fd, const struct sockaddr_in *to)
{
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		die("cannot connect");
	for (unsigned long i = 0; i < total; i++) {
		put(fd);
		get(fd);
	}
	return segments_out(fd);
}

int main(int argc, char **argv)
{
	struct sockaddr_in to, from;
	unsigned long sent, received;
	int type, fd;
	pid_t pid;

	if (argc != 4 || (strcmp(argv[1], "udp") && strcmp(argv[1], "tcp"))) {
		fputs("usage: packets udp|tcp NUMBER BYTES\n", stderr);
		return 2;
	}
	type = argv[1][0] == 't' ? SOCK_STREAM : SOCK_DGRAM;
	total = number(argv[2]);
	size = number(argv[3]);
	if (size > MAX_BYTES)
		die("at most %d bytes", MAX_BYTES);
	if (pipe(news))
		die("no pipe");
	fd = new_socket(type, &to);
	if (type == SOCK_STREAM && listen(fd, 1))
		die("cannot listen");
	pid = fork();
	if (pid < 0)
		die("cannot fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		tell(type == SOCK_STREAM ? tcp_receive(fd) : udp_receive(fd));
		stay();
	}
	close(fd);
	fd = new_socket(type, &from);
	sent = type == SOCK_STREAM ? tcp_send(fd, &to) : udp_send(fd, &to);
	received = hear();
	say("sender=%d receiver=%d sender_segs=%lu receiver_segs=%lu\n", getpid(), pid, sent,
	    received);
	stay();
}
