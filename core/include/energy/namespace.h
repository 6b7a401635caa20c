/* SPDX-License-Identifier: GPL-2.0-only */
/* The namespace that energy_core exports its symbols in, GPL-only. */
#ifndef _ENERGY_NAMESPACE_H
#define _ENERGY_NAMESPACE_H

#include <linux/module.h>

/**
 * ENERGY_IMPORT_NS() - Use energy_core's symbols; once in a module, beside MODULE_LICENSE()
 *
 * MODULE_IMPORT_NS() takes a bare name up to 6.12 and a string from 6.13 on. What it comes to
 * is this in both, so that providers need no version test.
 */
#define ENERGY_IMPORT_NS()	MODULE_INFO(import_ns, "ENERGY")

#endif /* _ENERGY_NAMESPACE_H */
