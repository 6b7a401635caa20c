#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=hotplug timeout=360
"""CPUs go offline and come back, whole packages too, under load: no joule lost or invented."""

import errno
import time

import audit
import hardware
import harness
import lib
import tasks

DENIED = "/sys/module/energy_denied/parameters"
HERE = ("package-0", "core-0", "dram-0")
THERE = ("package-1", "core-1", "dram-1")
# What a provider lacks memory for when a package comes: in which function, whose, what that
# returns then; and how many calls are more than CPUs, zones and a few tries make.
LACKS = (
    ("energy_rapl_msr", "energy_source_update", "kworker", -errno.ENOMEM, 12),
    ("energy_rapl_powercap", "energy_source_update", "kworker", -errno.ENOMEM, 12),
    # when a zone comes, which is known without its path
    ("energy_rapl_powercap", "kobject_get_path", "", 0, 60),
    # when it is read for the first time
    ("energy_rapl_powercap", "filp_open", "kworker", -errno.ENOMEM, 60),
)


def begin_load():
    """On all CPUs, with exits."""
    return [tasks.Worker("hog", "-c", "simd", "-a", hardware.packages()[1][0]),
            tasks.Worker("hog", "-c", "mem", "-d", 60, "-j", 2), tasks.Worker("swarm", "-j", 2)]


def check_balance(tap, when):
    """What holds even while some counters cannot be read."""
    books = lib.settled_listing()
    tap.equal([books.imbalance(), books.imbalance("window_"), books["unbalanced"]], [0, 0, 0],
              f"{when}: the books balance")
    return books


def charged(books, name):
    """What a domain has given to others than idle."""
    dom = books.domain(name)
    return dom["attributed_nj"] + dom["unattributed_nj"]


def idle_is_known():
    """The idle power of all billed domains has been learnt."""
    return all(dom["idle_uw"] for dom in lib.listing().domains if dom["billed"])


def check_package(tap, cpus):
    """A whole package goes and comes back."""
    audit.check_books(tap, "before")
    hardware.set_online(cpus, False)
    lib.wait_until(lambda: lib.listing().domain("package-1")["gaps"] >= 1)
    gone = check_balance(tap, "its CPUs are offline")
    time.sleep(4)
    still = check_balance(tap, "they are still offline")
    wrong = [dom for dom in still.domains if (dom["domain"] in THERE) !=
             (dom["gaps"] > gone.domain(dom["domain"])["gaps"])]
    tap.ok(not wrong, "a package without CPUs is a gap, and no other is", *wrong)
    tap.equal({still.domain(name)["last_error"] for name in THERE}, {-errno.ENODEV},
              "no CPU can read it")
    tap.equal([still.domain(name)["measured_nj"] for name in THERE],
              [gone.domain(name)["measured_nj"] for name in THERE], "nothing is made up")
    tap.ok(all(charged(still, name) > charged(gone, name) for name in ("package-0", "dram-0")),
           "the other package's energy is charged on")
    hardware.set_online(cpus, True)
    lib.wait_until(lambda: lib.listing().domain("package-1")["reads"] >
                   still.domain("package-1")["reads"])
    back = audit.check_books(tap, "they are back", THERE)
    for name in ("package-1", "dram-1"):
        energy = back.domain(name)["measured_nj"] - still.domain(name)["measured_nj"]
        spike = charged(back, name) - charged(still, name)
        tap.ok(energy > 0 and spike * 2 < energy,
               f"{name}: what it used without CPUs is found again, and idle", spike, energy)


def check_storm(tap, cpus):
    """CPUs come and go, one by one and in twos, faster than samples are taken."""
    for _ in range(3):
        for some in (cpus[:1], cpus[1:], cpus):
            hardware.set_online(some, False)
            hardware.set_online(some, True)
    lib.wait_samples()
    books = audit.check_books(tap, "after a storm of them", THERE)
    tap.ok(books.domain("package-1")["idle_nj"] > 0, "(there is energy)")


def check_late_cpu(tap, cpus):
    """A CPU that was offline when the source was loaded."""
    lib.unload()
    hardware.set_online(cpus[1:], False)
    lib.load(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    lib.wait_samples()
    before = audit.check_books(tap, "loaded without a CPU")
    hardware.set_online(cpus[1:], True)
    hog = tasks.Worker("hog", "-c", "simd", "-a", cpus[1])
    lib.wait_until(lambda: (record := lib.listing().of(hog.pid)) and record["energy_nj"])
    tap.ok(True, "who runs on it is charged")
    after = audit.check_books(tap, "it has come")
    tap.equal([dom["base_raw"] for dom in after.domains],
              [dom["base_raw"] for dom in before.domains], "and no counter began anew for it")
    hog.end()


def check_late_package(tap, cpus):
    """A package that was offline when the source was loaded."""
    lib.unload()
    hardware.set_online(cpus, False)
    lib.load(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    lib.wait_samples()
    before = audit.check_books(tap, "loaded without a package")
    tap.equal([dom["domain"] for dom in before.domains], [*HERE[:2], HERE[2], "psys"],
              "it is not there")
    hardware.set_online(cpus, True)
    lib.wait_until(lambda: lib.listing().domain("package-1"))
    hogs = [tasks.Worker("hog", "-c", "simd", "-a", cpu) for cpu in cpus]
    lib.wait_until(lambda: all((record := lib.listing().of(hog.pid)) and record["energy_nj"]
                               for hog in hogs))
    after = audit.check_books(tap, "it has come")
    tap.ok(all(after.domain(name) for name in THERE), "with all its domains")
    tap.ok(after.domain("package-1")["attributed_nj"] > 0, "and is charged")
    tap.equal([after.domain(name)["base_raw"] for name in HERE],
              [before.domain(name)["base_raw"] for name in HERE],
              "the other package's counters did not begin anew")


def said_of_memory(provider):
    """What a provider has said about it."""
    return [line.split(": ", 1)[1] for line in lib.dmesg().splitlines()
            if f"{provider}: " in line and "memory" in line]


def check_late_without_memory(tap, cpus, provider, symbol, program, result, calls):
    """There is no memory for a package that comes, at first."""
    lib.unload()
    hardware.set_online(cpus, False)
    lib.load(provider, sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    lib.command("modprobe", "energy_denied", f"symbol={symbol}", f"program={program}",
                f"result={result}", "nth=0")
    before = len(said_of_memory(provider))
    hardware.set_online(cpus, True)
    lib.wait_until(lambda: int(lib.text(f"{DENIED}/calls")) >= calls)
    tap.equal([dom["domain"] for dom in lib.listing().domains if dom["domain"] in THERE], [],
              f"{provider}, {symbol}: there is no memory for a package that has come")
    lib.write(f"{DENIED}/nth", -1)
    lib.wait_until(lambda: all(lib.listing().domain(name) for name in THERE))
    lib.wait_until(lambda: len(said_of_memory(provider)) >= before + 2)
    said = said_of_memory(provider)[before:]
    tap.ok(len(said) == 2 and "not all are accounted" in said[0] and "again" in said[1],
           f"{provider}, {symbol}: it is accounted when there is, and the log says both once",
           *said)
    lib.command("rmmod", "energy_denied")


def check_unknown_cpu(tap, cpus):
    """The kernel removes a zone with its package's last CPU, and waits for who reads it, who waits
    for that CPU. So a zone is read only where a CPU of its package is kept from going; one that is
    not known, as there was no memory to tell the core of it, cannot be."""
    lib.unload()
    hardware.set_online(cpus[1:], False)
    lib.load("energy_rapl_powercap", sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    lib.command("modprobe", "energy_denied", "symbol=energy_source_update", "program=kworker",
                f"result={-errno.ENOMEM}", "nth=0")
    hardware.set_online(cpus[1:], True)
    hardware.set_online(cpus[:1], False)
    lib.wait_until(lambda: lib.listing().domain("package-1")["gaps"])
    before = lib.settled_listing()
    lib.wait_samples(4)
    after = lib.settled_listing()
    tap.equal([after.domain(name)["last_error"] for name in THERE], [-errno.EAGAIN] * len(THERE),
              "a zone is not read where the only CPU that is online is not known")
    tap.equal([after.domain(name)["reads"] for name in THERE],
              [before.domain(name)["reads"] for name in THERE], "not once")
    lib.write(f"{DENIED}/nth", -1)
    lib.wait_until(lambda: all(lib.listing().domain(name)["reads"] > after.domain(name)["reads"]
                               for name in THERE))
    tap.ok(True, "and is, when that CPU is")
    lib.command("rmmod", "energy_denied")
    hardware.set_online(cpus, True)


def test(tap):
    """Hotplug."""
    cpus = hardware.packages()[1]
    lib.load(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    # Who looks all the time keeps the machine from being idle.
    lib.wait_until(idle_is_known, poll_s=1)
    load = begin_load()
    lib.wait_samples(4)
    try:
        check_package(tap, cpus)
        check_storm(tap, cpus)
        for worker in load:
            worker.end()
        check_late_cpu(tap, cpus)
        check_late_package(tap, cpus)
        for lack in LACKS:
            check_late_without_memory(tap, cpus, *lack)
        check_unknown_cpu(tap, cpus)
    finally:
        hardware.set_online(cpus, True)


harness.main(test)
