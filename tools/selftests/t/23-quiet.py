#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=control timeout=120 matrix=yes
"""CPUs that have nothing to do with us get no interrupt from us: idle ones, nor busy ones.

All else is kept on CPU 0, so that the others have no more to do with us than they should.
"""

import hardware
import harness
import ipis
import lib
import tasks

SAMPLE_NS = 10 * lib.MS
SAMPLES = 200


def check(tap, quiet, name):
    """Some CPUs are left in peace."""
    # Those that change something wait for a grace period, and so do those before us.
    lib.wait_samples(3)
    with ipis.recorded() as stop:
        lib.wait_samples(SAMPLES)
        ours, others = stop()
    tap.ok(not any(ours[cpu] for cpu in quiet), f"{name}: we do not interrupt {quiet}",
           f"in {SAMPLES} samples: {ours}")
    tap.note(f"{name}: interrupts in {SAMPLES} samples: {ours} ours, {others} others'")
    return ours


def test(tap):
    """Quiet."""
    lib.load_core(sample_ns=SAMPLE_NS, window_ns=100 * lib.MS)
    tasks.keep_to_cpu0()
    near, far = hardware.packages()[0][1], hardware.packages()[1]
    check(tap, [near, *far], "all idle")
    hog = tasks.Worker("hog", "-a", far[0])
    lib.wait_until(lambda: tasks.exact_ns(hog.pid) > 50 * lib.MS)
    before = lib.listing().of(hog.pid)["cpu_ns"]
    check(tap, [near, *far], f"CPU {far[0]} busy")
    tap.ok(lib.listing().of(hog.pid)["cpu_ns"] > before + lib.SECOND,
           "(and yet what ran there is accounted)", before)
    # The other package's counters can be read there alone: on the CPU that is awake anyway.
    lib.command("modprobe", "energy_rapl_msr")
    ours = check(tap, [near, far[1]], f"with counters to read, CPU {far[0]} busy")
    tap.ok(ours[far[0]] >= SAMPLES, "(it has interrupts: the counters of its package are read)",
           ours)
    hog.end()


harness.main(test)
