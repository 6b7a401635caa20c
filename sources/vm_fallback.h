/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of energy_vm_fallback share. */
#ifndef _VM_FALLBACK_H
#define _VM_FALLBACK_H

#include <linux/errno.h>
#include <linux/kconfig.h>
#include <linux/printk.h>
#include <linux/types.h>

#include <energy/source.h>

/* The feed counts in uJ, the estimate in nJ. */
#define VM_NJ_PER_UJ 1000U

struct vm_feed_limits;

/* vm_fallback.c: the one domain of each source, and the parameters */
void vm_domain_init(struct energy_domain *dom, u32 nj_per_unit);
void vm_limits(struct vm_feed_limits *limits);

/* vm_estimate.c: the source that is always there */
int vm_estimate_register(u32 idle_uw);
void vm_estimate_unregister(void);

/* vm_feed.c: the source that is there while the host feeds */
void vm_feed_init(void);
bool vm_feed_take(const char *text, size_t len);
void vm_feed_exit(void);

/* vm_feed_files.c: where lines come in, and what became of them */
int vm_feed_files_create(void);
void vm_feed_files_remove(void);

/* vm_zone.c: what either source has counted, for tools that know powercap alone */
#if IS_ENABLED(CONFIG_POWERCAP)
int vm_zone_register(const char *name);
void vm_zone_add(u64 nj);
void vm_zone_unregister(void);
#else
static inline int vm_zone_register(const char *name)
{
	pr_err("powercap_zone=%s: this kernel has no powercap\n", name);
	return -EOPNOTSUPP;
}

static inline void vm_zone_add(u64 nj) {}
static inline void vm_zone_unregister(void) {}
#endif

#endif /* _VM_FALLBACK_H */
