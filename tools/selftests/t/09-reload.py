#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=reload timeout=400 topology=2x1
"""Fifty times loaded and unloaded under a storm of forks and switches, with files held open."""

import errno
import os

import harness
import lib
import reload
import tasks

WARM, HALF = 10, 20


def read_error(fd):
    """The errno of a read."""
    try:
        os.read(fd, 100)
    except OSError as error:
        return error.errno
    return 0


def cycle():
    """Load, look, unload; return what descriptors held across say before and afterwards."""
    lib.command("modprobe", "energy_rapl_msr")
    lib.must_set(sample_ns=10 * lib.MS, window_ns=100 * lib.MS)
    held = [os.open(path, os.O_RDONLY) for path in (lib.ALL, lib.CGROUP, lib.CGROUP)]
    started = [len(os.read(fd, 10)) for fd in held[:2]]
    lib.wait_samples(2)
    reload.rmmod("energy_rapl_msr")
    reload.rmmod("energy_core")
    said = [read_error(fd) for fd in held]
    for fd in held:
        os.close(fd)
    return started, said


def storm_of(tap, times):
    """Some cycles under a storm, and what is in use when it is over."""
    storm = reload.begin_storm()
    seen = [cycle() for _ in range(times)]
    tasks.end_load(tap, storm)
    return seen, reload.taken()


def test(tap):
    """Reload."""
    seen, taken = [], []
    for times in (WARM, HALF, HALF):
        more, then = storm_of(tap, times)
        seen += more
        taken.append(then)
    tap.equal(len(seen), WARM + 2 * HALF, "the modules came and went fifty times under load")
    tap.equal({tuple(started) for started, _ in seen}, {(10, 10)},
              "their files could be read each time")
    tap.equal({code for _, said in seen for code in said}, {errno.EIO},
              "files held open across say EIO, and can be closed")
    reload.check_gone(tap)
    reload.check_left(tap, taken, HALF // reload.TIMES_AN_OBJECT, f"{2 * HALF} loads")
    lib.load()
    tap.ok(lib.listing().of(os.getpid()), "and they still work")


harness.main(test)
