# SPDX-License-Identifier: GPL-2.0-only
"""A sample, by how many processes exist and by how many ran."""

import meter

SLEEPING = (100, 1000, 10000)
BUSY = 2
# That wake up once for each sample.
WAKING = (10, 100, 1000)
THREADS = 1000
PERIOD_MS = 100
# The births are accounted in the first window.
SETTLE_WINDOWS = 1
# Whole windows, so that each sample carries its share of their publication.
WINDOWS = 2


def cost(*sleepers):
    """Instructions of the sampler thread for a sample while these processes exist."""
    # those before them have left the table
    meter.wait_samples(2)
    meter.wait_no_dead()
    with meter.sleepers(*sleepers):
        meter.wait_windows(SETTLE_WINDOWS)
        samples, ran_ns = meter.samples(), meter.sampler_ns()
        meter.wait_windows(WINDOWS)
        return (meter.sampler_ns() - ran_ns) / (meter.samples() - samples)


def measure():
    """The sampler as the scheduler sees it: early drains and publication included."""
    with meter.loaded(meter.RAPL):
        for sleeping in SLEEPING:
            yield f"sample_insns_{sleeping}", cost(sleeping, BUSY)
        for waking in WAKING:
            yield f"sample_insns_busy_{waking}", cost(0, 0, waking, PERIOD_MS)
        yield f"sample_insns_threads_{THREADS}", cost(0, 0, 0, PERIOD_MS, THREADS)
