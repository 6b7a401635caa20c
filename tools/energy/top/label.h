/* SPDX-License-Identifier: GPL-2.0-only */
/* What people call a cgroup. */
#ifndef ENERGY_LABEL_H
#define ENERGY_LABEL_H

#include <stddef.h>

#define ENERGY_LABEL_MAX 512

/*
 * The container of @path as its engine lists it ("docker 0123456789ab"), with what is below it
 * in there; else the systemd unit, likewise; else the path. Fit for the terminal.
 */
void energy_label(char *out, size_t size, const char *path);

/* The same for a tree, where those above it are seen: without them. */
void energy_label_in_tree(char *out, size_t size, const char *path);

#endif /* ENERGY_LABEL_H */
