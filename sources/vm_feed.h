/* SPDX-License-Identifier: GPL-2.0-only */
/* What the feed's files show of it. */
#ifndef _VM_FEED_H
#define _VM_FEED_H

#include "vm_feed_state.h"

void vm_feed_copy(struct vm_feed_state *state);
const char *vm_feed_verdict_name(enum vrapl_verdict verdict);

#endif /* _VM_FEED_H */
