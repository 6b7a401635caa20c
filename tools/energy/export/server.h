/* SPDX-License-Identifier: GPL-2.0-only */
/* The HTTP server: one thread, one reading for all who ask at about the same time. */
#ifndef ENERGY_EXPORT_SERVER_H
#define ENERGY_EXPORT_SERVER_H

#include "export/auth.h"
#include "export/metrics.h"
#include "export/options.h"
#include "export/reading.h"

struct energy_server;

/*
 * Opens the socket and reads keys and logins; nothing is served yet. Complains as @who and
 * returns NULL where that fails.
 */
struct energy_server *energy_server_open(const char *who,
					 const struct energy_export_options *options,
					 struct energy_reading *reading);

/* Serves until a signal ends it. Returns 0, or a negative errno that was complained about. */
int energy_server_run(struct energy_server *server);
void energy_server_close(struct energy_server *server);

#endif /* ENERGY_EXPORT_SERVER_H */
