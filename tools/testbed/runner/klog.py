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


def _is_ours(report):
    """Whether a data race is one of our modules'."""
    for number, line in enumerate(report):
        frames = report[number + 1:number + 1 + RACE_FRAMES]
        if (ACCESS.search(line) and any(OURS.search(frame) for frame in frames) and
                not KERNELS_OWN.search(frames[0])):
            return True
    return False


def _without_races_of_others(lines):
    kept = []
    number = 0
    while number < len(lines):
        end = number + 1
        if RACE.search(lines[number]):
            while end < len(lines) and not RACE_END.search(lines[end]):
                end += 1
            if not _is_ours(lines[number:end]):
                number = end
                continue
        kept += lines[number:end]
        number = end
    return kept


def problems(text):
    """Return the reports found in a kernel log, each a list of lines."""
    lines = _without_races_of_others(text.splitlines())
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
