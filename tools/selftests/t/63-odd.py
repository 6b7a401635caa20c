#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=odd timeout=240 topology=1x2 memory=512
"""A source that hangs, lies, or goes during a read: the others' joules and the books stay right."""

import subprocess
import time

import audit
import harness
import lib
import tasks

ODD = "/sys/module/energy_odd/parameters"
# Longer than the core waits before it says so.
HANG_MS = 7000
# Files that show the latest sample or window, and those that wait for a sample in progress.
FREE = (lib.ALL, lib.CGROUP, lib.STAT, lib.CGROUPS_LIST, lib.DEBUG_SYS)
WAITING = (lib.DEBUG_ALL, lib.DEBUG_SOURCES)


def setting(name):
    """A number of the module's."""
    return int(lib.text(f"{ODD}/{name}"))


def said(text):
    """How often the log says something."""
    return sum(text in line for line in lib.dmesg().splitlines())


def wait_for_read():
    """Until a read hangs."""
    lib.wait_until(lambda: setting("reading"))


def check_hang(tap, hog):
    """Samples come late, and are counted; what happened meanwhile is in the next one."""
    before = audit.check_books(tap, "before a hang", registers=no_psys)
    wait_s = 3
    lib.write(f"{ODD}/hang_ms", wait_s * 1000)
    wait_for_read()
    lib.write(f"{ODD}/hang_ms", 0)
    lib.wait_until(lambda: not setting("reading"))
    lib.wait_samples(3)
    after = audit.check_books(tap, "after it", registers=no_psys)
    late, due = after["late"] - before["late"], wait_s * lib.SECOND // after["sample_ns"]
    tap.ok(due - 2 <= late, f"{wait_s} s without a sample are {due} late ones, or more", late)
    tap.ok(after["drift_max_ns"] > wait_s * lib.SECOND * 9 // 10, "and the delay is known",
           after["drift_max_ns"])
    ran_ns = after.of(hog.pid)["cpu_ns"] - before.of(hog.pid)["cpu_ns"]
    tap.ok(ran_ns > lib.SECOND * wait_s // 4, "who ran meanwhile is charged", ran_ns)


def no_psys(books):
    """The registers of what was never the odd source's; its own counter is taken at its word."""
    books.domains = [dom for dom in books.domains if dom["domain"] != "psys"]
    return audit.hardware.registers(books)


def check_unload(tap):
    """Removing it waits for the read, says so, and no read begins afterwards."""
    before = said("removing source odd waits for a sample")
    lib.write(f"{ODD}/hang_ms", HANG_MS)
    wait_for_read()
    began = time.monotonic()
    with subprocess.Popen(["rmmod", "energy_odd"]) as remover:
        # its module is on its way out, and the read goes on
        time.sleep(1)
        tap.ok(remover.poll() is None and setting("reading"), "rmmod waits for a read in progress")
        tap.equal(remover.wait(), 0, "and succeeds when that has ended")
    took = time.monotonic() - began
    # The last sample reads it once more.
    tap.ok(took < 3 * HANG_MS / 1000, "after one more read, the last", took)
    tap.equal(said("removing source odd waits for a sample") - before, 1,
              "the log has said what it waits for")
    lib.wait_samples(3)
    audit.check_books(tap, "it has gone", registers=no_psys)
    tap.equal(lib.listing().domain("psys")["source"], "rapl_msr", "the next best has taken over")


def check_garbage(tap):
    """Any number, any error: gaps, and no joule of others touched."""
    lib.command("modprobe", "energy_odd")
    lib.must_set(sample_ns=lib.MS)
    lib.write(f"{ODD}/garbage", 1)
    reads = setting("reads")
    lib.wait_until(lambda: setting("reads") > reads + 1000)
    wrong = []
    for _ in range(20):
        books = lib.settled_listing()
        if books.imbalance() or books.imbalance("window_") or books["unbalanced"]:
            wrong.append(books.header)
    tap.ok(not wrong, "a thousand reads of garbage: the books balance in between", *wrong)
    lib.must_set(sample_ns=50 * lib.MS)
    audit.check_books(tap, "with garbage", registers=no_psys)
    row = lib.sources()["odd"]
    tap.ok(row["gaps"] > 100 and row["reads"] > 100, "(there were good and bad ones)", row)
    # A counter that says nothing but nonsense is the only one that is billed.
    lib.must_set(source="odd")
    lib.wait_samples(10)
    books = lib.settled_listing()
    tap.equal([books.imbalance(), books.imbalance("window_"), books["unbalanced"],
               books.domain("psys")["billed"]], [0, 0, 0, 1], "billed, it balances too")
    lib.must_set(source="auto")
    lib.command("rmmod", "energy_odd")
    lib.wait_samples(2)
    books = lib.settled_listing()
    tap.equal([books.imbalance(), books.imbalance("window_"), books["unbalanced"]], [0, 0, 0],
              "it has gone")


def during_hang(wait_s, action):
    """Do something while a read hangs; whether that was over then, seconds, and the result."""
    lib.write(f"{ODD}/hang_ms", wait_s * 1000)
    wait_for_read()
    lib.write(f"{ODD}/hang_ms", 0)
    began, reads = time.monotonic(), setting("reads")
    result = action()
    waited, took = setting("reads") != reads, time.monotonic() - began
    lib.wait_until(lambda: setting("reads") != reads)
    return waited, took, result


def check_readers_and_parameters(tap):
    """Who reads or writes while a source hangs does not wait, or no longer than that."""
    lib.command("modprobe", "energy_odd")
    wait_s = 3
    for paths, waits in (FREE, False), (WAITING, True):
        for path in paths:
            waited, took, _ = during_hang(wait_s, lambda path=path: lib.read_file(path))
            tap.ok(waited == waits and took < 2 * wait_s, f"{path}: reading it while a source hangs "
                   f"{'waits for that, and no longer' if waits else 'does not wait'}", waited, took)
    for name, value, waits in ("sample_ns", 20 * lib.MS, False), ("source", "auto", True):
        waited, took, error = during_hang(wait_s, lambda name=name, value=value:
                                          lib.set_param(name, value))
        tap.ok(waited == waits and took < 2 * wait_s and not error, f"writing {name} meanwhile "
               f"{'waits for that, and no longer' if waits else 'does not wait'}",
               waited, took, error)
    lib.command("rmmod", "energy_odd")


def test(tap):
    """Odd sources."""
    lib.load(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    lib.command("modprobe", "energy_odd")
    hog = tasks.Worker("hog", "-j", 2)
    tasks.Worker("swarm", "-j", 1)
    lib.wait_samples(3)
    check_hang(tap, hog)
    check_unload(tap)
    check_readers_and_parameters(tap)
    check_garbage(tap)


harness.main(test)
