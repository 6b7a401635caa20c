#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=many timeout=400 icount=yes memory=2048
"""Many at once: ten thousand threads of one process, twenty thousand short processes.

A tenth of them on kernels that look for bugs.
"""

import glob
import re

import audit
import formats
import harness
import lib
import tasks

THREADS = 10000 // lib.SLOWER
ROUNDS = 8
NUMBER = 20000 // lib.SLOWER
# Parsing twenty thousand lines in full would take longer than they lived.
RECORD = re.compile(rb"^pid=(\d+) .*? alive=(\d) .*? cpu_ns=(\d+) .*? energy_nj=(\d+) .* comm=(.*)$",
                    re.M)


def totals():
    """The header and pid 0, and the records: pid, alive, cpu_ns, energy_nj, comm."""
    data = lib.settled_bytes()
    first = data.index(b"\npid=") + 1
    books = formats.Listing(data[:data.index(b"\n", first) + 1])
    return books, [(*map(int, found[:-1]), found[-1]) for found in RECORD.findall(data, first)][1:]


def check_threads(tap):
    """One process, all of whose threads are still there."""
    worker = tasks.Worker("hog", "-j", THREADS, "-n", ROUNDS, "-p")
    said = worker.said()
    lib.wait_samples()
    record = lib.listing().of(worker.pid)
    got, want = record["cpu_ns"], tasks.exact_ns(worker.pid)
    tap.equal(int(tasks.status(worker.pid, "Threads")), THREADS, "(they are there)")
    tap.ok(lib.same_ns(got, want, said["switches"]), f"cpu_ns of {THREADS} threads",
           f"cpu_ns={got} kernel={want} difference={got - want} switches={said['switches']}")
    tap.note(f"threads: {got} ns, {got - want:+} in {said['switches']} switches")
    # Ten thousand files: faster without Python.
    waits = lib.command("awk", "/^voluntary/ { n += $2 } END { print n }",
                        *glob.glob(f"/proc/{worker.pid}/task/*/status")).stdout
    tap.equal(record["wakeups"], int(waits), "and their wakeups")
    worker.end()
    lib.wait_until(lambda: (record := lib.listing().of(worker.pid)) and not record["alive"])
    more = lib.listing().of(worker.pid)
    tap.ok(more["cpu_ns"] > got, "the end of all of them counts, too", got, more)
    audit.check_losses(tap, "threads", lib.listing())


def check_storm(tap):
    """Processes that do nothing but begin and end."""
    before, old = totals()
    said = tasks.Worker("swarm", "-n", NUMBER, "-u", 0, "-U", 0, "-c", "st").said()
    lib.wait_samples()
    after, new = totals()
    storm = [found for found in new if re.fullmatch(rb"st\d+", found[4])]
    tap.equal(said["started"], NUMBER, "(they have run)")
    tap.equal([len(storm), len({comm for *_, comm in storm})], [NUMBER, NUMBER],
              f"each of {NUMBER} processes has a record, and one only")
    tap.equal([found for found in storm if found[1] or not found[2]][:5], [],
              "each is dead and has its CPU time")
    got, want = sum(found[2] for found in storm), said["kernel_us"] * 1000
    tap.ok(lib.same_ns(got, want, said["switches"]), "and all together the kernel's",
           f"cpu_ns={got} kernel={want} difference={got - want} switches={said['switches']}")
    tap.note(f"storm: {got} ns, {got - want:+} in {said['switches']} switches, "
             f"{after['drains'] - before['drains']} drains, "
             f"{after['samples'] - before['samples']} samples")
    tap.equal(sum(found[2] for found in new) - sum(found[2] for found in old),
              after.system["cpu_ns"] - before.system["cpu_ns"],
              "which stands in the system's, to the nanosecond")
    tap.equal(after["measured_nj"] - sum(found[3] for found in new),
              sum(after[key] for key in ("exited_nj", "unattributed_nj", "idle_nj",
                                         "pending_nj")),
              "and their energy in what was measured")
    audit.check_losses(tap, "storm", after)


def test(tap):
    """Many."""
    # What has exited stays listed while no second window begins.
    lib.load(sample_ns=100 * lib.MS, window_ns=3600 * lib.SECOND)
    check_threads(tap)
    check_storm(tap)


harness.main(test)
