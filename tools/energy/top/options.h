/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of `energy top`. */
#ifndef ENERGY_OPTIONS_H
#define ENERGY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "top/view.h"

struct energy_top_options {
	uint64_t run_ns;	/* UINT64_MAX: until something else ends it */
	uint64_t delay_ns;
	size_t rows;		/* SIZE_MAX: all */
	bool batch;
	bool balance;
	bool cgroup;
	const char *file;
	const char *replay;
	const char *cgroup_list;	/* NULL: the one that goes with what is read */
	const char *proc;		/* likewise, where to look for processes' cgroups */
	bool history;			/* also in plain text */
	bool domains;			/* likewise */
	struct energy_view view;	/* at the start */
};

/* What --help shows. */
extern const char energy_top_usage[];

/* False when there is nothing to run; then @status is what to exit with. */
bool energy_top_options_parse(struct energy_top_options *options, int argc, char **argv,
			      int *status);

#endif /* ENERGY_OPTIONS_H */
