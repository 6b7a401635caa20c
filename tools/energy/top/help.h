/* SPDX-License-Identifier: GPL-2.0-only */
/* The help screen: what the keys do. */
#ifndef ENERGY_HELP_H
#define ENERGY_HELP_H

#include "top/page.h"

void energy_help_emit(energy_emit *emit, void *context, size_t columns);

#endif /* ENERGY_HELP_H */
