// SPDX-License-Identifier: GPL-2.0-only
/* What sparse alone sees: user memory is used as if it were the kernel's. */
#include <linux/module.h>

int strict_read(const int __user *p);

int strict_read(const int __user *p)
{
	return *p;
}

MODULE_DESCRIPTION("Test bed: a module with a fault for sparse");
MODULE_LICENSE("GPL");
