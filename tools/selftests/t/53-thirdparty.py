#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=control timeout=300
"""Providers built out of tree, as others build them: good ones work, flawed ones are told why not."""

import harness
import lib
import tasks

TIMES = 20
# 2^24 units of 2^-14 J.
TURN_NJ = 1024 * 10**9
FLAWS = {
    "version": "built for version 2 of <energy/source.h>, not 1",
    "name": "its name is empty, too long, not plain",
    "noread": "it has no read_domain()",
    "sourcekind": "its kind is not known",
    "nodomains": "it has no domains, or too many",
    "many": "it has no domains, or too many",
    "domainname": "a domain's name is empty or not terminated",
    "kind": "a domain's kind is not known",
    "nocpus": "a domain has no CPUs",
    "mult": "a domain's scale is 0 or its shift above 32",
    "shift": "a domain's scale is 0 or its shift above 32",
    "range": "a domain's range does not fit in 64 bits of nanojoules",
    "twice": "two domains are of the same kind and instance",
}


def said(before):
    """What the log says of us since it was that."""
    return [line for line in lib.dmesg()[len(before):].splitlines()
            if "energy" in line and "taint" not in line]


def check_refused(tap, module, setting, error, reason):
    """A module does not load, and one line says why."""
    before = lib.dmesg()
    done = lib.command("modprobe", module, setting, check=False)
    lines = said(before)
    tap.ok(done.returncode and error in done.stderr and not lib.loaded(module),
           f"{module} {setting} is refused: {error}", done)
    tap.ok(len(lines) == 1 and reason in lines[0], f"and the log says: {reason}", *lines)
    if lib.loaded(module):
        lib.command("rmmod", module)


def check_joules(tap):
    """What the sample's meter counts is measured, and paid for."""
    lib.command("modprobe", "energy_sample", "power_mw=100000")
    hog = tasks.Worker("hog")
    lib.wait_samples(3)
    before = lib.settled_listing()
    tap.equal([before["domains"], before["source"], before["source_kind"],
               [(dom["domain"], dom["billed"]) for dom in before.domains]],
              ["psys", "sample", "measured", [("psys", 1)]], "the sample's domain is read and billed")
    lib.wait_until(lambda: lib.listing().domain("psys")["wraps"])
    after = lib.settled_listing()
    ns = after["timestamp"] - before["timestamp"]
    nj = after["measured_nj"] - before["measured_nj"]
    tap.ok(abs(nj - ns * 100) * 50 < ns * 100, "100 W, over its counter's wrap", nj, ns)
    for books in (before, after):
        dom = books.domain("psys")
        units = dom["raw"] - dom["base_raw"] + (dom["wraps"] << 24)
        tap.equal([dom["measured_nj"], dom["lost_ns"], dom["gaps"]],
                  [units * 10**9 >> 14, 0, 0], "exactly what the register counted")
        tap.equal([books.imbalance(), books.imbalance("window_"), books["unbalanced"]],
                  [0, 0, 0], "the books balance")
    tap.ok(after.of(hog.pid)["energy_nj"] > before.of(hog.pid)["energy_nj"],
           "who runs is charged")
    hog.end()


def check_choice(tap):
    """Better sources come first."""
    lib.command("modprobe", "energy_rapl_msr")
    books = lib.settled_listing()
    tap.equal([books.domain("psys")["source"], books.domain("psys")["billed"]],
              ["rapl_msr", 0], "a source with a higher rating takes over")
    lib.command("rmmod", "energy_rapl_msr")
    books = lib.settled_listing()
    tap.equal([books.domain("psys")["source"], books.domain("psys")["billed"]],
              ["sample", 1], "and when it goes the sample is read again")
    tap.equal(books.imbalance(), 0, "the books balance")
    lib.command("rmmod", "energy_sample")


def check_reload(tap):
    """It comes and goes under load."""
    storm = [tasks.Worker("swarm", "-j", 2, "-u", 100, "-U", 500), tasks.Worker("hog", "-j", 2),
             tasks.Worker("/bin/sh", "-c", "while cat /proc/energy/all; do :; done >/dev/null")]
    wrong = []
    for _ in range(TIMES):
        before = lib.settled_listing()
        lib.command("modprobe", "energy_sample", "power_mw=50000")
        lib.wait_samples(2)
        lib.command("rmmod", "energy_sample")
        after = lib.settled_listing()
        lib.wait_samples(2)
        later = lib.settled_listing()
        nj = after["measured_nj"] - before["measured_nj"]
        if not (0 < nj < TURN_NJ and later["measured_nj"] == after["measured_nj"] and
                not after.imbalance() and not later.imbalance() and not later["unbalanced"]):
            wrong += [before.header, after.header, later.header]
    tap.ok(not wrong, f"{TIMES} times loaded and unloaded under load: the books balance", *wrong)
    for worker in storm:
        worker.end()


def test(tap):
    """Third parties."""
    lib.load_core(sample_ns=20 * lib.MS, window_ns=200 * lib.MS)
    check_refused(tap, "energy_sample", "power_mw=0", "No such device", "no meter here")
    check_joules(tap)
    check_choice(tap)
    check_reload(tap)
    tap.ok(not lib.listing().domain("psys")["billed"], "nothing of it is billed afterwards")
    for flaw, reason in FLAWS.items():
        check_refused(tap, "energy_flawed", f"flaw={flaw}", "Invalid argument", reason)
    check_refused(tap, "energy_flawed", "flaw=start", "Input/output error",
                  "source flawed does not start: -16")
    lib.command("modprobe", "energy_flawed")
    tap.ok(lib.loaded("energy_flawed"), "without a flaw it loads")
    lib.command("rmmod", "energy_flawed")


harness.main(test)
