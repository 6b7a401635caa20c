#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""guest.py - in a guest whose clock counts instructions: what the meter costs.

Prints `key=value` lines; every value is in guest instructions.
"""

import os
import re
import subprocess
import time

ROUNDS = 20000
SLEEPING = (100, 5000)
# Whole windows, so that each sample carries its share of their publication.
SAMPLES = 50
BUSY = 2


def modprobe(*args):
    subprocess.run(["modprobe", *args], check=True)


def switch_cost():
    out = subprocess.run(["./switches", str(ROUNDS)], check=True, capture_output=True)
    return float(out.stdout)


def sampler_pid():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/comm") as f:
                if f.read() == "energy_sampler\n":
                    return pid
        except FileNotFoundError:
            pass
    raise SystemExit("no sampler thread")


def sampler_ns(pid):
    """What the kernel's scheduler says that it ran, independent of what we measure."""
    with open(f"/proc/{pid}/schedstat") as f:
        return int(f.read().split()[0])


def samples():
    with open("/sys/kernel/debug/energy/sys") as f:
        return int(re.search(r"^iterations=(\d+)$", f.read(), re.M).group(1))


def sample_cost(sleeping):
    with subprocess.Popen(["./sleepers", str(sleeping), str(BUSY)], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as p:
        p.stdout.readline()
        pid = sampler_pid()
        # the births are accounted in the first window
        settled = samples() + 12
        while samples() < settled:
            time.sleep(0.1)
        n0, ns0 = samples(), sampler_ns(pid)
        while samples() < n0 + SAMPLES:
            time.sleep(0.1)
        n1, ns1 = samples(), sampler_ns(pid)
        p.stdin.close()
    return (ns1 - ns0) / (n1 - n0)


def record_bytes():
    with open("/proc/slabinfo") as f:
        return int(re.search(r"^energy_proc +\d+ +\d+ +(\d+)", f.read(), re.M).group(1))


def main():
    without = switch_cost()
    # The sampler stays out of the way: one sample in ten seconds.
    modprobe("energy_core", "sample_ns=10000000000", "window_ns=10000000000")
    loaded = switch_cost()
    subprocess.run(["rmmod", "energy_core"], check=True)
    print(f"switch_insns_without={without:.1f}")
    print(f"switch_insns_with={loaded:.1f}")
    print(f"switch_insns={loaded - without:.1f}", flush=True)

    modprobe("energy_rapl_msr")
    for sleeping in SLEEPING:
        print(f"sample_insns_{sleeping}={sample_cost(sleeping):.0f}", flush=True)
    print(f"record_bytes={record_bytes()}")


if __name__ == "__main__":
    main()
