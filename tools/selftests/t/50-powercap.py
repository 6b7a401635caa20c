#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=powercap timeout=500 topology=2x2 matrix=yes
"""RAPL by the kernel's own drivers: the same joules, whatever comes and goes meanwhile."""

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
# The storm of the kernel's driver ends when this file is there.
ENOUGH = "/tmp/enough"


def begin_load():
    """On all CPUs, with exits."""
    return [tasks.Worker("hog", "-c", "simd", "-a", hardware.packages()[1][0]),
            tasks.Worker("hog", "-c", "mem", "-d", 60, "-j", 2), tasks.Worker("swarm", "-j", 2)]


def sources(books):
    """Who reads each domain."""
    return {dom["source"] for dom in books.domains}


def our_lines():
    """What the module has said."""
    return [line for line in lib.dmesg().splitlines() if f"{OURS}:" in line and
            "taint" not in line]


def check_balance(tap, when):
    """What holds at any time."""
    books = lib.settled_listing()
    tap.equal([books.imbalance(), books.imbalance("window_"), books["unbalanced"]], [0, 0, 0],
              f"{when}: the books balance")
    return books


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
    tap.equal([sources(books), books["source"], books["source_kind"]],
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
        books = check_balance(tap, "both are loaded")
        tap.equal(sources(books), {"rapl_msr"}, "the registers are read")
        # Whoever removes a source takes a sample himself.
        remove_module("energy_rapl_msr")
        first = lib.settled_listing()
        tap.equal(sources(first), {"rapl_powercap"}, "without their provider the zones are, at once")
        lib.wait_samples(3)
        last = check_balance(tap, "taken over")
        wrong = [dom for dom in last.domains if dom["gaps"] or dom["lost_ns"] or
                 dom["measured_nj"] <= first.domain(dom["domain"])["measured_nj"]]
        tap.ok(not wrong, "and count on, without a gap", *wrong)
        powercap.check_raws(tap, "taken over")
    hog.end()


def check_driver_goes(tap):
    """The kernel's driver is unloaded under our feet."""
    load = begin_load()
    for turn in range(4):
        lib.must_set(sample_ns=(5 if turn % 2 else 100) * lib.MS)
        lib.wait_samples()
        lib.command("rmmod", STOCK)
        lib.wait_until(lambda: sources(lib.listing()) == {"none"})
        gone = check_balance(tap, "the driver has gone")
        tap.equal([gone["source"], gone["source_kind"]], ["none", "none"],
                  "nobody is said to read")
        lib.wait_samples()
        tap.equal(lib.settled_listing()["measured_nj"], gone["measured_nj"],
                  "and nothing is made up")
        with hardware.frozen(samples=0):
            raws = hardware.registers(gone)
        lib.command("modprobe", STOCK)
        lib.wait_until(lambda: sources(lib.listing()) == {"rapl_powercap"})
        lib.wait_samples(3)
        back = check_balance(tap, "it is back")
        with hardware.frozen():
            books, now = lib.settled_listing(), hardware.registers(back)
        wrong = [dom for dom in books.domains if not
                 0 < dom["measured_nj"] - gone.domain(dom["domain"])["measured_nj"] <=
                 powercap.nj(dom, now[dom["domain"]]) - powercap.nj(dom, raws[dom["domain"]]) + 2000]
        tap.ok(not wrong, "no more is counted than was used since", *wrong)
        powercap.check_raws(tap, "it is back")
    for worker in load:
        worker.end()


def check_other_takes_over(tap):
    """Zones go while the registers' provider, too, is there."""
    lib.command("modprobe", "energy_rapl_msr")
    lib.command("rmmod", STOCK)
    lib.wait_samples()
    books = check_balance(tap, "the driver has gone, the registers are read")
    tap.equal(sources(books), {"rapl_msr"}, "nobody notices")
    lib.command("modprobe", STOCK)
    lib.command("rmmod", "energy_rapl_msr")
    lib.wait_until(lambda: sources(lib.listing()) == {"rapl_powercap"})
    powercap.check_raws(tap, "it is back")


def check_hotplug(tap):
    """A package's zones go with its last CPU, while they are read."""
    cpus = hardware.packages()[1]
    here = [name for name in (dom["domain"] for dom in lib.listing().domains)
            if not name.endswith("-1")]
    before = lib.settled_listing()
    hardware.set_online(cpus, False)
    lib.wait_until(lambda: lib.listing().domain("package-1")["source"] == "none")
    gone = check_balance(tap, "a package has gone")
    tap.equal({gone.domain(name)["source"] for name in here}, {"rapl_powercap"},
              "the other is still read")
    tap.equal([gone.domain(name)["base_raw"] for name in here],
              [before.domain(name)["base_raw"] for name in here], "and has not begun anew")
    hardware.set_online(cpus, True)
    lib.wait_until(lambda: sources(lib.listing()) == {"rapl_powercap"})
    check_balance(tap, "it is back")
    powercap.check_raws(tap, "it is back")
    lib.must_set(sample_ns=lib.MS)
    for _ in range(20):
        hardware.set_online(cpus, False)
        hardware.set_online(cpus, True)
    lib.must_set(sample_ns=50 * lib.MS)
    lib.wait_until(lambda: sources(lib.listing()) == {"rapl_powercap"})
    check_balance(tap, "after a storm of it")
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


def check_reload(tap):
    """Ours comes and goes while zones do."""
    load = begin_load()
    storm = tasks.Worker("/bin/sh", "-c", f"until [ -e {ENOUGH} ]; do rmmod {STOCK}; "
                         f"modprobe {STOCK}; done >/dev/null 2>&1")
    came = 0
    for _ in range(30):
        came += not lib.command("modprobe", OURS, check=False).returncode
        if lib.loaded(OURS):
            lib.command("rmmod", OURS)
    # not in the middle: what is being unloaded cannot be loaded
    with open(ENOUGH, "w", encoding="ascii"):
        storm.process.wait()
    tap.note(f"it came {came} times of 30")
    lib.command("modprobe", STOCK)
    for _ in range(10):
        lib.command("modprobe", OURS)
        lib.must_set(sample_ns=5 * lib.MS)
        lib.command("rmmod", OURS)
        check = lib.settled_listing()
        if check.imbalance() or sources(check) != {"none"}:
            break
    tap.equal([check.imbalance(), sources(check)], [0, {"none"}],
              "it comes and goes under load, and the books balance")
    lib.command("modprobe", OURS)
    lib.wait_samples(3)
    check_balance(tap, "after all that")
    powercap.check_raws(tap, "after all that")
    for worker in load:
        worker.end()
    lib.command("rmmod", OURS)
    tap.ok(not os.path.exists("/sys/class/powercap/energy-rapl-watch"), "nothing of it is left")
    lib.command("modprobe", OURS)


def test(tap):
    """Powercap."""
    check_no_zones(tap)
    check_domains(tap)
    check_joules(tap)
    check_registers_first(tap)
    check_driver_goes(tap)
    check_other_takes_over(tap)
    try:
        check_hotplug(tap)
        check_late_package(tap)
    finally:
        hardware.set_online(hardware.packages()[1], True)
    check_reload(tap)


harness.main(test)
