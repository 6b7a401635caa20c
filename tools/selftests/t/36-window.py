#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=scope timeout=90 safe=yes
"""The side channel: what the unprivileged read changes with the window and at no other time."""

import errno
import os
import re

import harness
import lib
import tasks

WINDOW_NS, SAMPLE_NS = 500 * lib.MS, 5 * lib.MS
WINDOWS = 4
# Within our own, as the others belong to whoever made them.
BOX = tasks.cgroup_of().lstrip("/") + "/window"
# What whoever runs in a container can open.
UNPRIVILEGED = (lib.CGROUP, lib.STAT)


def in_box():
    """Become an unprivileged process of a cgroup."""
    lib.write(f"{lib.CGROUPS}/{BOX}/cgroup.procs", 0)
    os.setgroups([])
    os.setresgid(lib.NOBODY, lib.NOBODY, lib.NOBODY)
    os.setresuid(lib.NOBODY, lib.NOBODY, lib.NOBODY)


def watch(path):
    """Read a file as fast as we can, until some windows have passed: what it said, in order."""
    fd = os.open(path, os.O_RDONLY)
    said = []
    changes = reads = 0
    while changes <= WINDOWS:
        data = os.pread(fd, 65536, 0)
        reads += 1
        if not said or data != said[-1]:
            said.append(data)
            changes = len(said)
    os.close(fd)
    return said, reads


def check_pace(tap, path):
    """An attacker who reads as fast as it can sees a value per window."""
    child, answers = os.pipe()
    go, parent = os.pipe()
    pid = os.fork()
    if not pid:
        in_box()
        os.read(go, 1)
        said, reads = watch(path)
        with os.fdopen(answers, "wb") as pipe:
            pipe.write(b"%d\n" % reads + b"\0".join(said))
        os._exit(0)
    # Who moves is listed where it was last seen: that could be in the middle of a window.
    lib.wait_until(lambda: str(pid) in lib.text(f"{lib.CGROUPS}/{BOX}/cgroup.procs").split())
    lib.wait_windows()
    live = lib.system()["iterations"]
    os.write(parent, b"1")
    for end in (answers, go, parent):
        os.close(end)
    with os.fdopen(child, "rb") as pipe:
        reads, said = pipe.read().split(b"\n", 1)
    os.waitpid(pid, 0)
    samples = lib.system()["iterations"] - live
    said = said.split(b"\0")
    headers = [{key: int(re.search(rf"^{key}[= ](\d+)$".encode(), text, re.M)[1])
                for key in ("timestamp", "window")} for text in said]
    windows = [header["window"] for header in headers]
    tap.ok(int(reads) > 2 * len(said) and samples > 2 * len(said),
           f"({path}: it was read, and samples were taken, much more often)", int(reads), samples)
    changes = [sorted(set(was.splitlines()) ^ set(now.splitlines()))
               for was, now in zip(said, said[1:])]
    within = [lines for lines, was, now in zip(changes, windows, windows[1:]) if was >= now]
    tap.ok(not within, f"{path}: within a window not a byte changes", windows, *within)
    times = [header["timestamp"] for header in headers]
    # Timers have a slack, to save wake-ups: a 64th of a sample.
    short = [(was, now) for was, now in zip(times, times[1:])
             if now - was < WINDOW_NS - SAMPLE_NS // 64]
    tap.ok(not short, f"{path}: and no window is shorter than window_ns", short)


def check_bounds(tap):
    """Nobody but root sets the pace, and root not below the bounds."""
    files = os.listdir(lib.PARAMS)
    modes = {os.stat(f"{lib.PARAMS}/{name}").st_mode & 0o777 for name in files}
    tap.ok(files and modes <= {0o644, 0o444}, "parameters are root's to write", modes)
    pid = os.fork()
    if not pid:
        in_box()
        os._exit(sum(os.access(f"{lib.PARAMS}/{name}", os.W_OK) for name in files))
    tap.equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0, "nobody can write any")
    before = lib.param("window_ns")
    lib.must_set(sample_ns=lib.MS)
    tap.equal([lib.set_param("window_ns", 100 * lib.MS - 1), lib.set_param("sample_ns", lib.MS - 1),
               lib.param("window_ns"), lib.param("sample_ns")],
              [errno.ERANGE, errno.ERANGE, before, lib.MS],
              "windows below 100 ms and samples below 1 ms are refused to root, too")


def test(tap):
    """Windows."""
    if not os.path.exists(f"{lib.CGROUPS}/cgroup.procs"):
        tap.skip("what the unprivileged read", "there are no cgroups v2 at the usual place")
        return
    lib.load_any(sample_ns=SAMPLE_NS, window_ns=WINDOW_NS)
    os.mkdir(f"{lib.CGROUPS}/{BOX}")
    try:
        with tasks.Worker(*tasks.in_cgroup(BOX, f"{lib.PAYLOAD}/hog")):
            lib.wait_windows()
            for path in UNPRIVILEGED:
                check_pace(tap, path)
            check_bounds(tap)
    finally:
        tasks.remove_cgroup(BOX)


harness.main(test)
