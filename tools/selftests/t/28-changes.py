#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=hotplug timeout=120
"""The pace changes and the source comes and goes under load: nothing lost, nothing invented."""

import audit
import hardware
import harness
import lib
import tasks

PACES_MS = (1, 300, 5, 1000, 2, 50, 10)


def begin_load():
    """Busy, half busy, and exits."""
    tasks.Worker("hog", "-c", "simd", "-a", 0)
    tasks.Worker("hog", "-c", "mem", "-d", 50, "-j", 3)
    tasks.Worker("swarm", "-j", 2, "-U", 500)
    tasks.Worker("pingpong", 1)


def check_paces(tap):
    """Each pace from the other."""
    last = audit.check_books(tap, "at first")
    for pace in PACES_MS:
        lib.must_set(sample_ns=pace * lib.MS)
        lib.wait_samples(3)
        books = audit.check_books(tap, f"{pace} ms")
        tap.ok(all(books[key] >= last[key] for key in
                   ("measured_nj", "idle_nj", "unattributed_nj", "exited_nj")) and
               books.billed("attributed_nj") >= last.billed("attributed_nj"),
               f"{pace} ms: no account went back", last.header, books.header)
        last = books
    return last


def check_source(tap):
    """Joules that were counted stay when the source goes, and those to come are added."""
    lib.must_set(sample_ns=50 * lib.MS)
    wrong = []
    for _ in range(5):
        lib.command("rmmod", "energy_rapl_msr")
        before = lib.settled_listing()
        lib.wait_samples()
        between = lib.settled_listing()
        if between["measured_nj"] != before["measured_nj"] or between.imbalance():
            wrong.append(f"without a source: {before['measured_nj']}, {between['measured_nj']}")
        lib.command("modprobe", "energy_rapl_msr")
        lib.wait_samples(3)
        with hardware.frozen():
            after = lib.settled_listing()
            raws = hardware.registers(after)
        for dom in after.domains:
            was = before.domain(dom["domain"])
            want = was["measured_nj"] + hardware.rapl_nj(dom, raws[dom["domain"]])
            if dom["measured_nj"] != want or dom["lost_ns"] != was["lost_ns"]:
                wrong.append(f"{dom}: wanted measured_nj={want}")
        if after.imbalance() or after.imbalance("window_") or after["unbalanced"]:
            wrong.append(f"unbalanced: {after.imbalance()}, {after.imbalance('window_')}")
    tap.ok(not wrong, "five times the source went and came: every joule is there once", *wrong)


def test(tap):
    """Changes."""
    lib.load(sample_ns=100 * lib.MS, window_ns=lib.SECOND)
    begin_load()
    lib.wait_samples(3)
    check_paces(tap)
    check_source(tap)


harness.main(test)
