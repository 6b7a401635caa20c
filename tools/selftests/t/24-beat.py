#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=exact timeout=60 icount=yes memory=1024 kernel=stock
"""A sample each millisecond, kept up; and what is said when that cannot be."""

import time

import formats
import hardware
import harness
import lib
import tasks

BLOCKED_MS = 60


def now():
    """The state of the beat; all of it is in the first piece."""
    head = lib.read_head(lib.DEBUG_ALL)
    return formats.Listing(head[:head.rindex(b"\n") + 1])


def passed(before, after):
    """Milliseconds, samples, samples left out between the two."""
    return (round((after["timestamp"] - before["timestamp"]) / lib.MS),
            after["iterations"] - before["iterations"], after["late"] - before["late"])


def test(tap):
    """Beat."""
    lib.load(sample_ns=lib.MS, window_ns=100 * lib.MS)
    tasks.Worker("hog", "-d", 50)
    tasks.Worker("swarm", "-j", 2)
    lib.wait_samples(10)
    before = now()
    time.sleep(1)
    after = now()
    time_ms, samples, late = passed(before, after)
    tap.ok(time_ms >= 1000, "(a second has passed)", time_ms)
    tap.equal([samples, late], [time_ms, 0], "a sample each millisecond, none left out")
    drift = after["timestamp"] - before["timestamp"] - samples * lib.MS
    tap.ok(abs(drift) < lib.MS // 4, "and they do not drift", drift)
    tap.note(f"{samples} samples, {after['drift_ns'] - before['drift_ns']} ns late in all")

    # Whoever has a better right to the only CPU keeps the sampler off it.
    tasks.Worker("/usr/bin/chrt", "-f", 50, "/payload/hog", "-u", BLOCKED_MS, "-p").said()
    lib.wait_samples(10)
    last = now()
    time_ms, samples, late = passed(after, last)
    tap.ok(late >= BLOCKED_MS - 20, "samples that cannot be taken are counted",
           last.header)
    tap.equal(samples + late, time_ms, "late= and iterations= together are the time")
    tap.ok(last["drift_max_ns"] >= (BLOCKED_MS - 20) * lib.MS, "drift_max_ns has the longest wait",
           last["drift_max_ns"])
    tap.ok(last["drift_ns"] - after["drift_ns"] >= (BLOCKED_MS - 20) * lib.MS, "drift_ns, too",
           last["drift_ns"] - after["drift_ns"])
    with hardware.frozen():
        tap.equal(lib.settled_listing().imbalance(), 0, "the books balance")


harness.main(test)
