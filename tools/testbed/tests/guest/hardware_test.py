#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The virtual hardware as it comes: two packages of two CPUs, default prices."""

import glob
import os
import sys
import time

sys.path.insert(0, "/payload")
from tap import (DRAM, DRAM_SHARE, PKG, PP0, PP1, PSYS, UNIT, WRAP, check, close, done, frozen, msr,
                 run, spinning, static_power, truth, workload)

ESU, DRAM_ESU, START = 14, 16, 4096
INT_PJ, MEM_PJ, SIMD_PJ, STRING_PJ, STRING_BYTE_PJ = 8000, 16000, 24000, 8000, 1000
KERNEL_PJ = 12000  # about: between INT_PJ and MEM_PJ
STATIC_W = 5
CPU_OF_PACKAGE = {0: 0, 1: 2}


def test_registers():
    units = [msr(UNIT, cpu) >> 8 & 0x1F for cpu in range(4)]
    check(units == [ESU] * 4, "every CPU reads the energy unit", units)
    for package, cpu in CPU_OF_PACKAGE.items():
        before = msr(PKG, cpu)
        time.sleep(0.1)
        check(0 < (msr(PKG, cpu) - before) % WRAP < 100 << ESU,
              f"package {package}'s counter moves")
    check(msr(PSYS, 0) and not msr(PSYS, 2), "only package 0 shows the platform")
    check(msr(PP1) == 0, "a server has no graphics domain")
    with frozen():
        for package, cpu in CPU_OF_PACKAGE.items():
            units = truth("package", package) * (1 << ESU) // 10**9
            shown = msr(PKG, cpu) - START
            check(abs(shown - units) <= 1, f"package {package}'s counter shows the truth",
                  f"{shown} {units}")
            units = truth("dram", package) * (1 << DRAM_ESU) // 10**9
            shown = msr(DRAM, cpu) - START
            check(abs(shown - units) <= 1, f"memory {package}'s counter shows the truth",
                  f"{shown} {units}")


def test_period():
    start = time.monotonic()
    values = [msr(PKG) for _ in range(1000)]
    periods = (time.monotonic() - start) * 1000
    changes = sum(a != b for a, b in zip(values, values[1:]))
    check(0 < changes <= periods + 1, "counters move once a millisecond at most",
          f"{changes} changes in {periods:.1f} ms")


def test_packages_apart():
    with spinning(0):
        before = [msr(PP0, cpu) for cpu in CPU_OF_PACKAGE.values()]
        time.sleep(1)
        used = [(msr(PP0, cpu) - old) % WRAP
                for cpu, old in zip(CPU_OF_PACKAGE.values(), before)]
    check(used[0] > 10 * used[1], "a busy CPU uses its own package's energy", used)


def test_freeze():
    registers = [(number, cpu) for number in (PKG, PP0, DRAM, PSYS)
                 for cpu in CPU_OF_PACKAGE.values()]
    with spinning(0, 2):
        truth("freeze")
        before = [msr(*register) for register in registers]
        owned = truth("owned")
        time.sleep(2)
        after = [msr(*register) for register in registers]
        check(before == after, "freezing holds every counter still", f"{before} {after}")
        check(truth("owned") == owned, "freezing holds the truth still")
        truth("release")
        released = [msr(*register) for register in registers]
        # Two busy seconds would be at least the ten joules of static power.
        check(all(0 <= new - old < 5 << ESU for new, old in zip(released[:2], before[:2])),
              "releasing makes no jump", f"{before} {released}")
        time.sleep(0.5)
        moving = [msr(*register) for register in registers[:2]]
    check(all(new > old for new, old in zip(moving, released)), "released counters go on")


def test_pmu():
    got = workload("int", 20000000)
    check(close(got["user"], 200000000, 0.0001), "the truth counts user instructions", got)
    check(close(got["perf_user"], got["user"], 0.005), "perf agrees in user mode", got)
    check(close(got["perf_all"], got["all"], 0.005), "perf agrees in both modes", got)
    text = run("sh", "-c", "perf stat -x, -e instructions:u ./workload int 1000000 2>&1")
    count = [int(line.split(",")[0]) for line in text.splitlines() if "instructions" in line]
    check(count and close(count[0], 10000000, 0.05), "perf stat counts a program", text)
    text = run("sh", "-c", "perf stat -x, -a -e power/energy-pkg/ sleep 1 2>&1")
    check("Joules" in text and float(text.split(",")[0]) > 5, "perf stat reads power events", text)


def without_kernel(got):
    """Take the interrupts' share out, which is large where the host is busy."""
    return got["nj"] - (got["all"] - got["user"]) * KERNEL_PJ / 1000 * (1 + DRAM_SHARE)


def test_prices():
    rounds = 5000000
    for kind, pj in (("int", INT_PJ), ("mem", MEM_PJ), ("simd", SIMD_PJ)):
        expected = rounds * (8 * pj + 2 * INT_PJ) / 1000 * (1 + DRAM_SHARE)
        got = workload(kind, rounds)
        check(close(without_kernel(got), expected, 0.02), f"{kind} instructions cost what the table says",
              f"{got} expected {expected:.0f}")
    rounds = 5000
    expected = rounds * (4096 * STRING_BYTE_PJ + STRING_PJ + 4 * INT_PJ) / 1000 * (1 + DRAM_SHARE)
    got = workload("string", rounds)
    check(close(without_kernel(got), expected, 0.05), "string instructions cost what the table says",
          f"{got} expected {expected:.0f}")


def test_static_power():
    least, most = static_power(2)
    check(least < 2 * STATIC_W * 1.01 and most > 2 * STATIC_W * 0.99,
          "static power follows the guest's clock", f"{least} to {most} W")


def test_idle_is_nobodys():
    unowned = truth("unowned")
    got = workload("sleep", 2000)
    # perf switches off with the process: the idle loop would be the difference.
    check(got["all"] < 1.5 * got["perf_all"], "a sleeping process does not pay for idling", got)
    check(truth("unowned") > unowned, "idle loops count for nobody")
    with frozen():
        cores = sum(msr(PP0, cpu) - START for cpu in CPU_OF_PACKAGE.values()) / (1 << ESU)
        accounts = (truth("owned") + truth("unowned")) / 1e9 / (1 + DRAM_SHARE)
    check(close(accounts, cores, 0.001), "the accounts add up to the cores' counters",
          f"{accounts} {cores}")


def test_life():
    pages, least_insns = 10000, 50
    got = workload("life", pages)
    check(got["birth"] > 1000 * INT_PJ / 1000, "a child's account has its first steps", got)
    check(got["all"] - got["exit"] > pages * least_insns * INT_PJ / 1000,
          "and what its exit has used", got)


def test_stock_drivers():
    run("modprobe", "intel_rapl_msr")
    names = sorted(open(f"{zone}/name", encoding="ascii").read().strip()
                   for zone in glob.glob("/sys/class/powercap/intel-rapl:*"))
    check(names == ["core", "core", "dram", "dram", "package-0", "package-1", "psys"],
          "the stock kernel finds every domain once", names)
    before = int(open("/sys/class/powercap/intel-rapl:0/energy_uj", encoding="ascii").read())
    time.sleep(0.2)
    after = int(open("/sys/class/powercap/intel-rapl:0/energy_uj", encoding="ascii").read())
    check(after > before, "its zones count", f"{before} {after}")


run("modprobe", "msr")
run("modprobe", "rapl")
os.chdir("/payload")
check(truth("present") == 1, "the virtual hardware is there")
test_registers()
test_period()
test_packages_apart()
test_freeze()
test_pmu()
test_prices()
test_static_power()
test_idle_is_nobodys()
test_life()
test_stock_drivers()
done()
