// SPDX-License-Identifier: GPL-2.0-only
/* Nothing is wrong with this. */
#include <linux/module.h>

MODULE_DESCRIPTION("Test bed: a module without a fault");
MODULE_LICENSE("GPL");
