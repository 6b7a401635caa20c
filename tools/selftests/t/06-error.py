#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=power timeout=120
"""How far the attribution is from the truth: numbers, not demands."""

import hardware
import harness
import lib
import tasks

MILLISECONDS = 4000


def pair(tap, name, first, second):
    """Two hogs side by side: their parts of their joules, charged and in truth."""
    hogs = [tasks.Worker("hog", "-s", "-p", "-t", MILLISECONDS, *args) for args in (first, second)]
    for hog in hogs:
        hog.wait_ready()
    lib.wait_samples()
    base = lib.settled_listing()
    for hog in hogs:
        hog.start()
    truth = [hog.said()["energy_nj"] for hog in hogs]
    with hardware.frozen():
        books = lib.settled_listing()
    charged = [books.of(hog.pid)["energy_nj"] - base.of(hog.pid)["energy_nj"] for hog in hogs]
    tap.ok(min(charged) > 0 and min(truth) > 0, f"{name}: both are charged", charged, truth)
    error = abs(charged[0] / sum(charged) - truth[0] / sum(truth))
    tap.note(f"attribution error: {name}: {100 * error:.1f} % of the two hogs' energy "
             f"(first hog: charged {100 * charged[0] / sum(charged):.1f} %, "
             f"truth {100 * truth[0] / sum(truth):.1f} %)")
    for hog in hogs:
        hog.end()


def test(tap):
    """Error."""
    tap.ok(lib.command("/payload/truth", "present", check=False).returncode == 0,
           "(the virtual hardware tells the truth)")
    lib.load(sample_ns=100 * lib.MS, window_ns=lib.SECOND)
    cpus = hardware.packages()
    pair(tap, "same kind, one package", ("-a", cpus[0][0]), ("-a", cpus[0][1]))
    pair(tap, "int and simd, one package", ("-a", cpus[0][0]),
         ("-c", "simd", "-a", cpus[0][1]))
    pair(tap, "int and simd, two packages", ("-a", cpus[0][0]),
         ("-c", "simd", "-a", cpus[1][0]))
    pair(tap, "busy and half busy, one package", ("-a", cpus[0][0]),
         ("-d", 50, "-a", cpus[0][1]))


harness.main(test)
