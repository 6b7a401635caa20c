#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=powercap-wrap timeout=150 topology=2x2
# selftest: plugin=static_mw=0,dram_static_mw=0,dram_permille=250,simd_pj=900000,start_below=5000000
"""Zones that wrap under our eyes: right to the microjoule, by the driver's own numbers.

As for the registers themselves, only our hogs' work brings the wrap about.
"""

import hardware
import harness
import lib
import powercap
import tasks


def registers(books):
    """Those that wrap: the platform's has static power too, and may do so at another time."""
    return {name: raw for name, raw in hardware.registers(books).items() if name != "psys"}


def test(tap):
    """Wrap."""
    lib.command("modprobe", "energy_rapl_powercap")
    lib.must_set(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    hogs = [tasks.Worker("hog", "-c", "simd", "-a", cpus[0])
            for cpus in hardware.packages().values()]
    before = powercap.check_books(tap, "before")
    tap.ok(min(registers(before).values()) > 1 << 31, "(the counters are about to wrap)")
    steps = []
    last = before

    def watch():
        nonlocal last
        books = lib.settled_listing()
        steps.append(books["measured_nj"] - last["measured_nj"])
        last = books
        return max(registers(books).values()) < 1 << 31
    lib.wait_until(watch)
    lib.wait_samples(3)
    after = powercap.check_books(tap, "after", wraps=1)
    tap.ok(min(steps) >= 0 and sum(steps) <= after["measured_nj"] - before["measured_nj"],
           "no step back, and no spike that was taken back", *steps)
    tap.equal([after.of(hog.pid)["energy_nj"] > before.of(hog.pid)["energy_nj"] for hog in hogs],
              [True, True], "the hogs were charged for it")


harness.main(test)
