#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=driver timeout=500 topology=2x2 matrix=yes
"""The kernel's own RAPL driver is unloaded and loaded while its zones are read.

Lockdep reports a flaw of that driver here, and is off from then on (runner/klog.py): so these have
a guest of their own.
"""

import os

import hardware
import harness
import lib
import powercap
import tasks

STOCK = "intel_rapl_msr"
OURS = "energy_rapl_powercap"
# The storm of the kernel's driver ends when this file is there.
ENOUGH = "/tmp/enough"


def begin_load():
    """On all CPUs, with exits."""
    return [tasks.Worker("hog", "-c", "simd", "-a", hardware.packages()[1][0]),
            tasks.Worker("hog", "-c", "mem", "-d", 60, "-j", 2), tasks.Worker("swarm", "-j", 2)]


def check_driver_goes(tap):
    """The kernel's driver is unloaded under our feet."""
    load = begin_load()
    for turn in range(4):
        lib.must_set(sample_ns=(5 if turn % 2 else 100) * lib.MS)
        lib.wait_samples()
        lib.command("rmmod", STOCK)
        lib.wait_until(lambda: powercap.sources(lib.listing()) == {"none"})
        gone = powercap.check_balance(tap, "the driver has gone")
        tap.equal([gone["source"], gone["source_kind"]], ["none", "none"],
                  "nobody is said to read")
        lib.wait_samples()
        tap.equal(lib.settled_listing()["measured_nj"], gone["measured_nj"],
                  "and nothing is made up")
        with hardware.frozen(samples=0):
            raws = hardware.registers(gone)
        lib.command("modprobe", STOCK)
        lib.wait_until(lambda: powercap.sources(lib.listing()) == {"rapl_powercap"})
        lib.wait_samples(3)
        back = powercap.check_balance(tap, "it is back")
        with hardware.frozen():
            books, now = lib.settled_listing(), hardware.registers(back)
        wrong = [dom for dom in books.domains if not
                 0 < dom["measured_nj"] - gone.domain(dom["domain"])["measured_nj"] <=
                 powercap.nj(dom, now[dom["domain"]]) - powercap.nj(dom, raws[dom["domain"]]) + 2000]
        tap.ok(not wrong, "no more is counted than was used since", *wrong)
        powercap.check_raws(tap, "it is back")
    for worker in load:
        worker.end()


def check_other_takes_over(tap):
    """Zones go while the registers' provider, too, is there."""
    lib.command("modprobe", "energy_rapl_msr")
    lib.command("rmmod", STOCK)
    lib.wait_samples()
    books = powercap.check_balance(tap, "the driver has gone, the registers are read")
    tap.equal(powercap.sources(books), {"rapl_msr"}, "nobody notices")
    lib.command("modprobe", STOCK)
    lib.command("rmmod", "energy_rapl_msr")
    lib.wait_until(lambda: powercap.sources(lib.listing()) == {"rapl_powercap"})
    powercap.check_raws(tap, "it is back")


def check_reload(tap):
    """Ours comes and goes while zones do."""
    load = begin_load()
    storm = tasks.Worker("/bin/sh", "-c", f"until [ -e {ENOUGH} ]; do rmmod {STOCK}; "
                         f"modprobe {STOCK}; done >/dev/null 2>&1")
    came = 0
    for _ in range(30):
        came += not lib.command("modprobe", OURS, check=False).returncode
        if lib.loaded(OURS):
            lib.command("rmmod", OURS)
    # not in the middle: what is being unloaded cannot be loaded
    with open(ENOUGH, "w", encoding="ascii"):
        storm.process.wait()
    tap.note(f"it came {came} times of 30")
    lib.command("modprobe", STOCK)
    for _ in range(10):
        lib.command("modprobe", OURS)
        lib.must_set(sample_ns=5 * lib.MS)
        lib.command("rmmod", OURS)
        check = lib.settled_listing()
        if check.imbalance() or powercap.sources(check) != {"none"}:
            break
    tap.equal([check.imbalance(), powercap.sources(check)], [0, {"none"}],
              "it comes and goes under load, and the books balance")
    lib.command("modprobe", OURS)
    lib.wait_samples(3)
    powercap.check_balance(tap, "after all that")
    powercap.check_raws(tap, "after all that")
    for worker in load:
        worker.end()
    lib.command("rmmod", OURS)
    tap.ok(not os.path.exists("/sys/class/powercap/energy-rapl-watch"), "nothing of it is left")
    lib.command("modprobe", OURS)


def test(tap):
    """The driver."""
    lib.command("modprobe", OURS)
    lib.must_set(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    check_driver_goes(tap)
    check_other_takes_over(tap)
    check_reload(tap)


harness.main(test)
