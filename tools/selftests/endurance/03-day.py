#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=day timeout=100000 icount=yes memory=512 append=slab_nomerge
"""A day of the guest's time, a sample each 100 ms: nothing grows, and the books balance."""

import os
import time

import audit
import harness
import leaks
import lib
import memory

DAY_S = 86400
SAMPLES = 864000
# So often something happens on the machine.
EACH_S = 300
# Objects: one that is left by one sample of 4000 would show.
BOUND = SAMPLES // 2 // 4000


def uptime_s():
    """How long the guest has been running."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def busy():
    """A handful of short processes."""
    lib.command(f"{lib.PAYLOAD}/swarm", "-n", 4, "-u", 100, "-U", 500)


def test(tap):
    """A day."""
    lib.load()
    busy()
    lib.wait_windows(4)
    first, taken = lib.settled_listing(), [leaks.taken()]
    for part in (0.5, 1):
        while uptime_s() < DAY_S * part or lib.system()["iterations"] < SAMPLES * part:
            busy()
            time.sleep(EACH_S)
        lib.wait_windows(4)
        taken.append(leaks.taken())
    up = uptime_s()
    books = audit.check_books(tap, "after a day")
    tap.ok(up >= DAY_S, f"the guest has been up for {DAY_S} s", up)
    tap.ok(books["iterations"] >= SAMPLES, f"{SAMPLES} samples have been taken", books["iterations"])
    tap.equal(books["late"] - first["late"], 0, "none was left out")
    lib.wait_windows(4)
    last = lib.settled_listing()
    audit.check_losses(tap, "after a day", last)
    tap.equal([record for record in last.processes
               if not os.path.exists(f"/proc/{record['pid']}")], [], "no record is left over")
    tap.equal(last["procs"], len(last.processes), "and none that is not listed")
    memory.check_records(tap, "after a day")
    leaks.check_left(tap, taken, BOUND, "a day")
    wraps = sum(dom["wraps"] for dom in books.domains)
    tap.ok(wraps > 0, "(counters have wrapped)", *books.domains)
    tap.note(f"day: up {up:.0f} s, {books['samples']} samples, {wraps} wraps, "
             f"{books['measured_nj'] / 1e9:.0f} J measured")


harness.main(test)
