# SPDX-License-Identifier: GPL-2.0-only
"""Finding what a kernel complained about in its log."""

import re

PROBLEM = re.compile(
    r"Kernel panic|BUG: |\bOops\b|WARNING: |general protection fault[,:]|invalid opcode"
    r"|unable to handle|double fault|unchecked MSR access"
    r"|rcu: .*(stall|starved)|INFO: rcu|INFO: task .* blocked for more than"
    r"|soft lockup|hard LOCKUP|workqueue lockup"
    r"|possible (circular|recursive|irq)|possible deadlock|inconsistent lock state"
    r"|suspicious RCU usage|held lock freed|lock held when returning|DEBUG_LOCKS_WARN_ON"
    r"|sleeping function called|scheduling while atomic"
    r"|KASAN|KCSAN|KFENCE: |UBSAN|kmemleak: [1-9]|ODEBUG"
    r"|refcount_t: |list_(add|del) corruption|Bad page|Bad rss-counter"
    r"|unregister_netdevice: waiting")

# Lines after a report's first that belong to it: enough for the top of a stack.
CONTEXT = 14


def problems(text):
    """Return the reports found in a kernel log, each a list of lines."""
    lines = text.splitlines()
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
