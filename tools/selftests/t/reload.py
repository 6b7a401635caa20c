# SPDX-License-Identifier: GPL-2.0-only
"""Modules that come and go under a storm, and what they must not leave behind."""

import collections
import itertools
import os
import re

import lib
import memory
import tasks

# What is left behind each time makes a cache grow in both halves of a test. What other parts of
# the kernel allocate, now and then, seldom does so in both, and is not as much: of this many times
# that something is done, each leaving one object behind would be twice what is allowed.
TIMES_AN_OBJECT = 2
# Whole pages, in no cache, are less exact. Only ledgers are that large, 128 KiB a CPU and load.
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
    """What is in use now that the storm is over: objects by cache, pages, memory per CPU, threads,
    workqueues."""
    objects, pages = memory.kernel_memory(".")
    return (objects, pages, memory.per_cpu(), kernel_threads(),
            sorted(os.listdir("/sys/devices/virtual/workqueue")))


def check_left(tap, taken_at, bound, what):
    """Three of taken(), before, in the middle and after: nothing is left behind each time.

    No cache grows by more than so many objects in both halves.
    """
    first, second = itertools.starmap(memory.grown, itertools.pairwise(taken_at))
    grown = {cache: min(more, second.get(cache, 0)) for cache, more in first.items()}
    wrong = {cache: more for cache, more in grown.items() if more > bound}
    tap.ok(not wrong, f"no cache has grown by more than {bound} objects in both halves of {what}",
           wrong)
    before, middle, after = taken_at
    pages, per_cpu = (min(middle[at] - before[at], after[at] - middle[at]) for at in (1, 2))
    tap.ok(pages <= PAGE_BOUND, f"nor have pages by {PAGE_BOUND >> 10} KiB", f"{pages} bytes")
    tap.ok(per_cpu <= 0, "nor has memory per CPU", f"{per_cpu} bytes")
    tap.equal(after[3:], before[3:], "kernel threads and workqueues are the same")
    most = sorted(grown, key=grown.get)[-3:]
    tap.note(f"memory: in half the time {', '.join(f'{name} {grown[name]}' for name in most)}; "
             f"pages {pages >> 10} KiB, {sum(after[3].values())} kernel threads")


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
