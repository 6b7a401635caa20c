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


# The clock counts instructions. QEMU counts each repetition of a `rep` instruction as one, so
# that clearing a page costs 4096; the kernel does it in a few hundred without these two. And how
# many page tables a process has depends on where its parts are, which is random otherwise.
COUNTED = ("--icount", "--append", "clearcpuid=erms,rep_good norandmaps transparent_hugepage=never")
# 10,000 processes need as much.
ROOMY = ("--memory", "3072")


@dataclass(frozen=True)
class Measurement:
    """One guest: measure/SCRIPT.py, by default NAME.py, runs in it, `times` times over."""

    name: str
    figures: tuple
    # options of tools/testbed/run
    guest: tuple = COUNTED
    # in seconds, on a busy host; who has the longest one starts first
    timeout: int = 600
    times: int = 2
    script: Optional[str] = None
    # no other guest beside it: how fast its CPUs are matters
    alone: bool = False


# Ten times the virtual hardware's own prices: an emulated CPU executes about a tenth of what a
# real one does, so that a busy one draws what a real one draws, beside the same static power.
NONUNIFORM = ("int_pj=80000", "mem_pj=160000", "simd_pj=240000", "string_pj=80000",
              "string_byte_pj=10000", "wake_nj=200000")
UNIFORM = ("uniform=80000",)

MIXES = (
    ("equal", "four equal processes, one on each CPU"),
    ("kinds", "integer, memory and SIMD instructions"),
    ("duty", "busy for 100, 75, 50 and 25 % of the time"),
    ("bursty", "six that are busy for 15 to 120 ms and sleep"),
    ("swarm", "400 that live for 1 to 5 ms of CPU time"),
    ("sockets", "two on one socket, a quarter of one on the other"),
    ("oversubscribed", "sixteen on four CPUs"),
)
# Where bytes cost something.
STRINGS = (("string", "two integer, two that fill memory (`rep stosb`)"),)


def accuracy(name, table, mixes, suffix="", at_most=None):
    """Errors of attribution, with a table of the virtual hardware's prices."""
    figures = []
    for meter, how in (("cpu", "by CPU time"), ("pmu", "by instructions")):
        figures += [Figure(f"mape_{meter}_{mix}{suffix}", f"{how}: {what}, %", digits=2)
                    for mix, what in mixes]
        figures += [Figure(f"mape_{meter}_mean{suffix}", f"{how}: mean of all mixes, %", digits=2,
                           at_most=at_most if meter == "pmu" else None),
                    Figure(f"scale_{meter}_mean{suffix}", "of a mix's sum: mean of all mixes, %",
                           digits=2)]
    figures.append(Figure(f"accuracy_late_percent{suffix}",
                          "samples left out because the host was busy, %", digits=1))
    guest = ["--topology", "2x2"]
    for price in table:
        guest += ["--plugin", price]
    return Measurement(name, tuple(figures), guest=tuple(guest), timeout=1800, times=3, alone=True)


MEASUREMENTS = (
    Measurement("switch", (
        Figure("switch_insns", "added to a context switch", at_most=150),
        Figure("switch_insns_pmu", "the same with pmu_instr, which counts instructions",
               at_most=300),
        Figure("switch_insns_without", "a context switch without the meter"),
    )),
    Measurement("fork", (
        Figure("fork_exit_insns", "added to a fork, exit and wait", at_most=1500),
        Figure("fork_exit_insns_sampler", "of these the sampler"),
        Figure("fork_exit_insns_without", "a fork, exit and wait without the meter"),
    ), timeout=3600, times=8),
    Measurement("udp", (
        Figure("udp_loopback_percent", "slower: UDP over loopback, %", at_most=1, digits=2),
        Figure("udp_stream_insns", "added to a datagram"),
        Figure("udp_stream_insns_without", "a datagram without the meter"),
        Figure("udp_each_percent", "slower: two context switches for each datagram, %", digits=2),
        Figure("udp_each_insns", "added to such a datagram"),
        Figure("udp_alone_percent", "slower: a process that sends to itself, %", digits=2),
        Figure("udp_alone_insns", "added to such a datagram"),
    )),
    Measurement("sample", (
        Figure("sample_insns_100", "a sample: 100 processes asleep, 2 busy", at_most=17000),
        Figure("sample_insns_1000", "a sample: 1,000 asleep, 2 busy"),
        Figure("sample_insns_10000", "a sample: 10,000 asleep, 2 busy", at_most=1.3,
               than="sample_insns_100"),
        Figure("sample_insns_busy_10", "a sample: 10 that run now and then"),
        Figure("sample_insns_busy_100", "a sample: 100 of these"),
        Figure("sample_insns_busy_1000", "a sample: 1,000 of these", at_most=10,
               than="sample_insns_busy_100"),
        Figure("sample_insns_threads_1000", "a sample: 1,000 threads of one process"),
    ), guest=COUNTED + ROOMY, timeout=1500),
    Measurement("read", (
        Figure("cgroup_read_insns_10_of_10", "reading cgroup: 10 processes, no others"),
        Figure("cgroup_read_insns_10_of_10000", "reading cgroup: 10 processes, 10,000 others",
               at_most=1.3, than="cgroup_read_insns_10_of_10"),
        Figure("all_read_insns_10000", "reading all: 10,000 processes", at_most=30e6),
    ), guest=COUNTED + ROOMY),
    # More than one CPU has no clock that counts instructions; this guest's follows the host's.
    Measurement("quiet4", (
        Figure("quiet_cpu_percent", "of one CPU, on four quiet ones, %", at_most=0.05, digits=3),
        Figure("quiet4_insns_per_s", "the same in instructions per second"),
        Figure("quiet4_insns_per_s_without", "what the machine does by itself"),
    ), guest=("--topology", "2x2"), script="quiet"),
    Measurement("quiet1", (
        Figure("quiet1_cpu_percent", "of one CPU, which is quiet, %", at_most=0.05, digits=3),
        Figure("quiet1_insns_per_s", "the same in instructions per second"),
        Figure("quiet1_insns_per_s_without", "what the machine does by itself"),
    ), script="quiet"),
    accuracy("accuracy", UNIFORM, MIXES, at_most=2),
    accuracy("accuracy_nonuniform", NONUNIFORM, MIXES + STRINGS, suffix="_nonuniform"),
    Measurement("record", (
        Figure("record_bytes", "memory of a process's record, bytes", at_most=384),
    ), times=1),
    Measurement("leak", (
        # a tenth of a byte for each process
        Figure("leaked_bytes_after_1m", "kept after 1,000,000 processes, bytes", at_most=100000),
        Figure("leaked_bytes_without", "kept by the kernel itself after 100,000"),
    ), guest=("--no-plugin", "--topology", "1x2"), timeout=1800, times=1),
)
