#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=control timeout=120
"""The shortest samples, and CPUs that come and go: the books stay exact."""

import audit
import hardware
import harness
import lib
import tasks


def online(cpu, on):
    """Take a CPU away or bring it back."""
    error = lib.write(f"/sys/devices/system/cpu/cpu{cpu}/online", int(on))
    if error:
        raise OSError(error, f"cpu{cpu}")


def test(tap):
    """Pace."""
    cpus = hardware.packages()
    lib.load(sample_ns=lib.MS, window_ns=100 * lib.MS)
    tasks.Worker("hog", "-c", "mem")
    tasks.Worker("hog", "-c", "simd", "-d", 50)
    tasks.Worker("swarm", "-j", 2)
    lib.wait_samples(200)
    lib.must_set(sample_ns=100 * lib.MS)
    books = audit.check_books(tap, "after samples of 1 ms")
    tap.ok(books["samples"] > 200, "(they were taken)", books["samples"])

    lib.must_set(sample_ns=50 * lib.MS)
    lib.wait_samples()
    last = cpus[1][1]
    online(last, False)
    lib.wait_samples(4)
    books = audit.check_books(tap, "with a CPU offline")
    online(last, True)
    lib.wait_samples(4)
    more = audit.check_books(tap, "with the CPU back online")
    tap.ok(more["measured_nj"] > books["measured_nj"], "and it goes on")

    for cpu in cpus[1]:
        online(cpu, False)
    lib.wait_samples(4)
    books = lib.settled_listing()
    tap.equal([books.imbalance(), books.imbalance("window_")], [0, 0],
              "with a whole package offline the books balance")
    for cpu in cpus[1]:
        online(cpu, True)
    lib.wait_samples(4)
    with hardware.frozen():
        more = lib.settled_listing()
        raws = hardware.registers(more)
    tap.equal([more.imbalance(), more.imbalance("window_")], [0, 0], "and when it is back")
    lost = [dom for dom in more.domains if not dom["lost_ns"] and
            dom["measured_nj"] != hardware.rapl_nj(dom, raws[dom["domain"]])]
    tap.ok(not lost, "nothing is made up for the time in between", *lost)
    tap.ok(more.domain("package-1")["measured_nj"] > books.domain("package-1")["measured_nj"],
           "its energy is measured again")


harness.main(test)
