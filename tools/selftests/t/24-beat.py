#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=exact timeout=60 icount=yes memory=1024
"""A sample each millisecond, kept up; and what is said when that cannot be.

Ten milliseconds on kernels that look for bugs.
"""

import time

import formats
import hardware
import harness
import lib
import tasks

BEAT = lib.MS * lib.SLOWER
BLOCKED = 60 * BEAT
# Before it keeps others off the CPU, it has used up to so much of that.
LESS = 20 * BEAT


def now():
    """The state of the beat; all of it is in the first piece."""
    head = lib.read_head(lib.DEBUG_ALL)
    return formats.Listing(head[:head.rindex(b"\n") + 1])


def passed(before, after):
    """Beats, samples, samples left out between the two."""
    return (round((after["timestamp"] - before["timestamp"]) / BEAT),
            after["iterations"] - before["iterations"], after["late"] - before["late"])


def test(tap):
    """Beat."""
    lib.load(sample_ns=BEAT, window_ns=100 * lib.MS)
    tasks.Worker("hog", "-d", 50)
    tasks.Worker("swarm", "-j", 2)
    lib.wait_samples(10)
    before = now()
    time.sleep(1)
    after = now()
    beats, samples, late = passed(before, after)
    tap.ok(beats >= lib.SECOND // BEAT, "(a second has passed)", beats)
    tap.equal([samples, late], [beats, 0], f"a sample each {BEAT} ns, none left out")
    drift = after["timestamp"] - before["timestamp"] - samples * BEAT
    tap.ok(abs(drift) < BEAT // 4, "and they do not drift", drift)
    tap.note(f"{samples} samples, {after['drift_ns'] - before['drift_ns']} ns late in all")

    # Whoever has a better right to the only CPU keeps the sampler off it.
    tasks.Worker("/usr/bin/chrt", "-f", 50, "/payload/hog", "-u", BLOCKED // lib.MS,
                 "-p").said()
    lib.wait_samples(10)
    last = now()
    beats, samples, late = passed(after, last)
    tap.ok(late >= (BLOCKED - LESS) // BEAT, "samples that cannot be taken are counted",
           last.header)
    tap.equal(samples + late, beats, "late= and iterations= together are the time")
    tap.ok(last["drift_max_ns"] >= BLOCKED - LESS, "drift_max_ns has the longest wait",
           last["drift_max_ns"])
    tap.ok(last["drift_ns"] - after["drift_ns"] >= BLOCKED - LESS, "drift_ns, too",
           last["drift_ns"] - after["drift_ns"])
    with hardware.frozen():
        tap.equal(lib.settled_listing().imbalance(), 0, "the books balance")


harness.main(test)
