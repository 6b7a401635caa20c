#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=suspend timeout=180
"""Suspend: a last sample before, a first one after, and what the sleep used is idle."""

import time

import lib

# How: what is written to pm_test, mem_sleep and state.
PM_TESTS = (("freezer", "s2idle", "freeze"), ("devices", "s2idle", "freeze"),
            ("core", "deep", "mem"))
HOUR = 3600 * lib.SECOND


def sleeps(tap, how, suspend):
    """Suspend with all CPUs busy, and look at the samples before and after alone."""
    lib.check_books(tap, f"{how}: before")
    # So slow that between the two there is none, and none soon after.
    lib.must_set(window_ns=HOUR, sample_ns=10 * lib.SECOND)
    first = lib.system()
    awake_ns = time.monotonic_ns()
    suspend()
    books = lib.settled_listing()
    awake_ns = time.monotonic_ns() - awake_ns
    # The window was published by the sample before; the one after is live.
    tap.equal([books["window"] - first["window"], books["iterations"] -
               books["window_iterations"]], [1, 1],
              f"{how}: sample, publish, park; and a sample after")
    slept = {key: books[f"{key}_nj"] - books[f"window_{key}_nj"]
             for key in ("measured", "idle", "unattributed", "exited")}
    tap.ok(slept["measured"] == slept["idle"] > 10**9, f"{how}: what it used is idle", slept)
    # Remainders from before find an owner.
    charged = (books.live_nj() - books.live_nj("window_") + slept["exited"] +
               slept["unattributed"])
    tap.ok(charged <= books["window_pending_nj"], f"{how}: nobody is charged for it", charged,
           slept, books["window_pending_nj"])
    # Standing still is seconds. The kernel stops its clocks one after the other, which a slow
    # machine takes part of a second for.
    wrong = [record for record in books.processes
             if record["cpu_ns"] > record["window_cpu_ns"] + awake_ns + lib.SECOND]
    tap.ok(not wrong, f"{how}: nobody ran while the machine stood still", awake_ns, *wrong)
    tap.equal([books.imbalance(), books.imbalance("window_"), books["unbalanced"]], [0, 0, 0],
              f"{how}: the books balance on both sides")
    lib.must_set(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    lib.wait_samples(3)
    again = lib.check_books(tap, f"{how}: after")
    tap.ok(again.billed("attributed_nj") > books.billed("attributed_nj"),
           f"{how}: and it goes on")


def pm_test(test, sleep, state):
    """Suspend as far as a level of the kernel's own test, for a second."""
    def suspend():
        for path, value in (("pm_test", test), ("mem_sleep", sleep), ("state", state)):
            error = lib.write(f"/sys/power/{path}", value)
            if error:
                raise OSError(error, f"{path}: {value}")
        lib.write("/sys/power/pm_test", "none")
    return suspend


def to_ram():
    """Really suspend to memory, until the clock wakes the machine."""
    lib.write("/sys/power/mem_sleep", "deep")
    lib.command("rtcwake", "-m", "mem", "-s", 3)


def test(tap):
    """Suspend."""
    lib.load(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    lib.write("/sys/module/suspend/parameters/pm_test_delay", 1)
    for cpu in range(4):
        lib.Worker("hog", "-c", "simd", "-a", cpu)
    lib.wait_samples(3)
    for how in PM_TESTS:
        sleeps(tap, f"{how[2]} up to {how[0]}", pm_test(*how))
    sleeps(tap, "to memory", to_ram)


lib.main(test)
