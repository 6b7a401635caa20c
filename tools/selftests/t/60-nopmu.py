#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=vm timeout=60 topology=1x2 memory=512 hardware=none
"""A virtual machine without a PMU: no meter, and a line that says why and what to do."""

import harness
import lib


def test(tap):
    """No PMU."""
    lib.load_core()
    done = lib.command("modprobe", "energy_pmu_instr", check=False)
    tap.ok(done.returncode and "No such device" in done.stderr, "it refuses: ENODEV", done)
    lines = [line for line in lib.dmesg().splitlines() if "energy_pmu_instr:" in line
             and "taint" not in line]
    tap.ok(len(lines) == 1 and "enable_pmu=1" in lines[0], "one line says what to do", *lines)
    tap.equal(lib.sources().header["meter"], "none", "there is no meter")
    lib.wait_samples()
    tap.equal(lib.listing().system["instructions"], 0, "and no instructions")
    tap.ok(lib.command("rmmod", "energy_core", check=False).returncode == 0,
           "nothing holds the core")


harness.main(test)
