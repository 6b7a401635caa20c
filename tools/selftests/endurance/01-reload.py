#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=reload timeout=5400 topology=2x1 append=slab_nomerge
"""A thousand times loaded and unloaded under load, providers in random order."""

import os
import random

import audit
import harness
import leaks
import lib
import reload
import tasks

WARM, HALF = 10, 500
# Objects: one that is left by one load of ten would show; each provider comes in most of them.
BOUND = HALF // 10
PROVIDERS = ("energy_rapl_msr", "energy_rapl_powercap", "energy_pmu_instr", "energy_vm_fallback")
SEED = 5


def cycle(chance):
    """Some providers come in some order, sample, and go in another; return what went wrong."""
    some = chance.sample(PROVIDERS, chance.randint(1, len(PROVIDERS)))
    # the core comes with the first
    for provider in some:
        lib.command("modprobe", provider)
    lib.must_set(sample_ns=10 * lib.MS, window_ns=100 * lib.MS)
    lib.wait_samples(2)
    books = lib.settled_listing()
    sources = [name for name in some if name != "energy_pmu_instr"]
    wrong = list(audit.losses(books).items())
    if books.imbalance():
        wrong.append("imbalance")
    if sources and books["source"] == "none":
        wrong.append("no source")
    for provider in chance.sample(some, len(some)):
        reload.rmmod(provider)
    reload.rmmod("energy_core")
    return [(some, wrong)] if wrong else []


def storm_of(tap, times, chance):
    """Some cycles under a storm: what went wrong, and what is in use when it is over."""
    storm = reload.begin_storm()
    wrong = []
    for _ in range(times):
        wrong += cycle(chance)
    tasks.end_load(tap, storm)
    return wrong, leaks.taken()


def test(tap):
    """Reload."""
    # what rapl_powercap reads
    lib.command("modprobe", "intel_rapl_msr")
    chance = random.Random(SEED)
    wrong, taken = [], []
    for times in (WARM, HALF, HALF):
        more, then = storm_of(tap, times, chance)
        wrong += more
        taken.append(then)
    tap.ok(not wrong, f"{WARM + 2 * HALF} loads: each time the books balance, nothing is lost",
           *wrong[:20])
    reload.check_gone(tap)
    leaks.check_left(tap, taken, BOUND, f"{2 * HALF} loads")
    lib.load()
    tap.ok(lib.listing().of(os.getpid()), "and they still work")


harness.main(test)
