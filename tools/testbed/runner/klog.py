# SPDX-License-Identifier: GPL-2.0-only
"""Finding what a kernel complained about in its log."""

import re

PROBLEM = re.compile(
    r"Kernel panic|BUG: |\bBUG \S+ \(|\bOops\b|WARNING: |general protection fault[,:]|invalid opcode"
    r"|unable to handle|double fault|unchecked MSR access"
    r"|rcu: .*(stall|starved)|INFO: rcu|INFO: task .* blocked for more than"
    r"|soft lockup|hard LOCKUP|workqueue lockup"
    r"|possible (circular|recursive|irq)|possible deadlock|inconsistent lock state"
    r"|suspicious RCU usage|held lock freed|lock held when returning|DEBUG_LOCKS_WARN_ON"
    r"|sleeping function called|scheduling while atomic"
    # From here on lockdep is off.
    r"|trying to register non-static key|turning off the locking correctness validator"
    r"|KASAN|KCSAN: |KFENCE: |UBSAN|ODEBUG"
    r"|kmemleak: ([1-9]|Cannot allocate|Kernel memory leak detector disabled)"
    r"|Slab cache still has objects|cannot create duplicate|debugfs: .* already present"
    r"|refcount_t: |list_(add|del) corruption|Bad page|Bad rss-counter"
    r"|unregister_netdevice: waiting")

# Lines after a report's first that belong to it: enough for the top of a stack.
CONTEXT = 14

# KCSAN tells of every data race, and the kernel has many that it lives with. Ours are those in
# which one of the two accesses is in a module of ours, or in what that has called: a function that
# copies or compares what it is given, for it.
RACE = re.compile(r"BUG: KCSAN: ")
RACE_END = re.compile(r"={40,}$")
ACCESS = re.compile(r"(?:read|write|assert no)\b.* to 0x[0-9a-f]+ of \d+ bytes by ")
OURS = re.compile(r"\[energy_\w+\]")
RACE_FRAMES = 2
# But what these do, they do for all who call them: who takes a reference to credentials writes 0 to
# non_rcu, all others just the same.
KERNELS_OWN = re.compile(r" get_task_cred\+")


# A flaw of the kernel's own that lockdep reports when intel_rapl_msr is unloaded while somebody
# reads energy_uj, be it `cat` in a kernel without modules of ours: the driver reads it under
# cpus_read_lock(), and waits for readers in a callback of CPU hotplug. What may come of it stands
# in the README ("rmmod intel_rapl_msr ... hang"). Lockdep is off from then on.
CYCLE = re.compile(r"possible circular locking dependency")
CYCLE_END = re.compile(r" </TASK>$")
CYCLE_OF_RAPL = (re.compile(r" get_energy_counter\+.*\[intel_rapl_common\]$"),
                 re.compile(r" rapl_cpu_down_prep\+.*\[intel_rapl_msr\]$"))


def _is_ours(report):
    """Whether a data race is one of our modules'."""
    for number, line in enumerate(report):
        frames = report[number + 1:number + 1 + RACE_FRAMES]
        if (ACCESS.search(line) and any(OURS.search(frame) for frame in frames) and
                not KERNELS_OWN.search(frames[0])):
            return True
    return False


def _is_drivers_own(report):
    """Whether a cycle of locks is the RAPL driver's: it reads, and somebody removes it."""
    return all(any(frame.search(line) for line in report) for frame in CYCLE_OF_RAPL)


def _without(lines, begins, ends, is_others):
    """Lines without the reports from one pattern to another that are others' affair."""
    kept = []
    number = 0
    while number < len(lines):
        end = number + 1
        if begins.search(lines[number]):
            while end < len(lines) and not ends.search(lines[end]):
                end += 1
            if is_others(lines[number:end]):
                number = end
                continue
        kept += lines[number:end]
        number = end
    return kept


def problems(text):
    """Return the reports found in a kernel log, each a list of lines."""
    lines = _without(text.splitlines(), RACE, RACE_END, lambda report: not _is_ours(report))
    lines = _without(lines, CYCLE, CYCLE_END, _is_drivers_own)
    found = []
    number = 0
    while number < len(lines):
        if PROBLEM.search(lines[number]):
            found.append(lines[number:number + CONTEXT])
            number += CONTEXT
        else:
            number += 1
    return found


def read(path):
    """Return a log's text, empty where there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as log:
            return log.read()
    except FileNotFoundError:
        return ""
