#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=power timeout=120
"""Idle energy is nobody's: learnt on an idle machine, kept under load, or set."""

import time

import audit
import formats
import hardware
import harness
import lib
import tasks

# What the virtual hardware draws while nothing runs, uW.
STATIC_UW = {"package": 5000000, "dram": 1000000}
PERCENT = 5


def known():
    """The listing, once the idle power of all billed domains is known."""
    books = lib.settled_listing()
    return all(dom["idle_uw"] for dom in books.domains if dom["billed"]) and books


def powers(books):
    """The idle power of each billed domain."""
    return {dom["domain"]: dom["idle_uw"] for dom in books.domains if dom["billed"]}


def grown(before, after, key, names=None):
    """By how much an account of some billed domains has grown."""
    return sum(dom[key] - before.domain(dom["domain"])[key] for dom in after.domains
               if dom["billed"] and (not names or dom["domain"] in names))


def expected_nj(before, after, name):
    """What a domain's idling takes in the meantime."""
    return (after["timestamp"] - before["timestamp"]) * after.domain(name)["idle_uw"] // 10**6


def check_idle_machine(tap):
    """Nothing runs but what always does."""
    # Who looks all the time keeps the machine from being idle.
    books = lib.wait_until(known, poll_s=1)
    # From then on all samples are billed by it.
    before = lib.settled_bytes()
    time.sleep(10)
    after = formats.Listing(lib.settled_bytes())
    before = formats.Listing(before)
    wrong = [dom for dom in after.domains if dom["billed"] and
             abs(dom["idle_uw"] - STATIC_UW[dom["kind"]]) * 100 > STATIC_UW[dom["kind"]] * PERCENT]
    tap.ok(not wrong, f"the idle power is learnt, within {PERCENT} %", powers(books), *wrong)
    measured = grown(before, after, "measured_nj")
    charged = grown(before, after, "attributed_nj")
    facts = f"{charged} of {measured} nJ: {charged * 100 / measured:.2f} %"
    tap.note(facts)
    tap.ok(charged * 100 < measured * PERCENT,
           f"an idle machine charges less than {PERCENT} % to processes", facts)
    tap.ok(grown(before, after, "idle_nj") * 100 > measured * 90, "nearly all of it is idle",
           facts, grown(before, after, "idle_nj"))
    tap.equal(sum(dom["idle_uw"] for dom in after.domains if not dom["billed"]), 0,
              "domains that are not billed have none")


def check_load(tap):
    """A load does not lift the idle power, and pays for all but idling."""
    cpu = hardware.packages()[0][1]
    hog = tasks.Worker("hog", "-c", "simd", "-a", cpu)
    lib.wait_samples(3)
    before = lib.settled_bytes()
    time.sleep(6)
    after = formats.Listing(lib.settled_bytes())
    before = formats.Listing(before)
    wrong = {name: uw for name, uw in powers(after).items() if uw > powers(before)[name]}
    tap.ok(not wrong, "under load the idle power is not lifted", powers(before), wrong)
    here = ("package-0", "dram-0")
    active = sum(grown(before, after, key, here) for key in ("attributed_nj", "unattributed_nj"))
    mine = after.of(hog.pid)["energy_nj"] - before.of(hog.pid)["energy_nj"]
    tap.ok(mine * 100 >= active * 90, "who runs pays for what is not idling",
           f"{mine} of {active}")
    idle = grown(before, after, "idle_nj", here)
    want = sum(expected_nj(before, after, name) for name in here)
    tap.ok(abs(idle - want) * 100 <= want * PERCENT,
           f"idling is power x time, within {PERCENT} %", idle, want)
    hog.end()


def check_setting(tap):
    """What the administrator sets counts for packages, from the next sample on."""
    learnt = powers(lib.settled_listing())
    lib.must_set(idle_uw="0,2000000")
    lib.wait_samples()
    before = lib.settled_bytes()
    time.sleep(3)
    after = formats.Listing(lib.settled_bytes())
    before = formats.Listing(before)
    tap.equal({name: after.domain(name)["idle_uw"] <= learnt[name] for name in learnt} |
              {"package-1": after.domain("package-1")["idle_uw"]},
              {name: True for name in learnt} | {"package-1": 2000000},
              "idle_uw of a package is set, the others' are learnt")
    idle = grown(before, after, "idle_nj", ("package-1",))
    want = expected_nj(before, after, "package-1")
    tap.ok(abs(idle - want) * 100 <= want * PERCENT, "and used", idle, want)
    active = sum(grown(before, after, key, ("package-1",))
                 for key in ("attributed_nj", "unattributed_nj"))
    tap.ok(active > want, "what is above it is active", active, want)
    lib.must_set(idle_uw=0)
    lib.wait_samples()
    tap.ok(lib.settled_listing().domain("package-1")["idle_uw"] > 2 * 2000000,
           "and learnt again, or rather still")


def test(tap):
    """Idle."""
    lib.load(sample_ns=100 * lib.MS, window_ns=lib.SECOND)
    check_idle_machine(tap)
    check_load(tap)
    check_setting(tap)
    audit.check_books(tap, "in the end")


harness.main(test)
