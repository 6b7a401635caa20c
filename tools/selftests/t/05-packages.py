#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=power timeout=90
"""Who runs on one package pays for that package alone."""

import time

import hardware
import harness
import lib
import tasks

HERE = ("package-0", "dram-0")
THERE = ("package-1", "dram-1")


def charged(before, after, domains):
    """What two domains' processes were charged meanwhile."""
    return sum(after.domain(name)["attributed_nj"] - before.domain(name)["attributed_nj"]
               for name in domains)


def test(tap):
    """Packages."""
    lib.load(sample_ns=100 * lib.MS, window_ns=lib.SECOND)
    cpus = hardware.packages()
    tap.equal(sorted(cpus), [0, 1], "(two packages)")
    one = tasks.Worker("hog", "-c", "int", "-a", cpus[0][1])
    # Two, of a dearer kind: package 1 uses several times what package 0 does.
    others = [tasks.Worker("hog", "-c", "simd", "-a", cpu) for cpu in cpus[1]]
    lib.wait_samples(3)
    with hardware.frozen():
        before = lib.settled_listing()
    time.sleep(6)
    with hardware.frozen():
        after = lib.settled_listing()

    mine = after.of(one.pid)["energy_nj"] - before.of(one.pid)["energy_nj"]
    theirs = sum(after.of(hog.pid)["energy_nj"] - before.of(hog.pid)["energy_nj"]
                 for hog in others)
    here, there = charged(before, after, HERE), charged(before, after, THERE)
    facts = f"hog on 0: {mine} of {here}, hogs on 1: {theirs} of {there}"
    tap.note(facts)
    tap.ok(there > here, "(package 1 has used more)", facts)
    tap.ok(mine <= here, "a process on package 0 is charged nothing of package 1", facts)
    tap.ok(theirs <= there, "processes on package 1 are charged nothing of package 0", facts)
    tap.ok(mine * 100 >= here * 80, "it pays for its own package", facts)
    tap.ok(theirs * 100 >= there * 80, "and they for theirs", facts)
    paid = [books.live_nj() + books["exited_nj"] for books in (before, after)]
    tap.equal(paid[1] - paid[0], here + there, "together all pay what both were charged")
    for books in (before, after):
        tap.equal(books.imbalance(), 0, "the books balance")


harness.main(test)
