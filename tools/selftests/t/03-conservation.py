#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=main timeout=150 matrix=yes
"""Energy is conserved to the nanojoule, per domain and in total, under load with exits."""

import audit
import hardware
import harness
import lib
import tasks

ROUNDS = 6
KINDS = {"package": 2, "core": 2, "dram": 2, "psys": 1}


def check_totals(tap, when, books):
    """The header's accounts against domains and records."""
    tap.equal(books.imbalance(), 0, f"{when}: measured = live + exited + unattributed + idle"
              " + pending")
    for key in ("measured_nj", "unattributed_nj", "idle_nj", "pending_nj"):
        tap.equal(books[key], books.billed(key), f"{when}: {key} is the sum over billed domains")
    tap.equal(books.live_nj() + books["exited_nj"], books.billed("attributed_nj"),
              f"{when}: live + exited is what the domains were charged")
    tap.equal(books.imbalance("window_"), 0, f"{when}: the window balances by itself")
    tap.equal(books.system["energy_nj"], books["measured_nj"], f"{when}: pid 0 has all of it")
    wrong = []
    for kind in KINDS:
        total = sum(dom["measured_nj"] for dom in books.domains if dom["kind"] == kind)
        if books[f"rapl_{kind}_sum_uj"] != total // 1000:
            wrong.append(f"{kind}: {books[f'rapl_{kind}_sum_uj']} uJ, {total} nJ")
    for key in ("measured", "exited", "unattributed", "idle", "pending"):
        if books[key + "_uj"] != books[key + "_nj"] // 1000:
            wrong.append(f"{key}: {books[key + '_uj']} uJ, {books[key + '_nj']} nJ")
    tap.ok(not wrong, f"{when}: sums in uJ agree", *wrong)


def check_setup(tap, books, before):
    """The domains that this machine has, and their scales."""
    found = {}
    for dom in books.domains:
        found[dom["kind"]] = found.get(dom["kind"], 0) + 1
    tap.equal(found, KINDS, "the machine's domains are found, and no others")
    wrong = [dom for dom in books.domains if dom["billed"] != (dom["kind"] in ("package", "dram"))]
    tap.ok(not wrong, "package and DRAM are billed, parts and platform are not", *wrong)
    wrong = [dom for dom in books.domains
             if dom["mult"] << hardware.rapl_shift(dom["kind"]) != 10**9 << dom["shift"]]
    tap.ok(not wrong, "units are exact: DRAM's 2^-16 J, the register's for the others", *wrong)
    after = hardware.registers(books)
    wrong = [(dom, before[dom["domain"]], after[dom["domain"]]) for dom in books.domains
             if not before[dom["domain"]] <= dom["base_raw"] <= after[dom["domain"]]]
    tap.ok(not wrong, "baselines are what the registers held at load", *wrong)


def check_windows(tap):
    """Windows at a fast pace, read while all runs: each balances by itself."""
    lib.must_set(sample_ns=20 * lib.MS, window_ns=100 * lib.MS)
    seen = {}
    while len(seen) < 8:
        lib.wait_windows(1)
        books = lib.listing()
        seen[books["window"]] = books.imbalance("window_")
    tap.equal(set(seen.values()), {0}, "eight windows read under load balance")


def test(tap):
    """Conservation."""
    registers = {"package-0": (0, 0x611), "core-0": (0, 0x639), "dram-0": (0, 0x619),
                 "psys": (0, 0x64d)}
    cpu = hardware.packages()[1][0]
    registers |= {"package-1": (cpu, 0x611), "core-1": (cpu, 0x639), "dram-1": (cpu, 0x619)}
    before = {name: hardware.msr(*place) & 0xffffffff for name, place in registers.items()}
    lib.load(sample_ns=400 * lib.MS, window_ns=lib.SECOND)
    check_setup(tap, lib.listing(), before)

    tasks.Worker("hog", "-c", "simd", "-a", 0)
    tasks.Worker("hog", "-c", "mem", "-d", 50)
    tasks.Worker("hog", "-c", "string", "-d", 30, "-j", 2)
    tasks.Worker("pingpong", 1)
    swarm = tasks.Worker("swarm", "-j", 2)
    last = None
    for turn in range(1, ROUNDS + 1):
        when = f"round {turn}"
        lib.wait_samples(3)
        with hardware.frozen():
            books = lib.settled_listing()
            audit.check_domains(tap, when, books)
            check_totals(tap, when, books)
        if last:
            tap.ok(books["measured_nj"] > last["measured_nj"] and
                   books.billed("attributed_nj") > last.billed("attributed_nj"),
                   f"{when}: energy was measured and charged since the last")
        last = books
        if turn == ROUNDS // 2:
            swarm.end()
            swarm = tasks.Worker("swarm", "-j", 2, "-U", 1000)
    check_windows(tap)
    books = lib.settled_listing()
    tap.ok(books["exited_nj"] > 0, "processes that exited have left their energy in the books")
    tap.equal(books.imbalance(), 0, "the books balance with the counters running, too")
    audit.check_losses(tap, "afterwards", books, allowed=("charges_unmatched",))
    tap.note(f"charges_unmatched={books['charges_unmatched']} "
             f"unattributed_nj={books['unattributed_nj']} of {books['measured_nj']}")


harness.main(test)
