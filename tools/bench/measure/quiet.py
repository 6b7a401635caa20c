# SPDX-License-Identifier: GPL-2.0-only
"""A machine on which nothing happens, with the meter and without."""

import meter

PROCESSES = 100
MS = 20000
INSNS_PER_SECOND = 1e9


def measure():
    """All that the meter causes: its sampler, its timer and interrupts, its probes.

    This guest's clock is the host's; its processors count instructions.
    """
    with meter.sleepers(PROCESSES):
        before, = meter.run("count", MS)
        with meter.loaded():
            loaded, = meter.run("count", MS)
        after, = meter.run("count", MS)
    without = (before + after) / 2
    yield "quiet_insns_per_s", loaded - without
    yield "quiet_insns_per_s_without", without
    yield "quiet_cpu_percent", 100 * (loaded - without) / INSNS_PER_SECOND
