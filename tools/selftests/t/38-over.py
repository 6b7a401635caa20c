#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=exact timeout=120 icount=yes memory=1024
"""Who is known to be gone is not looked for, and who may still run is.

A short process exits, and leaves the CPU for good, before its exit is drained: the sampler is told
so. Of one with several threads nobody can tell that; the sampler asks the kernel.
"""

import contextlib
import os
import re

import audit
import harness
import lib
import tasks

INSTANCE = "/sys/kernel/tracing/instances/over"
ASKED = "may_run:mod:energy_core"
NUMBER, THREADED = 300, 20


@contextlib.contextmanager
def recorded():
    """Questions are recorded; gives a function that says how many there have been."""
    os.mkdir(INSTANCE)
    try:
        if lib.write(f"{INSTANCE}/set_ftrace_filter", ASKED):
            raise RuntimeError(f"there is no {ASKED}")
        lib.write(f"{INSTANCE}/current_tracer", "function")
        yield lambda: len(re.findall(r": may_run(?: \[energy_core\])? <-",
                                     lib.text(f"{INSTANCE}/trace")))
    finally:
        lib.write(f"{INSTANCE}/current_tracer", "nop")
        os.rmdir(INSTANCE)


def flips():
    """How often the ledgers have been emptied."""
    books = lib.listing()
    return books["iterations"] + books["drains"]


def leave():
    """Until all who are dead by now have left the table."""
    lib.wait_windows(5)


def test(tap):
    """Over."""
    lib.load(sample_ns=100 * lib.MS, window_ns=100 * lib.MS)
    leave()
    with recorded() as asked:
        before = flips()
        tasks.Worker("swarm", "-n", NUMBER, "-j", 1, "-u", 100).said()
        split = flips() - before
        leave()
        # Whose exit and last switch a flip has come between; it may be asked for twice.
        tap.ok(asked() <= 2 * split < NUMBER // 2, "short processes are not looked for",
               f"asked={asked()} flips={split}")
    with recorded() as asked:
        for _ in range(THREADED):
            with tasks.Worker("hog", "-l", "-u", 1, "-p") as worker:
                worker.said()
        leave()
        tap.ok(asked() >= THREADED, "those with a leader that has exited before are",
               f"asked={asked()}")
    books = lib.listing()
    audit.check_losses(tap, "afterwards", books)


harness.main(test)
