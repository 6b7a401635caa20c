#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=hidden timeout=60 topology=1x2 memory=512 plugin=hide=pp0:dram
"""Domains that the machine does not have: the rest works."""

import audit
import harness
import lib
import tasks


def test(tap):
    """Hidden."""
    lib.load(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    hog = tasks.Worker("hog")
    lib.wait_samples(4)
    books = audit.check_books(tap, "without memory and cores")
    tap.equal({dom["domain"]: dom["billed"] for dom in books.domains},
              {"package-0": 1, "uncore-0": 0, "psys": 0}, "domains that read 0 are absent")
    tap.equal(books["domains"], "package,uncore,psys", "the header says so")
    tap.equal([books["rapl_core_sum_uj"], books["rapl_dram_sum_uj"]], [0, 0], "their sums are 0")
    tap.ok(books["rapl_uncore_sum_uj"] > 0, "the graphics unit's is not")
    tap.ok(books.of(hog.pid)["energy_nj"] > 0, "the package is charged")


harness.main(test)
