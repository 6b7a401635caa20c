#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=nthfault timeout=300 topology=1x2 kernel=debug
"""Allocations of the sampler fail: energy goes unattributed where it must, none is lost."""

import os

import audit
import faults
import harness
import lib
import tasks

# Of one burst of new processes and cgroups the sampler makes fewer allocations than this.
DEPTH = 60
SAMPLE_NS, WINDOW_NS = 20 * lib.MS, 200 * lib.MS
# This one is told of each zone, and tries again: it may find memory before its load is over.
TRIES_AGAIN = "energy_rapl_powercap"
PROVIDERS = ("energy_rapl_msr", TRIES_AGAIN, "energy_vm_fallback", "energy_sample")


def burst(number):
    """News for the sampler: processes, cgroups, a migration."""
    name = f"{lib.CGROUPS}/burst{number}"
    os.mkdir(name)
    lib.command(*tasks.in_cgroup(f"burst{number}", f"{lib.PAYLOAD}/hog", "-n", 1))
    lib.command(f"{lib.PAYLOAD}/hog", "-n", 1)
    os.rmdir(name)


def check_each(tap, sampler):
    """Its nth allocation, for each n."""
    hit, wrong = 0, []
    for nth in range(1, DEPTH + 1):
        faults.arm(sampler, nth)
        burst(nth)
        lib.wait_samples(2)
        left = faults.pending(sampler)
        hit += not left
        faults.arm(sampler, 0)
        books = lib.settled_listing()
        if books.imbalance() or books.imbalance("window_") or books["unbalanced"]:
            wrong.append((nth, books.header))
    tap.ok(hit > 5, "(allocations of the sampler have failed)", hit)
    tap.ok(left, f"(a burst has it make fewer than {DEPTH})")
    tap.ok(not wrong, "the books balance after each", *wrong)
    tap.note(f"{hit} of {DEPTH} failed")


def check_often(tap, sampler):
    """Every second or third of them, under load."""
    before = lib.listing()
    storm = [tasks.Worker("swarm", "-j", 2, "-u", 100, "-U", 500),
             tasks.Worker("cgstorm", lib.CGROUPS, 300)]
    for turn in range(200):
        faults.arm(sampler, 1 + turn % 3)
        lib.wait_until(lambda: not faults.pending(sampler) or storm[1].process.poll() is not None)
    faults.arm(sampler, 0)
    for worker in storm:
        worker.end()
    lib.wait_samples(3)
    books = audit.check_books(tap, "one allocation of three fails, under load")
    tap.ok(books["no_memory"] > before["no_memory"] + 50, "(they were counted: no_memory)")
    tap.ok(books["unattributed_nj"] > before["unattributed_nj"], "what has no record goes to nobody")


def remove_providers():
    """All of them."""
    for module in filter(lib.loaded, PROVIDERS):
        lib.command("rmmod", module)


def check_sources(tap, sampler):
    """Sources come and go by the sampler's hand: it fails, or works."""
    # It samples for them alone: no new process takes the fault first.
    lib.must_set(window_ns=10 * lib.SECOND, sample_ns=10 * lib.SECOND)
    for module in PROVIDERS:
        failed = hit = 0
        # Alone, it is what is read: the sampler then needs memory for who pays.
        remove_providers()
        for nth in range(1, 200):
            if lib.loaded(module):
                lib.command("rmmod", module)
            faults.arm(sampler, nth)
            done = lib.command("modprobe", module, check=False)
            left = faults.pending(sampler)
            faults.arm(sampler, 0)
            if done.returncode and "Cannot allocate memory" not in done.stderr:
                tap.ok(False, f"{module}: allocation {nth} of the sampler: ENOMEM", done)
            failed += done.returncode != 0
            hit += not left
            if left > 1:
                break
        tap.ok(hit and (failed or module == TRIES_AGAIN) and left > 1,
               f"{module}: it is refused, and loads when all of them are there",
               nth, hit, failed, left)
        tap.note(f"{module}: {nth} tries, {hit} without memory, {failed} refused")
        if not lib.loaded(module):
            lib.command("modprobe", module)
        tap.ok(lib.loaded(module), f"{module} loads afterwards")
    lib.must_set(sample_ns=SAMPLE_NS, window_ns=WINDOW_NS)
    lib.load(*PROVIDERS)


def check_recovery(tap):
    """Nothing of it is left."""
    lib.wait_windows(3)
    # The sampler, too, hardly disturbs then.
    lib.must_set(window_ns=500 * lib.MS, sample_ns=500 * lib.MS)
    charged, seen = tasks.charged_hogs()
    tap.ok(charged, "who runs is charged", *seen)
    books = lib.settled_listing()
    tap.equal([books.imbalance(), books.imbalance("window_"), books["unbalanced"]], [0, 0, 0],
              "the books balance afterwards")
    tap.equal([path for path in lib.cgroups() if path.startswith("/burst") or path == "?"], [],
              "no cgroup without a name, or of the past, is left")


def test(tap):
    """The sampler without memory."""
    faults.set_up()
    lib.command("modprobe", "intel_rapl_msr")
    lib.load(sample_ns=SAMPLE_NS, window_ns=WINDOW_NS)
    sampler = faults.sampler()
    with faults.disarmed(sampler):
        lib.wait_samples(3)
        check_each(tap, sampler)
        check_often(tap, sampler)
        check_sources(tap, sampler)
    check_recovery(tap)


harness.main(test)
