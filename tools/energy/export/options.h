/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ENERGY_EXPORT_OPTIONS_H
#define ENERGY_EXPORT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "export/metrics.h"

struct energy_export_options {
	const char *listen;
	const char *tls_cert, *tls_key;
	const char *auth;		/* file; NULL: everybody may read */
	const char *textfile;		/* NULL: serve HTTP */
	uint64_t interval_ns;		/* of the textfile */
	bool once;
	uint64_t max_age_ns;		/* a reading is good for so long */
	size_t most_processes, most_cgroups;
	const char *user;		/* whom to become; NULL: stay */
	bool drop_capabilities;
	const char *file, *cgroups_file;	/* NULL: the best that may be read */
	const char *proc;
	bool no_debugfs;
	struct energy_metrics_options metrics;
};

/*
 * Parses the command line. Returns false when there is nothing more to do: then *status is what
 * to exit with.
 */
bool energy_export_options_parse(struct energy_export_options *options, int argc, char **argv,
				 int *status);

#endif /* ENERGY_EXPORT_OPTIONS_H */
