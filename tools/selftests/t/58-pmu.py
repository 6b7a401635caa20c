#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=pmu timeout=400 topology=2x2
"""Instructions per process, beside perf, the NMI watchdog and CPU hotplug."""

import errno

import hardware
import harness
import instructions
import lib
import tasks

CPUS = [0, 1, 2, 3]
# Four general counters and the fixed one: as many as can count instructions.
ALL_COUNTERS = 5
RELOADS = 20
WATCHDOG = "/proc/sys/kernel/nmi_watchdog"


def metered(cpus):
    """Whether these CPUs count, and no others."""
    return lib.sources().metered == cpus


def work_everywhere():
    """Something that runs on every CPU, and switches."""
    return [tasks.Worker("hog", "-j", len(CPUS), "-d", 50, "-e", 2000)]


def growth(pid, samples=3):
    """By how much a process's instructions grow."""
    before = lib.listing().of(pid)["instructions"]
    lib.wait_samples(samples)
    return lib.listing().of(pid)["instructions"] - before


def check_hotplug(tap):
    """A CPU that goes takes its counter along, and brings one when it comes."""
    workers = work_everywhere()
    lib.wait_until(lambda: metered(CPUS))
    tap.ok(True, "all CPUs count")
    for _ in range(3):
        hardware.set_online([3], False)
        tap.ok(metered([0, 1, 2]), "a CPU that is offline does not count")
        hardware.set_online([3], True)
        lib.wait_until(lambda: metered(CPUS))
    hardware.set_online([1], False)
    lib.command("rmmod", "energy_pmu_instr")
    lib.command("modprobe", "energy_pmu_instr")
    hardware.set_online([1], True)
    lib.wait_until(lambda: metered(CPUS))
    tap.ok(True, "one that was offline when the meter came counts too")
    with tasks.Worker("hog", "-a", 1) as hog:
        lib.wait_samples(2)
        tap.ok(growth(hog.pid) > 0, "and who runs there is charged")
    for worker in workers:
        worker.end()


def taken():
    """Somebody has all counters that can count instructions, on all CPUs."""
    events = ",".join(["instructions:D"] * ALL_COUNTERS)
    perf = tasks.Worker("/usr/bin/perf", "stat", "-a", "-x,", "-o", "/tmp/taken.log", "-e", events,
                        f"{lib.PAYLOAD}/hog", "-t", 600000, "-p")
    # perf starts it when it has all that it wants
    lib.wait_until(lambda: lib.command("pgrep", "-x", "hog", check=False).stdout)
    return perf


def check_taken(tap):
    """Counters that others have: said, and taken when they become free."""
    lib.command("rmmod", "energy_pmu_instr")
    perf = taken()
    lines = lib.dmesg().count("no instructions of CPUs")
    lib.command("modprobe", "energy_pmu_instr")
    with tasks.Worker("hog") as hog:
        lib.wait_until(lambda: lib.dmesg().count("no instructions of CPUs 0-3") > lines)
        tap.ok(True, "the log says which CPUs have no counter left")
        lib.wait_samples(2)
        tap.equal(growth(hog.pid), 0, "no instructions then, rather than somebody else's")
        tap.equal(lib.sources().metered, [], "and debugfs says so")
        perf.process.terminate()
        perf.process.wait()
        lib.wait_until(lambda: "all CPUs count instructions again" in lib.dmesg())
        lib.wait_samples(2)
        tap.ok(growth(hog.pid) > 0, "when others are done it counts by itself")


def check_beside(tap):
    """Those who want a counter beside us get one, and neither disturbs the other."""
    log = "/tmp/beside.log"
    tap.equal((lib.write(WATCHDOG, 1), lib.text(WATCHDOG)), (0, "1\n"),
              "the NMI watchdog gets its counters")
    with tasks.Worker("/usr/bin/perf", "stat", "-a", "-x,", "-o", log, "-e", "instructions,cycles",
                      f"{lib.PAYLOAD}/hog", "-t", 600000, "-p") as perf:
        instructions.check_counts(tap)
        # perf ends with its program
        lib.command("pkill", "-x", "hog")
        perf.process.wait()
    counts = [line.split(",")[0] for line in lib.text(log).splitlines()[1:] if "," in line]
    tap.ok(len(counts) == 2 and all(count.isdigit() and int(count) for count in counts),
           "perf has counted on all CPUs meanwhile", lib.text(log))
    lib.write(WATCHDOG, 0)


def check_reload(tap):
    """Coming and going under load: nothing is made up, nothing that was counted is lost."""
    workers = [*work_everywhere(), tasks.Worker("pingpong", 2)]
    hog = tasks.Worker("hog", "-a", 2)
    counted = []
    lib.wait_samples()
    first = lib.listing().of(hog.pid)["instructions"]
    with instructions.perf_stat(hog.pid, counted):
        for _ in range(RELOADS):
            lib.command("rmmod", "energy_pmu_instr")
            lib.wait_samples(1)
            before = lib.listing().of(hog.pid)["instructions"]
            lib.wait_samples(2)
            if lib.listing().of(hog.pid)["instructions"] != before:
                tap.ok(False, "without a meter no instructions are counted")
            lib.command("modprobe", "energy_pmu_instr")
            lib.wait_until(lambda: growth(hog.pid, 1) > 0)
        last = lib.listing().of(hog.pid)["instructions"]
    # perf began a little later; what ran while no meter was there is missing
    most = counted[0] * (1 + instructions.PERCENT / 100)
    tap.ok(0.2 * counted[0] < last - first < most, f"{RELOADS} times: nothing is made up",
           last - first, counted)
    for worker in (*workers, hog):
        worker.end()


def test(tap):
    """Instructions."""
    lib.load("energy_rapl_msr", "energy_pmu_instr", sample_ns=100 * lib.MS, window_ns=lib.SECOND)
    tap.equal(lib.sources().header["meter"], "pmu_instr", "debugfs names the meter")
    instructions.check_counts(tap)
    instructions.check_running(tap)
    instructions.check_system(tap)
    check_beside(tap)
    check_hotplug(tap)
    check_taken(tap)
    check_reload(tap)
    lib.command("rmmod", "energy_pmu_instr")
    tap.equal(lib.sources().header["meter"], "none", "debugfs says that it is gone")
    tap.equal(lib.set_param("source", "pmu_instr"), errno.ENODEV, "a meter is no source")


harness.main(test)
