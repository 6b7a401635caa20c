// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "lib/comm.h"
#include "top/help.h"

/* Fits 80x24. */
static const char *const lines[] = {
	"",
	"  p c        processes, cgroups                 t     tree by cgroup",
	"  w j u      sort by watts, joules, CPU         r     reverse the order",
	"  i n        sort by PID, name                  space pause, go on",
	"  /          filter: type a part of a name or cgroup, or a PID; Enter keeps it,",
	"             Esc gives it up, ^U empties it. name: pid: cgroup: look there only",
	"  up down    a row; PgUp PgDn a page; Home End the first, the last",
	"  h ?        this text; any key leaves it       q Esc end",
	"",
	"  WATTS      energy used in the interval, per second",
	"  JOULES     energy used since the module was loaded",
	"  SHARE%     share of what was attributed to processes in the interval",
	"  CPU%       CPU time used in the interval; 100 is one CPU",
	"  HISTORY    watts of the last intervals, the newest at the right; a full bar is",
	"             the row's highest, blank is not known",
	"  PROCS      active processes of the cgroup, if known",
	"",
	"  A cgroup has all below it. Counted by the kernel (/proc/energy/cgroups, for",
	"  root), exited processes are included; summed up from processes, they are not.",
	"  While paused nothing is read: the next interval is as long as the pause was.",
	"  total = attributed + idle + unattributed + pending; the domains that are not",
	"  billed measure parts of the others, or the whole machine.",
};

void energy_help_emit(energy_emit *emit, void *context, size_t columns)
{
	char line[128];
	size_t i;

	snprintf(line, sizeof(line), "%s", "energy top: keys and columns");
	energy_fit(line, columns);
	emit(context, ENERGY_LINE_TEXT, line);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(line, sizeof(line), "%s", lines[i]);
		energy_fit(line, columns);
		emit(context, ENERGY_LINE_TEXT, line);
	}
}
