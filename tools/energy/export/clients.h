/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who is connected, and who has to go when there are too many: connections cost nothing, so that
 * a limit alone would let whoever holds the most of them, and says little, keep out all others.
 */
#ifndef ENERGY_EXPORT_CLIENTS_H
#define ENERGY_EXPORT_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ENERGY_MOST_CLIENTS 64

struct energy_client {
	int fd;
	uint64_t network;	/* where it is: an IPv4 address, or the /64 of an IPv6 one */
	uint64_t heard;		/* when it came or asked last, counted in such events */
	bool ended;		/* it was one too many, and is about to be removed */
	struct energy_client *next;
};

struct energy_clients {
	struct energy_client *first;
	uint64_t nr_heard;
};

/*
 * Adds one that has just connected; it is freed by energy_clients_remove(). Where they are too
 * many then, the connection is shut down that was silent the longest, of those from the network
 * that has the most. Returns NULL where memory is short.
 */
struct energy_client *energy_clients_add(struct energy_clients *clients, int fd,
					 const struct sockaddr *address);

/* It has asked for something. */
void energy_clients_hear(struct energy_clients *clients, struct energy_client *client);
void energy_clients_remove(struct energy_clients *clients, struct energy_client *client);

#endif /* ENERGY_EXPORT_CLIENTS_H */
