/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ENERGY_EXPORT_TEXTFILE_H
#define ENERGY_EXPORT_TEXTFILE_H

#include <stddef.h>

/*
 * Puts @len bytes at @path, for whom the umask lets read it, so that whoever opens it finds all of
 * the old or all of the new ones. Returns 0 or a negative errno; then the old ones are still there.
 */
int energy_textfile_write(const char *path, const char *text, size_t len);

#endif /* ENERGY_EXPORT_TEXTFILE_H */
