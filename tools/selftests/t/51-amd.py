#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=amd timeout=300 topology=2x2 cpu=amd
"""An AMD machine: packages, and cores that have a counter each and are read where it costs nothing.

The books are exact where all cores have been read, so where all are busy, or for the last time.
"""

import time

import audit
import hardware
import harness
import ipis
import lib
import tasks

DOMAINS = ["package-0", "package-1", "core-0", "core-1"]
SAMPLE_NS = 20 * lib.MS
SAMPLES = 100


def begin_load():
    """All CPUs are busy; package 1 with a dearer kind."""
    return [tasks.Worker("hog", "-c", kind, "-a", cpu)
            for package, kind in enumerate(("int", "simd"))
            for cpu in hardware.packages()[package]]


def begin(samples=4):
    """Load, with everything busy; return the workers, and the cores as from here on."""
    lib.load(sample_ns=SAMPLE_NS, window_ns=200 * lib.MS)
    load = begin_load()
    lib.wait_samples(samples)
    with hardware.frozen():
        books = lib.settled_listing()
        return load, hardware.Cores(books), books


def check_found(tap, books):
    """What there is, and what there is not."""
    tap.equal([dom["domain"] for dom in books.domains], DOMAINS,
              "packages and cores, and nothing else")
    tap.equal([dom["billed"] for dom in books.domains], [1, 1, 0, 0],
              "packages are billed, cores are a part of them")
    tap.equal([books["domains"], books["source"], books["source_kind"]],
              ["package,core", "rapl_msr", "measured"], "the header says so")


def check_shares(tap, load, cores):
    """Who runs on a package pays for that one; the sum of cores is what they counted."""
    before = audit.check_books(tap, "all busy", registers=cores.registers)
    sums = dict(cores.sums)
    time.sleep(4)
    after = audit.check_books(tap, "4 s later", registers=cores.registers)
    for package in (0, 1):
        got = [books.domain(f"package-{package}")["attributed_nj"] for books in (before, after)]
        paid = sum(after.of(hog.pid)["energy_nj"] - before.of(hog.pid)["energy_nj"]
                   for hog in load[2 * package:2 * package + 2])
        charged = got[1] - got[0]
        tap.ok(charged * 80 <= paid * 100 <= charged * 100,
               f"hogs on package {package} pay for it, and for no other", paid, charged)
        core, whole = ([books.domain(f"{kind}-{package}")["measured_nj"]
                        for books in (before, after)] for kind in ("core", "package"))
        tap.ok(0 < core[1] - core[0] < whole[1] - whole[0],
               f"the cores of package {package} use less than it does", core, whole)
        units = cores.sums[package] - sums[package]
        tap.ok(abs(core[1] - core[0] - units * 10**9 / (1 << hardware.rapl_shift("core"))) < 2,
               f"and that is what both counted together: {units}", core)
    used = [after.domain(name)["measured_nj"] - before.domain(name)["measured_nj"]
            for name in DOMAINS]
    tap.ok(used[1] > used[0], "(package 1 has used more)", used)


def check_hotplug(tap, cores):
    """Cores go and come back, one by one and as a package."""
    cpus = hardware.packages()[1]
    gaps = ("package-1", "core-1")
    lib.wait_samples()
    for some, name in ((cpus[1:], "a core"), (cpus, "a package")):
        last = lib.settled_listing()
        hardware.set_online(some, False)
        time.sleep(1)
        still = lib.settled_listing()
        tap.equal(still.imbalance(), 0, f"{name} is offline: the books balance")
        hardware.set_online(some, True)
        # Those that were moved away by force are let go where they like.
        hogs = [tasks.Worker("hog", "-c", "simd", "-a", cpu) for cpu in some]
        lib.wait_until(lambda: lib.listing().domain("core-1")["reads"] >
                       still.domain("core-1")["reads"])
        lib.wait_samples(4)
        books = audit.check_books(tap, f"{name} is back", gaps, cores.registers)
        for domain in DOMAINS:
            spent = books.domain(domain)["measured_nj"] - last.domain(domain)["measured_nj"]
            # Some 10 W a package are usual.
            tap.ok(0 < spent < 10**9 * 200, f"{name}: no spike of {domain}", spent)
        for hog in hogs:
            hog.end()


def check_last_read(tap, cores):
    """A source that goes reads idle cores too; one that comes begins anew."""
    lib.must_set(window_ns=20 * lib.SECOND, sample_ns=10 * lib.SECOND)
    time.sleep(1)
    with hardware.frozen(samples=0):
        base = lib.settled_listing()
        raws = cores.registers(base)
        lib.command("rmmod", "energy_rapl_msr")
        books = lib.settled_listing()
    want = {dom["domain"]: hardware.rapl_nj(dom, raws[dom["domain"]]) for dom in base.domains}
    tap.equal({dom["domain"]: dom["measured_nj"] for dom in books.domains}, want,
              "the last read is of idle cores too")
    tap.equal(books.imbalance(), 0, "and the books balance")
    lib.must_set(sample_ns=SAMPLE_NS, window_ns=200 * lib.MS)
    for _ in range(5):
        lib.command("modprobe", "energy_rapl_msr")
        lib.wait_samples(2)
        lib.command("rmmod", "energy_rapl_msr")
    again = lib.settled_listing()
    for name in DOMAINS:
        spent = again.domain(name)["measured_nj"] - want[name]
        tap.ok(0 < spent < 10**9 * 200, f"five times unloaded and loaded: no spike of {name}",
               spent)
    tap.equal(again.imbalance(), 0, "and the books balance")


def check_quiet(tap):
    """Cores that idle are left alone."""
    lib.load(sample_ns=10 * lib.MS, window_ns=100 * lib.MS)
    tasks.keep_to_cpu0()
    near, far = hardware.packages()[0][1], hardware.packages()[1]
    hog = tasks.Worker("hog", "-a", far[0])
    lib.wait_until(lambda: tasks.exact_ns(hog.pid) > 50 * lib.MS)
    lib.wait_samples(3)
    before = lib.listing().domain("core-1")
    with ipis.recorded() as stop:
        lib.wait_samples(SAMPLES)
        ours, others = stop()
    after = lib.listing().domain("core-1")
    tap.note(f"interrupts in {SAMPLES} samples: {ours} ours, {others} others'")
    tap.equal([ours[near], ours[far[1]]], [0, 0], "idle cores are not interrupted")
    tap.ok(ours[far[0]] >= SAMPLES and after["measured_nj"] > before["measured_nj"],
           "the busy one is read, on its own CPU", ours, before, after)
    hog.end()


def test(tap):
    """AMD."""
    tap.ok(hardware.AMD, "(this is one)")
    load, cores, books = begin()
    check_found(tap, books)
    check_shares(tap, load, cores)
    check_hotplug(tap, cores)
    for hog in load:
        hog.end()
    check_last_read(tap, cores)
    check_quiet(tap)


harness.main(test)
