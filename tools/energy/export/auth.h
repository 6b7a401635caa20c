/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may read, by name and password. */
#ifndef ENERGY_EXPORT_AUTH_H
#define ENERGY_EXPORT_AUTH_H

#include <stdbool.h>
#include <stddef.h>

struct energy_login {
	char *name;
	const char *password;	/* or its hash, as crypt(3) has it, which begins with '$' */
};

struct energy_auth {
	struct energy_login *logins;
	size_t nr_logins;
};

/*
 * Reads lines NAME:PASSWORD; empty ones and those that begin with '#' are left out. A file that
 * others may read or write is refused. Returns 0, or a negative errno with @why.
 */
int energy_auth_read(struct energy_auth *auth, const char *path, char *why, size_t size);
bool energy_auth_check(const struct energy_auth *auth, const char *name, const char *password);
void energy_auth_free(struct energy_auth *auth);

#endif /* ENERGY_EXPORT_AUTH_H */
