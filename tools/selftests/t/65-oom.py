#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=odd timeout=300 topology=1x2 memory=512
"""Memory runs out, in a cgroup and everywhere: the meter goes on, and is right."""

import ctypes
import os
import re
import signal

import audit
import harness
import lib
import tasks

CGROUP = f"{lib.CGROUPS}/oom"
MCL_CURRENT, MCL_FUTURE = 1, 2
# The kernel would drop and read again the code of whoever runs, for minutes, before it kills: so
# that of the eater, and ours, is locked. What it eats is not: that could not be taken from it.
EAT = f"""
import ctypes
ctypes.CDLL(None).mlockall({MCL_CURRENT})
b = []
while True: b.append(bytearray(8 << 20))
"""
# What the kernel says: in a cgroup, and when nothing is left at all.
CGROUPS_OOM, OOM = "Memory cgroup out of memory", "Out of memory"
# A process without a record has nobody to charge.
MAY_BE_LOST = ("no_memory", "charges_unmatched", "dead_dropped", "cgroups_dropped")


def must_write(path, value):
    """Write, and be content with nothing less."""
    error = lib.write(path, value)
    if error:
        raise OSError(error, path)


def kills():
    """How many processes the kernel has killed for want of memory."""
    return int(re.search(r"^oom_kill (\d+)$", lib.text("/proc/vmstat"), re.M)[1])


def check_eater(tap, when, reason, *prefix):
    """Who eats memory is killed when the kernel finds no more for him, and is accounted."""
    before, samples = kills(), lib.system()["iterations"]
    worker = tasks.Worker(*prefix, "/usr/bin/python3", "-c", EAT)
    status = worker.process.wait()
    sampled = lib.system()["iterations"] - samples
    tap.equal([status, kills() - before], [-signal.SIGKILL, 1], f"{when}: it is killed, and alone")
    log = lib.dmesg()
    # an order of -1 is a kill that somebody asked for
    tap.ok(re.search(rf"\] {reason}: Killed process {worker.pid} ", log) and
           re.search(r"invoked oom-killer: gfp_mask=\S+, order=0,", log) and
           "order=-1," not in log, f"{when}: {reason}, says the kernel",
           *(line for line in log.splitlines() if "oom" in line or "ut of memory" in line))
    tap.ok(sampled > 0, f"{when}: samples were taken meanwhile", sampled)
    lib.wait_samples(2)
    record = lib.listing().of(worker.pid)
    tap.ok(record and not record["alive"] and record["energy_nj"] > 0,
           f"{when}: and has its energy", record)


def check_cgroup(tap):
    """A cgroup's limit."""
    must_write(f"{lib.CGROUPS}/cgroup.subtree_control", "+memory")
    os.mkdir(CGROUP)
    must_write(f"{CGROUP}/memory.max", 32 << 20)
    if os.path.exists(f"{CGROUP}/memory.swap.max"):
        must_write(f"{CGROUP}/memory.swap.max", 0)
    check_eater(tap, "in a cgroup", CGROUPS_OOM, *tasks.in_cgroup("oom"))
    audit.check_losses(tap, "after the cgroup's", audit.check_books(tap, "after the cgroup's"))
    # Its memory is full; who opens a file there pays for it.
    done = lib.command(*tasks.in_cgroup("oom", "cat", lib.STAT), check=False)
    tap.ok(done.returncode == 0 and "usage" not in done.stderr, "its file can be read there", done)
    must_write(f"{CGROUP}/memory.max", "max")


def check_global(tap):
    """All of the machine's."""
    # Neither we nor what the test needs.
    must_write("/proc/self/oom_score_adj", -1000)
    if ctypes.CDLL(None).mlockall(MCL_CURRENT | MCL_FUTURE):
        raise RuntimeError("our memory cannot be locked")
    # Not so many that a listing takes longer than a sample: it would not be one sample's.
    swarm = tasks.Worker("swarm", "-j", 2, "-u", 20000, "-U", 40000)
    for number in range(2):
        check_eater(tap, f"global, {number}", OOM, "/bin/sh", "-c",
                    'echo 1000 >/proc/self/oom_score_adj && exec "$@"', "sh")
        audit.check_books(tap, f"after global {number}")
    tap.ok(swarm.process.poll() is None, "(the others went on)")
    swarm.end()


def test(tap):
    """No memory."""
    # Who has died is shown in one full window: long enough to be looked at.
    lib.load(sample_ns=200 * lib.MS, window_ns=60 * lib.SECOND)
    lib.wait_samples(3)
    check_cgroup(tap)
    check_global(tap)
    books = lib.listing()
    # The sampler may wait for memory, and what is charged and who exits meanwhile have their room.
    audit.check_losses(tap, "all in all", books, allowed=MAY_BE_LOST)
    tap.note(f"no_memory={books['no_memory']}")
    charged, seen = tasks.charged_hogs()
    tap.ok(charged, "new ones are accounted", *seen)
    lib.unload()
    lib.load()
    tap.ok(lib.loaded("energy_rapl_msr"), "it can be loaded again")
    os.rmdir(CGROUP)


harness.main(test)
