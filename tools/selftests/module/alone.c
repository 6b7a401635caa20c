// SPDX-License-Identifier: GPL-2.0-only
/* Compiles only if the header needs no other before it. */
#include <energy/source.h>

/* and if it is complete */
static_assert(sizeof(struct energy_source) && sizeof(struct energy_domain));
