# SPDX-License-Identifier: GPL-2.0-only
"""A sample, by how many processes exist and by how many ran."""

import meter

SLEEPING = (100, 1000, 10000)
BUSY = 2
# That wake up in every sample, so that all of them are in each.
WAKING = (10, 100, 1000)
PERIOD_MS = 50
# The births are accounted in the first window.
SETTLE_WINDOWS = 2
# Whole windows, so that each sample carries its share of their publication.
WINDOWS = 2


def cost():
    """Instructions of the sampler thread for a sample."""
    meter.wait_windows(SETTLE_WINDOWS)
    samples, ran_ns = meter.samples(), meter.sampler_ns()
    meter.wait_windows(WINDOWS)
    return (meter.sampler_ns() - ran_ns) / (meter.samples() - samples)


def measure():
    """The sampler as the scheduler sees it: early drains and publication included."""
    with meter.loaded():
        for sleeping in SLEEPING:
            with meter.sleepers(sleeping, BUSY):
                yield f"sample_insns_{sleeping}", cost()
        for waking in WAKING:
            with meter.sleepers(0, 0, waking, PERIOD_MS):
                yield f"sample_insns_busy_{waking}", cost()
