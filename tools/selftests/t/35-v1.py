#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=fuzz timeout=60 topology=1x2 memory=512
"""A host that has cgroup v1 alone: it is told so, and nobody sees more than is theirs."""

import os

import formats
import harness
import lib
import tasks

V1 = ("cpu", "pids", "freezer")
NOTE = "energy_core: cgroup v2 is not in use"


def to_v1():
    """Leave the v2 hierarchy, as such a host never had it."""
    lib.command("umount", lib.CGROUPS)
    lib.command("mount", "-t", "tmpfs", "cgroup", lib.CGROUPS)
    for name in V1:
        os.mkdir(f"{lib.CGROUPS}/{name}")
        lib.command("mount", "-t", "cgroup", "-o", name, name, f"{lib.CGROUPS}/{name}")


def on_v1():
    """The controllers that are not v2's, and how many cgroups their hierarchies have."""
    lines = [line.split() for line in lib.text("/proc/cgroups").splitlines()[1:]]
    return {name: int(cgroups) for name, hierarchy, cgroups, _ in lines if hierarchy != "0"}


def to_v2():
    """And back."""
    # Removed cgroups go a little later, and a hierarchy that still has one outlives its mount.
    lib.wait_until(lambda: set(on_v1().values()) == {1})
    for name in V1:
        lib.command("umount", f"{lib.CGROUPS}/{name}")
    # The kernel gives the controllers back when it comes to it.
    lib.wait_until(lambda: not on_v1())
    lib.command("umount", lib.CGROUPS)
    lib.command("mount", "-t", "cgroup2", "-o", "nsdelegate", "cgroup2", lib.CGROUPS)


def notes():
    """How often the log has said it."""
    return lib.dmesg().count(NOTE)


def check_v1(tap):
    """Without v2."""
    tap.equal(set(on_v1()), set(V1), "(controllers are mounted as v1)")
    before = notes()
    lib.load(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    tap.equal(notes() - before, 1, "the log says once what that means")
    box = f"{lib.CGROUPS}/cpu/box"
    os.mkdir(box)
    hogs = {uid: tasks.Worker("/usr/bin/env", *tasks.as_user(uid, "/payload/hog", "-n", 300, "-p"))
            for uid in (lib.NOBODY, lib.NOBODY - 1)}
    for worker in hogs.values():
        worker.said()
        lib.write(f"{box}/cgroup.procs", worker.pid)
    mine, other = (worker.pid for worker in hogs.values())
    lib.wait_windows()
    found = lib.listing(lib.ALL)
    tap.ok(found.of(1) and found.of(mine)["energy_uj"] > 0 and found.of(other),
           "all: shows and measures everything", found.of(1), found.of(mine))
    in_box = ("sh", "-c", f'echo 0 >{box}/cgroup.procs && exec "$@"', "sh")
    seen = [record["pid"] for record in formats.Listing(lib.command(
        *in_box, *tasks.as_user(lib.NOBODY, "cat", lib.CGROUP)).stdout.encode()).records]
    tap.ok(mine in seen, "cgroup: a user sees its own process", seen)
    tap.ok(not {1, other, os.getpid()} & set(seen),
           "and not another user's, of the same v1 cgroup neither", seen)
    strangers = [pid for pid in seen if os.path.exists(f"/proc/{pid}") and
                 tasks.status(pid, "Uid") != str(lib.NOBODY)]
    tap.ok(not strangers, "nor anybody else's", strangers)
    done = lib.command(*in_box, *tasks.as_user(lib.NOBODY, "cat", lib.STAT), check=False)
    tap.ok(done.returncode and "not permitted" in done.stderr and not done.stdout,
           "cgroup.stat: is not for users, to whom it would tell all of the machine's", done)
    tap.ok({1, other, mine} <= {record["pid"] for record in lib.listing(lib.CGROUP).records},
           "cgroup: root sees everything")
    for worker in hogs.values():
        worker.end()
    lib.unload()
    lib.wait_until(lambda: not lib.text(f"{box}/cgroup.procs"))
    os.rmdir(box)


def test(tap):
    """Cgroup v1."""
    to_v1()
    try:
        check_v1(tap)
    finally:
        to_v2()
    before = notes()
    lib.load_core()
    tap.equal(notes(), before, "with v2 the log says nothing")
    os.mkdir(f"{lib.CGROUPS}/box")
    hog = tasks.Worker(*tasks.in_cgroup("box", "/payload/hog", "-n", 300, "-p"))
    hog.said()
    lib.wait_windows()
    seen = lib.command(*tasks.in_cgroup("box", "cat", lib.CGROUP)).stdout
    seen = [record["pid"] for record in formats.Listing(seen.encode()).records]
    tap.ok(hog.pid in seen and not {1, os.getpid()} & set(seen),
           "and a cgroup is one's own again", seen)
    hog.end()
    lib.wait_until(lambda: not lib.text(f"{lib.CGROUPS}/box/cgroup.procs"))
    os.rmdir(f"{lib.CGROUPS}/box")


harness.main(test)
