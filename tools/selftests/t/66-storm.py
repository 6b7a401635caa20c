#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=hotplug timeout=180
"""CPUs come and go while providers do, and cgroups, and processes: no joule lost or invented."""

import random
import threading
import time

import audit
import hardware
import harness
import lib
import tasks

SECONDS = 15
TIMES = 3
COMERS = ("energy_pmu_instr", "energy_rapl_msr", "energy_rapl_powercap", "energy_vm_fallback")


class Repeat(threading.Thread):
    """Something that is done until it is told to stop."""

    def __init__(self, action):
        super().__init__(daemon=True)
        self.action = action
        self.times = 0
        self.error = None
        self.stopping = threading.Event()

    def run(self):
        try:
            while not self.stopping.is_set():
                self.action()
                self.times += 1
        except Exception as error:  # pylint: disable=broad-except
            self.error = error

    def stop(self):
        """Stop after what is being done now."""
        self.stopping.set()
        self.join()


def replug(cpus):
    """CPUs go, and come back."""
    hardware.set_online(cpus, False)
    hardware.set_online(cpus, True)


def reload_providers():
    """Providers come, and go in the same order."""
    for module in COMERS:
        lib.command("modprobe", module)
    for module in COMERS:
        lib.command("rmmod", module)


def test(tap):
    """A storm of all."""
    cpus = hardware.packages()[1]
    lib.command("modprobe", "intel_rapl_msr")
    lib.load_core(sample_ns=20 * lib.MS, window_ns=200 * lib.MS)
    load = [tasks.Worker("hog", "-c", "simd", "-d", 60, "-j", 3), tasks.Worker("swarm", "-j", 2),
            tasks.Worker("cgstorm", lib.CGROUPS, 100000)]
    storms = [Repeat(lambda: replug(random.sample(cpus, random.randint(1, len(cpus))))),
              Repeat(reload_providers), Repeat(lambda: lib.read_file(lib.DEBUG_ALL))]
    for storm in storms:
        storm.start()
    wrong = []
    until = time.monotonic() + SECONDS
    # All of them have to be at it, however busy the host is.
    while time.monotonic() < until or (min(storm.times for storm in storms) < TIMES and
                                       not any(storm.error for storm in storms)):
        books = lib.settled_listing()
        if books.imbalance() or books.imbalance("window_") or books["unbalanced"]:
            wrong.append(books.header)
    for storm in storms:
        storm.stop()
    hardware.set_online(cpus, True)
    tap.ok(not wrong, "the books balance all the time", *wrong)
    tap.equal([storm.error for storm in storms], [None] * len(storms), "nothing has failed")
    tap.note(f"times: {[storm.times for storm in storms]}")
    tasks.end_load(tap, load)
    lib.command("modprobe", "energy_rapl_msr")
    lib.wait_samples(3)
    _, before = audit.settled()
    hog = tasks.Worker("hog", "-c", "simd", "-a", cpus[0])
    lib.wait_until(lambda: (record := lib.listing().of(hog.pid)) and record["energy_nj"])
    tap.ok(True, "who runs where CPUs came and went is charged")
    hog.end()
    books, after = audit.settled()
    tap.equal(after, before, "every domain is what its register counts")
    tap.equal([books.imbalance(), books.imbalance("window_")], [0, 0],
              "the books balance afterwards")
    audit.check_losses(tap, "afterwards", books)


harness.main(test)
