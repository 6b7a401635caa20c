# SPDX-License-Identifier: GPL-2.0-only
"""The memory that is still in use after very many short processes."""

import glob
import os
import re
import subprocess
import time

import meter

PROCESSES = 1000000
PROCESSES_WITHOUT = 100000
# Before the first look, so that what grows once has grown.
WARM_UP = 20000
# What these lines of /proc/meminfo have is in use, but by nobody who matters here.
NOT_KERNEL = ("MemFree", "Buffers", "Cached", "SwapCached", "AnonPages", "Slab")


def read_file(path):
    """A file's text."""
    with open(path, encoding="ascii") as file:
        return file.read()


def write_file(path, text):
    """Write to one of the kernel's files."""
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def settle():
    """Give back what only waits to be used again: RCU's, the page cache's, the slabs'."""
    time.sleep(3)
    subprocess.run(["sync"], check=True)
    write_file("/proc/sys/vm/drop_caches", "3")
    for shrink in glob.glob("/sys/kernel/slab/*/shrink"):
        write_file(shrink, "1")
    write_file("/proc/sys/vm/stat_refresh", "1")


def slab_bytes():
    """Objects in use in all slab caches."""
    lines = read_file("/proc/slabinfo").splitlines()
    return sum(int(objects) * int(size) for _, objects, _, size, *_ in
               map(str.split, lines[2:]))


def page_bytes():
    """Pages in use by the kernel that belong to no slab, whoever took them."""
    info = {key: int(kib) * 1024
            for key, kib in re.findall(r"^(\w+): +(\d+) kB$", read_file("/proc/meminfo"), re.M)}
    # free pages that wait on the CPUs' own lists are not in MemFree
    waiting = sum(map(int, re.findall(r"^ +count: (\d+)$", read_file("/proc/zoneinfo"), re.M)))
    return info["MemTotal"] - sum(info[key] for key in NOT_KERNEL) - waiting * 4096


def in_use():
    """The kernel's memory in use, after everything has come to rest."""
    settle()
    return slab_bytes() + page_bytes()


def fork(number):
    """Short processes, as many on each CPU; only there, because moving costs time."""
    cpus = sorted(os.sched_getaffinity(0))
    forks = [subprocess.Popen(["taskset", "-c", str(cpu), "./forks", "vfork",
                               str(number // len(cpus))]) for cpu in cpus]
    if any([process.wait() for process in forks]):
        raise SystemExit("forks failed")


def growth(number, at_rest=lambda: None):
    """By how much memory in use grows over so many processes."""
    fork(WARM_UP)
    at_rest()
    before = in_use()
    fork(number)
    at_rest()
    return in_use() - before


def measure():
    """With the meter, and without for fewer: how much the kernel itself wavers."""
    yield "leaked_bytes_without", growth(PROCESSES_WITHOUT)
    with meter.loaded():
        yield "leaked_bytes_after_1m", growth(PROCESSES, meter.wait_no_dead)
