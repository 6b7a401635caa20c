#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=odd timeout=90 topology=1x2 memory=512
"""Real-time tasks take all CPUs for seconds: late samples are counted, and no joule is lost."""

import contextlib
import glob
import os
import time

import audit
import harness
import lib
import tasks

RT_RUNTIME = "/proc/sys/kernel/sched_rt_runtime_us"
HOG_MS = 3000


@contextlib.contextmanager
def unbounded_rt():
    """Nothing is left for others: neither by the throttle nor by the fair server (6.12 on)."""
    servers = glob.glob("/sys/kernel/debug/sched/fair_server/cpu*/runtime")
    was = {path: lib.text(path).strip() for path in (RT_RUNTIME, *servers)}
    for path in was:
        error = lib.write(path, -1 if path == RT_RUNTIME else 0)
        if error:
            raise OSError(error, path)
    try:
        yield
    finally:
        for path, value in was.items():
            lib.write(path, value)


def test(tap):
    """Starve the sampler."""
    cpus = os.cpu_count()
    # Three of them at least, so that most can agree: on the first CPU one after the other.
    pins = [0] * max(0, 3 - cpus) + list(range(cpus))
    lib.load(sample_ns=20 * lib.MS, window_ns=200 * lib.MS)
    tasks.Worker("swarm", "-j", 1)
    lib.wait_samples(3)
    before = audit.check_books(tap, "before")
    with unbounded_rt():
        # Each ends by itself: nobody else could end it. By the wall's clock: the other one, which
        # may miss some of what a hog runs (see tasks.are_charged()), would hold it up.
        hogs = [tasks.Worker("/usr/bin/taskset", "-c", cpu, "/usr/bin/chrt", "-f", 50,
                             f"{lib.PAYLOAD}/hog", "-t", HOG_MS, "-s", "-p") for cpu in pins]
        # Who still comes from the disk when the first one begins would be late.
        for hog in hogs:
            lib.wait_until(lambda pid=hog.pid: tasks.status(pid, "Name") == "hog" and
                           tasks.status(pid, "State") == "S")
        began = time.monotonic()
        # We are where the last one begins: so nothing comes between it and the others.
        os.sched_setaffinity(0, {cpus - 1})
        for hog in hogs:
            hog.start()
        said = [hog.said() for hog in hogs]
        took_s = time.monotonic() - began
    lib.wait_samples(3)
    after = audit.check_books(tap, "afterwards")
    tap.note(f"{len(hogs)} hogs of {HOG_MS} ms took {took_s:.1f} s, late "
             f"{after['late'] - before['late']}, drift_max_ns {after['drift_max_ns']}")
    # On a busy host they do not end together, so it is less than all of their time.
    tap.ok(after["drift_max_ns"] > HOG_MS * lib.MS // 2, "a sample came very late",
           after["drift_max_ns"])
    due = after["drift_max_ns"] // after["sample_ns"]
    tap.ok(after["late"] - before["late"] >= due, "those left out are counted",
           after["late"] - before["late"], due)
    found = [(after.of(hog.pid), words) for hog, words in zip(hogs, said)]
    # Each of them, where the kernel charges one for all that it ran.
    charged = all(tasks.is_charged(*one) for one in found) if lib.exact() else \
        tasks.are_charged(found)
    tap.ok(all(record["energy_nj"] > 0 for record, _ in found) and charged,
           "who kept it from running is charged for all of its time", *found)
    audit.check_losses(tap, "afterwards", after)
    for hog in hogs:
        hog.end()


harness.main(test)
