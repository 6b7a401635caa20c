# SPDX-License-Identifier: GPL-2.0-only
"""A machine on which nothing happens, with the meter and without."""

import os

import meter

PROCESSES = 100
MS = 30000
INSNS_PER_SECOND = 1e9


def measure():
    """All that the meter causes: its sampler, its timer and interrupts, its probes."""
    name = f"quiet{os.cpu_count()}"
    with meter.sleepers(PROCESSES):
        before, = meter.run("count", MS)
        with meter.loaded(meter.RAPL):
            loaded, = meter.run("count", MS)
        after, = meter.run("count", MS)
    without = (before + after) / 2
    yield f"{name}_insns_per_s", loaded - without
    yield f"{name}_insns_per_s_without", without
    percent = 100 * (loaded - without) / INSNS_PER_SECOND
    yield ("quiet_cpu_percent" if name == "quiet4" else f"{name}_cpu_percent"), percent
