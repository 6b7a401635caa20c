#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=storm timeout=900 topology=1x2
"""Thousands of cgroups that come and go pin nothing, lose nothing and leave nothing."""

import os

import audit
import faults
import harness
import lib
import memory
import tasks

# Before 6.0 the kernel waits for two grace periods, some 60 ms, for each process that begins in a
# cgroup of its own. And kmemleak, which would find any leak, knows each of the kernel's objects of
# each of them.
STORM = 20000 if lib.KERNEL >= (6, 0) and not os.path.exists(faults.KMEMLEAK) else 2000
# Objects in a cache, of the rest of the kernel: that one in so many cgroups leaves one would show.
BOUND, SIZE_BOUND = STORM // 100, 128 << 10


def dying():
    """Cgroups that the kernel cannot free yet."""
    return int(dict(line.split() for line in lib.text(f"{lib.CGROUPS}/cgroup.stat").splitlines())
               ["nr_dying_descendants"])


def test(tap):
    """A storm."""
    lib.load(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    os.mkdir(f"{lib.CGROUPS}/storm")
    lib.command("/payload/cgstorm", f"{lib.CGROUPS}/storm", 500)
    lib.wait_windows(4)
    before = memory.kernel_memory()
    start = lib.cgroups()["/storm"]
    with tasks.Worker("cgstorm", f"{lib.CGROUPS}/storm", STORM) as storm:
        made = storm.said()["made"]
    lib.wait_windows(4)
    books, rows = lib.listing(), lib.cgroups()
    tap.equal(rows["/storm"]["tx"] - start["tx"], made,
              f"each of {STORM} cgroups' packets stand in what is above them")
    # there are more of them than a window shows
    audit.check_losses(tap, "afterwards", books, allowed=("cgroups_dropped",))
    tap.equal([path for path in rows if path.startswith("/storm/") or path == "?"], [],
              "none of them is left in the list")
    lib.wait_until(lambda: dying() == 0)
    tap.equal(dying(), 0, "none is pinned: nr_dying_descendants")
    after = memory.kernel_memory()
    memory.check_records(tap, "afterwards")
    grown = memory.grown(before, after)
    tap.ok(max(grown.values(), default=0) <= BOUND,
           f"no cache has {BOUND} objects more than before", grown)
    tap.ok(memory.size(grown) <= SIZE_BOUND, f"nor have all together {SIZE_BOUND >> 10} KiB", grown)
    tap.note(f"memory: {grown}")


harness.main(test)
