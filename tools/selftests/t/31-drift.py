#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=control timeout=60 safe=yes
"""How late the sampler is: counted, in sum and at most."""

import harness
import lib


def drift():
    """A settled listing's numbers: samples taken, drift in all, and the largest."""
    found = lib.settled_listing()
    return found["samples"], found["drift_ns"], found["drift_max_ns"]


def test(tap):
    """Drift."""
    lib.load_core(sample_ns=5 * lib.MS, window_ns=100 * lib.MS)
    lib.wait_samples(50)
    # A thread sleeps until a time has come, so it never wakes before it, nor in that very ns.
    first = samples, total, largest = drift()
    tap.ok(0 < largest <= total <= samples * largest, "the sum is between the largest and as many",
           first)
    lib.wait_samples(50)
    last = drift()
    tap.ok(last[1] > total and last[2] >= largest, "it goes on being counted", first, last)


harness.main(test)
