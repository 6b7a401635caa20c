# SPDX-License-Identifier: GPL-2.0-only
"""A context switch without the meter, with it, and with it counting instructions."""

import meter

ROUND_TRIPS = 20000


def measure():
    """The sampler stays out of the way: what is measured is the probe."""
    without, = meter.run("switches", ROUND_TRIPS)
    with meter.loaded(sample_ns=meter.NEVER_NS, window_ns=meter.NEVER_NS):
        loaded, = meter.run("switches", ROUND_TRIPS)
    with meter.loaded(meter.PMU, sample_ns=meter.NEVER_NS, window_ns=meter.NEVER_NS):
        counting, = meter.run("switches", ROUND_TRIPS)
    yield "switch_insns_without", without
    yield "switch_insns", loaded - without
    yield "switch_insns_pmu", counting - without
