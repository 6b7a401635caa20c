#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=vm timeout=90 topology=1x2 memory=512 hardware=none
"""A guest without counters: each pays what the model says of it, and it is called an estimate."""

import errno
import os
import time

import harness
import lib
import tasks

IDLE_UW = 2500000
PARAMS = "/sys/module/energy_vm_fallback/parameters"


def stolen():
    """Ticks that the hypervisor took, all CPUs."""
    return int(lib.text("/proc/stat").split()[8])


def check_header(tap):
    """Never called measured."""
    books = lib.listing(lib.ALL)
    tap.equal([books[key] for key in ("source", "source_kind", "estimated", "domains")],
              ["vm_fallback", "model", 1, "vm"], "the header says that it is an estimate")
    found = lib.sources()
    tap.equal((list(found), found["vm_fallback"]["state"],
               found["vm_fallback"]["kind"], found["vm_fallback"]["rating"]),
              (["vm_fallback"], "active", "model", 100), "there is one source")


def differences(count):
    """Score of the system less energy measured, over some samples; a score is cut to uJ."""
    found = []
    for _ in range(count):
        lib.wait_samples(1)
        books = lib.settled_listing()
        found.append(books.system["energy"] - books["measured_nj"])
    return found


def check_sum(tap):
    """What is billed is the model's energy, to the nanojoule."""
    with tasks.Worker("hog"), tasks.Worker("swarm", "-j", 1, "-u", 200, "-U", 2000):
        before = stolen()
        found = differences(12)
        if stolen() != before:
            tap.skip("energy billed is the model's", "the hypervisor took time")
        else:
            tap.ok(max(found) - min(found) < 1000, "energy billed is the model's", found)
    books = lib.settled_listing()
    tap.equal([books.imbalance(), books.imbalance("window_"), books["unbalanced"]], [0, 0, 0],
              "the books balance")
    tap.equal(books["idle_nj"], 0, "and nothing is idling's, as nobody has said what that costs")
    domain = books.domain("vm")
    tap.equal([domain["measured_nj"], domain["billed"], domain["gaps"], domain["kind"]],
              [books["measured_nj"], 1, 0, "vm"], "the domain vm has it all")


def check_short_samples(tap):
    """Samples shorter than a tick wait for one, and lose nothing."""
    with tasks.Worker("hog"):
        before = stolen()
        first = differences(1)[0]
        lib.must_set(sample_ns=lib.MS)
        lib.wait_samples(500)
        lib.must_set(sample_ns=50 * lib.MS)
        lib.wait_samples()
        last = differences(1)[0]
        if stolen() != before:
            tap.skip("nothing is lost in samples shorter than a tick", "the hypervisor took time")
        else:
            tap.ok(abs(last - first) < 1000, "nothing is lost in samples shorter than a tick",
                   first, last)
    books = lib.settled_listing()
    tap.equal([books.imbalance(), books["unbalanced"]], [0, 0], "and the books balance")


def check_process(tap):
    """A process pays its own score: a watt for each busy CPU, by default."""
    hog = tasks.Worker("hog", "-u", 500, "-p")
    hog.said()
    lib.wait_samples(3)
    record = lib.settled_listing().of(hog.pid)
    off = record["energy_nj"] - record["cpu_ns"]
    tap.ok(record["cpu_ns"] >= 500 * lib.MS and abs(off) < 100000,
           f"a watt for each busy CPU (off by {off} nJ)", record)
    hog.end()
    lib.must_set(w_cpu_ns=0, w_wakeups=1000000)
    lib.wait_samples()
    with tasks.Worker("hog", "-u", 500, "-p") as other:
        other.said()
        lib.wait_samples(3)
        record = lib.settled_listing().of(other.pid)
        tap.ok(abs(record["energy_nj"] - 1000 * record["wakeups"]) < 100000,
               "other weights are used at once", record)
    lib.must_set(w_cpu_ns=1000, w_wakeups=0)


def check_idle(tap):
    """What the machine draws idle comes on top, and is nobody's."""
    lib.command("rmmod", "energy_vm_fallback")
    for value, why in (("1000000001", "Numerical result out of range"), ("x", "Invalid"),
                       ("-1", "")):
        done = lib.command("modprobe", "energy_vm_fallback", f"idle_uw={value}", check=False)
        tap.ok(done.returncode and why in done.stderr, f"idle_uw={value} is refused", done)
    lib.command("modprobe", "energy_vm_fallback", f"idle_uw={IDLE_UW}")
    tap.equal(int(lib.text(f"{PARAMS}/idle_uw")), IDLE_UW, "the parameter can be read")
    first = lib.settled_listing()
    with tasks.Worker("hog"):
        lib.wait_samples(20)
        last = lib.settled_listing()
    want = (last["timestamp"] - first["timestamp"]) * IDLE_UW // 10**6
    got = last["idle_nj"] - first["idle_nj"]
    tap.ok(abs(got - want) < want / 50, f"idling costs {IDLE_UW} uW, whoever runs", got, want)
    score = last.system["energy"] - first.system["energy"]
    active = last["measured_nj"] - first["measured_nj"] - got
    tap.ok(abs(active - score) < want / 50, "and the rest is what was done", active, score)
    tap.equal([last.imbalance(), last.domain("vm")["idle_uw"]], [0, IDLE_UW],
              "the books balance, and show it")


def check_unload(tap):
    """It goes under load, and what it has counted stays."""
    with tasks.Worker("hog"):
        lib.wait_samples(3)
        before = lib.settled_listing()["measured_nj"]
        lib.command("rmmod", "energy_vm_fallback")
        books = lib.settled_listing()
        tap.equal([books["source"], books["source_kind"], books["estimated"], books.imbalance()],
                  ["none", "none", 0, 0], "without it nothing is estimated")
        tap.ok(books["measured_nj"] >= before > 0, "and what was stays", books["measured_nj"])
        # Seconds of work that nobody estimates.
        lib.wait_samples(30)
        began = time.monotonic_ns()
        lib.command("modprobe", "vm_fallback")
        got = lib.settled_listing()["measured_nj"] - books["measured_nj"]
        # A busy CPU is a watt, a nanosecond of it a nanojoule.
        most = (time.monotonic_ns() - began) * os.cpu_count()
        tap.ok(got <= most, "it begins where it comes", got, most)
    tap.equal(lib.write(f"{PARAMS}/feed_max_w", 0), errno.ERANGE, "feed_max_w=0 is out of range")
    tap.equal(lib.write(f"{PARAMS}/feed_quiet_intervals", 101), errno.ERANGE,
              "and so is feed_quiet_intervals=101")
    tap.equal(sorted(os.listdir(PARAMS)),
              ["feed_max_w", "feed_quiet_intervals", "idle_uw", "powercap_zone"],
              "all parameters are known here")


def test(tap):
    """The estimate."""
    lib.load("energy_vm_fallback", sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    check_header(tap)
    check_sum(tap)
    check_short_samples(tap)
    check_process(tap)
    check_idle(tap)
    check_unload(tap)


harness.main(test)
