# SPDX-License-Identifier: GPL-2.0-only
"""Datagrams through the loopback device, with the meter and without."""

import statistics

import meter

DATAGRAMS = 40000
# What the kernel does by itself, now and then, and after a module has been loaded, is as much.
RUNS = 7
BYTES = 512
WAYS = ("stream", "each", "alone")


def costs():
    """Of a datagram each way (see programs/udp.c)."""
    return {way: statistics.median(meter.run("udp", way, DATAGRAMS, BYTES)[0]
                                   for _ in range(RUNS)) for way in WAYS}


def measure():
    """The stream is the figure; the other two tell packets and context switches apart."""
    without = costs()
    with meter.loaded(meter.RAPL):
        loaded = costs()
    added = {way: loaded[way] - without[way] for way in WAYS}
    yield "udp_loopback_percent", 100 * added["stream"] / without["stream"]
    yield "udp_stream_insns", added["stream"]
    yield "udp_stream_insns_without", without["stream"]
    yield "udp_each_percent", 100 * added["each"] / without["each"]
    yield "udp_each_insns", added["each"]
    yield "udp_alone_percent", 100 * added["alone"] / without["alone"]
    yield "udp_alone_insns", added["alone"]
