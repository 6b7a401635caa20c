#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=amd timeout=120 topology=2x2 cpu=amd
"""Instructions per process on AMD's counters."""

import harness
import instructions
import lib


def test(tap):
    """Instructions on AMD."""
    lib.load_core(sample_ns=100 * lib.MS, window_ns=lib.SECOND)
    lib.command("modprobe", "energy_pmu_instr")
    instructions.check_counts(tap)
    instructions.check_running(tap)


harness.main(test)
