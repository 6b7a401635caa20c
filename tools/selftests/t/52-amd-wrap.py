#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=amd-wrap timeout=200 topology=2x2 cpu=amd
# selftest: plugin=static_mw=0,simd_pj=150000,start_below=12000000
"""Counters of packages and of each core wrap under our eyes: no spike, nothing lost.

As in 07-wrap, nothing but work drives them: 12,000,000 units are 183 J, where booting a kernel that
looks for bugs takes 113. No core may draw more than 250 W, which is taken for a reset: not even one
that has a fast host for itself for a while.
"""

import audit
import hardware
import harness
import lib
import tasks


def all_registers():
    """All counters that wrap."""
    return [hardware.msr(cpu, number) & 0xffffffff for cpus in hardware.packages().values()
            for cpu in cpus for number in hardware.RAPL_MSR.values()]


def test(tap):
    """Wrap."""
    tap.ok(min(all_registers()) > 1 << 31, "(the counters are about to wrap)", all_registers())
    lib.load(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    hogs = [tasks.Worker("hog", "-c", "simd", "-a", cpu)
            for cpus in hardware.packages().values() for cpu in cpus]
    lib.wait_samples(2)
    with hardware.frozen():
        first = lib.settled_listing()
        cores = hardware.Cores(first)
    before = audit.check_books(tap, "before", registers=cores.registers)
    tap.ok(min(all_registers()) > 1 << 31, "(none has wrapped yet)", all_registers())

    steps = []
    last = before

    def watch():
        nonlocal last
        books = lib.settled_listing()
        steps.append([books.domain(dom["domain"])["measured_nj"] - dom["measured_nj"]
                      for dom in last.domains])
        last = books
        return max(all_registers()) < 1 << 31
    lib.wait_until(watch)
    lib.wait_samples(3)
    after = audit.check_books(tap, "after", registers=cores.registers)
    tap.equal([after.domain(f"package-{package}")["wraps"] for package in (0, 1)], [1, 1],
              "each package's counter has wrapped once")
    tap.ok(min(min(step) for step in steps) >= 0, "no step back", *steps)
    # One wrap more or less would be 65,536 J.
    for dom in after.domains:
        spent = dom["measured_nj"] - before.domain(dom["domain"])["measured_nj"]
        tap.ok(0 < spent < 10**9 * 10000, f"no spike of {dom['domain']}", spent)
    tap.equal([after.of(hog.pid)["energy_nj"] > before.of(hog.pid)["energy_nj"] for hog in hogs],
              [True] * 4, "the hogs were charged for it")


harness.main(test)
