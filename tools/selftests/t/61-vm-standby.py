#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=control timeout=60
"""Where there are counters, what a host tells or a model says is not asked for; nor is its zone."""

import os

import harness
import lib
import vrapl

MODULE = "energy_vm_fallback"


def check_standby(tap):
    """Ready, and no more."""
    lib.wait_samples()
    found = lib.sources()
    tap.equal((found["rapl_msr"]["state"], found["vm_fallback"]["state"]), ("active", "standby"), "the estimate stands by")
    host = vrapl.Host(interval_ns=100 * lib.SECOND)
    host.tell()
    lib.wait_until(lambda: "vm_feed" in lib.sources())
    host.tell(10**6)
    lib.wait_samples()
    books = lib.settled_listing()
    tap.equal([books["source"], books["source_kind"], books["estimated"], books["vm_sum_uj"],
               lib.sources()["vm_feed"]["state"]], ["rapl_msr", "measured", 0, 0, "standby"],
              "and so does what the host tells")
    tap.equal(books.domain("vm")["source"], "none", "nobody reads the domain vm")


def check_take_over(tap):
    """The counters go: the host is next."""
    lib.command("rmmod", "energy_rapl_msr")
    books = lib.settled_listing()
    tap.equal([books["source"], books["source_kind"]], ["vm_feed", "host"],
              "when they go, the host's feed is used")
    lib.command("modprobe", "energy_rapl_msr")
    tap.equal(lib.settled_listing()["source"], "rapl_msr", "and not when they are back")
    lib.wait_samples()
    books = lib.settled_listing()
    tap.equal([books.imbalance(), books["unbalanced"]], [0, 0], "the books balance")


def check_name(tap):
    """The kernel's own driver has the zone's name."""
    lib.command("rmmod", MODULE)
    lib.command("modprobe", "intel_rapl_msr")
    taken = sorted(os.listdir("/sys/class/powercap"))
    tap.ok("intel-rapl" in taken, "(the kernel's driver has the name)", taken)
    done = lib.command("modprobe", MODULE, "powercap_zone=intel-rapl", check=False)
    tap.ok(done.returncode and "busy" in done.stderr and not lib.loaded(MODULE),
           "a zone whose name is taken is refused", done)
    log = lib.dmesg()
    tap.ok("there is a control type of that name already" in log and "duplicate" not in log,
           "the log says why, and nothing else does")
    tap.equal(sorted(os.listdir("/sys/class/powercap")), taken, "nothing is left of it")
    for driver in ("intel_rapl_msr", "intel_rapl_common"):
        lib.command("rmmod", driver)


def test(tap):
    """Standby."""
    lib.load("energy_rapl_msr", MODULE, sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    check_standby(tap)
    check_take_over(tap)
    check_name(tap)


harness.main(test)
