// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "export/clients.h"
#include "tap.h"

#define MOST_ENDS (4 * ENERGY_MOST_CLIENTS)

/* Connections, of which we have the clients' ends. */
struct hall {
	struct energy_clients clients;
	struct energy_client *all[MOST_ENDS];
	int far[MOST_ENDS];
	size_t nr;
};

static void come(struct hall *hall, const char *from)
{
	struct sockaddr_storage address = { 0 };
	struct sockaddr_in6 *six = (void *)&address;
	struct sockaddr_in *four = (void *)&address;
	int ends[2];

	if (inet_pton(AF_INET, from, &four->sin_addr) == 1)
		address.ss_family = AF_INET;
	else if (inet_pton(AF_INET6, from, &six->sin6_addr) == 1)
		address.ss_family = AF_INET6;
	if (!address.ss_family || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends))
		abort();
	hall->far[hall->nr] = ends[1];
	hall->all[hall->nr++] = energy_clients_add(&hall->clients, ends[0], (void *)&address);
}

static void come_many(struct hall *hall, const char *from, size_t nr)
{
	while (nr--)
		come(hall, from);
}

static bool is_open(const struct hall *hall, size_t number)
{
	char byte;

	return read(hall->far[number], &byte, 1) < 0;
}

static size_t nr_open(const struct hall *hall)
{
	size_t nr = 0, i;

	for (i = 0; i < hall->nr; i++)
		nr += is_open(hall, i);
	return nr;
}

/* As the library does it, once it sees the end of the connection. */
static void go(struct hall *hall, size_t number)
{
	close(hall->all[number]->fd);
	energy_clients_remove(&hall->clients, hall->all[number]);
	hall->all[number] = NULL;
}

static void go_all(struct hall *hall)
{
	size_t i;

	for (i = 0; i < hall->nr; i++) {
		if (hall->all[i])
			go(hall, i);
		close(hall->far[i]);
	}
}

static void silent_longest(bool *good)
{
	struct hall hall = { 0 };

	come_many(&hall, "10.0.0.1", ENERGY_MOST_CLIENTS);
	CHECK(nr_open(&hall) == ENERGY_MOST_CLIENTS);
	energy_clients_hear(&hall.clients, hall.all[0]);
	come(&hall, "10.0.0.1");
	CHECK(is_open(&hall, 0) && !is_open(&hall, 1));
	/* Whose end is not seen yet is not ended again. */
	come(&hall, "10.0.0.1");
	CHECK(!is_open(&hall, 2) && nr_open(&hall) == ENERGY_MOST_CLIENTS);
	go(&hall, 1);
	go(&hall, 50);
	come(&hall, "10.0.0.1");
	CHECK(is_open(&hall, 3));
	go_all(&hall);
	CHECK(!hall.clients.first);
}

static void those_with_most(bool *good)
{
	struct hall hall = { 0 };

	come(&hall, "10.0.0.1");
	come(&hall, "::ffff:10.0.0.2");
	come_many(&hall, "::ffff:10.0.0.3", 3);
	come_many(&hall, "::ffff:10.0.0.4", 3 * ENERGY_MOST_CLIENTS);
	CHECK(is_open(&hall, 0) && is_open(&hall, 1) && is_open(&hall, 2) && is_open(&hall, 4));
	CHECK(!is_open(&hall, 5) && is_open(&hall, hall.nr - 1));
	CHECK(nr_open(&hall) == ENERGY_MOST_CLIENTS);
	go_all(&hall);
}

/* Each of his has an address of its own, and they are one subscriber's. */
static void one_network(bool *good)
{
	struct hall hall = { 0 };
	char from[64];
	size_t i;

	come(&hall, "2001:db8:0:2::1");
	for (i = 0; i < 2 * ENERGY_MOST_CLIENTS; i++) {
		snprintf(from, sizeof(from), "2001:db8:0:1::%zx", i);
		come(&hall, from);
	}
	CHECK(is_open(&hall, 0) && !is_open(&hall, 1));
	go_all(&hall);
}

static const struct tap_test tests[] = {
	{ "clients: who was silent the longest has to go", silent_longest },
	{ "clients: of those from where the most are", those_with_most },
	{ "clients: a network of IPv6 counts as one", one_network },
};

TAP_MAIN(tests)
