// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export/address.h"

#define BACKLOG SOMAXCONN
#define MOST_PORT 65535

static bool is_loopback(const struct sockaddr_storage *address)
{
	const struct sockaddr_in6 *six = (const void *)address;
	const struct sockaddr_in *four = (const void *)address;

	if (address->ss_family == AF_INET)
		return ntohl(four->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

static bool is_port(const char *text)
{
	size_t len = strlen(text);

	return len && len <= 5 && strspn(text, "0123456789") == len && atoi(text) <= MOST_PORT;
}

bool energy_address_parse(struct energy_address *address, const char *text)
{
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
	};
	const char *colon = strrchr(text, ':');
	char host[ENERGY_ADDRESS_MAX];
	struct addrinfo *found;
	size_t len;

	if (!colon || !is_port(colon + 1))
		return false;
	len = colon - text;
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	} else if (memchr(text, ':', len)) {
		/* Where an IPv6 address ends and its port begins is a matter of brackets. */
		return false;
	}
	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (getaddrinfo(len ? host : "::", colon + 1, &hints, &found))
		return false;
	memset(address, 0, sizeof(*address));
	memcpy(&address->socket, found->ai_addr, found->ai_addrlen);
	address->len = found->ai_addrlen;
	address->loopback = is_loopback(&address->socket);
	freeaddrinfo(found);
	return true;
}

int energy_address_listen(const struct energy_address *address)
{
	int fd = socket(address->socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int yes = 1, no = 0, err;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	/* [::] is for IPv4, too, also where net.ipv6.bindv6only says otherwise. */
	if (address->socket.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
	if (bind(fd, (const void *)&address->socket, address->len) || listen(fd, BACKLOG)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

void energy_address_text(char *out, size_t size, int fd)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	char host[ENERGY_ADDRESS_MAX], port[16];
	bool six;

	if (getsockname(fd, (void *)&address, &len) ||
	    getnameinfo((void *)&address, len, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV)) {
		snprintf(out, size, "?");
		return;
	}
	six = address.ss_family == AF_INET6;
	snprintf(out, size, "%s%s%s:%s", six ? "[" : "", host, six ? "]" : "", port);
}
