#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=odd timeout=300 topology=1x2 memory=512
"""Memory runs out, in a cgroup and everywhere: the meter goes on, and is right."""

import os
import signal

import audit
import harness
import lib
import tasks

CGROUP = f"{lib.CGROUPS}/oom"
EAT = "b = []\nwhile True: b.append(bytearray(1 << 20))"
# The kernel would drop and read again the code of whoever runs, for minutes, before it kills: so
# the eater leaves this much, and the kernel is told to find that too little.
LEFT_KB = 48 << 10
EAT_ALL = f"""
import re, time
b = []
while int(re.search(r"MemAvailable: +(\\d+)", open("/proc/meminfo").read())[1]) > {LEFT_KB}:
    b.append(bytearray(4 << 20))
print("full=1", flush=True)
time.sleep(1000)
"""
NO_LOSS = ("unbalanced", "removals_lost", "charges_lost", "exits_lost")


def must_write(path, value):
    """Write, and be content with nothing less."""
    error = lib.write(path, value)
    if error:
        raise OSError(error, path)


def check_losses(tap, when, books):
    """Nothing was lost."""
    tap.equal([books[key] for key in NO_LOSS], [0] * len(NO_LOSS),
              f"{when}: nothing is lost: {', '.join(NO_LOSS)}")


def eat(*prefix, everything=False):
    """Have a process eat memory until it is killed; return its status and its record."""
    worker = tasks.Worker(*prefix, "/usr/bin/python3", "-c", EAT_ALL if everything else EAT)
    if everything:
        worker.said()
        must_write("/proc/sysrq-trigger", "f")
    status = worker.process.wait()
    lib.wait_samples(2)
    return status, lib.listing().of(worker.pid)


def check_eater(tap, when, found):
    """It was killed, and is accounted."""
    status, record = found
    tap.equal(status, -signal.SIGKILL, f"{when}: it is killed")
    tap.ok(record and not record["alive"] and record["energy_nj"] > 0,
           f"{when}: and has its energy", record)


def check_cgroup(tap):
    """A cgroup's limit."""
    must_write(f"{lib.CGROUPS}/cgroup.subtree_control", "+memory")
    os.mkdir(CGROUP)
    must_write(f"{CGROUP}/memory.max", 32 << 20)
    if os.path.exists(f"{CGROUP}/memory.swap.max"):
        must_write(f"{CGROUP}/memory.swap.max", 0)
    check_eater(tap, "in a cgroup", eat(*tasks.in_cgroup("oom")))
    check_losses(tap, "after the cgroup's", audit.check_books(tap, "after the cgroup's"))
    # Its memory is full; who opens a file there pays for it.
    done = lib.command(*tasks.in_cgroup("oom", "cat", lib.STAT), check=False)
    tap.ok(done.returncode == 0 and "usage" not in done.stderr, "its file can be read there", done)
    must_write(f"{CGROUP}/memory.max", "max")


def check_global(tap):
    """All of the machine's."""
    # Neither we nor what the test needs.
    must_write("/proc/self/oom_score_adj", -1000)
    # Not so many that a listing takes longer than a sample: it would not be one sample's.
    swarm = tasks.Worker("swarm", "-j", 2, "-u", 20000, "-U", 40000)
    for number in range(2):
        found = eat("/bin/sh", "-c", 'echo 1000 >/proc/self/oom_score_adj && exec "$@"', "sh")
        check_eater(tap, f"global, {number}", found)
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
    check_losses(tap, "all in all", books)
    tap.note(f"no_memory={books['no_memory']}")
    charged, seen = tasks.charged_hogs()
    tap.ok(charged, "new ones are accounted", *seen)
    lib.unload()
    lib.load()
    tap.ok(lib.loaded("energy_rapl_msr"), "it can be loaded again")
    os.rmdir(CGROUP)


harness.main(test)
