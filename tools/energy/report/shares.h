/* SPDX-License-Identifier: GPL-2.0-only */
/* What each cgroup used itself, without those below it, between two lists of them. */
#ifndef ENERGY_REPORT_SHARES_H
#define ENERGY_REPORT_SHARES_H

#include <stddef.h>
#include <stdint.h>

#include "lib/cgroups.h"

struct energy_share {
	uint64_t id;
	const char *path;	/* of the newer list; NULL: not known */
	int64_t nj;		/* below 0 only where the list is not of one instant */
	int64_t cpu_ns;
};

struct energy_shares {
	struct energy_share *shares;	/* one for each path, and each without one */
	size_t nr;
	int64_t nj;		/* of all */
};

/*
 * What one used that was removed and is not listed any more is its parent's. The model's energy
 * counts where @by_model. Returns 0, -ENOMEM, or -ESTALE if one went back.
 */
int energy_shares_fill(struct energy_shares *shares, const struct energy_cgroup_list *older,
		       const struct energy_cgroup_list *newer, bool by_model);
void energy_shares_free(struct energy_shares *shares);

#endif /* ENERGY_REPORT_SHARES_H */
