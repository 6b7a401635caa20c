// SPDX-License-Identifier: GPL-2.0-only
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "export/clients.h"

/* Whoever has an IPv6 address has all of its /64: each of them would pass for another client. */
static uint64_t network_of(const struct sockaddr *address)
{
	const struct sockaddr_in6 *six = (const void *)address;
	const struct sockaddr_in *four = (const void *)address;
	uint64_t network = 0;

	if (address->sa_family == AF_INET)
		network = four->sin_addr.s_addr;
	else if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
		memcpy(&network, &six->sin6_addr.s6_addr[12], 4);
	else
		memcpy(&network, &six->sin6_addr, sizeof(network));
	return network;
}

static size_t count(const struct energy_clients *clients, const struct energy_client *like)
{
	const struct energy_client *each;
	size_t nr = 0;

	for (each = clients->first; each; each = each->next)
		nr += !each->ended && (!like || each->network == like->network);
	return nr;
}

static struct energy_client *choose(const struct energy_clients *clients)
{
	struct energy_client *chosen = NULL, *each;
	size_t most = 0;

	for (each = clients->first; each; each = each->next) {
		size_t nr = each->ended ? 0 : count(clients, each);

		if (nr > most || (nr && nr == most && each->heard < chosen->heard)) {
			chosen = each;
			most = nr;
		}
	}
	return chosen;
}

struct energy_client *energy_clients_add(struct energy_clients *clients, int fd,
					 const struct sockaddr *address)
{
	struct energy_client *client = calloc(1, sizeof(*client)), *chosen;

	if (!client)
		return NULL;
	client->fd = fd;
	client->network = network_of(address);
	client->next = clients->first;
	clients->first = client;
	energy_clients_hear(clients, client);
	if (count(clients, NULL) > ENERGY_MOST_CLIENTS) {
		chosen = choose(clients);
		chosen->ended = true;
		shutdown(chosen->fd, SHUT_RDWR);
	}
	return client;
}

void energy_clients_hear(struct energy_clients *clients, struct energy_client *client)
{
	client->heard = ++clients->nr_heard;
}

void energy_clients_remove(struct energy_clients *clients, struct energy_client *client)
{
	struct energy_client **at = &clients->first;

	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	free(client);
}
