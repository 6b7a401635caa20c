# SPDX-License-Identifier: GPL-2.0-only
"""A context switch, with the meter and without."""

import meter

ROUND_TRIPS = 20000


def measure():
    """The sampler stays out of the way: what is measured is the probe."""
    without, = meter.run("switches", ROUND_TRIPS)
    with meter.loaded(provider=False, sample_ns=meter.NEVER_NS, window_ns=meter.NEVER_NS):
        loaded, = meter.run("switches", ROUND_TRIPS)
    yield "switch_insns_without", without
    yield "switch_insns", loaded - without
