#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=reload timeout=400 topology=2x1 append=slab_nomerge
"""Thirty times loaded and unloaded under a storm of forks and switches, with files held open."""

import errno
import os

import harness
import leaks
import lib
import reload
import tasks

WARM, HALF = 6, 12
# Objects: one that is left by one load of four would show.
BOUND = HALF // 4
MODULES = ("energy_core", "energy_rapl_msr", "energy_rapl_powercap")


def read_error(fd):
    """The errno of a read."""
    try:
        os.read(fd, 100)
    except OSError as error:
        return error.errno
    return 0


def cycle():
    """Load, look, unload; return what descriptors held across say before and afterwards."""
    for module in MODULES:
        lib.command("modprobe", module)
    lib.must_set(sample_ns=10 * lib.MS, window_ns=100 * lib.MS)
    held = [os.open(path, os.O_RDONLY) for path in (lib.ALL, lib.CGROUP, lib.CGROUP)]
    started = [len(os.read(fd, 10)) for fd in held[:2]]
    lib.wait_samples(2)
    for module in reversed(MODULES):
        reload.rmmod(module)
    said = [read_error(fd) for fd in held]
    for fd in held:
        os.close(fd)
    return started, said


def storm_of(tap, times):
    """Some cycles under a storm, and what is in use when it is over."""
    storm = reload.begin_storm()
    seen = [cycle() for _ in range(times)]
    tasks.end_load(tap, storm)
    return seen, leaks.taken()


def test(tap):
    """Reload."""
    # what rapl_powercap reads
    lib.command("modprobe", "intel_rapl_msr")
    seen, taken = [], []
    for times in (WARM, HALF, HALF):
        more, then = storm_of(tap, times)
        seen += more
        taken.append(then)
    tap.equal(len(seen), WARM + 2 * HALF, "the modules came and went thirty times under load")
    tap.equal({tuple(started) for started, _ in seen}, {(10, 10)},
              "their files could be read each time")
    tap.equal({code for _, said in seen for code in said}, {errno.EIO},
              "files held open across say EIO, and can be closed")
    reload.check_gone(tap)
    leaks.check_left(tap, taken, BOUND, f"{2 * HALF} loads")
    lib.load()
    tap.ok(lib.listing().of(os.getpid()), "and they still work")


harness.main(test)
