# SPDX-License-Identifier: GPL-2.0-only
"""Checks of the instruction meter that hold on every processor."""

import hardware
import lib
import tasks

# What is not the workload's own: its start, and the end of its life after it has asked.
PERCENT = 0.5
MILLISECONDS = 3000


def off_by(got, want):
    """By how many percent."""
    return 100 * abs(got - want) / want


def perf_stat(log, *args):
    """A program under perf stat: what it said, and what perf counted."""
    with tasks.Worker("/usr/bin/perf", "stat", "-x,", "-o", log, "-e", "instructions",
                      f"{lib.PAYLOAD}/hog", *args) as perf:
        said = perf.said()
        perf.process.wait()
    counts = [int(line.split(",")[0]) for line in lib.text(log).splitlines()
              if ",instructions" in line]
    return said, counts[0]


def check_counts(tap, log="/tmp/perf.log"):
    """A process's instructions are what perf and the hardware say."""
    cpus = sorted(cpu for package in hardware.packages().values() for cpu in package)
    for name, args in (("one thread that never sleeps", ()),
                       ("memory", ("-c", "mem", "-a", cpus[-1])),
                       ("bursts", ("-d", 30, "-e", 3000)),
                       ("as many threads as CPUs and one", ("-j", len(cpus) + 1))):
        said, perf = perf_stat(log, "-t", MILLISECONDS, *args)
        lib.wait_samples()
        record = lib.listing().of(said["pid"])
        got = record["instructions"]
        tap.ok(off_by(got, perf) < PERCENT, f"{name}: perf stat counts the same",
               got, perf, f"{off_by(got, perf):.3f} %")
        tap.ok(off_by(got, said["insns"]) < PERCENT, f"{name}: and so does the hardware",
               got, said, f"{off_by(got, said['insns']):.3f} %")
        tap.note(f"instructions: {name}: {off_by(got, perf):.3f} % from perf, "
                 f"{off_by(got, said['insns']):.3f} % from the truth")


def check_running(tap):
    """A task that never leaves its CPU is charged all the same, and in every sample."""
    with tasks.Worker("hog", "-a", 1) as hog:
        lib.wait_samples()
        seen = []
        for _ in range(5):
            lib.wait_samples(1)
            seen.append(lib.listing().of(hog.pid)["instructions"])
        tap.ok(all(before < after for before, after in zip(seen, seen[1:])),
               "instructions come while it runs", seen)


def check_system(tap):
    """Who does something is charged, and pid 0 has all of it."""
    with hardware.frozen():
        books = lib.settled_listing()
    total = sum(record["instructions"] for record in books.processes)
    tap.ok(0 < total <= books.system["instructions"], "pid 0 has those of all processes",
           total, books.system)
