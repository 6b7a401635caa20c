#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=million timeout=10000 icount=yes memory=1024 append=slab_nomerge
"""A million short processes: each is accounted, none stays."""

import audit
import harness
import leaks
import lib
import memory
import tasks

HALF = 500000
NUMBER = 2 * HALF
WARM = 2000
# Objects: one that is left by one process of 5000 would show.
BOUND = HALF // 5000
CGROUP = "million"


def swarm(number):
    """Run so many in the cgroup, one after the other; return what they say."""
    said = tasks.Worker(*tasks.in_cgroup(CGROUP, f"{lib.PAYLOAD}/swarm", "-n", number, "-j", 1,
                                         "-s")).said()
    # to where the last of them are listed no more
    lib.wait_windows(4)
    return said


def kernel_ns():
    """CPU time of the cgroup, as the kernel has it."""
    data = lib.text(f"{lib.CGROUPS}/{CGROUP}/cpu.stat")
    return int(data.split()[1]) * 1000


def test(tap):
    """A million."""
    lib.command("mkdir", f"{lib.CGROUPS}/{CGROUP}")
    lib.load()
    swarm(WARM)
    first, taken = lib.settled_listing(), [leaks.taken()]
    started = 0
    for _ in range(2):
        started += swarm(HALF)["started"]
        taken.append(leaks.taken())
    last = lib.settled_listing()
    tap.equal(started, NUMBER, "they have run")
    audit.check_losses(tap, "afterwards", last, first)
    tap.equal([last.imbalance(), last.imbalance("window_")], [0, 0], "the books balance")
    row = lib.cgroups()[f"/{CGROUP}"]
    got, want = row["cpu_ns"], kernel_ns()
    # which counts for who is woken before it runs: 0.2 % was seen
    tap.ok(abs(got - want) <= want // 100, "their CPU time is what the kernel has, to a percent",
           f"{got} ns, kernel {want}")
    tap.ok(last["exited_nj"] > first["exited_nj"], "their joules are with the exited")
    tap.equal(last["procs"], first["procs"], "no record of them is left")
    memory.check_records(tap, "afterwards")
    leaks.check_left(tap, taken, BOUND, f"{NUMBER} processes")
    tap.note(f"processes: {started}, {got / 1e9:.3f} s of CPU time, {(got - want) / 1e6:+.3f} ms "
             f"from the kernel's, {(last['exited_nj'] - first['exited_nj']) / 1e9:.3f} J")


harness.main(test)
