#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=wrap timeout=150
# selftest: plugin=static_mw=0,dram_static_mw=0,dram_permille=250,simd_pj=900000,start_below=5000000
"""Counters that wrap under our eyes: no spike, nothing lost.

Nothing but work drives these counters, memory's as fast as the package's, so that the wrap
comes when our hogs bring it about, however slow the host is. SIMD instructions, which the
boot hardly executes, are dear: 5,000,000 units (305 J) are a few seconds of two hogs.
"""

import hardware
import harness
import lib
import tasks

REGISTERS = {"package-0": (0, 0x611), "package-1": (1, 0x611), "core-0": (0, 0x639),
             "core-1": (1, 0x639), "dram-0": (0, 0x619), "dram-1": (1, 0x619)}


def registers():
    """All counters that wrap, as we read them."""
    cpus = hardware.packages()
    return {name: hardware.msr(cpus[package][0], number) & 0xffffffff
            for name, (package, number) in REGISTERS.items()}


def exact(tap, when, books, raws, wraps):
    """Books and registers agree while all stands still."""
    wrong = []
    for name, raw in raws.items():
        dom = books.domain(name)
        # Not the module's number of wraps, but ours.
        want = hardware.rapl_nj({**dom, "wraps": wraps}, raw)
        if (dom["raw"], dom["wraps"], dom["measured_nj"], dom["lost_ns"]) != (raw, wraps, want, 0):
            wrong += [dom, f"wanted raw {raw}, wraps {wraps}, measured_nj {want}"]
    tap.ok(not wrong, f"{when}: every domain is what its register counted", *wrong)
    tap.equal(books.imbalance(), 0, f"{when}: the books balance")
    tap.equal(books["measured_nj"], books.billed("measured_nj"), f"{when}: in total")


def test(tap):
    """Wrap."""
    start = registers()
    tap.ok(min(start.values()) > 1 << 31, "(the counters are about to wrap)", start)
    lib.load(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    hogs = [tasks.Worker("hog", "-c", "simd", "-a", cpus[0])
            for cpus in hardware.packages().values()]
    with hardware.frozen():
        before, raws = lib.settled_listing(), registers()
    exact(tap, "before", before, raws, 0)
    tap.ok(all(raws[name] >= start[name] for name in start), "(none has wrapped yet)", raws)

    # Watch the charges while it happens.
    steps = []
    last = before

    def watch():
        nonlocal last
        books = lib.settled_listing()
        steps.append(books["measured_nj"] - last["measured_nj"])
        last = books
        return max(registers().values()) < 1 << 31
    lib.wait_until(watch)
    lib.wait_samples(3)
    with hardware.frozen():
        after, now = lib.settled_listing(), registers()
    exact(tap, "after", after, now, 1)
    units = sum(((now[name] - raws[name]) % (1 << 32)) * 1e9 / (1 << hardware.rapl_shift(name[:-2]))
                for name in now if not name.startswith("core"))
    tap.ok(abs(after["measured_nj"] - before["measured_nj"] - units) < 8,
           "what was measured meanwhile is what the registers counted meanwhile",
           after["measured_nj"] - before["measured_nj"], units)
    tap.ok(min(steps) >= 0 and sum(steps) <= units, "no step back, no spike", *steps)
    tap.equal([after.of(hog.pid)["energy_nj"] > before.of(hog.pid)["energy_nj"] for hog in hogs],
              [True, True], "the hogs were charged for it")
    tap.equal([after.domain(name)["wraps"] for name in REGISTERS], [1] * len(REGISTERS),
              "each counter has wrapped once")


harness.main(test)
