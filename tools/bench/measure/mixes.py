# SPDX-License-Identifier: GPL-2.0-only
"""Processes whose energy the virtual hardware knows, and what the meter says of them.

Each mix runs twice: its energy divided by CPU time, then by instructions. What is compared is
what users get, the energy_nj of each process, with what the hardware says that it used.
"""

import statistics
import subprocess
import time

import meter

SAMPLE_NS = 100_000_000
# Who has ended is listed to the end of a window.
WINDOW_NS = 3600_000_000_000
# After two samples everything that was used before is in the books.
SETTLED = 2
# So long next to nothing runs, for the idle power to be learnt.
QUIET_S = 5
RUN_MS = 4000
# So many of a mix are printed one by one, for whom looks.
MANY = 16
# What is loaded and with which weights. Nothing else has one, so its size does not matter.
METERS = {"cpu": ((meter.RAPL,), {"w_cpu_ns": 1000}),
          "pmu": ((meter.RAPL, meter.PMU), {"w_cpu_ns": 0, "w_instructions": 1000})}


def fields(line):
    """A line of key=value."""
    return dict(word.split("=", 1) for word in line.split() if "=" in word)


def charged():
    """What the meter has charged each process with, nJ, by PID."""
    with open(meter.DEBUG_ALL, encoding="ascii") as file:
        records = [fields(line) for line in file if line.startswith("pid=")]
    return {int(record["pid"]): int(record["energy_nj"]) for record in records}


def hogs(*commands):
    """Some hogs side by side: (charged, truth) of each, from when all have begun."""
    running = [subprocess.Popen(meter.command(None, "hog", "-s", "-p", "-t", RUN_MS, *command),
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
               for command in commands]
    meter.wait_samples(SETTLED)
    before = charged()
    for hog in running:
        hog.stdin.write("\n")
        hog.stdin.flush()
    truth = [int(fields(hog.stdout.readline())["energy_nj"]) for hog in running]
    meter.wait_samples(SETTLED)
    after = charged()
    for hog in running:
        hog.kill()
        hog.communicate()
    return [(after[hog.pid] - before[hog.pid], nj) for hog, nj in zip(running, truth)]


def swarm(number, parallel):
    """Short lives, from fork to the end of the exit: (charged, truth) of each."""
    said = subprocess.run(meter.command(None, "swarm", "-v", "-n", number, "-j", parallel),
                          check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    meter.wait_samples(SETTLED)
    after = charged()
    return [(after[int(one["pid"])], int(one["energy_nj"])) for one in map(fields, said[1:])]


def pinned(*commands):
    """Hogs, the first one on CPU 0, the second one on CPU 1, and so on."""
    return hogs(*(("-a", cpu, *command) for cpu, command in enumerate(commands)))


def bursts(number, percent):
    """Hogs that are busy for 15 ms to 120 ms, each at its own pace, and run where they can."""
    return hogs(*(("-d", percent, "-e", 1000 * (50 + 70 * i)) for i in range(number)))


# CPUs 0 and 1 are one socket, 2 and 3 the other.
MIXES = {
    "equal": lambda: pinned((), (), (), ()),
    "kinds": lambda: pinned((), ("-c", "mem"), ("-c", "simd"), ()),
    "duty": lambda: pinned((), ("-d", 25), ("-d", 75), ("-d", 50)),
    "bursty": lambda: bursts(6, 30),
    "swarm": lambda: swarm(400, 8),
    "sockets": lambda: pinned((), (), ("-d", 25)),
    "oversubscribed": lambda: hogs(*[()] * 16),
}
# One instruction, as the hardware counts, fills a page: only where bytes cost is that anything.
STRINGS = {"string": lambda: pinned((), ("-c", "string"), ("-c", "string"), ())}


def error(pair):
    """By how many percent a process's energy is off."""
    got, truth = pair
    return 100 * abs(got - truth) / truth


def measure(suffix, mixes):
    """Mean absolute errors, percent: of each mix, of all, and of the sum of a mix."""
    late = taken = 0
    for name, (providers, weights) in METERS.items():
        errors, scales = [], []
        with meter.loaded(*providers, sample_ns=SAMPLE_NS, window_ns=WINDOW_NS, **weights):
            time.sleep(QUIET_S)
            for mix, run in mixes.items():
                meter.wait_samples(SETTLED)
                pairs = run()
                errors.append(statistics.mean(map(error, pairs)))
                scales.append(error(map(sum, zip(*pairs))))
                print(f"# {name} {mix}: their sum {scales[-1]:.2f} %, charged of truth",
                      *(f"{got / truth:.3f}" for got, truth in pairs[:MANY]), flush=True)
                yield f"mape_{name}_{mix}{suffix}", errors[-1]
            late += meter.header("late", meter.DEBUG_ALL)
            taken += meter.samples()
        yield f"mape_{name}_mean{suffix}", statistics.mean(errors)
        yield f"scale_{name}_mean{suffix}", statistics.mean(scales)
    yield f"accuracy_late_percent{suffix}", 100 * late / (taken + late)
