# SPDX-License-Identifier: GPL-2.0-only
"""TAP output and what the guest's tests read: registers, the truth, workloads."""

import contextlib
import os
import subprocess
import sys
import time

UNIT, PKG, DRAM, PP0, PP1, PSYS = 0x606, 0x611, 0x619, 0x639, 0x641, 0x64D
WRAP = 1 << 32
DRAM_SHARE = 0.1

_results = []


def check(good, text, detail=""):
    """Print one TAP line."""
    _results.append(bool(good))
    print(f"{'ok' if good else 'not ok'} {len(_results)} - {text}", flush=True)
    if not good and detail != "":
        print(f"# {detail}", flush=True)


def done():
    """Print the plan and end with the status."""
    print(f"1..{len(_results)}", flush=True)
    sys.exit(0 if all(_results) else 1)


def run(*command):
    """Run a program and return what it prints."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def truth(*question):
    """Ask the virtual hardware."""
    return int(run("./truth", *map(str, question)))


@contextlib.contextmanager
def frozen():
    """Hold all energy counters still."""
    truth("freeze")
    try:
        yield
    finally:
        truth("release")


def msr(number, cpu=0):
    """Read a register; raises OSError where it faults."""
    fd = os.open(f"/dev/cpu/{cpu}/msr", os.O_RDONLY)
    try:
        return int.from_bytes(os.pread(fd, 8, number), "little")
    finally:
        os.close(fd)


def workload(kind, amount, cpu=0):
    """Run a workload on a CPU and return its figures."""
    text = run("taskset", "-c", str(cpu), "./workload", kind, str(amount))
    return {key: int(value) for key, value in (pair.split("=") for pair in text.split())}


@contextlib.contextmanager
def spinning(*cpus):
    """Keep CPUs busy."""
    children = [subprocess.Popen(["taskset", "-c", str(cpu), "./workload", "spin"])
                for cpu in cpus]
    try:
        yield
    finally:
        for child in children:
            child.kill()
            child.wait()


def close(measured, expected, share):
    """Tell whether two figures agree within a share of the expected one."""
    return abs(measured - expected) <= share * expected


def static_power(packages):
    """Return the static power over two seconds: the least and the most watts that it can be.

    How long it takes to ask is not known: a program is started for each question, which may have
    to wait for the disk, and under icount that wait is guest time.
    """
    def now():
        before_ns = time.monotonic_ns()
        nj = sum(truth("package", package) for package in range(packages))
        after_ns = time.monotonic_ns()
        return before_ns, after_ns, nj - (truth("owned") + truth("unowned")) / (1 + DRAM_SHARE)

    start_before_ns, start_after_ns, start_nj = now()
    time.sleep(2)
    end_before_ns, end_after_ns, end_nj = now()
    return ((end_nj - start_nj) / (end_after_ns - start_before_ns),
            (end_nj - start_nj) / (end_before_ns - start_after_ns))
