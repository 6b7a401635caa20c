#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=fault timeout=60 topology=1x2 memory=512 plugin=fault=dram:psys
"""Registers that fault when they are read: their domains are absent, the rest works."""

import audit
import hardware
import harness
import lib
import tasks


def test(tap):
    """Fault."""
    lib.load(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    hog = tasks.Worker("hog")
    lib.wait_samples(4)
    books = audit.check_books(tap, "without memory and platform")
    tap.equal({dom["domain"]: dom["billed"] for dom in books.domains},
              {"package-0": 1, "core-0": 0}, "domains that cannot be read are absent")
    tap.equal(books["domains"], "package,core", "the header says so")
    tap.ok(books.of(hog.pid)["energy_nj"] > 0, "the package is charged")
    try:
        hardware.msr(0, hardware.RAPL_MSR["dram"])
        tap.ok(False, "(the register does fault)")
    except OSError:
        tap.ok(True, "(the register does fault)")


harness.main(test)
