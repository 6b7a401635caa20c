# SPDX-License-Identifier: GPL-2.0-only
"""A fork, an exit and a wait, with the meter and without."""

import itertools

import meter

# Seconds, of warming up and measured. With the meter a second is a window: the warm-up lasts
# until as many of the dead leave the table as enter it, so that all that the sampler ever does
# about a process is in what is measured. Without it is as long: a fork costs more in the fourth
# second than in the first, then too.
SECONDS = (3, 1)
# Which slabs are full, and where in the memory per CPU there are holes, decides what a fork costs
# by as much as what is to be found, in each guest in its own way, and loading a module changes
# it. So there are processes that sleep and cgroups, as on a machine with work to do, and each
# time some more.
others = itertools.count(20, 37)


def measure():
    """All included: the probes, draining, publication, and the end of the record.

    What a fork costs drifts, too: so without, with, without.
    """
    with meter.others(next(others)):
        before, = meter.run("forks", "time", *SECONDS)
        with meter.loaded(meter.RAPL):
            sampler_ns = meter.sampler_ns()
            loaded, = meter.run("forks", "time", *SECONDS)
            sampler_ns = meter.sampler_ns() - sampler_ns
        after, = meter.run("forks", "time", *SECONDS)
    without = (before + after) / 2
    yield "fork_exit_insns_without", without
    yield "fork_exit_insns", loaded - without
    yield "fork_exit_insns_sampler", sampler_ns * loaded / (sum(SECONDS) * 1e9)
