#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=main timeout=150
"""Two thousand processes that live for milliseconds, all of them between two samples."""

import audit
import hardware
import harness
import lib
import tasks

NUMBER = 2000
MIN_US, MAX_US = 1000, 5000


def balance(tap, when):
    """The books as of now, exact."""
    with hardware.frozen():
        books = lib.settled_listing()
    tap.equal(books.imbalance(), 0, f"the books balance {when}")
    return books


def test(tap):
    """Swarm."""
    # All of the dead stay listed while no second window begins.
    lib.load(sample_ns=lib.SECOND, window_ns=3600 * lib.SECOND)
    before = balance(tap, "before")
    # A sample is so rare now that the ledgers have to ask for being emptied in between.
    lib.must_set(sample_ns=10 * lib.SECOND)
    samples = lib.system()["iterations"]
    said = tasks.Worker("swarm", "-n", NUMBER, "-u", MIN_US, "-U", MAX_US, "-c", "sw").said()
    samples = lib.system()["iterations"] - samples
    lib.must_set(sample_ns=500 * lib.MS)
    lib.wait_samples()
    books = balance(tap, "after")
    tap.equal(said["started"], NUMBER, "(they have run)")
    many = 100 // lib.SLOWER
    tap.ok(samples < NUMBER // many, f"({many} of them and more between two samples)", samples)

    names = {b"sw%d" % i for i in range(NUMBER)}
    swarm = [record for record in books.processes if record["comm"] in names]
    tap.equal(len({record["comm"] for record in swarm}), NUMBER, "every one of them is listed")
    tap.equal(len(swarm), NUMBER, "and none of them twice")
    tap.equal({record["alive"] for record in swarm}, {0}, "all are known to be dead")
    audit.check_losses(tap, "afterwards", books, before)

    poor = [record for record in swarm if not record["energy_nj"]]
    tap.ok(not poor, "each has its joules", *poor[:5])
    energy_nj = sum(record["energy_nj"] for record in swarm)
    attributed = books.billed("attributed_nj") - before.billed("attributed_nj")
    tap.ok(energy_nj <= attributed <= books["measured_nj"] - before["measured_nj"],
           "which stand in what was charged meanwhile",
           f"swarm {energy_nj}, charged {attributed}")
    tap.note(f"the swarm: {energy_nj / 1e9:.3f} J charged, {said['energy_nj'] / 1e9:.3f} J in "
             f"truth (without static power), {attributed / 1e9:.3f} J charged to all")

    # Two windows on, they are not listed any more, and their joules are still there.
    exited = books["exited_nj"]
    lib.must_set(sample_ns=100 * lib.MS, window_ns=200 * lib.MS)
    lib.wait_windows(4)
    books = balance(tap, "when they are listed no more")
    tap.equal([record for record in books.processes if record["comm"] in names], [],
              "they leave the listing")
    tap.ok(books["exited_nj"] >= exited + energy_nj, "their joules are with the exited",
           f"exited {exited} -> {books['exited_nj']}, swarm {energy_nj}")
    tap.ok(books["procs"] < NUMBER // 2, "their records are freed", f"procs={books['procs']}")


harness.main(test)
