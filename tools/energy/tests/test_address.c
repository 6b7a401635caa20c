// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <unistd.h>

#include "export/address.h"
#include "tap.h"

static void forms(bool *good)
{
	static const struct { const char *text; int family; bool loopback; } right[] = {
		{ "127.0.0.1:28200", AF_INET, true }, { "127.9.9.9:1", AF_INET, true },
		{ "0.0.0.0:65535", AF_INET, false }, { "[::1]:28200", AF_INET6, true },
		{ "[2001:db8::1]:80", AF_INET6, false }, { "[::]:0", AF_INET6, false },
		/* A manifest's: whichever of both the cluster fills in. */
		{ "[10.0.0.1]:28200", AF_INET, false }, { ":28200", AF_INET6, false },
	};
	static const char *const wrong[] = {
		"", ":", "28200", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
		"127.0.0.1:80x", "::1:28200", "[::1:28200", "[::1]28200", "localhost:80", "1:2:3",
	};
	struct energy_address address;
	size_t i;

	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		CHECK(energy_address_parse(&address, right[i].text));
		CHECK(address.socket.ss_family == right[i].family);
		CHECK(address.loopback == right[i].loopback);
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(!energy_address_parse(&address, wrong[i]));
}

/* Where that can be had: a network of our own, in which IPv6 is for IPv6 alone by default. */
static void prefer_one(void)
{
	int fd;

	if (unshare(CLONE_NEWNET))
		return;
	fd = open("/proc/sys/net/ipv6/bindv6only", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		printf("# bindv6only cannot be set\n");
	close(fd);
}

static void everywhere(bool *good)
{
	struct energy_address address;
	int fd, only = -1;
	socklen_t len = sizeof(only);

	prefer_one();
	CHECK(energy_address_parse(&address, "[::]:0"));
	fd = energy_address_listen(&address);
	if (fd == -EAFNOSUPPORT)
		return;
	CHECK(fd >= 0 && !getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &len));
	CHECK(only == 0);
	close(fd);
}

static const struct tap_test tests[] = {
	{ "address: what is one, and whether it is this machine's alone", forms },
	{ "address: everywhere is IPv4, too, whatever the system's default is", everywhere },
};

TAP_MAIN(tests)
