# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel has in use, before, in the middle and after: nothing is left behind."""

import collections
import itertools
import os
import re

import lib
import memory
import tasks

# Whole pages, in no cache, are less exact. Only ledgers are that large, 128 KiB a CPU and load.
PAGE_BOUND = 1 << 20
WORKQUEUES = "pool_workqueue"


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
    """What is in use: objects by cache, pages, memory per CPU, kernel threads."""
    objects, pages = memory.kernel_memory(".")
    return objects, pages, memory.per_cpu(), kernel_threads()


def check_left(tap, taken_at, bound, what):
    """Three of taken(), before, in the middle and after: nothing is left behind each time.

    What is makes a cache grow in both halves. What other parts of the kernel allocate, now and
    then, seldom does so in both, and is little: no cache may grow by more than so many objects in
    both. Of workqueues, each of which is some objects of a cache of their own, none may be left;
    where that cache has others in it, too, that cannot be seen (slab_nomerge).
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
    tap.equal(after[3], before[3], "kernel threads are the same")
    queues = [objects.get(WORKQUEUES, 0) for objects, *_ in taken_at]
    tap.ok(all(queues) and grown.get(WORKQUEUES, 0) <= 0, "no workqueue is left", queues)
    most = sorted(grown, key=grown.get)[-3:]
    tap.note(f"memory: in half the time {', '.join(f'{name} {grown[name]}' for name in most)}; "
             f"pages {pages >> 10} KiB, {sum(after[3].values())} kernel threads, {WORKQUEUES} "
             f"{queues}")
