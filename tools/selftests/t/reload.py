# SPDX-License-Identifier: GPL-2.0-only
"""Modules that come and go under a storm, and what they must not leave behind."""

import collections
import os
import re
import time

import lib
import memory
import tasks

# Counts of objects are exact, but other parts of the kernel allocate too: some 10 KiB are usual.
OBJECT_BOUND = 64 << 10
# Likewise for whole pages, in no cache: only ledgers are that large, 128 KiB a CPU and load.
PAGE_BOUND = 1 << 20


def begin_storm():
    """Forks, exits, switches, readers."""
    return [tasks.Worker("swarm", "-j", 2, "-u", 100, "-U", 500), tasks.Worker("pingpong", 1),
            tasks.Reader(lib.ALL, lib.CGROUP, lib.DEBUG_ALL)]


def rmmod(module):
    """Unload; files of debugfs that somebody reads hold it for a moment."""
    while lib.loaded(module):
        done = lib.command("rmmod", module, check=False)
        # The second one is the kernel's own answer, when a file is opened after rmmod's look.
        if done.returncode and not any(why in done.stderr for why in (
                "in use", "Resource temporarily unavailable")):
            raise RuntimeError(done.stderr)


def kernel_threads():
    """How many there are of each name. Workers come and go as the kernel likes; a workqueue's
    rescuer (kworker/R-NAME) stays as long as the workqueue."""
    found = collections.Counter()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if tasks.status(pid, "PPid") == "2":
                found[lib.text(f"/proc/{pid}/comm").strip()] += 1
        except OSError:
            pass
    return {name: count for name, count in found.items()
            if not re.match(r"kworker/(?!R-)", name)}


def taken():
    """What is in use now that the storm is over: objects by cache, pages, threads, workqueues."""
    time.sleep(1)
    objects, pages = memory.kernel_memory()
    return objects, pages, kernel_threads(), sorted(os.listdir("/sys/devices/virtual/workqueue"))


def check_left(tap, before, after, what):
    """Two of taken(): nothing is left behind."""
    grown = {name: after[0][name] - before[0].get(name, 0) for name in after[0]
             if after[0][name] != before[0].get(name, 0)}
    tap.ok(sum(grown.values()) <= OBJECT_BOUND,
           f"objects are back to what they were (within {OBJECT_BOUND >> 10} KiB after {what})",
           f"{sum(grown.values())} bytes: {grown}")
    tap.ok(after[1] - before[1] <= PAGE_BOUND,
           f"and so are pages (within {PAGE_BOUND >> 10} KiB)", f"{after[1] - before[1]} bytes")
    tap.equal(after[2:], before[2:], "kernel threads and workqueues are the same")
    tap.note(f"memory: objects {sum(grown.values()) >> 10} KiB, pages "
             f"{(after[1] - before[1]) >> 10} KiB, {sum(after[2].values())} kernel threads")


def check_gone(tap):
    """Nothing of ours is in the kernel, nor in its log."""
    for path in ("/proc/energy", "/sys/kernel/debug/energy", "/sys/module/energy_core"):
        tap.ok(not os.path.exists(path), f"{path} is gone")
    tap.ok("energy_" not in lib.text("/proc/modules") + lib.text("/proc/slabinfo"),
           "no module and no cache of ours is left")
    tap.ok("[energy_" not in lib.text("/proc/kallsyms"), "no symbol of ours is left")
    loud = lib.command("dmesg", "--level=emerg,alert,crit,err,warn").stdout
    loud = [line for line in loud.splitlines()
            if "energy" in line and "taint" not in line]
    tap.ok(not loud, "nothing in the kernel's log", *loud)
