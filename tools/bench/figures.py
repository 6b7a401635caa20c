# SPDX-License-Identifier: GPL-2.0-only
"""All that is measured: where, in which unit, and what it ought to be.

A new figure: a line here, and a `yield` of its key in measure/NAME.py; a new measurement: a
Measurement here, and a file there.
"""

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Figure:
    """One number.

    at_most is its target; with `than` that is a factor, and the target that many times the
    figure of that key. digits are those after the point.
    """

    key: str
    what: str
    at_most: Optional[float] = None
    than: Optional[str] = None
    digits: int = 0

    def target(self, values):
        """The highest value that meets the target, or None where there is no target."""
        if self.than is None:
            return self.at_most
        return self.at_most * values[self.than] if self.than in values else None


@dataclass(frozen=True)
class Measurement:
    """One guest: measure/NAME.py runs in it, `times` times over."""

    name: str
    figures: tuple
    # of tools/testbed/run
    guest: tuple = ("--icount",)
    timeout: int = 600
    times: int = 2


MEASUREMENTS = (
    Measurement("switch", (
        Figure("switch_insns", "added to a context switch", at_most=150),
        Figure("switch_insns_without", "a context switch without the meter"),
    )),
    Measurement("fork", (
        Figure("fork_exit_insns", "added to a fork, exit and wait", at_most=1500),
        Figure("fork_exit_insns_sampler", "of these the sampler"),
        Figure("fork_exit_insns_without", "a fork, exit and wait without the meter"),
    )),
    Measurement("udp", (
        Figure("udp_loopback_percent", "slower: UDP over loopback, %", at_most=1, digits=2),
        Figure("udp_stream_insns", "added to a datagram"),
        Figure("udp_stream_insns_without", "a datagram without the meter"),
        Figure("udp_each_percent", "slower: two context switches for each datagram, %", digits=2),
        Figure("udp_each_insns", "added to such a datagram"),
        Figure("udp_alone_percent", "slower: a process that sends to itself, %", digits=2),
        Figure("udp_alone_insns", "added to such a datagram"),
    )),
    Measurement("record", (
        Figure("record_bytes", "memory of a process's record, bytes", at_most=384),
    ), times=1),
)
