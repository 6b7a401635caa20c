#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=suspend timeout=180
"""Suspend: a last sample before, a first one after, and what the sleep used is idle."""

import os
import re
import time

import audit
import harness
import lib
import tasks

# How: what is written to pm_test, mem_sleep and state.
PM_TESTS = (("freezer", "s2idle", "freeze"), ("devices", "s2idle", "freeze"),
            ("core", "deep", "mem"))
HOUR = 3600 * lib.SECOND
# How long the kernel's own test waits, which it does on a CPU.
WAIT_S = 1
# "sched: Move /proc/sched_debug to debugfs" (5.13)
SCHED_DEBUG = "/sys/kernel/debug/sched/debug" if lib.KERNEL >= (5, 13) else "/proc/sched_debug"
# An emulated CPU retires some hundred million in a second.
MAX_INSNS_PER_NS = 10


def boottime_ns():
    """A clock that goes on in suspend."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def cpu_clock_ns():
    """The clock by which CPUs account; it goes on where only the timekeeping is suspended."""
    head = lib.read_head(SCHED_DEBUG).decode()
    return int(re.search(r"^cpu_clk +: (\d+\.\d{6})$", head, re.M)[1].replace(".", ""))


def check_nobody_ran(tap, how, books, passed_ns, waited_ns):
    """Who is frozen has at most the time that passed, less what we waited on a CPU meanwhile."""
    wrong = []
    for record in books.processes:
        # Kernel threads are not, at all levels.
        frozen = not record["kernel"] and record["pid"] != os.getpid()
        ran_ns = record["cpu_ns"] - record["window_cpu_ns"]
        if ran_ns > passed_ns - frozen * waited_ns:
            wrong.append(record)
    tap.ok(not wrong, f"{how}: nobody ran while the machine stood still", passed_ns, waited_ns,
           *wrong)


def sleeps(tap, how, suspend):
    """Suspend with all CPUs busy, and look at the samples before and after alone."""
    audit.check_books(tap, f"{how}: before")
    # So slow that between the two there is none, and none soon after.
    lib.must_set(window_ns=HOUR, sample_ns=10 * lib.SECOND)
    first = lib.system()
    passed_ns, real_ns = cpu_clock_ns(), boottime_ns()
    waited_ns = suspend()
    books = lib.settled_listing()
    passed_ns, real_ns = cpu_clock_ns() - passed_ns, boottime_ns() - real_ns
    # The window was published by the sample before; the one after is live.
    tap.equal([books["window"] - first["window"], books["iterations"] -
               books["window_iterations"]], [1, 1],
              f"{how}: sample, publish, park; and a sample after")
    slept = {key: books[f"{key}_nj"] - books[f"window_{key}_nj"]
             for key in ("measured", "idle", "unattributed", "exited")}
    tap.ok(slept["measured"] == slept["idle"] > 10**9, f"{how}: what it used is idle", slept)
    # Remainders from before find an owner.
    charged = (books.live_nj() - books.live_nj("window_") + slept["exited"] +
               slept["unattributed"])
    tap.ok(charged <= books["window_pending_nj"], f"{how}: nobody is charged for it", charged,
           slept, books["window_pending_nj"])
    tap.ok(waited_ns or real_ns - passed_ns > lib.SECOND, f"{how}: (it stood still)",
           real_ns, passed_ns)
    check_nobody_ran(tap, how, books, passed_ns, waited_ns)
    tap.equal([books.imbalance(), books.imbalance("window_"), books["unbalanced"]], [0, 0, 0],
              f"{how}: the books balance on both sides")
    lib.must_set(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    lib.wait_samples(3)
    again = audit.check_books(tap, f"{how}: after")
    tap.ok(again.billed("attributed_nj") > books.billed("attributed_nj"),
           f"{how}: and it goes on")
    wrong = [(before, after) for before, after in
             ((books.of(hog.pid), again.of(hog.pid)) for hog in tasks.Worker.everyone)
             if not 0 < after["instructions"] - before["instructions"] <
             MAX_INSNS_PER_NS * (after["cpu_ns"] - before["cpu_ns"])]
    tap.ok(not wrong, f"{how}: so do instructions, with none from the sleep", *wrong)


def pm_test(test, sleep, state):
    """Suspend as far as a level of the kernel's own test; tells how long that waits."""
    def suspend():
        for path, value in (("pm_test", test), ("mem_sleep", sleep), ("state", state)):
            error = lib.write(f"/sys/power/{path}", value)
            if error:
                raise OSError(error, f"{path}: {value}")
        lib.write("/sys/power/pm_test", "none")
        return WAIT_S * lib.SECOND
    return suspend


def to_ram():
    """Really suspend to memory, until the clock wakes the machine: nobody waits."""
    lib.write("/sys/power/mem_sleep", "deep")
    lib.command("rtcwake", "-m", "mem", "-s", 3)
    return 0


def test(tap):
    """Suspend."""
    lib.load("energy_rapl_msr", "energy_pmu_instr", sample_ns=50 * lib.MS,
             window_ns=200 * lib.MS)
    lib.write("/sys/module/suspend/parameters/pm_test_delay", WAIT_S)
    for cpu in range(4):
        tasks.Worker("hog", "-c", "simd", "-a", cpu)
    lib.wait_samples(3)
    for how in PM_TESTS:
        sleeps(tap, f"{how[2]} up to {how[0]}", pm_test(*how))
    if os.path.exists("/sys/kernel/debug/kcsan"):
        tap.skip("to memory", "a kernel with KCSAN does not survive waking up, without us either")
        return
    sleeps(tap, "to memory", to_ram)


harness.main(test)
