# SPDX-License-Identifier: GPL-2.0-only
"""Modules that come and go under a storm, and what they must not leave behind."""

import collections
import os
import re
import time

import lib
import memory
import tasks

# What is left behind each time makes a cache grow in both halves of a test. What other parts of
# the kernel allocate, now and then, seldom does so in both.
LOAD_BOUND = 32
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
    """What is in use now that the storm is over: objects by cache, pages, threads, workqueues."""
    time.sleep(1)
    objects, pages = memory.kernel_memory(".")
    objects["per CPU"] = memory.per_cpu()
    return objects, pages, kernel_threads(), sorted(os.listdir("/sys/devices/virtual/workqueue"))


def others(cache):
    """Bytes of a cache that may seem to be in use: of each CPU's slab, what is free is counted."""
    path = f"/sys/kernel/slab/{cache}"
    if not os.path.exists(path):
        return 0
    return os.cpu_count() * int(lib.text(f"{path}/slab_size")) * \
        int(lib.text(f"{path}/objs_per_slab"))


def check_left(tap, taken_at, bound, what):
    """Three of taken(), before, in the middle and after: nothing is left behind each time.

    No cache grows by more than so many bytes, or a slab for each CPU, in both halves.
    """
    before, middle, after = taken_at
    grown = {name: min(middle[0].get(name, 0) - before[0].get(name, 0),
                       after[0][name] - middle[0].get(name, 0)) for name in after[0]}
    wrong = {name: size for name, size in grown.items()
             if size > bound and size > others(name)}
    tap.ok(not wrong, f"no cache has grown by more than {bound} bytes in both halves of {what}",
           wrong)
    pages = min(middle[1] - before[1], after[1] - middle[1])
    tap.ok(pages <= PAGE_BOUND, f"nor have pages by {PAGE_BOUND >> 10} KiB", f"{pages} bytes")
    tap.equal(after[2:], before[2:], "kernel threads and workqueues are the same")
    most = sorted(grown, key=grown.get)[-3:]
    tap.note(f"memory: in half the time {', '.join(f'{name} {grown[name]}' for name in most)}; "
             f"pages {pages >> 10} KiB, {sum(after[2].values())} kernel threads")


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
