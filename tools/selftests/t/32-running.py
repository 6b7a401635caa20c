#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=control timeout=60
"""What runs when the module is loaded, and goes on running, is accounted from then on.

Loading stops all CPUs once, for which they switch away from what they run. After that no switch
tells of it.
"""

import hardware
import harness
import lib
import tasks

# Without a limit who runs loses the CPU only to the fair server (6.8), if somebody waits there for
# long: that is seen, and tried again. Setting the server's own limit makes 6.12 warn.
RT_RUNTIME = "/proc/sys/kernel/sched_rt_runtime_us"
TRIES = 10


def grown(tap, hog):
    """What it is charged for in some samples; None if it has been switched away from."""
    lib.load_core(sample_ns=5 * lib.MS, window_ns=lib.SECOND)
    lib.wait_samples(2)
    switches = tasks.all_switches(hog.pid)
    before = lib.listing().of(hog.pid)["cpu_ns"], tasks.exact_ns(hog.pid)
    lib.wait_samples(5)
    after = lib.listing().of(hog.pid)["cpu_ns"], tasks.exact_ns(hog.pid)
    if tasks.all_switches(hog.pid) != switches:
        tap.note(f"switches: {switches}, {tasks.all_switches(hog.pid)}")
        return None
    return [new - old for new, old in zip(after, before)]


def test(tap):
    """Running."""
    lib.unload()
    tasks.keep_to_cpu0()
    cpu = hardware.packages()[1][0]
    limit = lib.text(RT_RUNTIME).strip()
    lib.write(RT_RUNTIME, -1)
    hog = tasks.Worker("/usr/bin/chrt", "-f", 1, "/payload/hog", "-a", cpu)
    try:
        lib.wait_until(lambda: tasks.exact_ns(hog.pid) > 50 * lib.MS)
        for _ in range(TRIES):
            got = grown(tap, hog)
            if got:
                break
            lib.unload()
    finally:
        lib.write(RT_RUNTIME, limit)
        hog.end()
    tap.ok(got, "(a process ran on while the module was loaded)")
    # The clocks are read one after the other: a half is as good as all.
    tap.ok(got and got[0] > got[1] // 2, "it is charged for that", got)


harness.main(test)
