#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=vm timeout=60 topology=1x2 memory=512 hardware=none
"""A powercap zone in the guest, as a tool reads it that knows nothing else (powercap-utils)."""

import os
import time

import harness
import lib
import tasks
import vrapl

ZONE = "/sys/class/powercap/intel-rapl:0"
MODULE = "energy_vm_fallback"


def info(*words):
    """What powercap-info says."""
    return lib.command("powercap-info", "intel-rapl", "-z", "0", *words).stdout.strip()


def load(name):
    """Load the module with a zone; return what modprobe did."""
    return lib.command("modprobe", MODULE, f"powercap_zone={name}", check=False)


def check_reading(tap):
    """The zone's energy is what the core has counted, in either way."""
    tap.equal(sorted(os.listdir("/sys/class/powercap")), ["intel-rapl", "intel-rapl:0"],
              "a control type and a zone")
    tap.equal([info("-x"), info("-N")], ["package-0", "0"], "powercap-info knows the zone")
    tap.equal(int(info("-J")), (2**64 - 1) // 1000, "its counter does not wrap")
    tap.equal(os.stat(f"{ZONE}/energy_uj").st_mode & 0o777, 0o400, "its energy is root's to read")
    with tasks.Worker("hog"):
        first = int(info("-j"))
        time.sleep(1)
        second = int(info("-j"))
        tap.ok(0 <= first < second, "it moves", first, second)
        lib.must_set(window_ns=20 * lib.SECOND, sample_ns=10 * lib.SECOND)
        books = lib.settled_listing()
        tap.equal(int(info("-j")), books["vm_sum_uj"], "and says what the core has counted")
        lib.must_set(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)

        host = vrapl.Host(interval_ns=100 * lib.SECOND)
        host.tell()
        vrapl.wait_source("vm_feed")
        before = int(info("-j"))
        tap.ok(before >= second, "it does not fall when the host takes over", before)
        host.tell(4321)
        lib.wait_samples()
        tap.equal(int(info("-j")) - before, 4321, "then it says what the host does")
    readings = [int(lib.text(f"{ZONE}/energy_uj")) for _ in range(200)]
    tap.equal(readings, sorted(readings), "it never falls")


def check_disowned(tap):
    """It is no measurement, whatever its name."""
    # One that stands still would be refused for that. Alone (-i): the kernel's driver, for which it
    # asks, wants the zone's name, and the kernel reports with a stack trace that it is taken.
    with tasks.Worker("hog"):
        done = lib.command("modprobe", "-i", "energy_rapl_powercap", check=False)
    books = lib.system()
    tap.ok(done.returncode and "No such device" in done.stderr, "our own modules do not read it",
           done)
    tap.equal(books["rapl_package_sum_uj"], 0, "and nothing of it is measured")


def check_refused(tap):
    """Only under a name that is free, and is one."""
    lib.command("rmmod", MODULE)
    tap.equal(os.listdir("/sys/class/powercap"), [], "without the module there is none")
    for name, why in (("a/b", "not a name"), ("x" * 40, "not a name"), ("..", "not a name"),
                      (MODULE, f"{MODULE}: the energy modules need"),
                      ("energy-rapl-watch", "energy-rapl-watch: the energy modules need")):
        done = load(name)
        tap.ok(done.returncode and not lib.loaded(MODULE) and why in lib.dmesg(),
               f"{name}: refused", done)
    lib.command("modprobe", MODULE)
    tap.equal(os.listdir("/sys/class/powercap"), [], "and none where nobody has asked for it")
    lib.command("rmmod", MODULE)
    tap.equal(load("guest").returncode, 0, "any other name works")
    tap.equal(lib.text("/sys/class/powercap/guest:0/name"), "package-0\n", "and has its zone")


def check_unload(tap):
    """It goes while somebody reads."""
    with tasks.Worker("/bin/sh", "-c", "while :; do cat /sys/class/powercap/*/energy_uj; done",
                      stderr=-3):
        time.sleep(0.5)
        lib.command("rmmod", MODULE)
    tap.ok(not lib.loaded(MODULE), "it goes while somebody reads")


def test(tap):
    """The zone."""
    lib.load_core(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    tap.equal(load("intel-rapl").returncode, 0, "the module loads with a zone")
    check_disowned(tap)
    check_reading(tap)
    check_refused(tap)
    check_unload(tap)


harness.main(test)
