/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ENERGY_EXPORT_ADDRESS_H
#define ENERGY_EXPORT_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* Enough for "[IPv6 address%interface]:port". */
#define ENERGY_ADDRESS_MAX 96

struct energy_address {
	struct sockaddr_storage socket;
	socklen_t len;
	bool loopback;		/* only this machine can reach it */
};

/* "127.0.0.1:28200", "[::1]:28200", ":28200" for everywhere. False for anything else. */
bool energy_address_parse(struct energy_address *address, const char *text);

/* A socket that listens there, or a negative errno. */
int energy_address_listen(const struct energy_address *address);

/* Where @fd listens, as it was given. */
void energy_address_text(char *out, size_t size, int fd);

#endif /* ENERGY_EXPORT_ADDRESS_H */
