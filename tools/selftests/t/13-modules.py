#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=control timeout=90 matrix=yes
"""A source that goes leaves its joules, and one that comes adds to them."""

import hardware
import harness
import lib
import tasks


def source_of(books):
    """Who reads each domain."""
    return {dom["source"] for dom in books.domains}


def test(tap):
    """Modules."""
    lib.load(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    books = lib.listing(lib.ALL)
    tap.equal([books["source"], books["source_kind"], books["domains"]],
              ["rapl_msr", "measured", "package,core,dram,psys"],
              "the header tells who measures, and what")
    hog = tasks.Worker("hog", "-c", "mem")
    lib.wait_samples(4)
    # No sample is due for a while: what is used until unloading is seen by the last read alone.
    lib.must_set(window_ns=20 * lib.SECOND, sample_ns=10 * lib.SECOND)
    used = tasks.cputime_ns(hog.pid)
    lib.wait_until(lambda: tasks.cputime_ns(hog.pid) > used + 300 * lib.MS)
    with hardware.frozen(samples=0):
        base = lib.settled_listing()
        raws = hardware.registers(base)
        lib.command("rmmod", "energy_rapl_msr")
        books = lib.settled_listing()
    tap.ok(any(dom["raw"] != raws[dom["domain"]] for dom in base.domains),
           "(the last sample is older than the last reading)")
    lib.must_set(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    want = {dom["domain"]: hardware.rapl_nj(dom, raws[dom["domain"]]) for dom in base.domains}
    tap.equal({dom["domain"]: dom["measured_nj"] for dom in books.domains}, want,
              "a source that goes is read one last time")
    tap.equal(books.imbalance(), 0, "its joules stay in the books")
    tap.equal((source_of(books), books["source"], books["source_kind"]),
              ({"none"}, "none", "none"), "and nobody is said to read them")

    score = lib.listing().of(hog.pid)["energy"]
    lib.wait_until(lambda: lib.listing().of(hog.pid)["energy"] > score)
    again = lib.settled_listing()
    tap.equal([again["measured_nj"], again.of(hog.pid)["energy_nj"]],
              [books["measured_nj"], books.of(hog.pid)["energy_nj"]],
              "without a source the model's energy goes on, the measured stands still")

    lib.command("modprobe", "energy_rapl_msr")
    fresh = lib.settled_listing()
    tap.ok(fresh["measured_nj"] - books["measured_nj"] < 10**9 * 100 and
           source_of(fresh) == {"rapl_msr"}, "a new source begins anew, without a spike",
           fresh["measured_nj"], books["measured_nj"])
    lib.wait_samples(4)
    with hardware.frozen():
        last = lib.settled_listing()
        now = hardware.registers(last)
    wrong = [(dom, want[dom["domain"]]) for dom in last.domains if
             dom["measured_nj"] != want[dom["domain"]] + hardware.rapl_nj(dom, now[dom["domain"]])]
    tap.ok(not wrong, "its joules come on top of the first one's", *wrong)
    tap.equal([last.imbalance(), last.imbalance("window_")], [0, 0], "the books balance")


harness.main(test)
