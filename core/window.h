/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Windows: what readers see that must not follow every sample.
 *
 * Publishing costs what changed. A process's two snapshots alternate; one that did not run
 * keeps the older one. A reader is bound to the generation that it began with: it takes, of
 * each process, the newest snapshot that is not younger. Generation G can be read from its
 * own publication until that of G + 2 begins; then energy_window_valid() says no, and the
 * reader gets -ESTALE rather than a mixture (rule 20).
 */
#ifndef _ENERGY_WINDOW_H
#define _ENERGY_WINDOW_H

#include <linux/types.h>

#include <energy/source.h>
#include "books.h"
#include "proctab.h"

struct energy_cgroup;
struct energy_core;

/**
 * struct energy_published - The system as a whole, as of one sample
 * @timestamp_ns: when, CLOCK_BOOTTIME
 * @iterations: samples taken until then
 * @books: the books
 * @sys: the system's values (pid 0)
 * @kind_nj: measured energy by kind, summed over all instances, billed or not
 * @kinds: bit mask of the kinds that a source has ever offered
 * @source: the sources that are read, comma separated; "none"
 * @source_kind: where the billed numbers come from: "measured", "host", "model" or "none"
 * @estimated: 1 if any of them is a model's, else 0
 * @gen: generation of the last window at that time; of this window if it is a window's
 */
struct energy_published {
	u64 timestamp_ns;
	u64 iterations;
	struct energy_books books;
	struct energy_values sys;
	u64 kind_nj[ENERGY_NR_KINDS];
	unsigned int kinds;
	char source[64];
	const char *source_kind;
	u32 estimated;
	u32 gen;
};

void energy_latest_update(struct energy_core *core, u64 now_ns);
void energy_latest(struct energy_core *core, struct energy_published *pub);
void energy_window_publish(struct energy_core *core, u64 now_ns);
u32 energy_window_begin(struct energy_core *core);
bool energy_window_valid(struct energy_core *core, u32 gen);
bool energy_window_header(struct energy_core *core, u32 gen, struct energy_published *pub);
bool energy_window_proc(const struct energy_proc *p, u32 gen, struct energy_values *v,
			bool *alive);
void energy_window_cgroup(const struct energy_cgroup *cg, u32 gen, struct energy_values *v);

#endif /* _ENERGY_WINDOW_H */
