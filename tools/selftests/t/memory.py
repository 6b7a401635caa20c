# SPDX-License-Identifier: GPL-2.0-only
"""How much memory the kernel has in use."""

import contextlib
import os
import re
import time

import lib


def idle_pages_bytes():
    """Free pages that MemFree does not have: those on the CPUs' own lists, megabytes at times."""
    pages = re.findall(r"^ +count: +(\d+)$", lib.text("/proc/zoneinfo"), re.M)
    return sum(map(int, pages)) * os.sysconf("SC_PAGE_SIZE")


# Caches that something of ours may be in while nothing comes or goes.
OURS = r"kmalloc-|energy|pid|cred|task_struct|radix|xarray"
SLAB = "/sys/kernel/slab"
RECORDS = "energy_proc"
READINGS = 5
# What kfree_rcu() has been given is freed within five seconds, and nothing says when; on a busy
# host, by a kernel that looks for bugs, later.
REST_S = 6
RESTS = 20


def caches(names):
    """The kernel's caches. Those that share one have links to it, which may outlive it."""
    found = {os.path.realpath(f"{SLAB}/{name}") for name in os.listdir(SLAB)
             if re.match(names, name)}
    return sorted(os.path.basename(path) for path in found if os.path.exists(path))


def objects(*names):
    """How many objects of caches are in use.

    What is free on a CPU's own slab counts as in use: so CPUs give theirs back. Whoever allocates
    before we have read takes one again: so it is the fewest of some readings. All files stay open
    meanwhile: each one of sysfs that is closed leaves an object (kernfs_open_node, in kmalloc-96)
    which is freed seconds later, so that we would count how often we have looked.
    """
    found = {}
    with contextlib.ExitStack() as stack:
        def opened(name, file, mode):
            return stack.enter_context(open(f"{SLAB}/{name}/{file}", mode, 0)).fileno()

        files = {name: (opened(name, "shrink", "wb"), opened(name, "objects", "rb"))
                 for name in names}
        for _, count in files.values():
            os.pread(count, 1, 0)
        for _ in range(READINGS):
            for name, (give_back, count) in files.items():
                os.pwrite(give_back, b"1", 0)
                now = int(os.pread(count, 100, 0).split()[0])
                found[name] = min(found.get(name, now), now)
    return found


def check_records(tap, when):
    """Each object of our own cache is a record in the table, or one kept to be used again."""
    name = f"{when}: {RECORDS} has the records that are known"
    if int(lib.text(f"{SLAB}/{RECORDS}/aliases")):
        tap.skip(name, "this kernel has others in it, too")
        return

    def seen():
        books = lib.listing()
        return books["procs"] + books["spare"]
    # a sample in between makes some, or frees some
    for _ in range(100):
        before, got, after = seen(), objects(RECORDS)[RECORDS], seen()
        if got == before == after:
            break
    tap.equal([got, after], [before, before], name)


def per_cpu():
    """Bytes of memory per CPU; the kernel tells of whole pages only."""
    return int(re.search(r"^Percpu: +(\d+) kB", lib.text("/proc/meminfo"), re.M)[1]) * 1024


def watchers():
    """Debug kernels: of who looks at timers and work, how many do."""
    stock = lib.text("/sys/kernel/debug/debug_objects/stats")
    return int(re.search(r"^pool_used *:(\d+)$", stock, re.M)[1])


def mapped_areas():
    """Areas of vmalloc() in use. Others are holes between those, or wait to be unmapped, or (since
    6.9) to be used again."""
    return len(re.findall(r"^0x(?!.*unpurged)", lib.text("/proc/vmallocinfo"), re.M))


# Caches of which the kernel keeps free objects in stock, now more, now less: who knows better.
STOCKED = {"debug_objects_cache": watchers, "vmap_area": mapped_areas}


def settled(names):
    """How many objects of caches are in use when it is no fewer than a second before."""
    found = objects(*names)
    for _ in range(RESTS):
        time.sleep(1)
        now = objects(*names)
        if sum(now.values()) >= sum(found.values()):
            break
        found = now
    return found


def kernel_memory(names=OURS):
    """What the kernel has in use: objects by cache, and bytes of pages in no cache."""
    time.sleep(REST_S)
    for _ in range(3):
        lib.write("/proc/sys/vm/drop_caches", 3)
        lib.write("/proc/sys/vm/compact_memory", 1)
        time.sleep(0.3)
    found = settled(caches(names))
    found.update({cache: used() for cache, used in STOCKED.items() if cache in found})
    meminfo = {key: int(value) * 1024 for key, value in
               re.findall(r"(\w+):\s+(\d+) kB", lib.text("/proc/meminfo"))}
    known = ("MemFree", "Buffers", "Cached", "AnonPages", "Slab", "KernelStack", "PageTables")
    used = meminfo["MemTotal"] - sum(meminfo[key] for key in known) - idle_pages_bytes()
    return found, used


def grown(before, after):
    """By how many objects caches have grown between two of kernel_memory()."""
    return {cache: more for cache, count in after[0].items()
            if (more := count - before[0].get(cache, 0))}


def size(counts):
    """Bytes of so many objects, by cache."""
    return sum(count * int(lib.text(f"/sys/kernel/slab/{cache}/object_size"))
               for cache, count in counts.items())
