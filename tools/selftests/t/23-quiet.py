#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=control timeout=120
"""CPUs that have nothing to do with us get no interrupt from us: idle ones, nor busy ones.

All else is kept on CPU 0. The kernel has reasons of its own now and then, on a slow machine a few
in each stretch, so of several stretches of many samples the quietest counts, and is compared with
what an interrupt per sample, or per a few, would make.
"""

import contextlib
import os
import re
import time

import lib

SAMPLE_NS = 10 * lib.MS
SAMPLES = 20
STRETCHES = 12
FEW = SAMPLES // 4
# Function calls, IRQ work, rescheduling.
OURS = ("CAL", "IWI", "RES")


def keep_to_cpu0():
    """Every process, kernel thread, work item and device interrupt that may be moved."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(int(pid), {0})
    with contextlib.suppress(OSError):
        lib.write("/sys/devices/virtual/workqueue/cpumask", 1)
    for irq in filter(str.isdigit, os.listdir("/proc/irq")):
        with contextlib.suppress(OSError):
            lib.write(f"/proc/irq/{irq}/smp_affinity", 1)


def interrupts():
    """By CPU: how many of the kinds that could be ours."""
    counts = [0] * os.cpu_count()
    for line in lib.text("/proc/interrupts").splitlines():
        kind, _, rest = line.strip().partition(":")
        if kind in OURS:
            for cpu, count in enumerate(re.findall(r"\d+", rest)[:len(counts)]):
                counts[cpu] += int(count)
    return counts


def quietest():
    """By CPU: the fewest of them in a stretch."""
    fewest = None
    for _ in range(STRETCHES):
        samples = lib.system()["iterations"]
        before = interrupts()
        # Asleep: the scheduler wakes CPUs to balance as soon as there are two to run on this one.
        time.sleep(SAMPLES * SAMPLE_NS / lib.SECOND)
        lib.wait_until(lambda samples=samples: lib.system()["iterations"] >= samples + SAMPLES)
        got = [now - then for now, then in zip(interrupts(), before)]
        fewest = got if fewest is None else list(map(min, fewest, got))
    return fewest


def check(tap, quiet, name):
    """Some CPUs are left in peace."""
    fewest = quietest()
    tap.ok(all(fewest[cpu] < FEW for cpu in quiet), f"{name}: samples do not interrupt {quiet}",
           f"in {SAMPLES} samples, at best: {fewest}")
    return fewest


def test(tap):
    """Quiet."""
    lib.load(source=False, sample_ns=SAMPLE_NS, window_ns=100 * lib.MS)
    keep_to_cpu0()
    near, far = lib.packages()[0][1], lib.packages()[1]
    check(tap, [near, *far], "all idle")
    hog = lib.Worker("hog", "-a", far[0])
    lib.wait_until(lambda: lib.exact_ns(hog.pid) > 50 * lib.MS)
    before = lib.listing().of(hog.pid)["cpu_ns"]
    check(tap, [near, *far], f"CPU {far[0]} busy")
    tap.ok(lib.listing().of(hog.pid)["cpu_ns"] > before + lib.SECOND,
           "(and yet what ran there is accounted)", before)
    # The other package's counters can be read there alone: on the CPU that is awake anyway.
    lib.command("modprobe", "energy_rapl_msr")
    fewest = check(tap, [near, far[1]], f"with counters to read, CPU {far[0]} busy")
    tap.ok(fewest[far[0]] >= SAMPLES, "(it has interrupts: the counters of its package are read)",
           fewest)
    hog.end()


lib.main(test)
