/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A listing: header, domains, the system, then one record per process, as a seq_file.
 *
 * seq_file serialises what is done to one open file, so a listing needs no lock of its own.
 */
#ifndef _ENERGY_LISTING_H
#define _ENERGY_LISTING_H

#include <linux/fs.h>
#include <linux/types.h>

#include "header.h"
#include "members.h"
#include "scope.h"

struct energy_core;
struct energy_slot;
struct seq_file;

/**
 * struct energy_view - What a kind of file shows
 * @header: header lines, see energy_header_format()
 * @live: live values; without it, the window's values stand in their place
 * @window: window values, so the listing is bound to one window
 * @system: the record of the system, pid 0
 * @procs: the records of the processes
 * @detail: records with live and window values
 * @show_stats: print what follows the header, under core->lock. Optional
 * @show_slot: print a domain, under core->lock. Optional
 */
struct energy_view {
	unsigned int header;
	bool live;
	bool window;
	bool system;
	bool procs;
	bool detail;
	void (*show_stats)(struct seq_file *m, const struct energy_core *core);
	void (*show_slot)(struct seq_file *m, const struct energy_slot *slot);
};

/* What an element of the listing is. */
enum energy_stage {
	ENERGY_STAGE_HEADER,
	ENERGY_STAGE_SLOT,
	ENERGY_STAGE_SYSTEM,
	ENERGY_STAGE_PROC,
};

/**
 * struct energy_listing - An open file
 * @core: the core
 * @view: what it shows
 * @scope: of what
 * @header: the system's values, of the time when the listing was begun
 * @stage: what the current element is
 * @members: where the next processes of @scope's cgroup come from, if it has one
 * @whole_table: they are looked for among all processes instead
 * @gen: the window that the listing is bound to; 0 when there was none yet
 * @rewound: the next listing from offset 0 is a new one, not a part of the last
 * @complete: its end has been reached while its window could still be read
 * @locked: core->lock is held
 * @passed_pid: PID, in the initial namespace, of the last process that was passed
 * @passed_start_ns: its start time; with the same PID only older ones are left
 */
struct energy_listing {
	struct energy_core *core;
	const struct energy_view *view;
	struct energy_scope scope;
	struct energy_header header;
	enum energy_stage stage;
	struct energy_members members;
	bool whole_table;
	u32 gen;
	bool rewound;
	bool complete;
	bool locked;
	pid_t passed_pid;
	u64 passed_start_ns;
};

struct energy_listing *energy_listing_open(struct file *file, struct energy_core *core,
					   const struct energy_view *view);
int energy_listing_release(struct inode *inode, struct file *file);
void energy_listing_rewind(struct file *file);

#endif /* _ENERGY_LISTING_H */
