/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that are opened once, by root, and read ever after, by somebody else: what a file of
 * energy_core shows is decided when it is opened.
 */
#ifndef ENERGY_EXPORT_FILES_H
#define ENERGY_EXPORT_FILES_H

#include <stdbool.h>

#include "lib/reader.h"

/*
 * Its open() begins a kept file anew, from offset 0; one that could not be read any more, as its
 * module was unloaded, is opened by its path again. Others are opened and closed as usual.
 */
extern const struct energy_io energy_kept_io;

/* Opens @path for energy_kept_io. Returns 0 or a negative errno. */
int energy_files_keep(const char *path);
void energy_files_close(void);

#endif /* ENERGY_EXPORT_FILES_H */
