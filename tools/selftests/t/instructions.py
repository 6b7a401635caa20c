# SPDX-License-Identifier: GPL-2.0-only
"""Checks of the instruction meter that hold on every processor."""

import contextlib
import os
import signal
import tempfile

import hardware
import lib
import tasks

PERCENT = 0.5
# Some 5,000 instructions each.
ROUNDS = 20000


def off_by(got, want):
    """By how many percent."""
    return 100 * abs(got - want) / want


@contextlib.contextmanager
def perf_stat(pid, counted):
    """perf stat of a process, exactly as long as the with block lasts; appends what it counted."""
    with tempfile.TemporaryDirectory() as directory:
        log, orders, answers = (f"{directory}/{name}" for name in ("log", "orders", "answers"))
        os.mkfifo(orders)
        os.mkfifo(answers)
        perf = tasks.Worker("/usr/bin/perf", "stat", "-x,", "-o", log, "-e", "instructions",
                            "-D", -1, "--control", f"fifo:{orders},{answers}", "-p", pid)
        with open(orders, "w", encoding="ascii") as order, \
             open(answers, "r", encoding="ascii") as answer:
            for what in ("enable", "disable"):
                print(what, file=order, flush=True)
                if answer.readline().strip("\n\0") != "ack":
                    raise RuntimeError(f"perf does not {what}")
                if what == "enable":
                    yield
        perf.process.send_signal(signal.SIGINT)
        perf.process.wait()
        counted += [int(line.split(",")[0]) for line in lib.text(log).splitlines()
                    if ",instructions" in line]


def count(*args):
    """Instructions of a workload: what we, perf and the hardware say."""
    counted = []
    with tasks.Worker("hog", "-s", "-p", *args) as hog:
        hog.wait_ready()
        lib.wait_samples()
        before = lib.listing().of(hog.pid)["instructions"]
        with perf_stat(hog.pid, counted):
            hog.start()
            said = hog.said()
        lib.wait_samples()
        return lib.listing().of(hog.pid)["instructions"] - before, counted[0], said["insns"]


def check_counts(tap):
    """A process's instructions are what perf and the hardware say.

    What the kernel does in a switch after the tracepoint, perf's own work above all, we count for
    who comes, the other two for nobody or who goes. So there should be few switches: few samples.
    On a debug kernel that alone is a percent of what a hog does between two switches: there they
    are compared with perf's only.
    A kernel thread that follows a process directly counts for that in the hardware's truth, and
    kcompactd alone has used a percent of what is compared: they keep to CPU 0, the hogs off it.
    """
    lib.must_set(window_ns=lib.SECOND, sample_ns=lib.SECOND)
    tasks.keep_to_cpu0()
    cpus = range(1, os.cpu_count())
    os.sched_setaffinity(0, cpus)
    for name, args in (("one thread that never sleeps", ("-n", ROUNDS, "-a", cpus[-2])),
                       ("memory", ("-n", ROUNDS, "-c", "mem", "-a", cpus[-1])),
                       ("bursts", ("-n", ROUNDS, "-d", 30, "-e", 3000)),
                       ("as many threads as CPUs and one",
                        ("-n", ROUNDS // 2, "-j", len(cpus) + 1))):
        ours, perf, truth = count(*args)
        tap.ok(off_by(ours, perf) < PERCENT, f"{name}: perf stat counts the same", ours, perf)
        if not lib.SANITIZED:
            tap.ok(off_by(ours, truth) < PERCENT, f"{name}: and so does the hardware", ours, truth)
        tap.note(f"instructions: {name}: {off_by(ours, perf):.3f} % from perf, "
                 f"{off_by(ours, truth):.3f} % from the truth")
    os.sched_setaffinity(0, range(os.cpu_count()))
    lib.must_set(sample_ns=100 * lib.MS)


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
