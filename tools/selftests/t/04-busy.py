#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=power timeout=60
"""With all CPUs busy, the energy is charged to those who keep them busy."""

import time

import formats
import harness
import lib
import tasks

PERCENT = 90


def test(tap):
    """Busy."""
    lib.load(sample_ns=100 * lib.MS, window_ns=lib.SECOND)
    hogs = [tasks.Worker("hog", "-c", kind, "-a", cpu)
            for cpu, kind in enumerate(("int", "mem", "simd", "string"))]
    lib.wait_samples(5)
    # Taking the listings apart is work too: afterwards.
    before = lib.settled_bytes()
    time.sleep(8)
    after = formats.Listing(lib.settled_bytes())
    before = formats.Listing(before)
    active = sum(after.billed(key) - before.billed(key)
                 for key in ("attributed_nj", "unattributed_nj"))
    shares = [after.of(hog.pid)["energy_nj"] - before.of(hog.pid)["energy_nj"] for hog in hogs]
    tap.ok(sum(shares) * 100 >= active * PERCENT,
           f"at least {PERCENT} % of the active energy is charged to the hogs",
           f"{shares} of {active}")
    tap.ok(sum(shares) <= active, "and not more than there is", f"{shares} of {active}")
    tap.ok(min(shares) * 8 > sum(shares), "each has its part of it", shares)
    # What idling takes where that could be learnt before the hogs began; else nearly nothing.
    elapsed_ns = after["timestamp"] - before["timestamp"]
    static = sum(dom["idle_uw"] * elapsed_ns // 10**6 for dom in after.domains if dom["billed"])
    tap.ok(after["idle_nj"] - before["idle_nj"] < static + active // 10,
           "no more was idle than idling takes", after["idle_nj"] - before["idle_nj"], static,
           active)
    tap.note(f"hogs: {100 * sum(shares) / active:.2f} % of {active / 1e9:.3f} J")


harness.main(test)
