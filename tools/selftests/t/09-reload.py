#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=reload timeout=400 topology=2x1
"""Fifty times loaded and unloaded under a storm of forks and switches, with files held open."""

import errno
import os
import time

import harness
import lib
import memory
import tasks

WARM, TIMES = 10, 40
# Counts of objects are exact, but other parts of the kernel allocate too: some 10 KiB are usual.
# One record for each process and load would be over twenty times this.
BOUND = 64 << 10
# Likewise for whole pages, in no cache: only ledgers are that large, 128 KiB a CPU and load.
PAGE_BOUND = 1 << 20
READER = """
while :; do
	cat /proc/energy/all /proc/energy/cgroup /sys/kernel/debug/energy/all
done >/dev/null 2>&1
"""


def begin_storm():
    """Forks, exits, switches, readers."""
    return [tasks.Worker("swarm", "-j", 2, "-u", 100, "-U", 500), tasks.Worker("pingpong", 1),
            tasks.Worker("/bin/sh", "-c", READER)]


def rmmod(module):
    """Unload; files of debugfs that somebody reads hold it for a moment."""
    while lib.loaded(module):
        done = lib.command("rmmod", module, check=False)
        # The second one is the kernel's own answer, when a file is opened after rmmod's look.
        if done.returncode and not any(why in done.stderr for why in (
                "in use", "Resource temporarily unavailable")):
            raise RuntimeError(done.stderr)


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
    rmmod("energy_rapl_msr")
    rmmod("energy_core")
    said = [read_error(fd) for fd in held]
    for fd in held:
        os.close(fd)
    return started, said


def storm_of(times):
    """Some cycles under a storm, and the memory in use when it is over."""
    storm = begin_storm()
    seen = [cycle() for _ in range(times)]
    for worker in storm:
        worker.end()
    time.sleep(1)
    return seen, memory.kernel_memory()


def test(tap):
    """Reload."""
    seen, before = storm_of(WARM)
    more, after = storm_of(TIMES)
    seen += more
    tap.equal(len(seen), WARM + TIMES, "the modules came and went fifty times under load")
    tap.equal({tuple(started) for started, _ in seen}, {(10, 10)},
              "their files could be read each time")
    tap.equal({code for _, said in seen for code in said}, {errno.EIO},
              "files held open across say EIO, and can be closed")
    for path in ("/proc/energy", "/sys/kernel/debug/energy", "/sys/module/energy_core"):
        tap.ok(not os.path.exists(path), f"{path} is gone")
    tap.ok("energy_" not in lib.text("/proc/modules") + lib.text("/proc/slabinfo"),
           "no module and no cache of ours is left")
    tap.ok("[energy_" not in lib.text("/proc/kallsyms"), "no symbol of ours is left")
    grown = {name: after[0][name] - before[0].get(name, 0) for name in after[0]
             if after[0][name] != before[0].get(name, 0)}
    tap.ok(sum(grown.values()) <= BOUND,
           f"objects are back to what they were (within {BOUND >> 10} KiB after {TIMES} loads)",
           f"{sum(grown.values())} bytes: {grown}")
    tap.ok(after[1] - before[1] <= PAGE_BOUND,
           f"and so are pages (within {PAGE_BOUND >> 10} KiB)", f"{after[1] - before[1]} bytes")
    tap.note(f"memory: objects {sum(grown.values()) >> 10} KiB, pages "
             f"{(after[1] - before[1]) >> 10} KiB")
    loud = lib.command("dmesg", "--level=emerg,alert,crit,err,warn").stdout
    loud = [line for line in loud.splitlines()
            if "energy" in line and "taint" not in line]
    tap.ok(not loud, "nothing in the kernel's log", *loud)
    lib.load()
    tap.ok(lib.listing().of(os.getpid()), "and they still work")


harness.main(test)
