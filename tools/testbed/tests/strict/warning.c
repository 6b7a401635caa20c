// SPDX-License-Identifier: GPL-2.0-only
/* What the compiler sees with W=1 alone: a function that nobody has declared. */
#include <linux/module.h>

int strict_undeclared(void)
{
	return 0;
}

MODULE_DESCRIPTION("Test bed: a module with a fault for W=1");
MODULE_LICENSE("GPL");
