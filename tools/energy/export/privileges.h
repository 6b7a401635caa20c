/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ENERGY_EXPORT_PRIVILEGES_H
#define ENERGY_EXPORT_PRIVILEGES_H

#include <stddef.h>

/*
 * Becomes @user, or stays who it is where that is NULL, with that user's groups, no capability
 * and no way to get one back. Returns 0, or a negative errno with @why.
 */
int energy_privileges_drop(const char *user, char *why, size_t size);

#endif /* ENERGY_EXPORT_PRIVILEGES_H */
