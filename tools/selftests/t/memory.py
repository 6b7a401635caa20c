# SPDX-License-Identifier: GPL-2.0-only
"""How much memory the kernel has in use."""

import os
import re
import time

import lib


def idle_pages_bytes():
    """Free pages that MemFree does not have: those on the CPUs' own lists, megabytes at times."""
    pages = re.findall(r"^ +count: +(\d+)$", lib.text("/proc/zoneinfo"), re.M)
    return sum(map(int, pages)) * os.sysconf("SC_PAGE_SIZE")


def shrink(cache):
    """Have CPUs give back what they keep of a cache; until then the kernel counts it as in use."""
    lib.write(f"/sys/kernel/slab/{cache}/shrink", 1)


# Caches that something of ours may be in while nothing comes or goes.
OURS = r"kmalloc-|energy|pid|cred|task_struct|radix|xarray"


def slabinfo(names=OURS):
    """Bytes in use, by cache."""
    found = {}
    for line in lib.text("/proc/slabinfo").splitlines()[2:]:
        name, active, _, size = line.split()[:4]
        if re.match(names, name):
            found[name] = int(active) * int(size)
    return found


def per_cpu():
    """Bytes of memory per CPU; the kernel tells of whole pages only."""
    return int(re.search(r"^Percpu: +(\d+) kB", lib.text("/proc/meminfo"), re.M)[1]) * 1024


def kernel_memory(names=OURS):
    """Bytes that the kernel has allocated: objects by cache, and pages in no cache."""
    for _ in range(3):
        lib.write("/proc/sys/vm/drop_caches", 3)
        lib.write("/proc/sys/vm/compact_memory", 1)
        time.sleep(0.3)
    for cache in slabinfo(names):
        shrink(cache)
    objects = slabinfo(names)
    meminfo = {key: int(value) * 1024 for key, value in
               re.findall(r"(\w+):\s+(\d+) kB", lib.text("/proc/meminfo"))}
    known = ("MemFree", "Buffers", "Cached", "AnonPages", "Slab", "KernelStack", "PageTables")
    used = meminfo["MemTotal"] - sum(meminfo[key] for key in known) - idle_pages_bytes()
    return objects, used
