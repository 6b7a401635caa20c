#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=powercap timeout=500 topology=2x2 matrix=yes
"""RAPL by the kernel's own drivers: the same joules, also while CPUs come and go."""

import ctypes
import os

import hardware
import harness
import lib
import powercap
import tasks

STOCK = "intel_rapl_msr"
OURS = "energy_rapl_powercap"
SYS_DELETE_MODULE = 176


def our_lines():
    """What the module has said."""
    return [line for line in lib.dmesg().splitlines() if f"{OURS}:" in line and
            "taint" not in line]


def check_no_zones(tap):
    """Without the kernel's driver."""
    if lib.loaded(STOCK):
        lib.command("rmmod", STOCK)
    before = our_lines()
    path = lib.command("modinfo", "-n", OURS).stdout.strip()
    lib.load_core()
    done = lib.command("insmod", path, check=False)
    tap.ok(done.returncode and "No such device" in done.stderr,
           "without zones it refuses: ENODEV", done)
    said = our_lines()[len(before):]
    tap.ok(len(said) == 1 and "modprobe intel_rapl_msr" in said[0],
           "one line says what to do", *said)
    tap.ok(not lib.loaded(OURS) and not os.path.exists("/sys/class/powercap/energy-rapl-watch"),
           "nothing of it is left")
    lib.unload()


def check_domains(tap):
    """The same domains as the registers have, by both names of the module."""
    lib.load(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    want = [(dom["domain"], dom["kind"], dom["instance"], dom["billed"])
            for dom in lib.listing().domains]
    lib.unload()
    lib.command("modprobe", "rapl_powercap")
    tap.ok(lib.loaded(OURS) and lib.loaded(STOCK),
           "the short name loads it, and the kernel's driver first")
    lib.must_set(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    lib.wait_samples()
    books = lib.settled_listing()
    tap.equal([(dom["domain"], dom["kind"], dom["instance"], dom["billed"])
               for dom in books.domains], want, "it has the domains that the registers have")
    tap.equal([powercap.sources(books), books["source"], books["source_kind"]],
              [{"rapl_powercap"}, "rapl_powercap", "measured"], "and says so")


def check_joules(tap):
    """To the microjoule, while all stands still."""
    hogs = [tasks.Worker("hog", "-c", "simd", "-a", cpus[0])
            for cpus in hardware.packages().values()]
    before = powercap.check_books(tap, "at first")
    lib.wait_samples(20)
    after = powercap.check_books(tap, "later")
    tap.ok(all(after.domain(dom["domain"])["measured_nj"] > dom["measured_nj"]
               for dom in before.domains), "every domain has counted")
    tap.ok(all(after.of(hog.pid)["energy_nj"] > before.of(hog.pid)["energy_nj"]
               for hog in hogs), "the hogs were charged for it")
    for hog in hogs:
        hog.end()


def remove_module(name):
    """As rmmod does, but in another root, without /sys and without the right to read files."""
    pid = os.fork()
    if not pid:
        libc = ctypes.CDLL(None, use_errno=True)
        os.makedirs("/tmp/empty", exist_ok=True)
        os.chroot("/tmp/empty")
        libc.setfsuid(lib.NOBODY)
        done = libc.syscall(SYS_DELETE_MODULE, name.encode(), os.O_NONBLOCK)
        os._exit(ctypes.get_errno() if done else 0)
    status = os.waitpid(pid, 0)[1]
    if status:
        raise OSError(os.waitstatus_to_exitcode(status), name)


def check_registers_first(tap):
    """With the registers' own provider."""
    hog = tasks.Worker("hog", "-c", "mem")
    for _ in range(3):
        lib.command("modprobe", "energy_rapl_msr")
        lib.wait_samples(3)
        books = powercap.check_balance(tap, "both are loaded")
        tap.equal(powercap.sources(books), {"rapl_msr"}, "the registers are read")
        # Whoever removes a source takes a sample himself.
        remove_module("energy_rapl_msr")
        first = lib.settled_listing()
        tap.equal(powercap.sources(first), {"rapl_powercap"}, "without their provider the zones are, at once")
        lib.wait_samples(3)
        last = powercap.check_balance(tap, "taken over")
        wrong = [dom for dom in last.domains if dom["gaps"] or dom["lost_ns"] or
                 dom["measured_nj"] <= first.domain(dom["domain"])["measured_nj"]]
        tap.ok(not wrong, "and count on, without a gap", *wrong)
        powercap.check_raws(tap, "taken over")
    hog.end()


def check_hotplug(tap):
    """A package's zones go with its last CPU, while they are read."""
    cpus = hardware.packages()[1]
    here = [name for name in (dom["domain"] for dom in lib.listing().domains)
            if not name.endswith("-1")]
    before = lib.settled_listing()
    hardware.set_online(cpus, False)
    lib.wait_until(lambda: lib.listing().domain("package-1")["source"] == "none")
    gone = powercap.check_balance(tap, "a package has gone")
    tap.equal({gone.domain(name)["source"] for name in here}, {"rapl_powercap"},
              "the other is still read")
    tap.equal([gone.domain(name)["base_raw"] for name in here],
              [before.domain(name)["base_raw"] for name in here], "and has not begun anew")
    hardware.set_online(cpus, True)
    lib.wait_until(lambda: powercap.sources(lib.listing()) == {"rapl_powercap"})
    powercap.check_balance(tap, "it is back")
    powercap.check_raws(tap, "it is back")
    lib.must_set(sample_ns=lib.MS)
    for _ in range(20):
        hardware.set_online(cpus, False)
        hardware.set_online(cpus, True)
    lib.must_set(sample_ns=50 * lib.MS)
    lib.wait_until(lambda: powercap.sources(lib.listing()) == {"rapl_powercap"})
    powercap.check_balance(tap, "after a storm of it")
    powercap.check_raws(tap, "after a storm of it")


def check_late_package(tap):
    """A CPU, and a package, that were offline when it was loaded."""
    cpus = hardware.packages()[1]
    lib.unload()
    hardware.set_online(cpus, False)
    lib.command("modprobe", OURS)
    lib.must_set(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    tap.equal([dom["domain"] for dom in lib.listing().domains],
              ["package-0", "core-0", "dram-0", "psys"], "a package that is offline is not there")
    hardware.set_online(cpus[:1], True)
    lib.wait_until(lambda: lib.listing().domain("package-1"))
    hardware.set_online(cpus[1:], True)
    hogs = [tasks.Worker("hog", "-c", "simd", "-a", cpu) for cpu in cpus]
    lib.wait_until(lambda: all((record := lib.listing().of(hog.pid)) and record["energy_nj"]
                               for hog in hogs))
    powercap.check_books(tap, "it has come")
    for hog in hogs:
        hog.end()


def test(tap):
    """Powercap."""
    check_no_zones(tap)
    check_domains(tap)
    check_joules(tap)
    check_registers_first(tap)
    try:
        check_hotplug(tap)
        check_late_package(tap)
    finally:
        hardware.set_online(hardware.packages()[1], True)


harness.main(test)
