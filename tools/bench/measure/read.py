# SPDX-License-Identifier: GPL-2.0-only
"""Reading the files, by how many processes exist."""

import contextlib

import meter

OWN = 10
OTHERS = 10000
# The others are spread over as many cgroups.
OTHER_CGROUPS = 100
TIMES = 20


def read(path, directory, at_least, at_most):
    """CPU time of opening, reading and closing a file, by a reader in a cgroup."""
    insns, records = meter.run("reads", path, TIMES, cgroup=directory)
    if not at_least <= records <= at_most:
        raise SystemExit(f"{path} lists {records:.0f} processes, not {at_least} to {at_most}")
    return insns


@contextlib.contextmanager
def quiet_meter():
    """A meter that knows all that exist now, and does nothing while it is read."""
    with meter.loaded(meter.RAPL):
        meter.wait_windows(2)
        meter.set_param("window_ns", meter.NEVER_NS)
        meter.set_param("sample_ns", meter.NEVER_NS)
        yield


def measure():
    """As many of one's own, without others and with many."""
    with contextlib.ExitStack() as stack:
        own = stack.enter_context(meter.new_cgroup("own"))
        # one more, which has made them
        stack.enter_context(meter.sleepers(OWN - 1, cgroup=own))
        with quiet_meter():
            yield "cgroup_read_insns_10_of_10", read(meter.CGROUP, own, OWN, OWN)
        for i in range(OTHER_CGROUPS):
            other = stack.enter_context(meter.new_cgroup(f"other-{i}"))
            stack.enter_context(meter.sleepers(OTHERS // OTHER_CGROUPS - 1, cgroup=other))
        with quiet_meter():
            yield "cgroup_read_insns_10_of_10000", read(meter.CGROUP, own, OWN, OWN)
            yield "all_read_insns_10000", read(meter.ALL, meter.CGROUPS, OTHERS, OTHERS + 200)
