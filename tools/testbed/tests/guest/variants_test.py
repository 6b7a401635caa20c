#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Virtual hardware with unusual parameters; the argument names the set (see ../all)."""

import glob
import os
import subprocess
import sys
import time

sys.path.insert(0, "/payload")
from tap import (DRAM, PKG, PP0, PSYS, UNIT, WRAP, check, close, done, frozen, msr, run, spinning,
                 static_power, truth, workload)


def faults(number):
    """Tell whether reading a register faults."""
    try:
        msr(number)
    except OSError:
        return True
    return False


def loads(module):
    """Tell whether a module loads."""
    return subprocess.run(["modprobe", module], check=False,
                          stderr=subprocess.DEVNULL).returncode == 0


def powercap_names():
    """Return what the stock driver found."""
    return sorted(open(f"{zone}/name", encoding="ascii").read().strip()
                  for zone in glob.glob("/sys/class/powercap/intel-rapl:*"))


def test_wrap():
    """esu=26,start_below=1000: a wrap after 15 uJ, and then one every 64 J."""
    esu, below = 26, 1000
    check(msr(UNIT) >> 8 & 0x1F == esu, "the energy unit is as asked for")
    with frozen():
        units = truth("package", 0) * (1 << esu) // 10**9
        check(units > below, "the counter has passed its wrap")
        shown, expected = msr(PKG), (units - below) % WRAP
        check(abs(shown - expected) <= 1 << 7, "it goes on from zero", f"{shown} {expected}")
    with spinning(0, 1):
        deadline = time.monotonic() + 60
        before = after = msr(PKG)
        while after >= before and time.monotonic() < deadline:
            before = after
            time.sleep(0.05)
            after = msr(PKG)
    check(after < before, "it wraps again")
    check((after - before) % WRAP < 20 << esu, "and modulo 2^32 the step is small")


def test_hidden():
    """hide=pp0:pp1,fault=dram,still=psys: domains that are not as they should be."""
    check(msr(PP0) == 0, "a hidden domain reads 0")
    check(faults(DRAM), "a faulting domain raises #GP")
    check(not faults(PKG), "its neighbour does not")
    first = msr(PSYS)
    time.sleep(0.1)
    check(first and msr(PSYS) == first, "a counter stands still")
    check(loads("intel_rapl_msr"), "the stock driver loads")
    check(powercap_names() == ["package-0", "package-1", "psys"],
          "and finds the others", powercap_names())


def test_absent():
    """hide=all: as KVM does it."""
    check(msr(UNIT) == 0 and msr(PKG) == 0, "every register reads 0")
    loads("intel_rapl_msr")
    check(not powercap_names(), "the stock driver finds nothing", powercap_names())


def test_zero_unit():
    """hide=unit: no unit, counters that move."""
    before = msr(PKG)
    time.sleep(0.1)
    check(msr(UNIT) == 0, "the unit reads 0")
    check(msr(PKG) > before, "the counters move")


def test_amd():
    """cpu=amd, an EPYC."""
    unit, core, package = 0xC0010299, 0xC001029A, 0xC001029B
    check("AuthenticAMD" in open("/proc/cpuinfo", encoding="ascii").read(), "an AMD processor")
    check(msr(unit) >> 8 & 0x1F == 16, "AMD's energy unit is 15.3 uJ", hex(msr(unit)))
    check(msr(PKG) == 0, "Intel's registers are not there")
    before = [msr(package, cpu) for cpu in (0, 2)]
    time.sleep(0.1)
    check(all(msr(package, cpu) > old for cpu, old in zip((0, 2), before)),
          "both packages' counters move")
    with spinning(0):
        before = [msr(core, cpu) for cpu in (0, 1)]
        time.sleep(1)
        used = [(msr(core, cpu) - old) % WRAP for cpu, old in zip((0, 1), before)]
    check(used[0] > 5 * used[1], "each core has a counter of its own", used)
    check(loads("intel_rapl_msr"), "the stock driver loads")
    check(powercap_names() == ["core", "core", "package-0", "package-1"],
          "and finds packages and cores", powercap_names())
    got = workload("int", 5000000)
    check(close(got["perf_user"], got["user"], 0.005), "perf counts instructions", got)


def test_uniform():
    """uniform=10000,static_mw=0: one price for everything and nothing else."""
    for kind in ("int", "mem", "simd"):
        got = workload(kind, 1000000)
        check(close(got["nj"], got["all"] * 10 * 1.1, 0.02), f"{kind} pays the uniform price", got)


def test_icount():
    """--icount: guest time counts instructions."""
    first, second = (workload("int", 3000000) for _ in range(2))
    check(first["user"] == second["user"], "counts repeat exactly", f"{first} {second}")
    check(close(first["all"], second["all"], 0.01), "nearly so with the kernel's share")
    least, most = static_power(1)
    check(least < 5 * 1.01 and most > 5 * 0.99, "static power follows the guest's clock",
          f"{least} to {most} W")


os.chdir("/payload")
run("modprobe", "msr")
globals()[f"test_{sys.argv[1]}"]()
done()
